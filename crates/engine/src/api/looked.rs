//! What crosses the door of archives that are looked into and checked. The rules of `types` hold.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Warning;

/// A file that belongs to a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NoteAttachment {
    /// The id of its row; names it in later calls.
    pub id: String,
    /// Its name, as the note's app has it.
    pub name: String,
    /// Its MIME type, as the note's app has it.
    pub mime: String,
    /// Its size.
    pub bytes: u64,
    /// Whether its bytes are there: a backup may have been made without attachments.
    pub here: bool,
}

/// What is in an archive that was opened to be looked at.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ContentsCard {
    /// Notes in it, live and trashed.
    pub notes: u64,
    /// Notebooks in it.
    pub notebooks: u64,
    /// Attachments whose bytes are in it.
    pub attachments: u64,
    /// Items that could not be read, and what is odd about the rest.
    pub warnings: Vec<Warning>,
    /// Whether any part could not be read.
    pub damaged: bool,
}

/// Where a note of an archive is: what ticks on notes and notebooks stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NotePlace {
    /// The note's id.
    pub id: String,
    /// Ids of the notebooks that it is directly in.
    pub notebooks: Vec<String>,
    /// In the trash.
    pub trashed: bool,
}

/// What a check of an archive found, for the window.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[must_use = "a check that nobody reads is not a check"]
pub struct CheckResult {
    /// The file's name.
    pub name: String,
    /// Whether every byte and item was read, or only its structure.
    pub full: bool,
    /// Whether all that was read is whole.
    pub sound: bool,
    /// Items that came out whole.
    pub items_read: u64,
    /// Notes among them.
    pub notes: u64,
    /// Attachments that came out whole.
    pub attachments: u64,
    /// Bytes of the file that were not read.
    pub not_read: u64,
    /// What is damaged or odd.
    pub findings: Vec<Warning>,
}

impl CheckResult {
    /// The result of a check before it has read anything.
    pub(super) fn nothing_read(name: String, full: bool) -> Self {
        Self {
            name,
            full,
            sound: false,
            items_read: 0,
            notes: 0,
            attachments: 0,
            not_read: 0,
            findings: Vec::new(),
        }
    }
}
