use super::*;
use crate::durable::fault::{Fault, plan};
use crate::lock::{AccountLock, LockKind};

fn origin() -> Origin {
    Origin::new("machine", Path::new("/account"))
}

/// tmpfs and the disk differ in links and syncing, so both are tried where both exist.
fn folders() -> Vec<tempfile::TempDir> {
    let shm = Path::new("/dev/shm");
    let mut folders = vec![tempfile::tempdir().expect("a folder")];
    folders.extend(shm.is_dir().then(|| tempfile::tempdir_in(shm).expect("a folder in memory")));
    folders
}

fn written(target: &Path, bytes: &[u8]) -> SyncedFile {
    let mut file = NewFile::create(target, &origin(), "run").expect("created");
    file.write_all(bytes).expect("written");
    file.sync().expect("synced")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

#[test]
fn a_file_has_no_name_before_it_is_committed() {
    for folder in folders() {
        let target = folder.path().join("library.nnbackupz");
        let file = written(&target, b"notes");
        assert!(!target.exists());
        let mut back = Vec::new();
        file.open().expect("open").read_to_end(&mut back).expect("read");
        assert_eq!(back, b"notes");
        assert_eq!(file.commit().expect("committed"), target);
        assert_eq!(fs::read(&target).expect("the file"), b"notes");
        assert_eq!(names(folder.path()), ["library.nnbackupz"]);
    }
}

#[test]
fn new_means_new() {
    for folder in folders() {
        let target = folder.path().join("library.nnbackupz");
        written(&target, b"first").commit().expect("committed");
        let error = written(&target, b"second").commit().expect_err("taken");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).expect("the file"), b"first");
        assert_eq!(names(folder.path()), ["library.nnbackupz"], "nothing is left of the second");
    }
}

#[test]
fn a_taken_name_gets_a_number() {
    for folder in folders() {
        let target = folder.path().join("a.b.nnbackupz");
        for _ in 0..3 {
            written(&target, b"x").commit_numbered().expect("committed");
        }
        assert_eq!(names(folder.path()), ["a.b-2.nnbackupz", "a.b-3.nnbackupz", "a.b.nnbackupz"]);
    }
}

#[test]
fn the_fallbacks_overwrite_nothing_either() {
    for folder in folders() {
        let (part, target) = (folder.path().join("part"), folder.path().join("target"));
        for taken in [true, false] {
            for way in [|a: &Path, b: &Path| link(a, b).expect("links here"), rename_if_free] {
                File::create_new(&part).expect("part").write_all(b"new").expect("written");
                if taken {
                    File::create_new(&target).expect("target").write_all(b"old").expect("written");
                }
                let result = way(&part, &target);
                let expected: &[u8] = if taken { b"old" } else { b"new" };
                assert_eq!(result.is_err(), taken);
                assert_eq!(fs::read(&target).expect("the target"), expected);
                assert_eq!(part.exists(), taken, "only a failure leaves the part");
                for path in [&part, &target] {
                    let _ = fs::remove_file(path);
                }
            }
        }
    }
}

#[test]
fn dropped_files_leave_nothing() {
    for folder in folders() {
        let target = folder.path().join("x");
        drop(NewFile::create(&target, &origin(), "run").expect("created"));
        drop(written(&target, b"x"));
        assert!(names(folder.path()).is_empty());
    }
}

#[test]
fn replace_takes_the_place_of_the_old() {
    for folder in folders() {
        let target = folder.path().join("settings.json");
        written(&target, b"old").replace().expect("replaced");
        written(&target, b"new").replace().expect("replaced");
        assert_eq!(fs::read(&target).expect("the file"), b"new");
        assert_eq!(names(folder.path()), ["settings.json"]);
    }
}

#[test]
fn several_files_of_one_run_share_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = |name: &str| folder.path().join(name);
    let (one, two) = (written(&target("one"), b"1"), written(&target("two"), b"2"));
    assert_ne!(one.path(), two.path());
    one.commit().expect("committed");
    two.commit().expect("committed");
    assert_eq!(names(folder.path()), ["one", "two"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let target = written(&folder.path().join("x"), b"x").commit().expect("committed");
    assert_eq!(fs::metadata(target).expect("the file").permissions().mode() & 0o777, 0o600);
}

/// Pulls the plug before each step: the old file is whole, or the new one is, and never neither.
#[test]
fn a_power_cut_leaves_the_old_or_the_new() {
    for step in [Step::Create, Step::SyncFile, Step::Rename, Step::SyncFolder] {
        let account = tempfile::tempdir().expect("a folder");
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("settings.json");
        written(&target, b"old").replace().expect("replaced");
        let planned = plan(step, Fault::PowerCut);
        let result = NewFile::create(&target, &origin(), "run").and_then(|mut file| {
            file.write_all(b"new")?;
            file.sync()?.replace()
        });
        assert!(result.is_err(), "before {step:?}");
        drop(planned);
        let expected: &[u8] = if step == Step::SyncFolder { b"new" } else { b"old" };
        assert_eq!(fs::read(&target).expect("the file"), expected, "before {step:?}");
        let lock = |kind| AccountLock::acquire(account.path(), kind).expect("free");
        let (job, state) = (lock(LockKind::Job), lock(LockKind::State));
        crate::durable::clear_dead_parts(folder.path(), &origin(), &job, &state).expect("cleared");
        assert_eq!(names(folder.path()), ["settings.json"], "before {step:?}");
    }
}

#[test]
fn an_error_at_any_step_leaves_no_part() {
    for step in [Step::Create, Step::SyncFile, Step::Rename, Step::SyncFolder] {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("library.nnbackupz");
        let planned = plan(step, Fault::Error(io::ErrorKind::StorageFull));
        let result = NewFile::create(&target, &origin(), "run").and_then(|mut file| {
            file.write_all(b"new")?;
            file.sync()?.commit()
        });
        drop(planned);
        assert_eq!(result.expect_err("no space").kind(), io::ErrorKind::StorageFull);
        let left: &[&str] = if step == Step::SyncFolder { &["library.nnbackupz"] } else { &[] };
        assert_eq!(names(folder.path()), left, "before {step:?}");
    }
}

#[test]
fn a_vanished_folder_is_a_vanished_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("usb");
    fs::create_dir(&inner).expect("a folder");
    let file = written(&inner.join("x"), b"x");
    fs::remove_dir_all(&inner).expect("pulled out");
    let error = file.commit().expect_err("gone");
    assert_eq!(crate::problem::Problem::writing(error).code, crate::problem::Code::DiskGone);
    let error = NewFile::create(&inner.join("x"), &origin(), "run").expect_err("gone");
    assert_eq!(crate::problem::Problem::writing(error).code, crate::problem::Code::DiskGone);
}

/// Root may write everywhere but into the kernel's own tree, so that stands for "not allowed".
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_files_says_so() {
    let target = Path::new("/proc/backstop-test");
    let error = NewFile::create(target, &origin(), "run").expect_err("no new files there");
    let code = crate::problem::Problem::writing(error).code;
    assert!(code.exit_code() == 15, "one of the disk's own codes: {code:?}");
}

/// The device of the kernel that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_says_so() {
    let mut full = fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
    let error = full.write_all(b"notes").expect_err("full");
    assert_eq!(crate::problem::Problem::writing(error).code, crate::problem::Code::NoSpace);
}
