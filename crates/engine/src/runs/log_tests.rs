use super::*;
use crate::problem::Code;
use crate::runs::{Counts, RunKind, Trigger};

struct Account {
    folder: tempfile::TempDir,
    log: RunLog,
}

fn account() -> Account {
    let folder = tempfile::tempdir().expect("a folder");
    let log = RunLog::new(folder.path());
    Account { folder, log }
}

impl Account {
    fn path(&self) -> PathBuf {
        self.folder.path().join("runs.ndjson")
    }

    fn put(&self, bytes: &[u8]) {
        let _ = fs::remove_file(self.path());
        File::create_new(self.path()).expect("a file").write_all(bytes).expect("written");
    }
}

fn id(text: &str) -> RunId {
    text.parse().expect("a run id")
}

fn begin(run: &str) -> Begin {
    Begin {
        run: id(run),
        kind: RunKind::Restore,
        trigger: Trigger::Manual,
        started: TimeMs(1_795_334_595_000),
        places: vec!["library".to_owned()],
        undoes: None,
        folder: None,
        attachments: false,
    }
}

fn safety() -> SafetyArchive {
    SafetyArchive { archive: "s1".to_owned(), path: "/data/safety/s1.nnbackupz".into() }
}

fn ended(run: &str) -> End {
    let warnings = vec!["line\nbreak".to_owned()];
    let counts = Counts { notes: 12, added: 3, ..Counts::default() };
    End {
        counts,
        ..End::new(&id(run), TimeMs(1_795_334_599_000), Outcome::CompletedWithWarnings { warnings })
    }
}

#[test]
fn what_is_recorded_comes_back() {
    let account = account();
    assert_eq!(*account.log.read().expect("nothing yet"), History::default());
    account.log.begin(&begin("a")).expect("begun");
    account.log.safety(&id("a"), &safety()).expect("recorded");
    account.log.end(&ended("a")).expect("ended");
    let undo = Begin { kind: RunKind::Undo, undoes: Some(id("a")), ..begin("b") };
    account.log.begin(&undo).expect("begun");
    let failed = Outcome::Failed { code: Code::NoSpace, message: "full".to_owned() };
    account.log.end(&End::new(&id("b"), TimeMs(2), failed)).expect("ended");
    let history = account.log.read().expect("read");
    assert_eq!(history.unreadable_lines, 0);
    assert_eq!(history.runs[0].begin, undo);
    assert_eq!(history.runs[0].reason(false).as_deref(), Some("full"));
    assert_eq!(history.runs[1].safety, Some(safety()));
    assert_eq!(history.runs[1].end, Some(ended("a")));
}

#[test]
fn the_lines_on_disk_are_the_documented_ones() {
    let account = account();
    account.log.begin(&begin("a")).expect("begun");
    account.log.end(&End::new(&id("a"), TimeMs(2), Outcome::Cancelled)).expect("ended");
    let text = fs::read_to_string(account.path()).expect("the log");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("one value a line")).collect();
    assert_eq!(
        lines[0],
        serde_json::json!({"event": "begin", "run": "a", "kind": "restore", "trigger": "manual",
            "started": 1_795_334_595_000_i64, "places": ["library"]})
    );
    assert_eq!((&lines[1]["event"], &lines[1]["outcome"]), (&"end".into(), &"cancelled".into()));
}

/// A kill at any byte: what was whole before is read, and the next record is not lost.
#[test]
fn a_log_cut_at_any_byte_is_read_and_repaired() {
    let account = account();
    account.log.begin(&begin("a")).expect("begun");
    account.log.safety(&id("a"), &safety()).expect("recorded");
    account.log.end(&ended("a")).expect("ended");
    account.log.begin(&begin("b")).expect("begun");
    let whole = fs::read(account.path()).expect("the log");
    for cut in 0..=whole.len() {
        account.put(&whole[..cut]);
        let ends = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        let records = ends + usize::from(whole.get(cut) == Some(&b'\n'));
        let history = account.log.read().expect("readable");
        let ended = history.run(&id("a")).is_some_and(|run| run.end.is_some());
        let seen = history.runs.len() + usize::from(records > 1) + usize::from(ended);
        assert_eq!((seen, history.unreadable_lines), (records, 0), "cut at {cut}");
        account.log.begin(&begin("c")).expect("appended");
        let repaired = account.log.read().expect("readable");
        assert_eq!(repaired.runs.len(), history.runs.len() + 1, "cut at {cut}");
        assert_eq!(
            (repaired.runs[0].begin.run.as_str(), repaired.unreadable_lines),
            ("c", 0),
            "cut at {cut}"
        );
        assert_eq!(repaired.runs[1..], history.runs, "cut at {cut}");
    }
}

#[test]
fn zeros_that_a_power_cut_leaves_are_dropped() {
    let account = account();
    account.log.begin(&begin("a")).expect("begun");
    let mut bytes = fs::read(account.path()).expect("the log");
    bytes.extend([0; 512]);
    account.put(&bytes);
    account.log.begin(&begin("b")).expect("appended");
    let history = account.log.read().expect("read");
    assert_eq!((history.runs.len(), history.unreadable_lines), (2, 0));
}

#[test]
fn runs_left_running_are_ended_once_by_the_next() {
    let account = account();
    account.log.begin(&begin("a")).expect("begun");
    account.log.end(&ended("a")).expect("ended");
    account.log.begin(&begin("b")).expect("begun");
    account.log.begin(&begin("c")).expect("begun");
    let state = AccountLock::acquire(account.folder.path(), LockKind::State).expect("free");
    assert!(matches!(account.log.close_left_running(&state, TimeMs(9)), Err(RunsError::NoProof)));
    let job = AccountLock::acquire(account.folder.path(), LockKind::Job).expect("free");
    assert_eq!(account.log.close_left_running(&job, TimeMs(9)).expect("closed"), [id("c"), id("b")]);
    assert!(account.log.close_left_running(&job, TimeMs(10)).expect("closed").is_empty());
    let history = account.log.read().expect("read");
    let outcome = |run: &str| history.run(&id(run)).and_then(|run| run.end.clone()).map(|end| end.outcome);
    assert_eq!((outcome("b"), outcome("c")), (Some(Outcome::LeftRunning), Some(Outcome::LeftRunning)));
    assert_eq!(outcome("a"), Some(ended("a").outcome));
}

#[test]
fn processes_that_append_at_once_lose_nothing() {
    let account = account();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let log = account.log.clone();
            scope.spawn(move || {
                for number in 0..10 {
                    log.begin(&begin(&format!("{writer}-{number}"))).expect("begun");
                }
            });
        }
    });
    let history = account.log.read().expect("read");
    assert_eq!((history.runs.len(), history.unreadable_lines), (40, 0));
}

#[test]
fn what_was_read_is_not_read_again_and_what_was_added_is() {
    let account = account();
    let other = RunLog::new(account.folder.path());
    for run in ["a", "b"] {
        other.begin(&begin(run)).expect("begun");
        let history = account.log.read().expect("read");
        assert_eq!(history.runs[0].begin.run, id(run));
        assert_eq!(history.runs[0].end, None);
        assert!(Arc::ptr_eq(&history, &account.log.read().expect("read")), "nothing is new");
        other.end(&ended(run)).expect("ended");
        assert_eq!(account.log.read().expect("read").runs[0].end, Some(ended(run)));
    }
    assert_eq!(account.log.read().expect("read"), RunLog::new(account.folder.path()).read().expect("read"));
    // A torn line is not history, and stays none when another writer cuts it off.
    let mut torn = fs::read(account.path()).expect("a log");
    torn.extend_from_slice(br#"{"event":"begin","run":"#);
    account.put(&torn);
    assert_eq!(account.log.read().expect("read").runs.len(), 2);
    other.begin(&begin("c")).expect("begun");
    assert_eq!(account.log.read().expect("read").runs.len(), 3);
}

#[test]
fn another_file_in_its_place_is_read_anew() {
    let account = account();
    account.log.begin(&begin("a")).expect("begun");
    assert_eq!(account.log.read().expect("read").runs.len(), 1);
    let line = |run: &str| format!("{}\n", serde_json::to_string(&Record::Begin(begin(run))).expect("json"));
    // As long as the first, longer, shorter, and none at all.
    for runs in [&["b"][..], &["c", "d"], &["e"], &[]] {
        account.put(runs.iter().map(|run| line(run)).collect::<String>().as_bytes());
        let history = account.log.read().expect("read");
        let read: Vec<&str> = history.runs.iter().rev().map(|run| run.begin.run.as_str()).collect();
        assert_eq!(read, runs);
    }
    fs::remove_file(account.path()).expect("removed");
    assert_eq!(*account.log.read().expect("read"), History::default());
}

#[test]
fn a_record_after_one_that_is_longer_than_what_is_usually_enough() {
    let account = account();
    account.log.begin(&begin("a")).expect("begun");
    let warnings = vec!["x".repeat(100_000)];
    let long = End::new(&id("a"), TimeMs(2), Outcome::CompletedWithWarnings { warnings });
    account.log.end(&long).expect("ended");
    let mut bytes = fs::read(account.path()).expect("a log");
    bytes.pop();
    account.put(&bytes);
    account.log.begin(&begin("b")).expect("begun");
    let history = account.log.read().expect("read");
    assert_eq!((history.runs.len(), history.unreadable_lines), (2, 0));
    assert_eq!(history.runs[1].end, Some(long));
}
