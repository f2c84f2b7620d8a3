//! What is said of other apps' folders and of the second folder: nothing of the user's own backups is lost there.

use backstop_model::TimeMs;
use jiff::Zoned;

use super::*;
use crate::ports::Notice;
use crate::problem::Code;
use crate::runs::{Begin, End, History, Outcome, Run, RunId, RunKind, Trigger};

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
        let notice = Notice { id: String::new(), title: String::new(), body: String::new() };
        let marks = vec![(*mark).to_owned()];
        said.note(
            &[DueNotice { notice, action: Action::Open, how: How::Loud, bring_window: false, marks }],
            ago(*hours),
        );
    }
    said
}

fn stale(folders: &[(&str, u32)]) -> Facts {
    let stale = folders.iter().map(|(title, days)| Stale {
        place: format!("notesnook-{title}"),
        title: (*title).to_owned(),
        days: *days,
    });
    Facts { stale: stale.collect(), ..Facts::default() }
}

fn damaged(files: &[&str]) -> Facts {
    let damaged = files.iter().map(|file| DamagedInPlace {
        title: "Notesnook backups".to_owned(),
        archive: (*file).to_owned(),
        made: Some(ago(24)),
    });
    Facts { damaged_in_places: damaged.collect(), ..Facts::default() }
}

fn copies(code: Option<Code>, hours: i64) -> Facts {
    Facts { copies: Some(CopiesFailing { since: ago(hours), code }), ..Facts::default() }
}

/// What it is about, the facts, what was said how many hours ago, what is told.
type Row<'a> = (&'a str, Facts, &'a [(&'a str, i64)], Option<(Action, How)>);

#[test]
fn it_is_said_seldom_and_quietly() {
    let gone = || copies(Some(Code::DiskGone), 80);
    let rows: Vec<Row<'_>> = vec![
        ("stale", stale(&[("a", 23)]), &[], Some((Action::ShowPlaces, How::Quiet))),
        ("stale, said", stale(&[("a", 23)]), &[("stale:notesnook-a", 167)], None),
        (
            "weekly",
            stale(&[("a", 23)]),
            &[("stale:notesnook-a", 168)],
            Some((Action::ShowPlaces, How::Quiet)),
        ),
        (
            "another one",
            stale(&[("a", 23), ("b", 9)]),
            &[("stale:notesnook-a", 1)],
            Some((Action::ShowPlaces, How::Quiet)),
        ),
        ("damaged", damaged(&["p/a"]), &[], Some((Action::ShowPlaces, How::Loud))),
        ("damaged, said once for ever", damaged(&["p/a"]), &[("damaged_in:p/a", 9_999)], None),
        (
            "one more damaged",
            damaged(&["p/a", "p/b"]),
            &[("damaged_in:p/a", 1)],
            Some((Action::ShowPlaces, How::Loud)),
        ),
        ("copies fail since yesterday", copies(Some(Code::DiskGone), 71), &[], None),
        ("for three days", copies(Some(Code::DiskGone), 72), &[], Some((Action::ChooseCopies, How::Quiet))),
        ("copies, said", gone(), &[("copies", 167)], None),
        ("copies, weekly", gone(), &[("copies", 168)], Some((Action::ChooseCopies, How::Quiet))),
        ("a single archive can't be copied", copies(None, 80), &[], Some((Action::ShowHistory, How::Quiet))),
    ];
    for (row, facts, marks, expected) in rows {
        let before = said(marks);
        let notices = due_notices(&facts, &before, &now());
        assert_eq!(notices.first().map(|due| (due.action, due.how)), expected, "{row}");
        let mut after = before;
        after.note(&notices, ago(0));
        assert_eq!(due_notices(&facts, &after, &now()), [], "{row}: said once");
    }
}

#[test]
fn the_words_are_plain() {
    let rows = [
        (
            stale(&[("Notesnook backups", 23)]),
            "Notesnook last wrote a backup 23 days ago: The folder “Notesnook backups” has got no new one in that time, which is longer than usual. The backups that are there stay as they are. Look in Notesnook whether its backups are on.",
        ),
        (
            stale(&[("a", 9), ("b", 23)]),
            "Notesnook last wrote a backup 23 days ago: The folder “b” has got no new one in that time, which is longer than usual. One other folder has waited for long, too. The backups that are there stay as they are. Look in Notesnook whether its backups are on.",
        ),
        (
            damaged(&["p/a"]),
            "A backup of Notesnook is damaged: The backup of 21 November in “Notesnook backups” can't be read as a whole. Backstop left it as it is, and the notes in Notesnook are as they were. Make a new backup there.",
        ),
        (
            damaged(&["p/a", "p/b"]),
            "2 backups of Notesnook are damaged: They can't be read as a whole; one of them is the backup of 21 November in “Notesnook backups”. Backstop left them as they are, and the notes in Notesnook are as they were. Make a new backup there.",
        ),
        (
            copies(Some(Code::DiskGone), 80),
            "New backups have no copy: Copying into the second folder has not gone well since 19 November. The backups themselves are as they should be. Connect its disk, or choose another folder for copies.",
        ),
        (
            copies(Some(Code::NoSpace), 80),
            "New backups have no copy: Copying into the second folder has not gone well since 19 November. The backups themselves are as they should be. Free some space on its disk, or choose another folder for copies.",
        ),
        (
            copies(None, 80),
            "New backups have no copy: Copying into the second folder has not gone well since 19 November. The backups themselves are as they should be. The history says why.",
        ),
    ];
    for (facts, words) in rows {
        let notices = due_notices(&facts, &Said::default(), &now());
        let says: Vec<_> =
            notices.iter().map(|due| format!("{}: {}", due.notice.title, due.notice.body)).collect();
        assert_eq!(says, [words]);
    }
}

/// A run of copying or another: its outcome and how many hours ago it ended.
type Ended = (RunKind, Outcome, i64);

/// Runs of copying and others, the newest first, each with its outcome and how many hours ago it ended.
fn history(runs: &[Ended]) -> History {
    let run = |(at, (kind, outcome, hours)): (u32, &Ended)| {
        let id = RunId::new(now().timestamp(), at);
        Run {
            begin: Begin {
                run: id.clone(),
                kind: *kind,
                trigger: Trigger::Automatic,
                started: ago(hours + 1),
                places: Vec::new(),
                undoes: None,
                folder: None,
                attachments: false,
            },
            safety: None,
            end: Some(End::new(&id, ago(*hours), outcome.clone())),
        }
    };
    History { runs: (0..).zip(runs).map(run).collect(), ..History::default() }
}

#[test]
fn copies_fail_since_the_first_try_that_did_after_the_last_good_one() {
    let failed = |code| Outcome::Failed { code, message: String::new() };
    let warned = || Outcome::CompletedWithWarnings { warnings: vec!["One was not copied.".to_owned()] };
    type Row = (&'static str, Vec<Ended>, Option<(i64, Option<Code>)>);
    let rows: Vec<Row> = vec![
        ("nothing was copied yet", vec![(RunKind::Backup, failed(Code::NoSpace), 1)], None),
        ("all is well", vec![(RunKind::Copy, Outcome::Completed, 1)], None),
        (
            "it failed, and other jobs say nothing of it",
            vec![
                (RunKind::Backup, Outcome::Completed, 1),
                (RunKind::Copy, failed(Code::DiskGone), 2),
                (RunKind::Verify, Outcome::Completed, 3),
                (RunKind::Copy, failed(Code::NoSpace), 30),
                (RunKind::Copy, Outcome::Completed, 50),
                (RunKind::Copy, failed(Code::NoSpace), 99),
            ],
            Some((30, Some(Code::DiskGone))),
        ),
        (
            "a cancel says nothing",
            vec![(RunKind::Copy, Outcome::Cancelled, 1), (RunKind::Copy, warned(), 9)],
            Some((9, None)),
        ),
        (
            "it went well again",
            vec![(RunKind::Copy, Outcome::Completed, 1), (RunKind::Copy, failed(Code::NoSpace), 9)],
            None,
        ),
    ];
    for (row, runs, expected) in rows {
        let expected = expected.map(|(hours, code)| CopiesFailing { since: ago(hours), code });
        assert_eq!(copies_failing(&history(&runs)), expected, "{row}");
    }
}
