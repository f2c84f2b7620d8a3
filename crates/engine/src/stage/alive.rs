//! The folder of a stage, and how a dead one is told from a living one.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "stage-";
const LOCK: &str = "alive";

/// A folder that is gone when this is dropped. Its lock is freed by the kernel if the process dies.
pub(super) struct Alive {
    folder: TempDir,
    _lock: File,
}

impl Alive {
    pub(super) fn new(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = OpenOptions::new().write(true).create_new(true).open(folder.path().join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the stages of processes that died. They are sealed under keys that died with them.
pub(crate) fn clear_dead_stages(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && is_dead(&entry.path()) {
            // Whatever keeps it from being removed now may be gone at the next start.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A stage without its lock file is one that is being born, or half removed: the next start sees.
fn is_dead(folder: &Path) -> bool {
    let lock = OpenOptions::new().write(true).open(folder.join(LOCK));
    lock.is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_living_are_left_alone() {
        let parent = tempfile::tempdir().expect("a folder");
        let living = Alive::new(parent.path()).expect("a stage");
        let dead = parent.path().join("stage-dead");
        std::fs::create_dir(&dead).expect("made");
        File::options().write(true).create_new(true).open(dead.join(LOCK)).expect("made");
        std::fs::create_dir(parent.path().join("other")).expect("made");
        clear_dead_stages(parent.path());
        assert!(living.path().exists() && !dead.exists() && parent.path().join("other").exists());
    }
}
