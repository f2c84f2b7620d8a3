use std::cell::Cell;

use backstop_model::TimeMs;

use super::*;
use crate::runs::{Begin, End, Outcome, Run, RunId, RunKind, TouchedArchive, Trigger};

use Whereabouts::{Away, Gone, Here};

fn made(name: &str, full: bool) -> MadeArchive {
    MadeArchive {
        archive: name.to_owned(),
        place: "library".to_owned(),
        path: Path::new("/backups").join(name),
        bytes: 1,
        notes: 1,
        attachments: 0,
        attachments_included: full,
        encrypted: true,
        verified: true,
        state: None,
    }
}

/// A run of that time with this end.
fn run(at: i64, kind: RunKind, change: impl FnOnce(End) -> End) -> Run {
    let id: RunId = format!("r{at}").parse().expect("an id");
    let begin = Begin {
        run: id.clone(),
        kind,
        trigger: Trigger::Automatic,
        started: TimeMs(at),
        places: vec!["library".to_owned()],
        undoes: None,
        folder: None,
        attachments: false,
    };
    Run { begin, safety: None, end: Some(change(End::new(&id, TimeMs(at), Outcome::Completed))) }
}

fn backup(at: i64, name: &str, full: bool) -> Run {
    run(at, RunKind::Backup, |end| End { archives: vec![made(name, full)], ..end })
}

/// Nothing was new since that archive was made.
fn rested(at: i64, name: &str, full: bool) -> Run {
    let outcome = Outcome::NothingNew { since: TimeMs(0) };
    run(at, RunKind::Backup, |end| End { outcome, still_good: vec![made(name, full)], ..end })
}

fn pruned(at: i64, name: &str) -> Run {
    let gone = TouchedArchive { archive: None, path: Path::new("/backups").join(name), bytes: 1 };
    run(at, RunKind::Prune, |end| End { deleted: vec![gone], ..end })
}

/// What is said of one kind: the moment that counts, whether its file is away, and the newest one that is gone.
type Said = (Option<i64>, bool, Option<i64>);

/// What it is called, the runs, where the files of `a` and `b` are, and what is said of any kind and of the one
/// with attachments.
type Row = (&'static str, Vec<Run>, [Whereabouts; 2], Said, Said);

#[test]
fn only_what_is_there_counts() {
    let two = || vec![backup(2, "b", false), backup(1, "a", true)];
    let full_last = || vec![backup(2, "b", true), backup(1, "a", false)];
    let resting =
        || vec![rested(4, "b", false), rested(3, "b", false), backup(2, "b", false), backup(1, "a", true)];
    let pruned_last = || vec![pruned(3, "b"), backup(2, "b", false), backup(1, "a", true)];
    // What is left of any kind, and of those with attachments.
    let rows: [Row; 11] = [
        ("nothing", vec![], [Here, Here], (None, false, None), (None, false, None)),
        ("all there", two(), [Here, Here], (Some(2), false, None), (Some(1), false, None)),
        ("the newest is gone", two(), [Here, Gone], (Some(1), false, Some(2)), (Some(1), false, None)),
        ("the full one is gone", two(), [Gone, Here], (Some(2), false, None), (None, false, Some(1))),
        ("all gone", two(), [Gone, Gone], (None, false, Some(2)), (None, false, Some(1))),
        ("the newest is away", two(), [Here, Away], (Some(2), true, None), (Some(1), false, None)),
        ("gone, and the other away", two(), [Away, Gone], (Some(1), true, Some(2)), (Some(1), true, None)),
        (
            "the full one was the newest",
            full_last(),
            [Here, Gone],
            (Some(1), false, Some(2)),
            (None, false, Some(2)),
        ),
        (
            "rested on one that is there",
            resting(),
            [Here, Here],
            (Some(4), false, None),
            (Some(1), false, None),
        ),
        (
            "rested on one that is gone",
            resting(),
            [Here, Gone],
            (Some(1), false, Some(4)),
            (Some(1), false, None),
        ),
        ("deleted by Backstop", pruned_last(), [Here, Gone], (Some(1), false, None), (Some(1), false, None)),
    ];
    for (what, runs, [a, b], notes, full) in rows {
        let history = History { runs, unreadable_lines: 0 };
        let left = history.left("library", &|made| if made.archive == "a" { a } else { b });
        for (kind, expected) in [(BackupKind::Notes, notes), (BackupKind::Full, full)] {
            let left = left.kind(kind);
            let at = |success: &Success| success.at.0;
            let said =
                (left.success.as_ref().map(at), left.away.is_some(), left.gone.as_ref().map(|(s, _)| at(s)));
            assert_eq!(said, expected, "{what}: {kind:?}");
        }
        assert_eq!(left.is_something_gone(), notes.2.is_some() || full.2.is_some(), "{what}");
    }
    let elsewhere = History { runs: two(), unreadable_lines: 0 };
    assert_eq!(elsewhere.left("joplin", &|_| Here), BothLeft::default());
}

#[test]
fn as_few_files_are_looked_for_as_there_are_answers() {
    let mut runs: Vec<Run> = (1..=1000).rev().map(|at| backup(at, &format!("n{at}"), at % 30 == 0)).collect();
    runs.splice(0..0, (1001..=1400).rev().map(|at| rested(at, "n1000", false)));
    let history = History { runs, unreadable_lines: 0 };
    let looks = Cell::new(0);
    let count = |found: &dyn Fn(&MadeArchive) -> Whereabouts| {
        looks.set(0);
        let _left = history.left("library", &|made| {
            looks.set(looks.get() + 1);
            found(made)
        });
        looks.get()
    };
    assert_eq!(count(&|_| Here), 2, "one of each kind");
    assert_eq!(count(&|made| if made.archive == "n1000" { Gone } else { Here }), 3);
    // Each file once, however many runs rested on it.
    assert_eq!(count(&|_| Gone), 1000 + 33);
}
