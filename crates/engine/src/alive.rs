//! Folders that live as long as their process, and how dead ones are told from living ones.
//!
//! Each holds a lock that the kernel frees when its process dies. A stage lies in one; work that no
//! account's lock stands behind keeps one as its sign of life.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::system;

const PREFIX: &str = "stage-";
const LOCK: &str = "alive";

/// A folder that is gone when this is dropped. Its lock is freed by the kernel if the process dies.
#[derive(Debug)]
pub(crate) struct Alive {
    folder: PathBuf,
    _lock: File,
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Nobody is left to tell; what stays is cleared when its process is dead.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Alive {
    pub(crate) fn new(parent: &Path) -> io::Result<Self> {
        let folder = parent.join(format!("{PREFIX}{}", system::unlikely_name()?));
        system::create_private_folder(&folder)?;
        let lock = OpenOptions::new().write(true).create_new(true).open(folder.join(LOCK));
        let locked = lock.and_then(|lock| lock.try_lock().map(|()| lock).map_err(io::Error::from));
        match locked {
            Ok(lock) => Ok(Self { folder, _lock: lock }),
            Err(error) => {
                let _ = std::fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// What tells it from others under the same parent: letters and digits.
    pub(crate) fn id(&self) -> String {
        let name = self.path().file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix(PREFIX).unwrap_or_default().to_owned()
    }
}

/// Whether the process that made the folder with this id under `parent` has died, or let it go.
pub(crate) fn is_gone(parent: &Path, id: &str) -> bool {
    match OpenOptions::new().write(true).open(parent.join(format!("{PREFIX}{id}")).join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
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
        assert!(!is_gone(parent.path(), &living.id()) && is_gone(parent.path(), "dead"));
        assert!(living.path().exists() && !dead.exists() && parent.path().join("other").exists());
    }
}
