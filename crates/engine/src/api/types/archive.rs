//! Archives: those that are known, and those that were picked.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::repository::Verified;

/// One known archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ArchiveCard {
    /// Its id in the catalog; also names it in later calls.
    pub id: String,
    /// File name.
    pub name: String,
    /// Full path, for showing and for the command line.
    pub path: String,
    /// Its format, as its name ends: `nnbackupz`.
    pub format: String,
    /// The place it is a backup of, `null` if not known.
    pub place: Option<String>,
    /// When it was made.
    pub created: Option<i64>,
    /// Whether attachments are in it.
    pub attachments_included: bool,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Notes in it, `null` if not known without its password.
    pub notes: Option<u64>,
    /// Its size.
    pub bytes: u64,
    /// What was last found out about it.
    pub verified: Verified,
    /// When.
    pub verified_at: Option<i64>,
    /// Never deleted by itself.
    pub pinned: bool,
    /// Made by a person, by the schedule, or not known.
    pub automatic: Option<bool>,
    /// It lies in the second folder, the one of copies.
    pub copy: bool,
    /// The same archive lies in the second folder too.
    pub copied: bool,
    /// A newer app made it, so that this program can't check it. It is not damaged.
    pub newer: bool,
}

/// An archive the user picked or dropped, before anything in it is read.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct OpenedArchive {
    /// Names it in later calls.
    pub token: String,
    /// File name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Format by its usual extension, as `nnbackupz`.
    pub format: String,
    /// Format version.
    pub format_version: String,
    /// When it was made.
    pub created: Option<i64>,
    /// Whether its notes are encrypted.
    pub encrypted: bool,
    /// Whether attachment bytes are in it.
    pub attachments_included: bool,
    /// Whether it still needs a password or key. An archive of this account opens by itself.
    pub locked: bool,
}
