use std::fs;
use std::time::{Duration, SystemTime};

use super::*;
use crate::durable::fault::{Fault, Step, plan as fault};
use crate::retention::{
    Spans,
    tests_of_pause::{Told, history},
};

/// The archive that the run of this number made, as the catalog knows it.
fn entry(number: usize, folder: &str) -> Entry {
    let json = serde_json::json!({
        "id": format!("{folder}{number}"), "path": format!("{folder}/{number}.nnbackupz"),
        "name": format!("{number}.nnbackupz"), "bytes": 1000, "modified": 7, "present": true,
        "archive": format!("a{number}"), "account": null, "place": "library", "created": number * 1000,
        "attachments_included": false, "encrypted": true, "notes": 100, "verified": "full",
        "verified_at": 5, "problem": null, "automatic": true, "pinned": false,
    });
    serde_json::from_value(json).expect("an entry")
}

fn names(originals: &[Entry], copies: &[Entry], keep: Option<Keep>) -> Vec<String> {
    let runs = history(&[Told::Made(100); 4]);
    let origins = Origins::of(&runs, &["library"]);
    let now = "2026-11-22T08:03:15[Europe/Berlin]".parse().expect("a moment");
    let (originals, copies): (Vec<_>, Vec<_>) = (originals.iter().collect(), copies.iter().collect());
    missing(&originals, &copies, &origins, keep, &now).iter().map(|entry| entry.name.clone()).collect()
}

#[test]
fn what_is_missing_is_copied_newest_first() {
    use crate::repository::Verified;
    let originals: Vec<Entry> = (0..4).map(|number| entry(number, "/a")).collect();
    let all = ["3.nnbackupz", "2.nnbackupz", "1.nnbackupz", "0.nnbackupz"];
    assert_eq!(names(&originals, &[], None), all);
    let there = [entry(3, "/b"), entry(1, "/b")];
    assert_eq!(names(&originals, &there, None), ["2.nnbackupz", "0.nnbackupz"]);
    // Under another name it is the same archive; of another size it is another file.
    let renamed = Entry { name: "mine.nnbackupz".to_owned(), ..entry(3, "/b") };
    let other = Entry { bytes: 1, archive: None, ..entry(2, "/b") };
    let unread = Entry { archive: None, ..entry(1, "/b") };
    assert_eq!(names(&originals, &[renamed, other, unread], None), ["2.nnbackupz", "0.nnbackupz"]);
    // A copy that rotted is none; one on a disk that is away is one.
    let damaged = Entry { verified: Verified::Damaged, ..entry(3, "/b") };
    let away = Entry { present: false, ..entry(2, "/b") };
    assert_eq!(names(&originals, &[damaged, away], None), ["3.nnbackupz", "1.nnbackupz", "0.nnbackupz"]);
    // What is not a whole archive of ours stays where it is.
    let mut odd: Vec<Entry> = (0..4).map(|number| entry(number, "/a")).collect();
    odd[3].verified = Verified::Damaged;
    odd[2].verified = Verified::Never;
    odd[1].archive = Some("other".to_owned());
    odd[0].present = false;
    assert_eq!(names(&odd, &[], None), Vec::<String>::new());
}

#[test]
fn what_the_policy_would_take_away_at_once_is_not_copied() {
    let originals: Vec<Entry> = (0..4).map(|number| entry(number, "/a")).collect();
    let keep = Keep::Custom(Spans { daily: 1, weekly: 0, monthly: 0, yearly: 0 });
    assert_eq!(names(&originals, &[], Some(keep)), ["3.nnbackupz"]);
    assert_eq!(names(&originals, &[entry(3, "/b")], Some(keep)), Vec::<String>::new());
    assert_eq!(names(&originals, &[entry(2, "/b")], Some(keep)), ["3.nnbackupz"]);
}

struct Desk {
    folder: tempfile::TempDir,
    origin: Origin,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("b")).expect("made");
        let mut file = File::create_new(folder.path().join("x.nnbackupz")).expect("made");
        file.write_all(&[7; PIECE + 3]).expect("written");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)).expect("dated");
        let origin = Origin::new("machine", folder.path());
        Self { folder, origin }
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("x.nnbackupz")
    }

    fn copy(&self, check: Result<(), Code>, job: &Job) -> Result<PathBuf, Problem> {
        let target = self.folder.path().join("b/x.nnbackupz");
        let mut check = |part: &Path| {
            assert_eq!(fs::read(part).expect("read"), fs::read(self.source()).expect("read"));
            check.map_err(Problem::of)
        };
        copy(&self.source(), &target, (&self.origin, "run"), &mut check, job)
    }

    fn copies(&self) -> usize {
        fs::read_dir(self.folder.path().join("b")).expect("there").count()
    }
}

#[test]
fn a_copy_is_what_its_original_is_and_overwrites_nothing() {
    let desk = Desk::new();
    for name in ["x.nnbackupz", "x-2.nnbackupz"] {
        let path = desk.copy(Ok(()), &Job::new()).expect("copied");
        assert_eq!(path, desk.folder.path().join("b").join(name));
        assert_eq!(fs::read(&path).expect("read"), fs::read(desk.source()).expect("read"));
        let time = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).expect("a time");
        assert_eq!(time(&path), time(&desk.source()));
    }
}

#[test]
fn no_copy_is_left_of_one_that_failed() {
    let desk = Desk::new();
    let error = desk.copy(Err(Code::ChecksumMismatch), &Job::new()).expect_err("the check found something");
    assert_eq!((error.code, desk.copies()), (Code::ChecksumMismatch, 0));
    let stopped = Job::new();
    stopped.cancel();
    assert_eq!(desk.copy(Ok(()), &stopped).expect_err("stopped").code, Code::Cancelled);
    assert_eq!(desk.copies(), 0);
    for step in [Step::Create, Step::SyncFile, Step::Rename] {
        let _full = fault(step, Fault::Error(io::ErrorKind::StorageFull));
        assert_eq!(desk.copy(Ok(()), &Job::new()).expect_err("full").code, Code::NoSpace);
        assert_eq!(desk.copies(), 0, "{step:?}");
    }
    fs::remove_file(desk.source()).expect("removed");
    let gone = desk.copy(Ok(()), &Job::new()).expect_err("gone");
    assert_eq!((gone.code, desk.copies()), (Code::NotFound, 0));
}
