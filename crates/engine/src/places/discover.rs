//! Looks for folders of Notesnook backups where people keep such things. Reads names only, and stays within
//! bounds: a home may hold a million files.

use std::fs;
use std::path::{Path, PathBuf};

use backstop_model::TimeMs;

use super::NOTESNOOK_EXTENSIONS;
use crate::repository::{list_of, parse_name};

/// How many folders deep below a usual spot it is looked.
const DEPTH: usize = 3;
/// Names that one search reads at most.
const MOST_NAMES: usize = 20_000;
/// Folders that one search finds at most.
const MOST_FOUND: usize = 20;
/// Where Notesnook's desktop app writes, below the documents, unless another folder is chosen there.
const USUAL: &str = "Notesnook/backups";

/// A folder with backups of Notesnook in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFolder {
    /// Where it is.
    pub folder: PathBuf,
    /// Backups in it.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// When the newest was written.
    pub newest: TimeMs,
}

/// Looks below each spot, the folder that Notesnook uses first. Hidden folders, links and those that `skip`
/// names are passed over; what can't be read is as if it was not there.
#[must_use]
pub fn discover(spots: &[PathBuf], skip: &dyn Fn(&Path) -> bool) -> Vec<FoundFolder> {
    let mut search = Search { skip, names_left: MOST_NAMES, found: Vec::new() };
    for spot in spots {
        search.look(&spot.join(USUAL), 0);
    }
    for spot in spots {
        search.look(spot, DEPTH);
    }
    search.found
}

struct Search<'a> {
    skip: &'a dyn Fn(&Path) -> bool,
    names_left: usize,
    found: Vec<FoundFolder>,
}

impl Search<'_> {
    fn look(&mut self, folder: &Path, deeper: usize) {
        let known = self.found.iter().any(|found| found.folder == folder);
        if self.found.len() >= MOST_FOUND || self.names_left == 0 || (self.skip)(folder) {
            return;
        }
        let Ok(entries) = fs::read_dir(folder) else { return };
        let (mut folders, mut backups) = (Vec::new(), false);
        for entry in entries.flatten() {
            let Some(left) = self.names_left.checked_sub(1) else { break };
            self.names_left = left;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && deeper > 0 && !name.starts_with('.') {
                folders.push(entry.path());
            }
            backups |= !is_folder && ends_like_notesnook(&name);
        }
        if backups && !known {
            self.found.extend(found(folder));
        }
        folders.sort_unstable();
        for folder in folders {
            self.look(&folder, deeper - 1);
        }
    }
}

fn ends_like_notesnook(name: &str) -> bool {
    let lower = name.to_lowercase();
    NOTESNOOK_EXTENSIONS.iter().any(|extension| lower.ends_with(&format!(".{extension}")))
}

/// The figures of a folder; none if the only backups in it are our own.
fn found(folder: &Path) -> Option<FoundFolder> {
    let files = list_of(folder, &NOTESNOOK_EXTENSIONS).ok()?;
    let foreign: Vec<_> = files.iter().filter(|file| parse_name(&file.name).is_none()).collect();
    let newest = foreign.iter().map(|file| file.modified).max()?;
    Some(FoundFolder {
        folder: folder.to_owned(),
        files: foreign.len() as u64,
        bytes: foreign.iter().map(|file| file.bytes).sum(),
        newest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a folder"))
        }

        fn put(&self, below: &str) -> PathBuf {
            let path = self.0.path().join(below);
            let folder = path.parent().expect("a folder").to_owned();
            fs::create_dir_all(&folder).expect("made");
            fs::File::create_new(&path).expect("a file");
            folder
        }

        fn spots(&self) -> Vec<PathBuf> {
            ["Documents", "Downloads"].map(|spot| self.0.path().join(spot)).to_vec()
        }
    }

    #[test]
    fn the_usual_folder_comes_first_and_others_are_found_too() {
        let home = Home::new();
        let downloads = home.put("Downloads/2026-11-22-08-00-5.nnbackupz");
        home.put("Downloads/2026-10-22-08-00-15-full.NNBACKUPZ");
        let deep = home.put("Documents/a/b/c/old.nnbackup");
        let usual = home.put("Documents/Notesnook/backups/2026-11-22-08-00-0.nnbackupz");
        let found = discover(&home.spots(), &|_| false);
        let folders: Vec<_> = found.iter().map(|found| found.folder.clone()).collect();
        assert_eq!(folders, [usual, deep, downloads]);
        assert_eq!(found[2].files, 2);
    }

    #[test]
    fn own_archives_hidden_deep_linked_and_skipped_folders_are_passed_over() {
        let home = Home::new();
        home.put("Documents/Backstop/backups/library-2026-11-22-08-03-15.nnbackupz");
        home.put("Documents/.trash/a.nnbackupz");
        home.put("Documents/1/2/3/4/a.nnbackupz");
        home.put("Documents/notes.txt");
        let skipped = home.put("Downloads/known/a.nnbackupz");
        let away = home.put("elsewhere/a.nnbackupz");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&away, home.0.path().join("Documents/link")).expect("a link");
        fs::create_dir_all(home.0.path().join("Documents/folder.nnbackupz")).expect("made");
        assert_eq!(discover(&home.spots(), &|folder| folder == skipped), []);
        assert!(away.exists());
    }

    #[test]
    fn a_search_ends() {
        let home = Home::new();
        for number in 0..30 {
            home.put(&format!("Downloads/{number}/a.nnbackupz"));
        }
        assert_eq!(discover(&home.spots(), &|_| false).len(), MOST_FOUND);
        assert_eq!(discover(&[home.0.path().join("gone")], &|_| false), []);
    }
}
