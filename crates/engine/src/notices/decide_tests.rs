use backstop_model::TimeMs;
use jiff::{SignedDuration, Zoned};
use proptest::prelude::*;

use super::*;
use crate::problem::Code;

fn now() -> Zoned {
    "2026-11-22T12:00:00[Europe/Berlin]".parse().expect("a moment")
}

fn ago(hours: i64) -> TimeMs {
    TimeMs(now().timestamp().as_millisecond() - hours * 3_600_000)
}

/// What was said, by mark and hours ago.
fn said(marks: &[(&str, i64)]) -> Said {
    let mut said = Said::default();
    for (mark, hours) in marks {
        let notice = DueNotice {
            notice: crate::ports::Notice { id: String::new(), title: String::new(), body: String::new() },
            action: Action::Open,
            how: How::Loud,
            bring_window: false,
            marks: vec![(*mark).to_owned()],
        };
        said.note(&[notice], ago(*hours));
    }
    said
}

fn failing(code: Code, in_a_row: u32, since_hours: i64, automatic: bool) -> Facts {
    let message = "It went wrong.".to_owned();
    let failing = Failing { code, message, automatic, in_a_row, since: ago(since_hours) };
    Facts { failing: Some(failing), last_verified: Some(ago(24 * 3)), ..Facts::default() }
}

/// Id, how, and whether the window comes up.
type Told = Vec<(&'static str, How, bool)>;

/// What it is about, the facts, what was said how many hours ago, what is told.
type Row<'a> = (&'a str, Facts, &'a [(&'a str, i64)], Told);

fn told(facts: &Facts, said: &Said) -> Vec<(String, How, bool)> {
    let notices = due_notices(facts, said, &now());
    notices.into_iter().map(|due| (due.notice.id, due.how, due.bring_window)).collect()
}

fn table(rows: Vec<Row<'_>>) {
    for (row, facts, marks, expected) in rows {
        let expected: Vec<_> = expected.into_iter().map(|(id, how, up)| (id.to_owned(), how, up)).collect();
        assert_eq!(told(&facts, &said(marks)), expected, "{row}");
    }
}

#[test]
fn failures() {
    let in_front = |facts: Facts| Facts { in_front: true, ..facts };
    let loud = vec![("backup", How::Loud, false)];
    let quiet = vec![("backup", How::Quiet, false)];
    table(vec![
        ("the first", failing(Code::NoSpace, 1, 0, true), &[], loud.clone()),
        ("also in front", in_front(failing(Code::NoSpace, 1, 0, true)), &[], loud.clone()),
        ("by hand, away", failing(Code::NoSpace, 1, 0, false), &[], loud.clone()),
        (
            "by hand, in front: the window says it",
            in_front(failing(Code::NoSpace, 1, 0, false)),
            &[],
            vec![("backup", How::InWindow, false)],
        ),
        ("said already", failing(Code::NoSpace, 2, 3, true), &[("failed:no_space", 2)], vec![]),
        ("said a day ago", failing(Code::NoSpace, 2, 30, true), &[("failed:no_space", 24)], loud.clone()),
        ("said before it began", failing(Code::NoSpace, 1, 1, true), &[("failed:no_space", 2)], loud.clone()),
        ("for another reason", failing(Code::ReadOnly, 2, 5, true), &[("failed:no_space", 2)], loud.clone()),
        ("said in the future", failing(Code::NoSpace, 2, 5, true), &[("failed:no_space", -2)], loud),
        ("a missing drive", failing(Code::DiskGone, 1, 0, true), &[], quiet.clone()),
        ("is said once", failing(Code::DiskGone, 2, 9, true), &[("failed:disk_gone", 8)], vec![]),
        (
            "then daily",
            failing(Code::DiskGone, 9, 99, true),
            &[("failed:disk_gone", 25), ("window", 80)],
            quiet,
        ),
        (
            "the third",
            failing(Code::Internal, 3, 9, true),
            &[("failed:internal", 8)],
            vec![("backup", How::InWindow, true)],
        ),
        (
            "the third, of a new kind",
            failing(Code::Internal, 3, 9, true),
            &[("failed:no_space", 8)],
            vec![("backup", How::Loud, true)],
        ),
        (
            "the window comes up once",
            failing(Code::Internal, 4, 9, true),
            &[("failed:internal", 8), ("window", 1)],
            vec![],
        ),
        (
            "and again in the next row of failures",
            failing(Code::Internal, 3, 9, true),
            &[("failed:internal", 8), ("window", 10)],
            vec![("backup", How::InWindow, true)],
        ),
    ]);
}

#[test]
fn what_is_overdue() {
    let overdue = |days| Facts {
        overdue: vec![Overdue { with_attachments: false, days }],
        last_verified: Some(ago(24 * 4)),
        ..Facts::default()
    };
    let both = |code, hours| Facts { overdue: overdue(3).overdue, ..failing(code, 2, hours, true) };
    let loud = vec![("backup", How::Loud, false)];
    table(vec![
        ("not", Facts::default(), &[], vec![]),
        ("at once", overdue(1), &[], loud.clone()),
        ("once a day", overdue(1), &[("overdue", 11)], vec![]),
        ("the next day", overdue(2), &[("overdue", 13)], loud.clone()),
        ("a failure says it too", both(Code::NoSpace, 5), &[], loud.clone()),
        ("once", both(Code::NoSpace, 5), &[("failed:no_space", 4)], vec![]),
        ("for as long as it was said", both(Code::NoSpace, 25), &[("failed:no_space", 23)], vec![]),
        ("and again with it", both(Code::NoSpace, 25), &[("failed:no_space", 24)], loud),
    ]);
}

#[test]
fn everything_else() {
    let damaged = |ids: &[&str]| Facts {
        damaged: ids
            .iter()
            .map(|id| Damaged { archive: (*id).to_owned(), made: Some(ago(99)), replaced: false })
            .collect(),
        ..Facts::default()
    };
    let done_again = |hours| Facts { done_again: Some(("r1".to_owned(), ago(hours))), ..Facts::default() };
    let reminder = |hours| Facts { reminder: Some(ago(hours)), ..Facts::default() };
    let proof = Facts { proof_due: true, ..Facts::default() };
    let clock = Facts { clock_changed: true, ..Facts::default() };
    let pruning = Facts { pruning_paused: Some("It shrank.".to_owned()), ..Facts::default() };
    let one = |id, how| vec![(id, how, false)];
    table(vec![
        ("damaged", damaged(&["a"]), &[], one("damaged", How::Loud)),
        ("damaged, said", damaged(&["a"]), &[("damaged:a", 9999)], vec![]),
        ("two damaged, one notice", damaged(&["a", "b"]), &[], one("damaged", How::Loud)),
        ("one more damaged", damaged(&["a", "b"]), &[("damaged:a", 1)], one("damaged", How::Loud)),
        ("done again", done_again(1), &[], one("backup", How::Loud)),
        ("done again, said", done_again(1), &[("done_again:r1", 0)], vec![]),
        ("done again, another", done_again(1), &[("done_again:r0", 0)], one("backup", How::Loud)),
        ("done again, long ago", done_again(24 * 7), &[], vec![]),
        ("a reminder", reminder(2), &[], one("reminder", How::Loud)),
        ("reminded", reminder(2), &[("reminder", 2)], vec![]),
        ("the next reminder", reminder(2), &[("reminder", 3)], one("reminder", How::Loud)),
        ("a proof", proof.clone(), &[], one("proof", How::Quiet)),
        ("a proof, asked for", proof.clone(), &[("proof", 27 * 24)], vec![]),
        ("a proof, four weeks later", proof, &[("proof", 28 * 24)], one("proof", How::Quiet)),
        ("the clock", clock.clone(), &[], one("clock", How::Loud)),
        ("the clock, said", clock.clone(), &[("clock", 23)], vec![]),
        ("the clock, the next day", clock, &[("clock", 24)], one("clock", How::Loud)),
        ("pruning paused", pruning.clone(), &[], one("pruning", How::Loud)),
        ("pruning paused, said", pruning.clone(), &[("pruning", 24 * 6)], vec![]),
        ("pruning paused, weekly", pruning, &[("pruning", 24 * 7)], one("pruning", How::Loud)),
    ]);
}

#[test]
fn good_news_is_told_only_if_wished_and_away_and_fresh() {
    let news = |minutes: i64| GoodNews {
        at: TimeMs(ago(0).0 - minutes * 60_000),
        notes: 1,
        attachments: 0,
        warnings: false,
        nothing_new: false,
    };
    let facts = |minutes, wished, in_front| Facts {
        good_news: Some(news(minutes)),
        tell_good_news: wished,
        in_front,
        ..Facts::default()
    };
    let quiet = vec![("backup", How::Quiet, false)];
    table(vec![
        ("off", facts(1, false, false), &[], vec![]),
        ("on", facts(1, true, false), &[], quiet.clone()),
        ("in front", facts(1, true, true), &[], vec![("backup", How::InWindow, false)]),
        ("said", facts(1, true, false), &[("success", 0)], vec![]),
        ("the next one", facts(1, true, false), &[("success", 1)], quiet),
        ("stale", facts(60, true, false), &[], vec![]),
        (
            "while failing",
            Facts { failing: failing(Code::NoSpace, 1, 0, true).failing, ..facts(1, true, false) },
            &[("failed:no_space", 0)],
            vec![],
        ),
    ]);
}

#[test]
fn who_is_locked_out_hears_of_it_daily() {
    for (marks, told) in [(&[][..], true), (&[("locked_out", 23)], false), (&[("locked_out", 24)], true)] {
        let notice = locked_out(&said(marks), &now());
        assert_eq!(notice.as_ref().map(|due| due.action), told.then_some(Action::SignIn), "{marks:?}");
    }
}

#[test]
fn each_failure_offers_the_one_thing_that_helps() {
    for (code, action) in [
        (Code::DiskGone, Action::ChooseFolder),
        (Code::NoSpace, Action::ChooseFolder),
        (Code::ReadOnly, Action::ChooseFolder),
        (Code::NotLoggedIn, Action::SignIn),
        (Code::SecretRequired, Action::SignIn),
        (Code::Internal, Action::BackUpNow),
        (Code::ChunkMissing, Action::BackUpNow),
    ] {
        let notices = due_notices(&failing(code, 1, 0, true), &Said::default(), &now());
        assert_eq!(notices.iter().map(|due| due.action).collect::<Vec<_>>(), [action], "{code:?}");
    }
}

/// Title and body of each notice that is due, with nothing said before.
fn says(facts: &Facts) -> String {
    let notices = due_notices(facts, &Said::default(), &now());
    let lines = notices.iter().map(|due| format!("{}: {}", due.notice.title, due.notice.body));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_words_are_plain() {
    let overdue = |days, full| Facts {
        overdue: vec![Overdue { with_attachments: full, days }],
        last_verified: Some(ago(24 * 400)),
        ..Facts::default()
    };
    let rows = [
        (
            failing(Code::NoSpace, 1, 0, true),
            "Backup failed: the disk is full: It went wrong. The last verified backup is from 19 November. Free some space, or choose another folder.",
        ),
        (
            failing(Code::DiskGone, 1, 0, true),
            "Backup waits for its disk: It went wrong. The last verified backup is from 19 November. Connect the disk again, or choose another folder.",
        ),
        (
            Facts { overdue: overdue(3, false).overdue, ..failing(Code::ReadOnly, 1, 0, true) },
            "Backup failed: It went wrong. The last verified backup is from 19 November. The next is overdue by 3 days. Choose a folder that you may write to.",
        ),
        (failing(Code::Internal, 3, 0, true), "Three backups in a row failed: It went wrong."),
        (failing(Code::Internal, 5, 0, true), "5 backups in a row failed: It went wrong."),
        (
            overdue(1, false),
            "A backup is overdue by 1 day: The last verified backup is from 18 October 2025. Make one now.",
        ),
        (
            overdue(1200, true),
            "A backup with attachments is overdue by 1,200 days: The last verified backup of any kind is from 18 October 2025. Make one with attachments now.",
        ),
    ];
    for (facts, words) in rows {
        assert_eq!(says(&facts), words);
    }
}

#[test]
fn the_words_of_what_went_well_and_of_damage_are_plain() {
    let good = |nothing_new, warnings| Facts {
        good_news: Some(GoodNews { at: ago(0), notes: 1204, attachments: 318, warnings, nothing_new }),
        tell_good_news: true,
        ..Facts::default()
    };
    let damaged = |replaced| Facts {
        damaged: vec![Damaged { archive: "a".to_owned(), made: Some(ago(24)), replaced }],
        ..Facts::default()
    };
    let rows = [
        (good(false, false), "Backup finished: 1,204 notes, 318 attachments, verified, today."),
        (good(false, true), "Backup finished, with warnings: 1,204 notes, 318 attachments, verified, today."),
        (
            good(true, false),
            "Nothing new to back up: Your notes have not changed since the last backup, which was checked.",
        ),
        (
            damaged(false),
            "A backup is damaged: The backup from 21 November is not what was written any more. Your notes are as they were. Make a new backup now.",
        ),
        (
            damaged(true),
            "A backup is damaged: The backup from 21 November is not what was written any more. A new backup was made, and your notes are as they were.",
        ),
    ];
    for (facts, words) in rows {
        assert_eq!(says(&facts), words);
    }
}

#[test]
fn the_cache_forgets_the_oldest_and_what_it_cannot_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let origin = crate::durable::Origin::new("machine", folder.path());
    let file = SaidFile::new(folder.path(), &origin);
    assert_eq!(file.load(), Said::default());
    let notice = |at: i64| {
        let mut due = locked_out(&Said::default(), &now()).expect("due");
        due.marks = vec![format!("damaged:{at}")];
        due
    };
    let _ = file.note(&[notice(0)], TimeMs(0));
    let many: Vec<_> = (1..=1_000).map(notice).collect();
    let said = file.note(&many, TimeMs(5));
    assert_eq!(file.load(), said);
    assert_eq!((said.at("damaged:0", &now()), said.at("damaged:1", &now())), (None, Some(TimeMs(5))));
    for text in ["", "{", r#"{"version":2,"marks":{"overdue":1}}"#, "\0"] {
        crate::durable::replace(&folder.path().join("said.json"), &origin, "test", text.as_bytes())
            .expect("written");
        assert_eq!(file.load(), Said::default(), "{text}");
    }
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let code = prop::sample::select(vec![Code::DiskGone, Code::NoSpace, Code::Internal, Code::NotLoggedIn]);
    let failing =
        (code, any::<bool>(), 1_u32..6, 0_i64..200).prop_map(|(code, automatic, in_a_row, hours)| Failing {
            code,
            message: "It went wrong.".to_owned(),
            automatic,
            in_a_row,
            since: ago(hours),
        });
    let overdue = prop::collection::vec(
        (any::<bool>(), 1_u32..9).prop_map(|(with_attachments, days)| Overdue { with_attachments, days }),
        0..3,
    );
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (prop::option::of(failing), overdue, prop::option::of(0_i64..99), flags).prop_map(
        |(failing, overdue, reminder, (proof_due, clock_changed, in_front))| Facts {
            failing,
            overdue,
            reminder: reminder.map(ago),
            proof_due,
            clock_changed,
            in_front,
            ..Facts::default()
        },
    )
}

proptest! {
    #[test]
    fn what_was_said_is_not_said_again_in_the_same_minute(facts in any_facts()) {
        let mut said = Said::default();
        let notices = due_notices(&facts, &said, &now());
        said.note(&notices, ago(0));
        prop_assert_eq!(due_notices(&facts, &said, &now()), vec![]);
    }

    #[test]
    fn a_trouble_never_goes_quiet(facts in any_facts(), hours in 24_i64..999) {
        let mut said = Said::default();
        said.note(&due_notices(&facts, &said, &now()), ago(hours));
        let trouble = facts.failing.is_some() || !facts.overdue.is_empty() || facts.clock_changed;
        let later = now().saturating_add(SignedDuration::ZERO);
        prop_assert!(!trouble || !due_notices(&facts, &said, &later).is_empty());
    }
}
