//! Every notice with its own words, for the pictures in the documents: `tests/notices.json`.
//!
//! `BACKSTOP_PICTURES=1 cargo nextest run --workspace every_notice` writes the file, and without the variable the
//! same test fails when it is not what it should be. The window's tests draw what is in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use backstop_model::TimeMs;
use jiff::Zoned;
use serde::Serialize;

use super::*;
use crate::problem::{Code, Problem};

/// A notice as its picture needs it.
#[derive(Serialize)]
struct Shown {
    name: &'static str,
    /// When it is given.
    when: &'static str,
    title: String,
    body: String,
    button: &'static str,
    quiet: bool,
}

fn now() -> Zoned {
    "2026-11-22T14:03:00[Europe/Berlin]".parse().expect("a moment")
}

fn ago(hours: i64) -> TimeMs {
    TimeMs(now().timestamp().as_millisecond() - hours * 3_600_000)
}

fn failing(code: Code, in_a_row: u32) -> Facts {
    let message = Problem::of(code).message;
    let failing = Failing { code, message, automatic: true, in_a_row, since: ago(1) };
    Facts { failing: Some(failing), last_verified: Some(ago(30)), ..Facts::default() }
}

fn overdue(kinds: &[(bool, u32)]) -> Facts {
    let kind =
        |(with_attachments, days): &(bool, u32)| Overdue { with_attachments: *with_attachments, days: *days };
    let last_verified = kinds.iter().any(|(full, _)| !full).then(|| ago(24 * 10)).or(Some(ago(6)));
    Facts { overdue: kinds.iter().map(kind).collect(), last_verified, ..Facts::default() }
}

fn damaged(replaced: bool) -> Facts {
    let damaged = Damaged { archive: "a".to_owned(), made: Some(ago(24 * 19)), replaced };
    Facts { damaged: vec![damaged], ..Facts::default() }
}

fn good_news(warnings: bool, nothing_new: bool) -> Facts {
    let news = GoodNews { at: ago(0), notes: 1204, attachments: 318, warnings, nothing_new };
    Facts { good_news: Some(news), tell_good_news: true, ..Facts::default() }
}

fn in_place(title: &str) -> DamagedInPlace {
    DamagedInPlace { title: title.to_owned(), archive: "p/a".to_owned(), made: Some(ago(24 * 2)) }
}

/// What is true, what the picture is called, and what the documents say of it.
type Row = (Facts, &'static str, &'static str);

fn rows() -> Vec<Row> {
    // A new fact stops this from compiling: it may be a new notice, and wants its row below.
    let Facts {
        failing: _,
        good_news: _,
        tell_good_news: _,
        done_again: _,
        overdue: _,
        last_verified: _,
        reminder: _,
        damaged: _,
        proof_due: _,
        pruning_paused: _,
        stale: _,
        damaged_in_places: _,
        copies: _,
        clock_changed: _,
        in_front: _,
    } = Facts::default();
    failures_and_damage().into_iter().chain(the_rest()).collect()
}

/// What is lost or may be.
fn failures_and_damage() -> Vec<Row> {
    vec![
        (failing(Code::Internal, 1), "failed", "A backup failed"),
        (failing(Code::NoSpace, 1), "failed-no-space", "A backup failed: the disk is full"),
        (failing(Code::ReadOnly, 1), "failed-read-only", "A backup failed: its folder can’t be written to"),
        (failing(Code::DiskGone, 1), "failed-disk-gone", "A backup failed: its disk is away"),
        (failing(Code::NotLoggedIn, 1), "failed-locked-out", "A backup failed: nobody was signed in"),
        (failing(Code::NoSpace, 3), "failed-again", "The third failure in a row; the window comes up"),
        (overdue(&[(false, 9)]), "overdue", "A backup is overdue"),
        (overdue(&[(true, 12)]), "overdue-full", "A backup with attachments is overdue"),
        (
            Facts { overdue: vec![Overdue { with_attachments: false, days: 1 }], ..Facts::default() },
            "overdue-never",
            "There never was a backup",
        ),
        (damaged(false), "damaged", "A backup is damaged"),
        (damaged(true), "damaged-replaced", "A backup is damaged, and a new one was made"),
        (
            Facts { damaged_in_places: vec![in_place("Notesnook backups")], ..Facts::default() },
            "place-damaged",
            "A backup in a folder of Notesnook’s is damaged",
        ),
    ]
}

/// Everything else.
fn the_rest() -> Vec<Row> {
    let shrunk = "The newest backup without attachments has 39 % fewer notes than before (734 notes, it was 1204), so no older one is deleted until you have looked.";
    let stale = Stale { place: "p".to_owned(), title: "Notesnook backups".to_owned(), days: 23 };
    let copies =
        |code| Facts { copies: Some(CopiesFailing { since: ago(24 * 4), code }), ..Facts::default() };
    vec![
        (Facts { clock_changed: true, ..Facts::default() }, "clock", "The newest backup is from the future"),
        (
            Facts { done_again: Some(("r".to_owned(), ago(1))), ..Facts::default() },
            "done-again",
            "A backup that was cut off was made again",
        ),
        (
            Facts { pruning_paused: Some(shrunk.to_owned()), ..Facts::default() },
            "pruning-paused",
            "A backup shrank, and nothing is deleted",
        ),
        (copies(Some(Code::DiskGone)), "copies", "Copies into the second folder fail for days"),
        (copies(None), "copies-some", "Some backups can’t be copied for days"),
        (
            Facts { stale: vec![stale], ..Facts::default() },
            "place-stale",
            "Notesnook writes no backups any more",
        ),
        (
            Facts { reminder: Some(ago(0)), last_verified: Some(ago(24 * 7)), ..Facts::default() },
            "reminder",
            "A reminder",
        ),
        (Facts { proof_due: true, ..Facts::default() }, "proof", "A restore is to be tried"),
        (good_news(false, false), "success", "A backup went well, if that is wished"),
        (good_news(true, false), "success-warnings", "It went well, with warnings"),
        (good_news(false, true), "success-nothing-new", "Nothing was new"),
    ]
}

#[test]
fn every_notice_is_in_the_file_that_the_pictures_are_made_of() {
    let mut all: Vec<(DueNotice, &str, &str)> = Vec::new();
    for (facts, name, when) in rows() {
        let mut notices = due_notices(&facts, &Said::default(), &now());
        assert_eq!(notices.len(), 1, "{name}");
        all.push((notices.remove(0), name, when));
    }
    let locked_out = locked_out(&Said::default(), &now()).expect("due");
    all.push((locked_out, "locked-out", "Nobody can be signed in by itself"));
    let offered: BTreeSet<Action> = all.iter().map(|(due, ..)| due.action).collect();
    assert_eq!(offered, Action::ALL.into_iter().collect(), "every action is on a picture");
    let shown: Vec<_> = all
        .into_iter()
        .map(|(due, name, when)| Shown {
            name,
            when,
            title: due.notice.title,
            body: due.notice.body,
            button: due.action.label(),
            quiet: due.how == How::Quiet,
        })
        .collect();
    let text = serde_json::to_string_pretty(&shown).expect("JSON") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/notices.json");
    if std::env::var_os("BACKSTOP_PICTURES").is_some() {
        crate::durable::replace(
            &path,
            &crate::durable::Origin::new("machine", &path),
            "test",
            text.as_bytes(),
        )
        .expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "tests/notices.json is not what it should be; type: \
         BACKSTOP_PICTURES=1 cargo nextest run --workspace every_notice"
    );
}
