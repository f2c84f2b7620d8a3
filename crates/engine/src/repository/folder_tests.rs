use super::*;

struct World {
    root: tempfile::TempDir,
    data: PathBuf,
    origin: Origin,
}

fn world() -> World {
    let root = tempfile::tempdir().expect("a folder");
    let data = root.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let origin = Origin::new("machine", &data);
    World { root, data, origin }
}

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn prepare(&self, chosen: &Path) -> Result<Repository, FolderError> {
        Repository::prepare(chosen, &self.data, &self.origin)
    }
}

#[test]
fn archives_go_into_a_folder_of_their_own() {
    for (chosen, folder) in [
        ("/mnt/usb", "/mnt/usb/Backstop/backups"),
        ("/mnt/usb/Backstop/backups", "/mnt/usb/Backstop/backups"),
        ("/mnt/usb/Backstop/backups/", "/mnt/usb/Backstop/backups"),
        ("/mnt/usb/Backstop", "/mnt/usb/Backstop/Backstop/backups"),
        ("/mnt/usb/backups", "/mnt/usb/backups/Backstop/backups"),
        ("/mnt/MyBackstop/backups", "/mnt/MyBackstop/backups/Backstop/backups"),
    ] {
        assert_eq!(archives_folder(Path::new(chosen)), Path::new(folder), "{chosen}");
    }
}

#[test]
fn a_chosen_folder_is_made_and_probed_and_left_empty() {
    let world = world();
    let chosen = world.path("usb");
    let repository = world.prepare(&chosen).expect("prepared");
    assert_eq!(repository.folder(), chosen.join("Backstop/backups"));
    assert_eq!(fs::read_dir(repository.folder()).expect("there").count(), 0, "the probe leaves nothing");
    assert_eq!(world.prepare(repository.folder()).expect("prepared"), repository, "not a second time");
    assert_eq!(Repository::open(&chosen, &world.data, &world.origin).expect("opened"), repository);
}

#[test]
fn a_vanished_disk_is_never_made_up() {
    let world = world();
    let chosen = world.path("usb");
    world.prepare(&chosen).expect("prepared");
    for gone in [chosen.join("Backstop"), chosen.clone()] {
        fs::remove_dir_all(&gone).expect("pulled out");
        let error = Repository::open(&chosen, &world.data, &world.origin).expect_err("gone");
        assert_eq!(Problem::from(error).code, Code::DiskGone);
        assert!(!gone.exists());
    }
    let nowhere = world.path("not/there");
    for error in [
        world.prepare(&nowhere).expect_err("no parent"),
        Repository::exact(&nowhere, &world.data, &world.origin).expect_err("no parent"),
    ] {
        assert_eq!(Problem::from(error).code, Code::DiskGone);
    }
}

#[test]
fn an_exact_folder_gets_nothing_inside_it() {
    let world = world();
    let folder = world.path("here");
    let repository = Repository::exact(&folder, &world.data, &world.origin).expect("made");
    assert_eq!(repository.folder(), folder);
    assert_eq!(fs::read_dir(&folder).expect("there").count(), 0);
}

#[test]
fn the_data_folder_takes_no_archives() {
    let world = world();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&world.data, world.path("link")).expect("a link");
    let mut inside = vec![world.data.clone(), world.data.join("backups"), world.path("other/../data/x")];
    fs::create_dir(world.path("other")).expect("a folder");
    if cfg!(unix) {
        inside.push(world.path("link"));
        inside.push(world.path("link/deep"));
    }
    for chosen in inside {
        for result in [world.prepare(&chosen), Repository::exact(&chosen, &world.data, &world.origin)] {
            let error = result.expect_err("refused");
            assert!(matches!(error, FolderError::InsideData(_)), "{chosen:?}: {error}");
        }
    }
    assert_eq!(fs::read_dir(&world.data).expect("there").count(), 0, "and nothing was made in it");
    world.prepare(&world.path("data2")).expect("a name that only begins the same");
}

#[test]
fn a_file_is_no_folder() {
    let world = world();
    let file = world.path("file");
    fs::File::create_new(&file).expect("a file");
    let error = world.prepare(&file).expect_err("a file");
    assert_eq!(Problem::from(error).code.exit_code(), 15);
    let error = Repository::exact(&file, &world.data, &world.origin).expect_err("a file");
    assert_eq!(Problem::from(error).code, Code::DiskGone);
}

/// Root may write everywhere, so a file system that is read-only for everyone stands in.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_files_is_told_when_chosen() {
    let world = world();
    let error =
        Repository::exact(Path::new("/proc/self"), &world.data, &world.origin).expect_err("no files there");
    assert!(matches!(error, FolderError::Write { .. }), "{error}");
    assert_eq!(Problem::from(error).code.exit_code(), 15);
}

#[test]
fn space_is_checked_first() {
    let world = world();
    let repository = world.prepare(&world.path("usb")).expect("prepared");
    repository.check_space(1).expect("room for a byte");
    if repository.disk().expect("a disk").free_bytes.is_some() {
        for needed in [u64::MAX, 1 << 60] {
            let error = repository.check_space(needed).expect_err("no disk is that large");
            assert_eq!(Problem::from(error).code, Code::NoSpace);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_same_disk_is_warned_of_and_another_is_not() {
    let world = world();
    let repository = world.prepare(&world.path("usb")).expect("prepared");
    assert_eq!(
        Repository::risks(repository.folder(), &world.data).expect("looked"),
        [FolderWarning::SameDisk]
    );
    // The kernel's own tree is never on the disk of the notes.
    assert_eq!(Repository::risks(repository.folder(), Path::new("/proc")).expect("looked"), []);
    assert!(FolderWarning::SameDisk.sentence().contains("same disk"));
}

#[test]
fn targets_carry_place_moment_and_kind() {
    let world = world();
    let repository = Repository::exact(&world.path("here"), &world.data, &world.origin).expect("made");
    let now = "2026-11-22T08:03:15[Europe/Berlin]".parse().expect("a moment");
    let target = repository.target("library", &now, true, "nnbackupz");
    assert_eq!(target, world.path("here/library-2026-11-22-08-03-15-full.nnbackupz"));
}
