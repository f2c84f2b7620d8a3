//! Which program with a window works on a data folder: the one that holds a lock of the kernel.
//!
//! The kernel frees the lock when its holder ends, however it ends, so it never has to be taken over.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

/// The file that is locked. It holds nothing, and stays.
const LOCK: &str = "window.lock";

/// Being the only one on a data folder, until it is dropped.
#[derive(Debug)]
pub struct OnlyOne {
    _lock: Option<File>,
}

impl OnlyOne {
    /// Takes the lock; `None` if another program holds it.
    ///
    /// A folder that can't be locked is no reason not to start: whoever opens it next says what is wrong with it.
    #[must_use]
    pub fn take(data_dir: &Path) -> Option<Self> {
        let file = fs::create_dir_all(data_dir).and_then(|()| {
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(data_dir.join(LOCK))
        });
        let Ok(file) = file else { return Some(Self { _lock: None }) };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            Ok(()) | Err(TryLockError::Error(_)) => Some(Self { _lock: Some(file) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_on_one_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let (here, there) = (home.path().join("here"), home.path().join("there"));
        let first = OnlyOne::take(&here).expect("nobody is there");
        assert!(OnlyOne::take(&here).is_none());
        assert!(OnlyOne::take(&there).is_some(), "another folder is another matter");
        drop(first);
        assert!(OnlyOne::take(&here).is_some(), "free when the first has gone");
    }

    #[test]
    fn a_folder_that_cannot_be_made_stops_nobody() {
        let home = tempfile::tempdir().expect("a folder");
        let file = tempfile::NamedTempFile::new_in(home.path()).expect("a file");
        assert!(OnlyOne::take(&file.path().join("below")).is_some());
        assert!(file.path().is_file());
    }
}
