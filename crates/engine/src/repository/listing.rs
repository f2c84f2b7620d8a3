//! What is in a folder of archives, without opening any.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use backstop_model::TimeMs;

/// Extensions of the formats that are read, in lower case.
const EXTENSIONS: [&str; 2] = ["nnbackupz", "backstop"];

/// One file of a folder of archives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub path: PathBuf,
    /// Its file name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written to.
    pub modified: TimeMs,
}

/// A folder that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderListing {
    /// The folder.
    pub folder: PathBuf,
    /// What is in it; none if it can't be reached, which says nothing about its archives.
    pub files: Option<Vec<Listed>>,
}

impl FolderListing {
    /// Looks into a folder; one that can't be reached is no error here.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), files: list(folder).ok() }
    }
}

/// Lists the archives of a folder by name. Hidden and unfinished files, links and folders are not
/// archives.
///
/// # Errors
/// What stops the folder from being read.
pub fn list(folder: &Path) -> io::Result<Vec<Listed>> {
    list_of(folder, &EXTENSIONS)
}

/// As [`list`], of the files whose names end in one of these extensions, in small letters here.
///
/// # Errors
/// As [`list`].
pub fn list_of(folder: &Path, extensions: &[&str]) -> io::Result<Vec<Listed>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !ends_in(Path::new(&name), extensions) {
            continue;
        }
        match fs::symlink_metadata(entry.path()) {
            Ok(about) if about.is_file() => files.push(listed(entry.path(), name, &about)),
            Ok(_) => {}
            // Gone between the two looks.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Looks at one file, as [`list`] does.
///
/// # Errors
/// What stops it from being looked at.
pub fn look(path: &Path) -> io::Result<Listed> {
    let about = fs::metadata(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(listed(path.to_owned(), name, &about))
}

fn ends_in(name: &Path, extensions: &[&str]) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| extensions.contains(&extension.as_str()))
}

/// Times before 1970 and beyond any calendar count as 1970: they are only compared.
fn listed(path: PathBuf, name: String, about: &Metadata) -> Listed {
    let since_1970 = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = since_1970.and_then(|time| i64::try_from(time.as_millis()).ok()).unwrap_or(0);
    Listed { path, name, bytes: about.len(), modified: TimeMs(modified) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_archives_are_listed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in
            ["b.nnbackupz", "A.NNBACKUPZ", "notes.txt", ".hidden.nnbackupz", ".backstop-x-y-0.part", "none"]
        {
            fs::File::create_new(path(name)).expect("a file");
        }
        fs::create_dir(path("folder.nnbackupz")).expect("a folder");
        #[cfg(unix)]
        std::os::unix::fs::symlink(path("b.nnbackupz"), path("link.nnbackupz")).expect("a link");
        let files = list(folder.path()).expect("listed");
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["A.NNBACKUPZ", "b.nnbackupz"]);
        assert_eq!(look(&path("b.nnbackupz")).expect("there"), files[1]);
        assert!(files[1].modified.0 > 0 && files[1].bytes == 0);
        assert_eq!(FolderListing::of(&path("gone")).files, None);
    }
}
