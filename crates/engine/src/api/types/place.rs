//! Places beside the library: folders that Notesnook writes its backups into.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{RestoreResult, Warning};
pub use crate::places::PlaceKind;

/// How it stands with the password of the files in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PlacePassword {
    /// No file needs one.
    NotNeeded,
    /// It is kept, and opens the newest file that needs one.
    Kept,
    /// A file needs one and none is kept.
    Needed,
    /// The one that is kept does not open the newest file.
    Wrong,
}

/// Why somebody should look at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum PlaceAttention {
    /// Its folder can't be reached.
    Gone,
    /// Its newest file needs a password that nobody gave.
    PasswordNeeded,
    /// Its newest file needs another password than the one that is kept.
    PasswordWrong,
    /// Files in it are damaged.
    Damaged {
        /// How many.
        files: u64,
    },
    /// There is no backup in it yet.
    Empty,
    /// No backup was written into it for longer than usual.
    Stale {
        /// Whole days since the last one.
        days: u32,
    },
    /// Its notes could not be merged into the library; it is tried again.
    NotMerged,
}

/// A place beside the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlaceCard {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: PlaceKind,
    /// What a person calls it.
    pub title: String,
    /// Where it is, for showing and for the command line.
    pub folder: String,
    /// Whether its notes are merged into the library.
    pub merge: bool,
    /// When that was done last.
    pub merged_at: Option<i64>,
    /// Backups in it.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// Those of them that were checked in full and are whole.
    pub verified: u64,
    /// Those of them that are damaged.
    pub damaged: u64,
    /// The names of the damaged ones, the newest first, at most 20.
    pub damaged_names: Vec<String>,
    /// When the newest was made.
    pub newest: Option<i64>,
    /// When the newest of the verified ones was made.
    pub newest_verified: Option<i64>,
    /// Whole days since the newest was made.
    pub age_days: Option<u32>,
    /// How it stands with the password.
    pub password: PlacePassword,
    /// Why somebody should look, the most urgent first; empty if all is well.
    pub attention: Vec<PlaceAttention>,
}

/// A folder of Notesnook backups that was found and is no place yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FoundPlace {
    /// Names it in later calls; empty on the command line, which names folders by their path.
    pub token: String,
    /// Where it is.
    pub folder: String,
    /// Backups in it.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// When the newest was written.
    pub newest: i64,
}

/// What looking for new files in a place did.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct TakenIn {
    /// The place.
    pub place: String,
    /// Its title.
    pub title: String,
    /// New files that were checked in full and are whole.
    pub sound: u64,
    /// New files that are damaged, by name.
    pub damaged: Vec<String>,
    /// New files that stay closed until their password is given.
    pub closed: u64,
    /// What was merged into the library.
    pub merged: Option<RestoreResult>,
    /// What went wrong.
    pub warnings: Vec<Warning>,
}

impl TakenIn {
    /// Everything that somebody should hear of, in sentences: each damaged file by its name, and what else
    /// went wrong.
    #[must_use]
    pub fn all_warnings(&self) -> Vec<Warning> {
        let damaged = self.damaged.iter().map(|name| Warning {
            code: "damaged_file".to_owned(),
            message: format!("A backup in {} is damaged. Backstop left it as it is.", self.title),
            item: Some(name.clone()),
        });
        damaged.chain(self.warnings.iter().cloned()).collect()
    }
}
