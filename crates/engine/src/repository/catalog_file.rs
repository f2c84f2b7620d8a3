//! `catalog.json`: a cache, so whatever is wrong with it ends in an empty one that is filled again.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use thiserror::Error;

use super::catalog::Catalog;
use crate::durable::{self, Origin};
use crate::lock::{AccountLock, LockError, LockKind};
use crate::places::PlaceId;
use crate::problem::Problem;

/// Why the catalog can't be kept.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// Another process holds the state for too long.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Writing failed; the old catalog holds.
    #[error("the catalog can't be written: {0}")]
    Write(#[from] io::Error),
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Lock(error) => error.into(),
            CatalogError::Write(error) => {
                Self::writing(error).with_detail("the catalog could not be written")
            }
        }
    }
}

/// Where the catalog of one account is.
#[derive(Debug, Clone)]
pub struct CatalogFile {
    folder: PathBuf,
    name: String,
    origin: Origin,
}

impl CatalogFile {
    /// How long a change waits for another process to finish its own.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Changes made without the lock before one is made under it.
    const FREE_TRIES: usize = 3;

    /// The catalog in the folder of an account.
    #[must_use]
    pub fn new(account_folder: &Path, origin: &Origin) -> Self {
        Self { folder: account_folder.to_owned(), name: "catalog.json".to_owned(), origin: origin.clone() }
    }

    /// The catalog of a read-only place, in the same folder.
    #[must_use]
    pub fn of_place(account_folder: &Path, origin: &Origin, place: &PlaceId) -> Self {
        Self { name: format!("catalog-{place}.json"), ..Self::new(account_folder, origin) }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Forgets everything. One that is not there is no error.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn remove(&self) -> Result<(), CatalogError> {
        let _lock = self.lock()?;
        match fs::remove_file(self.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The catalog as it is; none if there is none that this version can read, so that the caller
    /// rebuilds it.
    #[must_use]
    pub fn load(&self) -> Option<Catalog> {
        let catalog: Catalog = serde_json::from_slice(&fs::read(self.path()).ok()?).ok()?;
        (catalog.version == Catalog::VERSION).then_some(catalog)
    }

    /// Changes the catalog. `change` may be slow (it may look into archives), so it works on a copy
    /// without the lock and is asked again if another process was faster; the last time it works
    /// under the lock.
    ///
    /// # Errors
    /// [`CatalogError`]; the catalog is as it was then.
    pub fn change<T>(&self, mut change: impl FnMut(&mut Catalog) -> T) -> Result<T, CatalogError> {
        for _ in 0..Self::FREE_TRIES {
            let before = self.load().unwrap_or_default();
            let mut after = before.clone();
            let result = change(&mut after);
            if after == before {
                return Ok(result);
            }
            let _lock = self.lock()?;
            if self.load().unwrap_or_default().generation == before.generation {
                self.write(after)?;
                return Ok(result);
            }
        }
        let _lock = self.lock()?;
        let mut catalog = self.load().unwrap_or_default();
        let result = change(&mut catalog);
        self.write(catalog)?;
        Ok(result)
    }

    fn lock(&self) -> Result<AccountLock, LockError> {
        AccountLock::wait(&self.folder, LockKind::State, Self::PATIENCE)
    }

    fn write(&self, mut catalog: Catalog) -> Result<(), CatalogError> {
        catalog.generation += 1;
        let bytes = serde_json::to_vec(&catalog).map_err(io::Error::from)?;
        Ok(durable::replace(&self.path(), &self.origin, "catalog", &bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::{FolderListing, Head, Listed};
    use backstop_model::TimeMs;

    fn catalog_file(folder: &Path) -> CatalogFile {
        CatalogFile::new(folder, &Origin::new("machine", folder))
    }

    /// Adds one more file to the folder as the catalog knows it.
    fn add(catalog: &mut Catalog, name: &str) {
        let file = |name: &str, bytes| Listed {
            path: Path::new("/a").join(name),
            name: name.to_owned(),
            bytes,
            modified: TimeMs(1),
        };
        let mut files: Vec<_> = catalog.entries.iter().map(|entry| file(&entry.name, entry.bytes)).collect();
        files.push(file(name, 100 + u64::try_from(files.len()).expect("few")));
        catalog.refresh(&[FolderListing { folder: "/a".into(), files: Some(files) }], &mut |_| {
            Ok(Head::default())
        });
    }

    #[test]
    fn a_change_is_kept_and_no_change_writes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = catalog_file(folder.path());
        assert_eq!(file.load(), None);
        file.change(|_| ()).expect("unchanged");
        assert_eq!(file.load(), None, "nothing to write");
        file.change(|catalog| add(catalog, "x")).expect("changed");
        let loaded = file.load().expect("a catalog");
        assert_eq!((loaded.generation, loaded.entries.len()), (1, 1));
        file.change(|catalog| catalog.set_pinned("nobody", true)).expect("unchanged");
        assert_eq!(file.load(), Some(loaded));
    }

    #[test]
    fn a_damaged_or_newer_cache_is_no_catalog() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = catalog_file(folder.path());
        for text in ["", "{", r#"{"version":2,"generation":1,"entries":[]}"#, "\0\0"] {
            durable::replace(&file.path(), &file.origin, "test", text.as_bytes()).expect("written");
            assert_eq!(file.load(), None, "{text}");
            file.change(|catalog| add(catalog, "x")).expect("and can be filled again");
            assert_eq!(file.load().expect("a catalog").entries.len(), 1);
        }
    }

    #[test]
    fn changes_at_the_same_time_do_not_lose_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = catalog_file(folder.path());
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let file = file.clone();
                scope.spawn(move || {
                    for number in 0..5 {
                        file.change(|catalog| add(catalog, &format!("{writer}-{number}"))).expect("changed");
                    }
                });
            }
        });
        let catalog = file.load().expect("a catalog");
        assert_eq!((catalog.entries.len(), catalog.generation), (20, 20));
    }

    #[test]
    fn a_change_that_can_not_be_written_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = catalog_file(&folder.path().join("gone"));
        let error = file.change(|catalog| add(catalog, "x")).expect_err("no folder");
        assert_eq!(Problem::from(error).code.exit_code(), 15);
    }
}
