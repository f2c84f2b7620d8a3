//! Removing a file for good, or into the system's trash where there is one.
//!
//! The trash is the one of freedesktop.org (specification 1.0), which is a folder and needs no session
//! bus. It is used only where it exists already and is on the file system of the file: on a server
//! nobody would ever empty a trash that we made. On other systems, and wherever moving fails, the file
//! is unlinked. Either way the folder is synced, so that what is gone stays gone after a power cut.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;

use super::{disk_of, private_and_new, rename_no_replace, sync_folder};

/// Names tried for one file in the trash.
const MOST_NUMBERS: u32 = 1_000;

/// How a file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removed {
    /// Into the trash, where its owner can bring it back from.
    ToTrash,
    /// For good.
    ForGood,
}

/// The trash of this user, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trash {
    home: Option<PathBuf>,
    user: Option<u32>,
}

impl Trash {
    /// The trash that this system has for whoever runs the program.
    pub(crate) fn of_user() -> Self {
        #[cfg(all(unix, not(target_vendor = "apple")))]
        {
            let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
            let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share"));
            Self {
                home: data.or_else(home).map(|data| data.join("Trash")),
                user: Some(rustix::process::getuid().as_raw()),
            }
        }
        #[cfg(not(all(unix, not(target_vendor = "apple"))))]
        Self::default()
    }

    /// Whether a file would go into the trash, and not for good.
    pub(crate) fn takes(&self, path: &Path) -> bool {
        self.fitting(path).is_some()
    }

    /// Takes a file away, so that it is gone even if the power fails right after.
    ///
    /// # Errors
    /// What the disk answers; the file is where it was then.
    pub(crate) fn remove(&self, path: &Path, now: &Zoned) -> io::Result<Removed> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let moved = self.fitting(path).is_some_and(|place| place.take(path, now).is_ok());
        if !moved {
            fs::remove_file(path)?;
        }
        sync_folder(folder)?;
        Ok(if moved { Removed::ToTrash } else { Removed::ForGood })
    }

    /// The trash on the file system of a file.
    fn fitting(&self, path: &Path) -> Option<TrashFolder> {
        let disk = disk_of(path).ok()?.id?;
        let on_it = |folder: &Path| {
            // A link could lead anywhere.
            let is_folder = fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir());
            is_folder && disk_of(folder).is_ok_and(|other| other.id == Some(disk))
        };
        if let Some(home) = self.home.as_deref().filter(|home| on_it(home)) {
            return Some(TrashFolder { folder: home.to_owned(), top: None });
        }
        let absolute = fs::canonicalize(path).ok()?;
        let same = |folder: &&Path| disk_of(folder).is_ok_and(|other| other.id == Some(disk));
        let top = absolute.ancestors().skip(1).take_while(same).last()?.to_owned();
        let user = self.user?;
        let candidates = [top.join(".Trash").join(user.to_string()), top.join(format!(".Trash-{user}"))];
        let folder = candidates.into_iter().find(|folder| on_it(folder))?;
        Some(TrashFolder { folder, top: Some(top) })
    }
}

/// One folder of trash, and the file system that its paths are relative to, if it is not the home's.
#[derive(Debug)]
struct TrashFolder {
    folder: PathBuf,
    top: Option<PathBuf>,
}

impl TrashFolder {
    /// Moves a file in. First comes the note where it was, as the specification asks.
    fn take(&self, path: &Path, now: &Zoned) -> io::Result<()> {
        let (info, files) = (self.folder.join("info"), self.folder.join("files"));
        let absolute = fs::canonicalize(path)?;
        let told = match &self.top {
            Some(top) => absolute.strip_prefix(top).unwrap_or(&absolute),
            None => &absolute,
        };
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        for number in 1..=MOST_NUMBERS {
            let target = crate::durable::numbered(&files.join(name), number);
            let mut noted = target.file_name().unwrap_or(name).to_owned();
            noted.push(".trashinfo");
            let noted = info.join(noted);
            let mut file = match private_and_new().open(&noted) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                other => other?,
            };
            let written = write_info(&mut file, told, now).and_then(|()| sync_folder(&info));
            match written.and_then(|()| move_into(path, &target)) {
                Ok(()) => return sync_folder(&files),
                Err(error) => {
                    let _ = fs::remove_file(&noted);
                    if error.kind() != io::ErrorKind::AlreadyExists {
                        return Err(error);
                    }
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

fn write_info(file: &mut fs::File, told: &Path, now: &Zoned) -> io::Result<()> {
    let date = now.strftime("%Y-%m-%dT%H:%M:%S");
    write!(file, "[Trash Info]\nPath={}\nDeletionDate={date}\n", encoded(told))?;
    file.sync_all()
}

/// Only where the system can do it without overwriting; else the file is better deleted.
fn move_into(path: &Path, target: &Path) -> io::Result<()> {
    rename_no_replace(path, target).unwrap_or_else(|| Err(io::ErrorKind::Unsupported.into()))
}

/// A path as the specification writes it: every byte but the plain ones as `%` and two hex digits.
fn encoded(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    let letter =
        |byte: &u8| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    path.as_os_str().as_encoded_bytes().iter().map(letter).collect()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    fn now() -> Zoned {
        "2026-11-22T08:03:15[Europe/Berlin]".parse().expect("a moment")
    }

    struct World(tempfile::TempDir);

    impl World {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a folder"))
        }

        fn path(&self, name: &str) -> PathBuf {
            fs::canonicalize(self.0.path()).expect("there").join(name)
        }

        fn file(&self, name: &str, text: &[u8]) -> PathBuf {
            let path = self.path(name);
            fs::File::create_new(&path).and_then(|mut file| file.write_all(text)).expect("written");
            path
        }

        fn trash(&self) -> Trash {
            for folder in ["info", "files"] {
                fs::create_dir_all(self.path("Trash").join(folder)).expect("made");
            }
            Trash { home: Some(self.path("Trash")), user: None }
        }
    }

    #[test]
    fn a_file_goes_into_the_trash_that_is_there_with_a_note_where_it_was() {
        let world = World::new();
        let trash = world.trash();
        for (text, name) in [(b"a", "my notes.x"), (b"b", "my notes-2.x")] {
            let path = world.file("my notes.x", text);
            assert_eq!(trash.remove(&path, &now()).expect("removed"), Removed::ToTrash);
            assert!(!path.exists());
            assert_eq!(fs::read(world.path("Trash/files").join(name)).expect("kept"), text);
            let note = fs::read_to_string(world.path("Trash/info").join(format!("{name}.trashinfo")));
            let wanted = format!(
                "[Trash Info]\nPath={}/my%20notes.x\nDeletionDate=2026-11-22T08:03:15\n",
                encoded(&world.path("")).trim_end_matches('/')
            );
            assert_eq!(note.expect("a note"), wanted);
        }
    }

    #[test]
    fn without_a_trash_or_where_it_is_broken_the_file_is_deleted() {
        let world = World::new();
        let path = world.file("a.x", b"a");
        let none = Trash { home: Some(world.path("Trash")), user: Some(4_000_000_000) };
        assert_eq!(none.remove(&path, &now()).expect("removed"), Removed::ForGood);
        assert!(!path.exists() && !world.path("Trash").exists(), "and none is made");
        // A trash without its two folders takes nothing and leaves nothing.
        fs::create_dir(world.path("Trash")).expect("made");
        let path = world.file("a.x", b"a");
        assert_eq!(none.remove(&path, &now()).expect("removed"), Removed::ForGood);
        assert_eq!(fs::read_dir(world.path("Trash")).expect("there").count(), 0);
        assert!(none.remove(&path, &now()).is_err(), "what is not there can't go");
    }

    #[test]
    fn a_link_is_no_trash() {
        let world = World::new();
        let trash = world.trash();
        std::os::unix::fs::symlink(world.path("Trash"), world.path("link")).expect("a link");
        let linked = Trash { home: Some(world.path("link")), ..trash };
        let path = world.file("a.x", b"a");
        assert_eq!(linked.remove(&path, &now()).expect("removed"), Removed::ForGood);
    }

    #[test]
    fn another_file_system_has_its_own_trash_with_paths_from_its_top() {
        let world = World::new();
        let top = world.path("");
        for folder in ["info", "files"] {
            fs::create_dir_all(world.path(".Trash-7").join(folder)).expect("made");
        }
        let path = world.file("a b.x", b"a");
        let folder = TrashFolder { folder: world.path(".Trash-7"), top: Some(top) };
        folder.take(&path, &now()).expect("taken");
        let note = fs::read_to_string(world.path(".Trash-7/info/a b.x.trashinfo")).expect("a note");
        assert!(note.contains("\nPath=a%20b.x\n"), "{note}");
        assert!(world.path(".Trash-7/files/a b.x").exists());
    }
}
