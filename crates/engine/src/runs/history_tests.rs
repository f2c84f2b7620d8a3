use super::*;
use crate::runs::{Counts, MadeArchive, Trigger, Whereabouts};

fn id(text: &str) -> RunId {
    text.parse().expect("a run id")
}

fn begin(run: &str, kind: RunKind, started: i64) -> Record {
    Record::Begin(Begin {
        run: id(run),
        kind,
        trigger: Trigger::Automatic,
        started: TimeMs(started),
        places: vec!["library".to_owned()],
        undoes: None,
        folder: None,
        attachments: false,
    })
}

fn made(place: &str, attachments_included: bool, verified: bool) -> MadeArchive {
    MadeArchive {
        archive: "a1".to_owned(),
        place: place.to_owned(),
        path: "/mnt/usb/a.nnbackupz".into(),
        bytes: 1,
        notes: 1,
        attachments: 0,
        attachments_included,
        encrypted: true,
        verified,
        state: None,
    }
}

fn end(run: &str, ended: i64, outcome: Outcome, archives: Vec<MadeArchive>) -> Record {
    Record::End(End { archives, counts: Counts::default(), ..End::new(&id(run), TimeMs(ended), outcome) })
}

fn failed() -> Outcome {
    Outcome::Failed { code: Code::DiskGone, message: "The disk is not there.".to_owned() }
}

fn history(records: &[Record]) -> History {
    let lines: Vec<Vec<u8>> =
        records.iter().map(|record| serde_json::to_vec(record).expect("json")).collect();
    let mut history = History::default();
    history.extend(lines.iter().map(Vec::as_slice));
    history
}

/// A backup that ends at `at`, in one row.
fn backup(run: &str, at: i64, outcome: Outcome, archives: Vec<MadeArchive>) -> [Record; 2] {
    [begin(run, RunKind::Backup, at - 1), end(run, at, outcome, archives)]
}

#[test]
fn runs_are_listed_newest_first_by_record_not_by_clock() {
    let history = history(
        &[
            backup("a", 100, Outcome::Completed, vec![made("library", false, true)]),
            backup("b", 50, Outcome::Cancelled, vec![]),
        ]
        .concat(),
    );
    let ids: Vec<_> = history.runs.iter().map(|run| run.begin.run.as_str()).collect();
    assert_eq!(ids, ["b", "a"]);
    assert!(history.run(&id("a")).is_some() && history.run(&id("c")).is_none());
}

#[test]
fn only_a_verified_archive_of_the_place_is_a_success() {
    let full = |verified| vec![made("library", true, verified)];
    let plain = vec![made("library", false, true)];
    let warned = Outcome::CompletedWithWarnings { warnings: vec!["odd".to_owned()] };
    let rows = [
        ("nothing", Vec::<[Record; 2]>::new(), None, None),
        ("failed", vec![backup("a", 1, failed(), vec![])], None, None),
        ("failed, though it left an archive", vec![backup("a", 1, failed(), plain.clone())], None, None),
        ("not verified", vec![backup("a", 1, Outcome::Completed, full(false))], None, None),
        (
            "of another place",
            vec![backup("a", 1, Outcome::Completed, vec![made("joplin", true, true)])],
            None,
            None,
        ),
        ("with warnings", vec![backup("a", 1, warned, full(true))], Some(1), Some(1)),
        (
            "a newer one without attachments",
            vec![
                backup("a", 1, Outcome::Completed, full(true)),
                backup("b", 2, Outcome::Completed, plain.clone()),
            ],
            Some(2),
            Some(1),
        ),
        (
            "recorded after the clock was set back",
            vec![
                backup("a", 9, Outcome::Completed, plain.clone()),
                backup("b", 2, Outcome::Completed, plain),
            ],
            Some(2),
            None,
        ),
    ];
    for (name, records, any, with_attachments) in rows {
        let history = history(&records.concat());
        let at = |kind| history.last_success("library", kind).map(|success| success.at.0);
        assert_eq!((at(BackupKind::Notes), at(BackupKind::Full)), (any, with_attachments), "{name}");
    }
}

#[test]
fn attempts_count_since_the_last_success() {
    let success = backup("a", 10, Outcome::Completed, vec![made("library", false, true)]);
    let records = [
        success.to_vec(),
        backup("b", 20, failed(), vec![]).to_vec(),
        vec![begin("r", RunKind::Restore, 25), end("r", 26, failed(), vec![])],
        backup("c", 30, Outcome::Cancelled, vec![]).to_vec(),
        vec![begin("d", RunKind::Backup, 40)],
    ];
    let attempts =
        |count: usize, held| history(&records[..count].concat()).attempts("library", BackupKind::Notes, held);
    assert_eq!(attempts(0, false), Attempts::default());
    assert_eq!(attempts(1, false), Attempts::default());
    let message = "The disk is not there.".to_owned();
    let gone = Failure { code: Code::DiskGone, message, kind: BackupKind::Notes };
    assert_eq!(attempts(2, false), Attempts { count: 1, last: Some(TimeMs(20)), failure: Some(gone) });
    assert_eq!(attempts(3, false), attempts(2, false), "a restore is no attempt at a backup");
    assert_eq!(attempts(4, false), Attempts { count: 2, last: Some(TimeMs(30)), failure: None });
    assert_eq!(attempts(5, true), attempts(4, true), "what runs has not failed");
    let left = attempts(5, false);
    assert_eq!((left.count, left.last), (3, Some(TimeMs(40))));
    assert!(left.failure.expect("left running").message.contains("interrupted"));
    let history = history(&records.concat());
    let past = history.pasts("library", &history.left("library", &|_| Whereabouts::Here), false).notes;
    assert_eq!((past.last_success.map(Timestamp::as_millisecond), past.attempts), (Some(10), 3));
}

#[test]
fn a_run_without_an_end_is_running_only_while_the_lock_is_held() {
    let history = history(&[begin("a", RunKind::Restore, 1)]);
    let run = &history.runs[0];
    assert_eq!(run.state(true), RunState::Running);
    assert_eq!(run.state(false), RunState::LeftRunning);
    assert_eq!(run.reason(true), None);
    assert!(run.reason(false).is_some());
}

#[test]
fn lines_that_say_nothing_are_counted_and_the_rest_is_kept() {
    let good = serde_json::to_vec(&begin("a", RunKind::Backup, 1)).expect("json");
    let stray_end = serde_json::to_vec(&end("z", 2, Outcome::Completed, vec![])).expect("json");
    let lines: [&[u8]; 5] = [b"{\"event\":\"weather\"}", &good, b"\0\0\0\0", &stray_end, b""];
    let mut history = History::default();
    history.extend(lines.into_iter());
    assert_eq!((history.runs.len(), history.unreadable_lines), (1, 3));
}

#[test]
fn who_is_found_dead_was_tried_when_it_began() {
    let dead = vec![begin("a", RunKind::Backup, 5), end("a", 900, Outcome::LeftRunning, vec![])];
    let attempts = history(&dead).attempts("library", BackupKind::Notes, false);
    assert_eq!((attempts.count, attempts.last), (1, Some(TimeMs(5))), "cleaning up is no attempt");
    let failed = vec![begin("a", RunKind::Backup, 5), end("a", 900, failed(), vec![])];
    assert_eq!(history(&failed).attempts("library", BackupKind::Notes, false).last, Some(TimeMs(900)));
}

#[test]
fn the_first_end_holds() {
    let first = backup("a", 1, Outcome::Completed, vec![made("library", false, true)]);
    let second = end("a", 2, Outcome::LeftRunning, vec![]);
    let history = history(&[first.to_vec(), vec![second]].concat());
    assert_eq!(history.unreadable_lines, 1);
    assert_eq!(history.last_success("library", BackupKind::Notes).map(|success| success.at), Some(TimeMs(1)));
}

#[test]
fn checks_are_listed_newest_first() {
    let check = |name: &str| Verification {
        archive: None,
        manifest_sha256: None,
        name: name.to_owned(),
        bytes: 1,
        level: crate::runs::Level::Full,
        sound: true,
        at: TimeMs(1),
    };
    let verify = |run: &str, names: [&str; 2]| {
        let end = End::new(&id(run), TimeMs(1), Outcome::Completed);
        let end = End { verifications: names.map(check).to_vec(), ..end };
        [begin(run, RunKind::Verify, 1), Record::End(end)]
    };
    let history = history(&[verify("a", ["1", "2"]), verify("b", ["3", "4"])].concat());
    let names: Vec<_> = history.verifications().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["4", "3", "2", "1"]);
}

#[test]
fn the_last_restore_that_stands_can_be_undone() {
    let restored = |run: &str, outcome: Outcome, added: u64| {
        let end = End::new(&id(run), TimeMs(1), outcome);
        let counts = Counts { added, ..Counts::default() };
        vec![begin(run, RunKind::Restore, 0), Record::End(End { counts, ..end })]
    };
    let undone = |run: &str, undoes: &str, outcome: Outcome| {
        let Record::Begin(start) = begin(run, RunKind::Undo, 2) else { panic!("a beginning") };
        let start = Record::Begin(Begin { undoes: Some(id(undoes)), ..start });
        vec![start, end(run, 3, outcome, vec![])]
    };
    let done = || Outcome::Completed;
    let (a, b) = (restored("a", done(), 1), restored("b", done(), 2));
    let warned = restored("b", Outcome::CompletedWithWarnings { warnings: vec!["odd".to_owned()] }, 1);
    let rows = [
        ("nothing yet", vec![], None),
        ("one", vec![a.clone()], Some("a")),
        ("with warnings", vec![a.clone(), warned], Some("b")),
        ("the newest", vec![a.clone(), b.clone()], Some("b")),
        ("a backup since", vec![a.clone(), backup("c", 9, done(), vec![]).to_vec()], Some("a")),
        ("failed", vec![a.clone(), restored("b", failed(), 0)], Some("a")),
        ("it changed nothing", vec![a.clone(), restored("b", done(), 0)], Some("a")),
        ("it never ended", vec![a.clone(), vec![begin("b", RunKind::Restore, 2)]], Some("a")),
        ("undone", vec![a.clone(), undone("u", "a", done())], None),
        ("the newer undone", vec![a.clone(), b, undone("u", "b", done())], Some("a")),
        ("an undo that failed", vec![a.clone(), undone("u", "a", failed())], Some("a")),
        ("an undo that was undone", vec![a, undone("u", "a", done()), undone("v", "u", done())], Some("a")),
    ];
    for (name, records, expected) in rows {
        let history = history(&records.concat());
        let found = history.undoable(|_| true).map(|end| end.run.clone());
        assert_eq!(found, expected.map(id), "{name}");
        assert_eq!(history.undoable(|_| false), None, "{name}, its safety archive gone");
    }
}

#[test]
fn a_restore_that_broke_off_after_its_safety_archive_is_found() {
    let safe = |run: &str| Record::Safety {
        run: id(run),
        safety: SafetyArchive { archive: run.to_owned(), path: format!("/safety/{run}").into() },
    };
    let begun = |run: &str| vec![begin(run, RunKind::Restore, 1), safe(run)];
    let ended = |run: &str, outcome: Outcome| [begun(run), vec![end(run, 2, outcome, vec![])]].concat();
    let rows = [
        ("nothing yet", vec![], None),
        ("it never ended", vec![begun("a")], Some("a")),
        ("a later run said so", vec![ended("a", Outcome::LeftRunning)], Some("a")),
        ("before anything was safe", vec![vec![begin("a", RunKind::Restore, 1)]], None),
        ("it ended", vec![ended("a", Outcome::Completed)], None),
        ("it failed", vec![ended("a", failed())], None),
        ("a backup since", vec![begun("a"), backup("b", 3, Outcome::Completed, vec![]).to_vec()], Some("a")),
        ("a failed restore since", vec![begun("a"), ended("b", failed())], Some("a")),
        ("a restore since", vec![begun("a"), ended("b", Outcome::Completed)], None),
    ];
    for (name, records, expected) in rows {
        let history = history(&records.concat());
        assert_eq!(history.broken_off(false).map(|run| run.begin.run.clone()), expected.map(id), "{name}");
    }
    assert_eq!(history(&begun("a")).broken_off(true), None, "it may still run");
}

#[test]
fn nothing_new_is_a_success_of_the_kind_that_the_older_archive_is() {
    let nothing = |archive: MadeArchive| {
        let end = End {
            still_good: vec![archive],
            ..End::new(&id("b"), TimeMs(9), Outcome::NothingNew { since: TimeMs(1) })
        };
        history(&[begin("b", RunKind::Backup, 8), Record::End(end)])
    };
    let success = |attachments_included| Some(Success { run: id("b"), at: TimeMs(9), attachments_included });
    let plain = nothing(made("library", false, true));
    assert_eq!(
        (plain.last_success("library", BackupKind::Notes), plain.last_success("library", BackupKind::Full)),
        (success(false), None)
    );
    let full = nothing(made("library", true, true));
    assert_eq!(full.last_success("library", BackupKind::Full), success(true));
    assert_eq!(full.attempts("library", BackupKind::Notes, false), Attempts::default());
    assert_eq!(nothing(made("joplin", true, true)).last_success("library", BackupKind::Notes), None);
    let none = history(&backup("c", 9, Outcome::NothingNew { since: TimeMs(1) }, vec![]));
    assert_eq!(none.last_success("library", BackupKind::Notes), None, "without an archive nothing is safe");
}

/// A check of the file that [`made`] is.
fn checked(run: &str, at: i64, sound: bool) -> [Record; 2] {
    let check = Verification {
        archive: None,
        manifest_sha256: None,
        name: "a.nnbackupz".to_owned(),
        bytes: 1,
        level: crate::runs::Level::Full,
        sound,
        at: TimeMs(at),
    };
    let end = End { verifications: vec![check], ..End::new(&id(run), TimeMs(at), Outcome::Completed) };
    [begin(run, RunKind::Verify, at - 1), Record::End(end)]
}

#[test]
fn damage_takes_a_success_away_until_a_fresh_one_is_made() {
    let full = || backup("a", 10, Outcome::Completed, vec![made("library", true, true)]);
    let fresh = |attachments| {
        let path = "/mnt/usb/b.nnbackupz".into();
        backup("z", 90, Outcome::Completed, vec![MadeArchive { path, ..made("library", attachments, true) }])
    };
    let notes_only = || backup("a", 10, Outcome::Completed, vec![made("library", false, true)]);
    let other = || backup("a", 10, Outcome::Completed, vec![made("joplin", true, true)]);
    // What happened; then for notes and with attachments: damaged, when the last success was.
    let rows = [
        ("sound", vec![full(), checked("v", 20, true)], (false, Some(10)), (false, Some(10))),
        ("damaged", vec![full(), checked("v", 20, false)], (true, None), (true, None)),
        ("of notes", vec![notes_only(), checked("v", 20, false)], (true, None), (false, None)),
        ("of another place", vec![other(), checked("v", 20, false)], (false, None), (false, None)),
        (
            "sound again",
            vec![full(), checked("v", 20, false), checked("w", 30, true)],
            (false, Some(10)),
            (false, Some(10)),
        ),
        (
            "a fresh one",
            vec![full(), checked("v", 20, false), fresh(true)],
            (false, Some(90)),
            (false, Some(90)),
        ),
        (
            "a fresh one of notes",
            vec![full(), checked("v", 20, false), fresh(false)],
            (false, Some(90)),
            (true, None),
        ),
        (
            "an older one",
            vec![full(), fresh(true), checked("v", 95, false)],
            (true, Some(90)),
            (true, Some(90)),
        ),
        (
            "failed since",
            vec![full(), checked("v", 20, false), backup("z", 90, failed(), vec![])],
            (true, None),
            (true, None),
        ),
    ];
    for (what, records, notes, with_attachments) in rows {
        let history = history(&records.concat());
        for (kind, expected) in [(BackupKind::Notes, notes), (BackupKind::Full, with_attachments)] {
            let last = history.last_success("library", kind).map(|success| success.at.0);
            assert_eq!((history.found_damaged("library", kind), last), expected, "{what} {kind:?}");
            let left = history.left("library", &|_| Whereabouts::Here);
            assert_eq!(left.kind(kind).success.as_ref().map(|success| success.at.0), last, "{what} {kind:?}");
            let pasts = history.pasts("library", &left, false);
            let past = if kind == BackupKind::Full { pasts.full } else { pasts.notes };
            assert_eq!(past.damaged, expected.0);
        }
    }
}

/// A backup with attachments, from its begin to its end.
fn full(run: &str, ended: i64, outcome: Outcome, archives: Vec<MadeArchive>) -> Vec<Record> {
    let mut records = backup(run, ended, outcome, archives).to_vec();
    if let Some(Record::Begin(begin)) = records.first_mut() {
        begin.attachments = true;
    }
    records
}

#[test]
fn a_failure_with_attachments_says_nothing_of_notes_unless_it_says_as_much() {
    let fails = |code| Outcome::Failed { code, message: "It failed.".to_owned() };
    let success = |attachments| backup("a", 10, Outcome::Completed, vec![made("library", attachments, true)]);
    let counts = |records: &[Vec<Record>]| {
        let history = history(&records.concat());
        let count = |kind| history.attempts("library", kind, false).count;
        let failure = |full| history.failure("library", full, false).map(|failure| failure.code);
        (count(BackupKind::Notes), count(BackupKind::Full), failure(false), failure(true))
    };
    let all = success(true).to_vec();
    let notes = |run, at| backup(run, at, Outcome::Completed, vec![made("library", false, true)]).to_vec();
    let (space, gone) = (Some(Code::NoSpace), Some(Code::DiskGone));
    for (records, expected) in [
        (vec![all.clone()], (0, 0, None, None)),
        (vec![all.clone(), full("b", 20, fails(Code::NoSpace), vec![])], (0, 1, space, space)),
        (vec![all.clone(), full("b", 20, fails(Code::DiskGone), vec![])], (1, 1, gone, gone)),
        (vec![all.clone(), full("b", 20, Outcome::Cancelled, vec![])], (1, 1, None, None)),
        (vec![all.clone(), backup("b", 20, fails(Code::NoSpace), vec![]).to_vec()], (1, 1, space, space)),
        // Nothing was tried: nobody was signed in.
        (
            vec![all.clone(), backup("b", 20, fails(Code::NotLoggedIn), vec![]).to_vec()],
            (0, 0, Some(Code::NotLoggedIn), Some(Code::NotLoggedIn)),
        ),
        // Notes were backed up since: what said as much of both is over, the rest is not.
        (vec![all.clone(), full("b", 20, fails(Code::NoSpace), vec![]), notes("c", 30)], (0, 1, None, space)),
        (vec![all.clone(), full("b", 20, fails(Code::DiskGone), vec![]), notes("c", 30)], (0, 0, None, None)),
        (vec![all.clone(), full("b", 20, fails(Code::NoSpace), vec![]), all.clone()], (0, 0, None, None)),
    ] {
        assert_eq!(counts(&records), expected, "{records:?}");
    }
    let left = vec![all, vec![begin("b", RunKind::Backup, 20)]];
    assert_eq!((counts(&left).0, counts(&left).1), (1, 1));
}

#[test]
fn what_was_left_running_was_tried_when_it_began_however_late_it_was_found() {
    let found = vec![begin("b", RunKind::Backup, 20), end("b", 9000, Outcome::LeftRunning, vec![])];
    let attempts = history(&found).attempts("library", BackupKind::Notes, false);
    assert_eq!((attempts.count, attempts.last), (1, Some(TimeMs(20))));
}
