//! What the page "Backup & export" shows.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ChangeCounts, PauseReason};
use crate::retention::Keep;
use crate::schedule::{Interval, Protection, Waiting};
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
    /// When the next one of any kind starts by itself, if that is known and ahead. One with attachments that
    /// comes before it counts too.
    pub next: Option<i64>,
    /// When the next one with attachments starts by itself.
    pub next_full: Option<i64>,
    /// For how many whole days a backup of any kind is overdue, if it is: at least one.
    pub overdue_days: Option<u32>,
    /// For how many whole days one with attachments is overdue.
    pub overdue_full_days: Option<u32>,
    /// What keeps backups from running by themselves.
    pub waiting: Option<Waiting>,
    /// The last verified backup, if its file is not to be seen. One that is gone counts no more.
    pub missing: Option<MissingBackup>,
    /// How the folder for copies stands, if there is one.
    pub copies: Option<CopiesState>,
}

impl StatusCard {
    /// A card with that word and no other facts.
    #[must_use]
    pub fn bare(protection: Protection) -> Self {
        Self {
            protection,
            last_verified: None,
            last_verified_full: None,
            next: None,
            next_full: None,
            overdue_days: None,
            overdue_full_days: None,
            waiting: None,
            missing: None,
            copies: None,
        }
    }
}

/// A verified backup whose file can't be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MissingBackup {
    /// Its file name.
    pub name: String,
    /// The folder it was written into, for showing.
    pub folder: String,
    /// When it was made, or was last found to hold all there is.
    pub verified: i64,
    /// Whether attachments are in it.
    pub attachments_included: bool,
    /// Whether that folder can't be reached, so that the file may well be there, and counts. Else the file is
    /// gone, or is another one by now.
    pub away: bool,
}

/// How the folder for copies stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CopiesState {
    /// Whether it can't be reached.
    pub away: bool,
    /// Backups that it lacks and is to have.
    pub missing: u32,
}

/// Everything the page "Backup & export" shows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct Overview {
    /// The status card.
    pub status: StatusCard,
    /// Automatic backups.
    pub interval: Interval,
    /// Automatic backups with attachments: never, weekly or monthly.
    pub interval_full: Interval,
    /// Until then nothing runs by itself, if that is still to come.
    pub paused_until: Option<i64>,
    /// Notices in place of a backup.
    pub reminders: Interval,
    /// How many backups stay.
    pub keep: Keep,
    /// Whether the owner has seen what that deletes, and agreed.
    pub keep_agreed: bool,
    /// Why nothing is deleted for now, where things would be.
    pub deleting_paused: Option<PauseReason>,
    /// Whether an unchanged place is recorded as such in place of another archive.
    pub skip_unchanged: bool,
    /// Whether every archive is checked in full again every three weeks.
    pub recheck: bool,
    /// On battery, automatic backups wait below this charge, in per cent; 0: they never wait.
    pub battery_limit: u8,
    /// Whether a notice tells of a backup that went well.
    pub notices_on_success: bool,
    /// Whether backups are encrypted.
    pub encryption: bool,
    /// The format that backups are written in.
    pub format: ArchiveFormat,
    /// The folder that the archives are in.
    pub folder: String,
    /// What is wrong or risky about that folder, in sentences.
    pub folder_warnings: Vec<String>,
    /// The second folder, into which every finished archive is copied.
    pub copies_folder: Option<String>,
    /// What is wrong or risky about the second folder, in sentences.
    pub copies_warnings: Vec<String>,
    /// Notes in the library, live and trashed.
    pub notes: u64,
    /// Attachments in the library.
    pub attachments: u64,
    /// Whether it is time to prove that a secret still opens a backup.
    pub proof_due: bool,
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

/// A setting with what it is to become. Folders and what asks for more than a word have calls of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "setting", content = "to", rename_all = "snake_case")]
pub enum Choice {
    /// Automatic backups with attachments: never, weekly or monthly.
    IntervalFull(Interval),
    /// Notices in place of a backup.
    Reminders(Interval),
    /// How many backups stay. Nothing is deleted before the owner has seen what that would delete.
    Keep(Keep),
    /// Whether an unchanged place is recorded as such in place of another archive.
    SkipUnchanged(bool),
    /// Whether every archive is checked in full again every three weeks.
    Recheck(bool),
    /// On battery, automatic backups wait below this charge, in per cent; 0: they never wait.
    BatteryLimit(u8),
    /// Whether a notice tells of a backup that went well.
    NoticesOnSuccess(bool),
}
