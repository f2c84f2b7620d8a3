//! The decision. Pure: no clock and no disk in here.

use jiff::{SignedDuration, Zoned};

use backstop_model::TimeMs;

use super::facts::{DamagedInPlace, Facts, Failing, Stale};
use super::words::{self, Words};
use super::{Action, DueNotice, How, Said};
use crate::ports::Notice;
use crate::problem::Code;

/// What goes on is said again after this time.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// How often it is asked to try a restore, while that is due.
const ASK_FOR_PROOF: SignedDuration = SignedDuration::from_hours(24 * 28);

/// News of a backup that went well is none any more after this time.
const STALE_NEWS: SignedDuration = SignedDuration::from_hours(1);

/// How long after it began an interrupted run is worth a word.
const STALE_INTERRUPTION: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How often it is said that another app's backups stopped coming, or that copies are missing: the user's own
/// backups are as they should be.
const ASIDE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How long copying has to fail before it is worth a word: a disk that is connected now and then is no trouble.
const COPIES_FAIL_FOR: SignedDuration = SignedDuration::from_hours(24 * 3);

/// The failure in a row with which the window comes up.
const WINDOW_AFTER: u32 = 3;

/// What a reminder that was given is remembered as.
pub(crate) const REMINDER: &str = "reminder";

/// The notices that are due, the most urgent first. Each comes again until it is noted as said.
#[must_use]
pub fn due_notices(facts: &Facts, said: &Said, now: &Zoned) -> Vec<DueNotice> {
    let decided = [
        failed(facts, said, now),
        damaged(facts, said, now),
        damaged_in_places(facts, said, now),
        overdue(facts, said, now),
        clock_changed(facts, said, now),
        done_again(facts, said, now),
        pruning_paused(facts, said, now),
        copies(facts, said, now),
        stale(facts, said, now),
        reminder(facts, said, now),
        proof(facts, said, now),
        good_news(facts, said, now),
    ];
    decided.into_iter().flatten().collect()
}

/// The notice for an account that backups are to be made for and that nobody signed in to. At most daily.
#[must_use]
pub fn locked_out(said: &Said, now: &Zoned) -> Option<DueNotice> {
    let due = not_within(said, "locked_out", DAILY, now);
    due.then(|| notice("locked_out", words::locked_out(), Action::SignIn, How::Loud, "locked_out"))
}

/// A failure is said at once, and while the same goes on at most daily; with the third in a row the window
/// comes up, once. A missing drive is said quietly.
fn failed(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let failing = facts.failing.as_ref()?;
    let mark = format!("failed:{}", failing.code.as_str());
    let again = not_within(said, &mark, DAILY, now) || !said.since(&mark, failing.since, now);
    let comes_up = failing.in_a_row >= WINDOW_AFTER && !said.since("window", failing.since, now);
    if !again && !comes_up {
        return None;
    }
    let words = if comes_up {
        words::failed_again(failing)
    } else {
        words::failed(failing, &facts.overdue, facts.last_verified, now)
    };
    let mut notice = notice("backup", words, action_for(failing.code), how(failing, again, facts), &mark);
    if comes_up {
        notice.bring_window = true;
        notice.marks.push("window".to_owned());
    }
    Some(notice)
}

fn how(failing: &Failing, again: bool, facts: &Facts) -> How {
    match failing.code {
        _ if !again || (facts.in_front && !failing.automatic) => How::InWindow,
        Code::DiskGone => How::Quiet,
        _ => How::Loud,
    }
}

fn action_for(code: Code) -> Action {
    match code {
        Code::DiskGone | Code::NoSpace | Code::ReadOnly => Action::ChooseFolder,
        Code::NotLoggedIn | Code::SecretRequired | Code::WrongSecret => Action::SignIn,
        _ => Action::BackUpNow,
    }
}

/// Once for each archive; several that are found together share one notice.
fn damaged(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let mark = |archive: &str| format!("damaged:{archive}");
    let unsaid = facts.damaged.iter().filter(|damaged| said.at(&mark(&damaged.archive), now).is_none());
    let unsaid: Vec<_> = unsaid.collect();
    let replaced = unsaid.iter().all(|damaged| damaged.replaced);
    let action = if replaced { Action::ShowHistory } else { Action::BackUpNow };
    (!unsaid.is_empty()).then(|| DueNotice {
        marks: unsaid.iter().map(|damaged| mark(&damaged.archive)).collect(),
        ..notice("damaged", words::damaged(&unsaid, now), action, How::Loud, "")
    })
}

/// Once for each file; several that are found together share one notice.
fn damaged_in_places(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let mark = |file: &DamagedInPlace| format!("damaged_in:{}", file.archive);
    let all = facts.damaged_in_places.iter();
    let unsaid: Vec<_> = all.filter(|file| said.at(&mark(file), now).is_none()).collect();
    let words = words::damaged_in_places(&unsaid, now)?;
    let marks = unsaid.iter().map(|file| mark(file)).collect();
    Some(DueNotice { marks, ..notice("place_damaged", words, Action::ShowPlaces, How::Loud, "") })
}

/// Quietly, and weekly for each folder; several share one notice.
fn stale(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let mark = |stale: &Stale| format!("stale:{}", stale.place);
    let unsaid = facts.stale.iter().filter(|stale| not_within(said, &mark(stale), ASIDE, now));
    let unsaid: Vec<_> = unsaid.collect();
    let words = words::stale(&unsaid)?;
    let marks = unsaid.iter().map(|stale| mark(stale)).collect();
    Some(DueNotice { marks, ..notice("place_stale", words, Action::ShowPlaces, How::Quiet, "") })
}

/// Quietly, and weekly, once it has gone on for days.
fn copies(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let failing = facts.copies.as_ref().filter(|failing| !is_within(failing.since, COPIES_FAIL_FOR, now))?;
    let action = if failing.code.is_some() { Action::ChooseCopies } else { Action::ShowHistory };
    not_within(said, "copies", ASIDE, now)
        .then(|| notice("copies", words::copies(failing, now), action, How::Quiet, "copies"))
}

/// Once on each day. While backups fail, the notice of that says it, with the reason.
fn overdue(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let due = !facts.overdue.is_empty() && facts.failing.is_none() && !said.today("overdue", now);
    due.then(|| {
        let words = words::overdue(&facts.overdue, facts.last_verified, now);
        notice("backup", words, Action::BackUpNow, How::Loud, "overdue")
    })
}

fn clock_changed(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let due = facts.clock_changed && not_within(said, "clock", DAILY, now);
    due.then(|| notice("clock", words::clock_changed(), Action::BackUpNow, How::Loud, "clock"))
}

fn done_again(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let (run, began) = facts.done_again.as_ref()?;
    let mark = format!("done_again:{run}");
    let due = said.at(&mark, now).is_none() && is_within(*began, STALE_INTERRUPTION, now);
    due.then(|| notice("backup", words::done_again(), Action::ShowHistory, How::Loud, &mark))
}

fn pruning_paused(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let why = facts.pruning_paused.as_ref()?;
    let mark = "pruning";
    let due = not_within(said, mark, DAILY * 7, now);
    due.then(|| notice(mark, words::pruning_paused(why), Action::SeePlan, How::Loud, mark))
}

/// Once for each moment at which a reminder came due.
fn reminder(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let since = facts.reminder?;
    let words = || words::reminder(facts.last_verified, now);
    (!said.since(REMINDER, since, now))
        .then(|| notice(REMINDER, words(), Action::BackUpNow, How::Loud, REMINDER))
}

fn proof(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let due = facts.proof_due && not_within(said, "proof", ASK_FOR_PROOF, now);
    due.then(|| notice("proof", words::proof(), Action::TryRestore, How::Quiet, "proof"))
}

/// Only if it is wished, once for each backup, and only to who does not see it in the window.
fn good_news(facts: &Facts, said: &Said, now: &Zoned) -> Option<DueNotice> {
    let news = facts.good_news.as_ref().filter(|_| facts.tell_good_news && facts.failing.is_none())?;
    let due = !said.since("success", news.at, now) && is_within(news.at, STALE_NEWS, now);
    let how = if facts.in_front { How::InWindow } else { How::Quiet };
    due.then(|| notice("backup", words::good_news(news, now), Action::Open, how, "success"))
}

fn not_within(said: &Said, mark: &str, time: SignedDuration, now: &Zoned) -> bool {
    said.at(mark, now).is_none_or(|at| !is_within(at, time, now))
}

fn is_within(at: TimeMs, time: SignedDuration, now: &Zoned) -> bool {
    let ago = now.timestamp().as_millisecond().saturating_sub(at.0);
    i128::from(ago) < time.as_millis()
}

fn notice(id: &str, (title, body): Words, action: Action, how: How, mark: &str) -> DueNotice {
    let notice = Notice { id: id.to_owned(), title, body };
    DueNotice { notice, action, how, bring_window: false, marks: vec![mark.to_owned()] }
}
