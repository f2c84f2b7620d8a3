//! What the page "Backup & export" shows.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::ChangeCounts;
use crate::schedule::{Interval, Protection};
use crate::settings::{ArchiveFormat, OnClose};

/// The status card: facts, which the window puts into one sentence.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct StatusCard {
    /// The state word.
    pub protection: Protection,
    /// The last verified backup of any kind.
    pub last_verified: Option<i64>,
    /// The last verified backup with attachments.
    pub last_verified_full: Option<i64>,
    /// When the next one starts by itself.
    pub next: Option<i64>,
}

/// Everything the page "Backup & export" shows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct Overview {
    /// The status card.
    pub status: StatusCard,
    /// Automatic backups.
    pub interval: Interval,
    /// Whether backups are encrypted.
    pub encryption: bool,
    /// The format that backups are written in.
    pub format: ArchiveFormat,
    /// The folder that the archives are in.
    pub folder: String,
    /// What is wrong or risky about that folder, in sentences.
    pub folder_warnings: Vec<String>,
    /// Notes in the library, live and trashed.
    pub notes: u64,
    /// Attachments in the library.
    pub attachments: u64,
    /// Whether the recovery key has yet to be confirmed.
    pub recovery_key_unconfirmed: bool,
    /// What closing the window does.
    pub on_close: OnClose,
    /// The last restore that can be taken back, whenever it was made.
    pub undo: Option<UndoOffer>,
}

/// A restore that `undo` can still take back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UndoOffer {
    /// The run, which `undo` takes.
    pub run: String,
    /// When it ended.
    pub at: i64,
    /// What it did, all items.
    pub items: ChangeCounts,
    /// Notes that it added, replaced or took away.
    pub notes: u64,
    /// Attachments whose bytes it added.
    pub attachments: u64,
}

/// A folder the user picked, before it is used. The path itself stays in Rust under the token.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct FolderChoice {
    /// Names the folder in later calls.
    pub token: String,
    /// For showing only: where archives would be written.
    pub path: String,
    /// Free space there.
    pub free_bytes: Option<u64>,
    /// What is wrong or risky about it, in sentences.
    pub warnings: Vec<String>,
}
