//! New files that no account's lock stands behind: what `convert` and `show --out` write.
//!
//! Each such run keeps a folder that lives as long as its process, and the names of its unfinished
//! files bear that folder's id. So whoever comes later knows which of them are dead without a lock.

use std::path::Path;
use std::{fs, io};

use super::parts::Origin;
use crate::alive::{Alive, is_gone};

/// Begins the names of these runs.
const RUN: &str = "loose-";

/// One run. Its unfinished files count as alive until this is dropped or its process dies.
#[derive(Debug)]
pub struct Loose {
    /// Who writes.
    pub origin: Origin,
    /// The run, for the names of its unfinished files.
    pub run: String,
    alive: Alive,
}

impl Loose {
    /// Begins a run that will write `target`, and removes what dead ones left beside it.
    ///
    /// Only files of this computer and this data folder whose process is surely gone are removed.
    ///
    /// # Errors
    /// The scratch folder can't be written.
    pub fn begin(scratch: &Path, machine: &str, target: &Path) -> io::Result<Self> {
        let alive = Alive::new(scratch)?;
        let origin = Origin::new(machine, scratch);
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        clear_the_dead(folder.unwrap_or(Path::new(".")), scratch, &origin);
        Ok(Self { origin, run: format!("{RUN}{}", alive.id()), alive })
    }

    /// The folder that is its sign of life.
    #[must_use]
    pub fn sign_of_life(&self) -> &Path {
        self.alive.path()
    }
}

/// What can't be listed or removed now may be at the next run.
fn clear_the_dead(folder: &Path, scratch: &Path, origin: &Origin) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let dead = name.to_str().is_some_and(|name| is_dead(name, scratch, origin));
        if dead && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_dead(name: &str, scratch: &Path, origin: &Origin) -> bool {
    let run = origin.run_in(name).and_then(|run| run.strip_prefix(RUN));
    let Some((id, number)) = run.and_then(|run| run.rsplit_once('-')) else { return false };
    let ours = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ours && number.bytes().all(|byte| byte.is_ascii_digit()) && is_gone(scratch, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::NewFile;

    #[test]
    fn only_what_the_dead_left_goes() {
        let (scratch, folder) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let target = folder.path().join("new.nnbackupz");
        let living = Loose::begin(scratch.path(), "a", &target).expect("begun");
        let unfinished = NewFile::create(&target, &living.origin, &living.run).expect("a file");
        let part = |run: &str| folder.path().join(living.origin.part_name(run, 0));
        let other = Origin::new("b", scratch.path());
        let keep = [
            folder.path().join(other.part_name("loose-gone", 0)),
            part("20261122-080315-k3f9"),
            part("loose-"),
            folder.path().join("notes.part"),
        ];
        let dead = part("loose-Gone99");
        for path in keep.iter().chain([&dead]) {
            fs::File::create_new(path).expect("a file");
        }
        let next = Loose::begin(scratch.path(), "a", &target).expect("begun");
        assert_ne!(next.run, living.run);
        assert!(!dead.exists() && unfinished.path().exists());
        assert!(keep.iter().all(|path| path.exists()));
        let left = unfinished.path().to_owned();
        std::mem::forget(unfinished);
        drop(living);
        Loose::begin(scratch.path(), "a", &target).expect("begun");
        assert!(!left.exists(), "it was let go without being finished");
    }

    #[test]
    fn a_folder_that_is_away_is_no_trouble() {
        let scratch = tempfile::tempdir().expect("a folder");
        let begun = Loose::begin(scratch.path(), "a", Path::new("/nowhere/x")).expect("begun");
        assert!(begun.sign_of_life().is_dir());
    }
}
