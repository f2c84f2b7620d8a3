//! Hearing of changes in folders while the program runs: the system tells, nothing is asked again and again.
//!
//! Which folders, and what to do about a change, is decided elsewhere. A folder that vanishes is let go of,
//! and taken up again when [`FolderWatch::follow`] finds it there the next time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Told the folder in which something changed. Called on a thread of the system's.
type Tell = Arc<dyn Fn(&Path) + Send + Sync>;

/// Which folder it is under its path: another disk there is another folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

/// Folders that are watched.
pub struct FolderWatch {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, Identity>,
    tell: Tell,
}

impl FolderWatch {
    /// Watches nothing yet. Where the system can't tell of changes, nothing ever is told: whoever looks at the
    /// folders from time to time finds the changes then.
    #[must_use]
    pub fn new(tell: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        let tell: Tell = Arc::new(tell);
        let told = Arc::clone(&tell);
        let heard = move |event: notify::Result<Event>| {
            if let Ok(event) = event {
                folders_of(&event).into_iter().for_each(|folder| told(folder));
            }
        };
        let watcher = notify::recommended_watcher(heard).ok();
        Self { watcher, watched: BTreeMap::new(), tell }
    }

    /// Watches exactly these folders from now on, as far as they are there. One that vanished, came back or is
    /// new here counts as a change: nobody heard what happened in it until now.
    pub fn follow(&mut self, folders: &BTreeSet<PathBuf>) {
        let others: Vec<PathBuf> =
            self.watched.keys().filter(|known| !folders.contains(*known)).cloned().collect();
        others.iter().for_each(|folder| self.let_go(folder));
        for folder in folders {
            let there = identity(folder);
            if there.is_some() && self.watched.get(folder).copied() == there {
                continue;
            }
            let was_watched = self.watched.contains_key(folder);
            if was_watched {
                self.let_go(folder);
            }
            let begun = there.is_some_and(|there| self.take_up(folder, there));
            if was_watched || begun {
                (self.tell)(folder);
            }
        }
    }

    fn take_up(&mut self, folder: &Path, there: Identity) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let begun = watcher.watch(folder, RecursiveMode::NonRecursive).is_ok();
        if begun {
            self.watched.insert(folder.to_owned(), there);
        }
        begun
    }

    fn let_go(&mut self, folder: &Path) {
        self.watched.remove(folder);
        if let Some(watcher) = &mut self.watcher {
            // A folder that is gone has no watch any more.
            let _ = watcher.unwatch(folder);
        }
    }
}

/// The folders in which an event changed a file that a person sees. Reading a file changes nothing, and
/// hidden files are not finished.
fn folders_of(event: &Event) -> BTreeSet<&Path> {
    let changes = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    };
    let seen =
        |path: &&PathBuf| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let paths = event.paths.iter().filter(|_| changes).filter(seen);
    paths.filter_map(|path| path.parent()).collect()
}

#[cfg(unix)]
fn identity(folder: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let about = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    Some(Identity(about.dev(), about.ino()))
}

/// Windows names no folder by numbers that std tells; when it was made is near enough.
#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<Identity> {
    let about = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    let made = about.created().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Identity(made.as_secs(), u64::from(made.subsec_nanos())))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use notify::event::{CreateKind, DataChange, ModifyKind};

    use super::*;

    /// Long enough for any computer; a test that passes does not wait for it.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn watch() -> (FolderWatch, Receiver<PathBuf>) {
        let (send, receive) = channel();
        (FolderWatch::new(move |folder| drop(send.send(folder.to_owned()))), receive)
    }

    fn put(folder: &Path, name: &str) {
        drop(fs::File::create_new(folder.join(name)).expect("a file"));
    }

    #[test]
    fn a_new_file_is_told_with_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut watch, told) = watch();
        watch.follow(&BTreeSet::from([folder.path().to_owned()]));
        assert_eq!(told.recv_timeout(PATIENCE).expect("it is new here"), folder.path());
        put(folder.path(), "a");
        assert_eq!(told.recv_timeout(PATIENCE).expect("told"), folder.path());
    }

    #[test]
    fn a_folder_that_vanishes_and_comes_back_is_told_and_watched_again() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = base.path().join("disk");
        let wished = BTreeSet::from([folder.clone()]);
        let (mut watch, told) = watch();
        watch.follow(&wished);
        assert!(told.try_recv().is_err(), "it was never there");
        fs::create_dir(&folder).expect("made");
        watch.follow(&wished);
        assert_eq!(told.recv_timeout(PATIENCE).expect("it came"), folder);
        fs::remove_dir(&folder).expect("removed");
        watch.follow(&wished);
        while told.recv_timeout(PATIENCE).expect("it went") != folder {}
        fs::create_dir(&folder).expect("made");
        watch.follow(&wished);
        while told.recv_timeout(PATIENCE).expect("it is back") != folder {}
        put(&folder, "a");
        assert_eq!(told.recv_timeout(PATIENCE).expect("told"), folder);
    }

    #[test]
    fn reading_is_no_change_and_hidden_files_are_not_finished() {
        let event = |kind, path: &str| Event::new(kind).add_path(path.into());
        let wrote = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let rows = [
            (event(EventKind::Create(CreateKind::File), "/b/a"), true),
            (event(EventKind::Modify(ModifyKind::Data(DataChange::Any)), "/b/a"), true),
            (event(wrote, "/b/a"), true),
            (event(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/b/a"), false),
            (event(EventKind::Access(AccessKind::Close(AccessMode::Read)), "/b/a"), false),
            (event(EventKind::Create(CreateKind::File), "/b/.a.part"), false),
        ];
        for (event, told) in rows {
            assert_eq!(folders_of(&event).contains(Path::new("/b")), told, "{event:?}");
        }
    }
}
