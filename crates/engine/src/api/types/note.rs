//! Notes and notebooks, as the window lists them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::api::looked::NoteAttachment;

/// A notebook of the library, with how many notes it holds itself.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct NotebookNode {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The notebook it is in.
    pub parent: Option<String>,
    /// Live notes directly in it.
    pub notes: u64,
}

/// Which notes of the library to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct NoteQuery {
    /// Only those of this notebook.
    pub notebook: Option<String>,
    /// Only those in the trash; else only live ones.
    pub trashed: bool,
    /// Only those with these words, in title or text.
    pub words: Option<String>,
    /// How many to pass over.
    pub offset: u32,
    /// How many to give, at most 500.
    pub limit: u32,
}

/// One line of a list of notes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct NoteRow {
    /// Its id.
    pub id: String,
    /// The app it comes from.
    pub app: String,
    /// Its title.
    pub title: String,
    /// When it was last edited.
    pub edited: Option<i64>,
    /// In the trash.
    pub trashed: bool,
    /// Locked by a vault.
    pub locked: bool,
    /// A favourite.
    pub favorite: bool,
    /// Pinned.
    pub pinned: bool,
}

/// A page of notes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct NotePage {
    /// How many there are in all.
    pub total: u64,
    /// This page of them.
    pub notes: Vec<NoteRow>,
}

/// A note made safe to show.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct NotePreview {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Sanitized HTML: no scripts, no remote loads, no frames. `null` if locked or without a body.
    pub html: Option<String>,
    /// Locked by a vault.
    pub locked: bool,
    /// When it was made.
    pub created: Option<i64>,
    /// When it was last edited.
    pub edited: Option<i64>,
    /// Paths of its notebooks.
    pub notebooks: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its attachments.
    pub attachments: Vec<NoteAttachment>,
}
