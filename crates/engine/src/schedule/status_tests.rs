use super::*;
use crate::schedule::{Conditions, Past, Pasts, Reason};

fn at(text: &str) -> Zoned {
    format!("{text}[Europe/Berlin]").parse().expect("a moment")
}

fn schedule() -> Schedule {
    Schedule {
        backups: Interval::Daily,
        backups_full: Interval::Monthly,
        reminders: Interval::Never,
        battery_limit: 0,
        paused_until: None,
    }
}

/// What the schedule says, with the two answers put in by hand.
fn dues(notes: &Due, full: &Due, now: &Zoned) -> Dues {
    let asked = Dues::of(&schedule(), &Pasts::default(), now, &Conditions::by_hand(false));
    Dues { notes: notes.clone(), full: full.clone(), ..asked }
}

fn since(text: &str) -> Due {
    Due::Now { since: at(text), reason: Reason::Scheduled }
}

fn fine() -> Due {
    Due::Not { next: at("2026-11-23T08:00:00"), clock_changed: false }
}

fn later() -> Due {
    let (at_, since) = (at("2026-11-22T08:05:00"), at("2026-11-19T07:00:00"));
    Due::Later { at: at_, since, reason: Reason::CatchUp }
}

const GONE: Option<(Code, &str, BackupKind)> =
    Some((Code::DiskGone, "The disk is not there.", BackupKind::Notes));

#[test]
fn the_table_of_states() {
    let now = at("2026-11-22T08:00:00");
    let reason = || "The disk is not there.".to_owned();
    let failed = Protection::Failed { reason: reason(), code: Code::DiskGone, with_attachments: false };
    let paused = Due::Waiting {
        on: Hold::Pause { until: at("2026-11-22T20:00:00") },
        since: at("2026-11-20T08:00:00"),
        reason: Reason::Scheduled,
    };
    let overdue = |days| Protection::Overdue { days };
    let first = Due::Now { since: now.clone(), reason: Reason::FirstEver };
    let rows = [
        (false, true, None, fine(), fine(), Protection::Protected),
        (false, true, None, Due::Off, Due::Off, Protection::Protected),
        (false, true, None, since("2026-11-22T08:00:00"), fine(), Protection::Due),
        (false, true, None, since("2026-11-21T08:00:01"), fine(), Protection::Due),
        (false, true, None, since("2026-11-21T08:00:00"), fine(), overdue(1)),
        (false, true, None, since("2026-10-22T08:00:00"), fine(), overdue(31)),
        (false, true, None, since("1970-01-01T00:00:00"), fine(), overdue(20_779)),
        (false, true, None, later(), fine(), overdue(3)),
        (false, true, None, paused, fine(), overdue(2)),
        // Either kind can be due, and the greater age counts.
        (false, true, None, fine(), since("2026-11-22T07:00:00"), Protection::Due),
        (false, true, None, fine(), since("2026-11-19T07:00:00"), overdue(3)),
        (false, true, None, fine(), first.clone(), Protection::Protected),
        (false, true, None, since("2026-11-22T07:00:00"), first, Protection::Due),
        (false, true, None, Due::Off, since("2026-11-19T07:00:00"), overdue(3)),
        (false, true, None, since("2026-11-17T08:00:00"), since("2026-11-19T07:00:00"), overdue(5)),
        (false, true, None, since("2026-11-22T08:00:00"), since("2026-11-19T07:00:00"), overdue(3)),
        (false, false, None, since("2026-11-22T08:00:00"), fine(), Protection::Never),
        (false, false, None, Due::Off, Due::Off, Protection::Never),
        (false, false, GONE, since("2026-11-22T08:00:00"), fine(), failed.clone()),
        (false, true, GONE, fine(), fine(), failed.clone()),
        (false, true, GONE, since("2026-11-19T08:00:00"), fine(), failed.clone()),
        (false, true, GONE, Due::Off, Due::Off, failed),
        (true, true, GONE, fine(), fine(), Protection::Running),
        (true, false, None, Due::Running, Due::Running, Protection::Running),
    ];
    for (row, (running, ever, failure, notes, full, expected)) in rows.into_iter().enumerate() {
        let dues = dues(&notes, &full, &now);
        let standing = Standing { running, ever, away: false, failure, dues: &dues };
        assert_eq!(protection(&standing, &now), expected, "row {row}");
        // What can't be seen is never called protected, and hides nothing worse.
        let unseen = if expected == Protection::Protected { Protection::Away } else { expected };
        assert_eq!(protection(&Standing { away: true, ..standing }, &now), unseen, "row {row}, away");
    }
}

#[test]
fn a_failure_says_which_kind_to_try_again() {
    let now = at("2026-11-22T08:00:00");
    let dues = dues(&fine(), &fine(), &now);
    for kind in BackupKind::ALL {
        let failure = Some((Code::NoSpace, "x", kind));
        let standing = Standing { running: false, ever: true, away: false, failure, dues: &dues };
        let with_attachments = kind.attachments();
        let failed = Protection::Failed { reason: "x".to_owned(), code: Code::NoSpace, with_attachments };
        assert_eq!(protection(&standing, &now), failed);
    }
}

#[test]
fn days_are_whole_and_never_negative() {
    let now = at("2026-11-22T08:00:00");
    for (due, days) in [
        (fine(), None),
        (Due::Off, None),
        (since("2026-11-22T07:59:59"), Some(0)),
        (since("2026-11-20T08:00:00"), Some(2)),
        (since("2026-11-20T08:00:01"), Some(1)),
        (since("2026-11-23T08:00:01"), Some(0)),
        (since("2026-11-25T08:00:01"), Some(0)),
    ] {
        assert_eq!(days_due(&due, &now), days, "{due:?}");
    }
}

#[test]
fn what_is_waited_for() {
    let now = at("2026-11-22T08:00:00");
    let ms = |text: &str| at(text).timestamp().as_millisecond();
    let pause = at("2026-11-22T20:00:00");
    let held = |on| Due::Waiting { on, since: at("2026-11-21T08:00:00"), reason: Reason::Scheduled };
    let low = || held(Hold::Battery { charge: 12, limit: 30 });
    let battery = Some(Waiting::Battery { charge: 12, limit: 30 });
    let calm = schedule();
    let paused = Schedule { paused_until: Some(pause.timestamp()), ..calm };
    let nothing = Schedule { backups: Interval::Never, backups_full: Interval::Never, ..paused };
    let reminding = Schedule { reminders: Interval::Weekly, ..nothing };
    let pausing = Some(Waiting::Pause { until: ms("2026-11-22T20:00:00") });
    let disk = |again: Option<&str>| Some(Waiting::Disk { again: again.map(ms) });
    let locked = Some((Code::ReadOnly, "The disk can only be read.", BackupKind::Notes));
    let full_disk = Some((Code::NoSpace, "The disk is full.", BackupKind::Full));
    let rows = [
        (calm, None, fine(), fine(), None),
        (calm, None, since("2026-11-20T08:00:00"), fine(), None),
        (calm, None, low(), fine(), battery.clone()),
        (calm, None, fine(), low(), battery.clone()),
        (calm, GONE, low(), later(), battery),
        (paused, GONE, fine(), fine(), pausing.clone()),
        (paused, None, low(), low(), pausing.clone()),
        (nothing, None, Due::Off, Due::Off, None),
        (reminding, None, Due::Off, Due::Off, pausing),
        (calm, GONE, later(), fine(), disk(Some("2026-11-22T08:05:00"))),
        (calm, GONE, fine(), later(), disk(Some("2026-11-22T08:05:00"))),
        (calm, locked, later(), later(), disk(Some("2026-11-22T08:05:00"))),
        (calm, GONE, since("2026-11-20T08:00:00"), fine(), disk(None)),
        (calm, GONE, fine(), fine(), None),
        (calm, full_disk, later(), later(), None),
    ];
    for (row, (schedule, failure, notes, full, expected)) in rows.into_iter().enumerate() {
        let dues = dues(&notes, &full, &now);
        let standing = Standing { running: false, ever: true, away: false, failure, dues: &dues };
        assert_eq!(waiting(&schedule, &standing, &now), expected, "row {row}");
    }
}

#[test]
fn the_words_cross_as_tags() {
    let failed = Protection::Failed { reason: "x".to_owned(), code: Code::NoSpace, with_attachments: true };
    let expected = serde_json::json!(
        {"state": "failed", "reason": "x", "code": "no_space", "with_attachments": true}
    );
    assert_eq!(serde_json::to_value(failed).expect("json"), expected);
    let away = serde_json::to_value(Protection::Away).expect("json");
    assert_eq!(away, serde_json::json!({"state": "away"}));
    let json = serde_json::to_value(Waiting::Battery { charge: 1, limit: 2 }).expect("json");
    assert_eq!(json, serde_json::json!({"on": "battery", "charge": 1, "limit": 2}));
}

#[test]
fn a_past_without_anything_is_never() {
    assert_eq!(Pasts::default().full, Past::default());
}
