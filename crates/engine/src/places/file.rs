//! `places.json`: read whole or not at all, changed under the state lock. No file yet: no places yet.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use serde::Deserialize;
use thiserror::Error;

use super::place::Places;
use crate::durable::{self, Origin};
use crate::lock::{AccountLock, LockError, LockKind};
use crate::problem::{Code, Problem};

/// Why the places can't be read or changed.
#[derive(Debug, Error)]
pub enum PlacesError {
    /// The file is there and is not what it must be.
    #[error("the list of places can't be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A newer Backstop wrote it.
    #[error("the list of places has version {found}; this program reads up to {max}", max = Places::VERSION)]
    Newer {
        /// Its version.
        found: u32,
    },
    /// Reading failed below the file.
    #[error("the list of places can't be read: {0}")]
    Read(#[source] io::Error),
    /// Writing failed; the old list holds.
    #[error("the list of places can't be written: {0}")]
    Write(#[source] io::Error),
    /// Another process holds the state for too long.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl From<PlacesError> for Problem {
    fn from(error: PlacesError) -> Self {
        let detail = error.to_string();
        match error {
            PlacesError::Unreadable(_) => Self::new(
                Code::Internal,
                "Backstop can't read the list of your places, and does not guess it. Your notes and backups are as they were.",
            )
            .with_hint("Put places.json back from a copy, or remove it and add your folders again."),
            PlacesError::Newer { .. } => Self::new(
                Code::NewerVersion,
                "The list of your places was written by a newer version of Backstop. Nothing was changed.",
            )
            .with_hint("Update Backstop, then try again."),
            PlacesError::Read(error) => Self::reading(error),
            PlacesError::Write(error) => Self::writing(error),
            PlacesError::Lock(error) => error.into(),
        }
        .with_detail(detail)
    }
}

/// Where the places of one account are.
#[derive(Debug, Clone)]
pub struct PlacesFile {
    folder: PathBuf,
    origin: Origin,
}

impl PlacesFile {
    /// How long a change waits for another process to finish its own.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// The places in the folder of an account.
    #[must_use]
    pub fn new(account_folder: &Path, origin: &Origin) -> Self {
        Self { folder: account_folder.to_owned(), origin: origin.clone() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("places.json")
    }

    /// Reads the places.
    ///
    /// # Errors
    /// [`PlacesError`]: a list that can't be read is not an empty one.
    pub fn load(&self) -> Result<Places, PlacesError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let text = match fs::read(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Places::default()),
            other => other.map_err(PlacesError::Read)?,
        };
        let Version { version } = serde_json::from_slice(&text)?;
        if version > Places::VERSION {
            return Err(PlacesError::Newer { found: version });
        }
        Ok(serde_json::from_slice(&text)?)
    }

    /// Reads, changes and writes back, under the state lock. An error of `change` leaves the file as it was.
    ///
    /// # Errors
    /// [`PlacesError`] as a [`Problem`], or whatever `change` says.
    pub fn change<T>(&self, change: impl FnOnce(&mut Places) -> Result<T, Problem>) -> Result<T, Problem> {
        let _lock =
            AccountLock::wait(&self.folder, LockKind::State, Self::PATIENCE).map_err(PlacesError::Lock)?;
        let mut places = self.load()?;
        let before = places.clone();
        let value = change(&mut places)?;
        if places != before {
            let mut bytes = serde_json::to_vec_pretty(&places).map_err(PlacesError::Unreadable)?;
            bytes.push(b'\n');
            durable::replace(&self.path(), &self.origin, "places", &bytes).map_err(PlacesError::Write)?;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places_file(folder: &Path) -> PlacesFile {
        PlacesFile::new(folder, &Origin::new("machine", folder))
    }

    fn put(file: &PlacesFile, text: &str) {
        durable::replace(&file.path(), &file.origin, "test", text.as_bytes()).expect("written");
    }

    #[test]
    fn places_come_back_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = places_file(folder.path());
        assert_eq!(file.load().expect("none yet"), Places::default());
        let add = |path: &str| {
            file.change(|places| Ok(places.add(PathBuf::from(path).try_into().expect("a folder"))))
        };
        let first = add("/a").expect("written").expect("room");
        add("/b").expect("written");
        let places = file.load().expect("read");
        assert_eq!((places.places.len(), places.find(first.id.as_str())), (2, Some(&first)));
        let refused: Result<(), _> = file.change(|places| {
            places.places.clear();
            Err(Problem::of(Code::Usage))
        });
        assert_eq!((refused.expect_err("refused").code, file.load().expect("read")), (Code::Usage, places));
    }

    #[test]
    fn what_is_unreadable_stops_and_is_never_taken_for_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = places_file(folder.path());
        for text in ["", "{", "[]", r#"{"version":1}"#, r#"{"version":1,"places":[{}]}"#] {
            put(&file, text);
            assert!(matches!(file.load(), Err(PlacesError::Unreadable(_))), "{text}");
            assert!(file.change(|places| Ok(places.places.pop())).is_err());
            assert_eq!(fs::read_to_string(file.path()).expect("there"), text);
        }
        put(&file, r#"{"version":2,"all":"different"}"#);
        let error = file.load().expect_err("newer");
        assert_eq!(Problem::from(error).code, Code::NewerVersion);
    }

    #[test]
    fn unknown_fields_survive_a_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = places_file(folder.path());
        file.change(|places| Ok(places.add(PathBuf::from("/a").try_into().expect("a folder"))))
            .expect("added");
        let text = fs::read_to_string(file.path()).expect("there");
        put(
            &file,
            &text.replacen('{', r#"{"weather":1,"#, 1).replacen(r#""id""#, r#""colour":"red","id""#, 1),
        );
        let merge = |place: &mut crate::places::Place| place.merge = true;
        file.change(|places| Ok(places.places.first_mut().map(merge))).expect("changed");
        let value: serde_json::Value =
            serde_json::from_slice(&fs::read(file.path()).expect("there")).expect("JSON");
        assert_eq!((&value["weather"], &value["places"][0]["colour"]), (&1.into(), &"red".into()));
        assert_eq!(value["places"][0]["merge"], true);
    }
}
