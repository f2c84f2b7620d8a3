use backstop_model::TimeMs;

use super::*;
use crate::runs::{Begin, End, MadeArchive, RunId, Trigger};

/// One run, as these tests tell it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    /// Made a verified archive without attachments of so many notes, each of 10 bytes.
    Made(u64),
    /// Made one of so many notes and bytes.
    Sized(u64, u64),
    /// Made a readable one of so many notes and bytes.
    Plain(u64, u64),
    /// Made one in the other format of so many notes and bytes.
    Container(u64, u64),
    /// Made one with attachments of so many notes.
    Full(u64),
    /// Made one that was not verified.
    Unverified(u64),
    /// Made one of another place.
    Elsewhere(u64),
    /// Failed.
    Failed,
    /// Failed although it says that it made an archive of so many notes.
    FailedWith(u64),
    /// A restore that says that it made one.
    Restored(u64),
    /// Was cancelled.
    Cancelled,
    /// Died.
    Died,
    /// Runs now.
    Running,
    /// A restore that failed.
    RestoreFailed,
    /// A failed backup of another place.
    FailedElsewhere,
}

/// Runs in the order in which they happened; the archive of the first is `a0`, of the next `a1`.
pub(crate) fn history(told: &[Told]) -> History {
    let runs = told.iter().enumerate().map(|(number, told)| run(number, *told));
    let mut runs: Vec<Run> = runs.collect();
    runs.reverse();
    History { runs, unreadable_lines: 0 }
}

/// Notes and bytes of what it says that it made.
fn size(told: Told) -> (u64, u64) {
    match told {
        Told::Made(notes)
        | Told::Full(notes)
        | Told::Unverified(notes)
        | Told::Elsewhere(notes)
        | Told::FailedWith(notes)
        | Told::Restored(notes) => (notes, notes * 10),
        Told::Sized(notes, bytes) | Told::Plain(notes, bytes) | Told::Container(notes, bytes) => {
            (notes, bytes)
        }
        _ => (0, 0),
    }
}

fn run(number: usize, told: Told) -> Run {
    let id: RunId = format!("20261122-0803{number:02}-k3f9").parse().expect("an id");
    let failed = || Outcome::Failed { code: Code::NoSpace, message: "There is no space.".to_owned() };
    let outcome = match told {
        Told::Failed | Told::FailedWith(_) | Told::RestoreFailed | Told::FailedElsewhere => Some(failed()),
        Told::Cancelled => Some(Outcome::Cancelled),
        Told::Died => Some(Outcome::LeftRunning),
        Told::Running => None,
        Told::Full(_) => Some(Outcome::CompletedWithWarnings { warnings: vec!["odd".to_owned()] }),
        _ => Some(Outcome::Completed),
    };
    let (notes, bytes) = size(told);
    let place = match told {
        Told::Elsewhere(_) | Told::FailedElsewhere => "work",
        _ => "library",
    };
    let extension = if matches!(told, Told::Container(..)) { "backstop" } else { "nnbackupz" };
    let made = MadeArchive {
        archive: format!("a{number}"),
        place: place.to_owned(),
        path: format!("/backups/{number}.{extension}").into(),
        bytes,
        notes,
        attachments: 0,
        attachments_included: matches!(told, Told::Full(_)),
        encrypted: !matches!(told, Told::Plain(..)),
        verified: !matches!(told, Told::Unverified(_)),
        state: None,
    };
    let time = TimeMs(i64::try_from(number).expect("few") * 1_000);
    let end = outcome.map(|outcome| {
        let says_so = outcome.is_done() || matches!(told, Told::FailedWith(_));
        let archives = if says_so { vec![made] } else { Vec::new() };
        End { archives, ..End::new(&id, time, outcome) }
    });
    let kind = if matches!(told, Told::RestoreFailed | Told::Restored(_)) {
        RunKind::Restore
    } else {
        RunKind::Backup
    };
    let begin = Begin {
        run: id,
        kind,
        trigger: Trigger::Manual,
        started: time,
        places: vec![place.to_owned()],
        undoes: None,
        folder: None,
        attachments: false,
    };
    Run { begin, safety: None, end }
}

fn shrunk(full: bool, measure: Measure, before: u64, now: u64) -> Option<Pause> {
    Some(Pause::Shrunk(Shrunk { full, measure, before, now }))
}

#[test]
fn the_table_of_drops() {
    use Told::{Container, Elsewhere, FailedWith, Full, Made, Plain, Restored, Sized, Unverified};
    let none: &[&str] = &[];
    for (row, (told, seen, wanted)) in [
        (&[][..], none, None),
        (&[Made(100)], none, None),
        (&[Made(0), Made(0)], none, None),
        (&[Made(100), Made(71)], none, None),
        (&[Made(100), Made(70)], none, shrunk(false, Measure::Notes, 100, 70)),
        (&[Made(100), Made(0)], none, shrunk(false, Measure::Notes, 100, 0)),
        // Not seen, so still a drop, however often it is backed up again.
        (&[Made(100), Made(60), Made(60), Made(61)], none, shrunk(false, Measure::Notes, 100, 61)),
        (&[Made(100), Made(60), Made(100)], none, None),
        (&[Made(100), Made(60), Made(71)], none, None),
        // A slow decline is none.
        (&[Made(100), Made(80), Made(60), Made(45)], none, None),
        // Seen: what is there now is the measure.
        (&[Made(100), Made(60)], &["a1"], None),
        (&[Made(100), Made(60), Made(60)], &["a1"], None),
        (&[Made(100), Made(60), Made(42)], &["a1"], shrunk(false, Measure::Notes, 60, 42)),
        (&[Made(100), Made(60), Made(42)], &["a2"], None),
        (&[Made(100), Made(60)], &["a0"], shrunk(false, Measure::Notes, 100, 60)),
        // The size alone.
        (&[Sized(10, 1000), Sized(10, 700)], none, shrunk(false, Measure::Bytes, 1000, 700)),
        (&[Sized(10, 1000), Sized(10, 701)], none, None),
        (&[Sized(10, 1000), Sized(10, 400), Sized(10, 900)], none, None),
        // Another format or encryption has another size.
        (&[Sized(10, 1000), Plain(10, 400)], none, None),
        (&[Sized(10, 1000), Container(10, 400)], none, None),
        (
            &[Sized(10, 1000), Container(10, 400), Container(10, 280)],
            none,
            shrunk(false, Measure::Bytes, 400, 280),
        ),
        (&[Sized(10, 1000), Container(7, 400)], none, shrunk(false, Measure::Notes, 10, 7)),
        // Kinds and places each for themselves; what is not verified is no measure.
        (&[Made(100), Full(60), Made(100)], none, None),
        (&[Full(100), Made(100), Full(60)], none, shrunk(true, Measure::Notes, 100, 60)),
        (&[Full(100), Full(60), Made(100), Made(50)], none, shrunk(false, Measure::Notes, 100, 50)),
        (&[Made(100), Elsewhere(60)], none, None),
        (&[Made(100), Unverified(60)], none, None),
        // Only a backup that was done is a measure.
        (&[FailedWith(500), Made(100)], none, None),
        (&[Restored(500), Made(100)], none, None),
        // As large as numbers get.
        (
            &[Sized(1, u64::MAX), Sized(1, u64::MAX / 2)],
            none,
            shrunk(false, Measure::Bytes, u64::MAX, u64::MAX / 2),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let seen: Vec<String> = seen.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(pause(&history(told), "library", &seen), wanted, "row {row}: {told:?}");
    }
}

#[test]
fn the_table_of_failures() {
    use Told::{Cancelled, Died, Failed, FailedElsewhere, Made, RestoreFailed, Running};
    let failed = Some(Pause::Failed { code: Code::NoSpace, message: "There is no space.".to_owned() });
    let died = Some(Pause::Failed { code: Code::Internal, message: BROKEN_OFF.to_owned() });
    for (told, wanted) in [
        (&[Failed][..], failed.clone()),
        (&[Made(1), Failed], failed.clone()),
        (&[Failed, Made(1)], None),
        (&[Made(1), Failed, Cancelled], failed.clone()),
        (&[Made(1), Cancelled], None),
        (&[Made(1), Failed, Running], failed.clone()),
        (&[Made(1), Died], died.clone()),
        (&[Failed, Died, Made(1)], None),
        (&[Failed, Died], died),
        (&[Made(1), RestoreFailed], None),
        (&[Made(1), FailedElsewhere], None),
        // A failure goes before a drop: it is newer.
        (&[Made(100), Made(10), Failed], failed),
    ] {
        assert_eq!(pause(&history(told), "library", &[]), wanted, "{told:?}");
    }
}
