//! One place, as its owner added it. Values are checked where they are born, from files too.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use specta::Type;
use thiserror::Error;

use super::intake::Merged;
use crate::settings::LIBRARY;

/// The most places of one account, beside the library.
pub const MOST_PLACES: usize = 32;
/// The longest title, in letters.
const TITLE_LETTERS: usize = 80;
/// The longest id, in letters.
const ID_LETTERS: usize = 40;

/// Why a text is no id, or a path no folder of a place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceNameError {
    /// An id is a few small letters, digits and hyphens, and not the library's.
    #[error("{0:?} is no id of a place")]
    Id(String),
    /// A folder is named from the root, without `..`, in letters that can be written down.
    #[error("this path can't be the folder of a place")]
    Folder,
}

/// What names a place in files and on the command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlaceId(String);

impl PlaceId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a folder: the same folder gets the same id again. `round` grows until it is free.
    fn of(folder: &PlaceFolder, round: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(folder.as_path().to_string_lossy().as_bytes());
        hash.update(round.to_be_bytes());
        let digits: String = hash.finalize().iter().take(3).map(|byte| format!("{byte:02x}")).collect();
        Self(format!("notesnook-{digits}"))
    }
}

impl TryFrom<String> for PlaceId {
    type Error = PlaceNameError;

    fn try_from(text: String) -> Result<Self, PlaceNameError> {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = !text.is_empty() && text.len() <= ID_LETTERS && text.chars().all(letter);
        if fits && text != LIBRARY { Ok(Self(text)) } else { Err(PlaceNameError::Id(text)) }
    }
}

impl From<PlaceId> for String {
    fn from(id: PlaceId) -> Self {
        id.0
    }
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder of a place, named from the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PathBuf", into = "PathBuf")]
pub struct PlaceFolder(PathBuf);

impl PlaceFolder {
    /// The path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// What a person calls it: its own name, or "Notesnook backups" where that says nothing.
    #[must_use]
    pub fn title(&self) -> String {
        let name = self.0.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = name.is_empty() || name.eq_ignore_ascii_case("backups");
        let title = if plain { "Notesnook backups".to_owned() } else { name };
        title.chars().filter(|c| !c.is_control()).take(TITLE_LETTERS).collect()
    }

    /// Whether both are one folder, also by other ways to it.
    #[must_use]
    pub fn is_same(&self, other: &Path) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.0 == other || real(&self.0) == real(other)
    }
}

impl TryFrom<PathBuf> for PlaceFolder {
    type Error = PlaceNameError;

    fn try_from(path: PathBuf) -> Result<Self, PlaceNameError> {
        let goes_up = path.components().any(|part| matches!(part, Component::ParentDir));
        let writable = path.to_str().is_some_and(|text| !text.contains('\0'));
        if path.is_absolute() && !goes_up && writable { Ok(Self(path)) } else { Err(PlaceNameError::Folder) }
    }
}

impl From<PlaceFolder> for PathBuf {
    fn from(folder: PlaceFolder) -> Self {
        folder.0
    }
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A folder that Notesnook writes its backups into; read-only.
    NotesnookBackups,
}

impl PlaceKind {
    /// The word on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotesnookBackups => "notesnook-backups",
        }
    }
}

/// One place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Its id.
    pub id: PlaceId,
    /// What it is.
    pub kind: PlaceKind,
    /// Where it is.
    pub folder: PlaceFolder,
    /// What a person calls it.
    pub title: String,
    /// Whether its notes are merged into the library.
    pub merge: bool,
    /// What of it was merged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// Fields of a later version, kept as they were.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// Every place of an account, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Places {
    pub(super) version: u32,
    /// The places.
    pub places: Vec<Place>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Default for Places {
    fn default() -> Self {
        Self { version: Self::VERSION, places: Vec::new(), unknown: Map::new() }
    }
}

impl Places {
    /// The version this program writes, and the highest it reads.
    pub const VERSION: u32 = 1;

    /// A place by its id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.id.as_str() == id)
    }

    /// Adds a folder of Notesnook backups; `None` if there are as many places as there may be.
    pub fn add(&mut self, folder: PlaceFolder) -> Option<Place> {
        if self.places.len() >= MOST_PLACES {
            return None;
        }
        let id =
            (0..).map(|round| PlaceId::of(&folder, round)).find(|id| self.find(id.as_str()).is_none())?;
        let place = Place {
            id,
            kind: PlaceKind::NotesnookBackups,
            title: folder.title(),
            folder,
            merge: false,
            merged: None,
            unknown: Map::new(),
        };
        self.places.push(place.clone());
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str) -> PlaceFolder {
        PathBuf::from(path).try_into().expect("a folder")
    }

    #[test]
    fn ids_and_folders_refuse_nonsense_where_they_are_read() {
        for id in ["", "library", "Notes", "a b", "../x", "é", &"x".repeat(41)] {
            assert!(PlaceId::try_from(id.to_owned()).is_err(), "{id}");
        }
        assert_eq!(
            PlaceId::try_from("notesnook-3f9a1c".to_owned()).expect("an id").as_str(),
            "notesnook-3f9a1c"
        );
        for path in ["", "backups", "/a/../b", "/a\0b"] {
            assert_eq!(PlaceFolder::try_from(PathBuf::from(path)), Err(PlaceNameError::Folder), "{path}");
        }
        let text = r#"{"version":1,"places":[{"id":"a/b","kind":"notesnook-backups","folder":"/a","title":"a","merge":false}]}"#;
        assert!(serde_json::from_str::<Places>(text).is_err());
        assert!(serde_json::from_str::<Places>(&text.replace("a/b", "ab")).is_ok());
        assert!(serde_json::from_str::<Places>(&text.replace("a/b", "ab").replace("/a", "a")).is_err());
    }

    #[test]
    fn a_folder_keeps_its_id_and_two_have_two() {
        let mut places = Places::default();
        let first = places.add(folder("/home/a/Documents/Notesnook/backups")).expect("room");
        let second = places.add(folder("/home/a/Downloads")).expect("room");
        assert_ne!(first.id, second.id);
        assert_eq!((first.title.as_str(), second.title.as_str()), ("Notesnook backups", "Downloads"));
        assert!(first.id.as_str().starts_with("notesnook-") && !first.merge);
        places.places.remove(0);
        assert_eq!(places.add(first.folder.clone()).expect("room").id, first.id);
        let again = places.add(first.folder.clone()).expect("room");
        assert_ne!(again.id, first.id, "an id names one place");
    }

    #[test]
    fn there_is_an_end_to_places() {
        let mut places = Places::default();
        for number in 0..MOST_PLACES {
            assert!(places.add(folder(&format!("/{number}"))).is_some());
        }
        assert_eq!(places.add(folder("/more")), None);
    }
}
