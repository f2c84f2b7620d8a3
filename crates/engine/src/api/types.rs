//! What crosses the door: plain values for the window and the command line.
//!
//! Names and meanings are part of the window's contract (`ui/src/lib/api/bindings.ts` is generated
//! from them). No secret is in any of them, but for [`CreatedAccount::recovery_key`]. Counts and
//! sizes are below 2^53, so they are `number` in TypeScript. Times are milliseconds since 1970 UTC.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::looked::{NoteAttachment, Recovery};
pub use crate::account::Strength;
pub use crate::repository::Verified;
pub use crate::schedule::{Interval, Protection};
pub use crate::settings::{ArchiveFormat, OnClose, Theme};

/// One account on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AccountCard {
    /// Its random id.
    pub id: String,
    /// The name its owner gave it.
    pub name: String,
}

/// Where signing in by itself stands on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeychainState {
    /// The system keychain works.
    Available,
    /// This system has none.
    Absent,
    /// There is one, and it is locked.
    Locked,
    /// There is one, and it refuses us.
    Denied,
}

/// What the window knows when it opens.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct AppState {
    /// Every account on this computer, the one that was used last first.
    pub accounts: Vec<AccountCard>,
    /// The one that is signed in.
    pub signed_in: Option<AccountCard>,
    /// Whether "keep me signed in" can work.
    pub keychain: KeychainState,
    /// Backstop's version.
    pub version: String,
    /// The language of dates and numbers is the window's; the theme is the user's.
    pub theme: Theme,
}

/// A new account, with the recovery key that must be shown once now.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct CreatedAccount {
    /// The account.
    pub account: AccountCard,
    /// The 14 groups of the recovery key.
    pub recovery_key: Vec<String>,
    /// Why the account is not kept signed in, if that was wished and failed.
    pub keychain: KeychainState,
}

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

/// How a restore treats what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RestoreMode {
    /// Of two versions the newer one stays.
    Merge,
    /// The archive's version stays.
    Overwrite,
    /// Everything is added as new, under ids of its own, with the links between the copies alive.
    Copy,
    /// The library becomes what the archive holds: what it does not have goes.
    Exact,
}

/// What happens to one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// New in the library.
    Added,
    /// Replaces what is there.
    Updated,
    /// Taken away, by an undo or by restoring exactly.
    Removed,
    /// The same on both sides.
    Identical,
    /// Differs, and what is there stays because it is newer.
    Kept,
}

/// One line of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PlannedChange {
    /// What happens.
    pub change: Change,
    /// Id of the item.
    pub id: String,
    /// Its kind, as `note`.
    pub kind: String,
    /// Its title, empty if it has none.
    pub title: String,
}

/// Numbers of a plan or of what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangeCounts {
    /// New items.
    pub added: u64,
    /// Items replaced.
    pub updated: u64,
    /// Items taken away.
    pub removed: u64,
    /// Items that are the same.
    pub identical: u64,
    /// Items that differ and stay as they are.
    pub kept: u64,
    /// Items that could not be restored.
    pub failed: u64,
}

/// Something that did not go as it should and did not stop the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Warning {
    /// Its code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The item or part it concerns.
    pub item: Option<String>,
}

/// What a restore or undo would do. A value: it has touched nothing.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PlanSummary {
    /// Names the plan in later calls.
    pub token: String,
    /// All items, of every kind.
    pub items: ChangeCounts,
    /// Only notes.
    pub notes: ChangeCounts,
    /// Notes in the library that the archive does not have; they stay.
    pub only_here: u64,
    /// Attachments whose bytes would be added.
    pub attachments: u64,
    /// The notes and notebooks that change, at most 200 of them.
    pub changes: Vec<PlannedChange>,
    /// How much of a damaged archive is whole, if it is one.
    pub recovery: Option<Recovery>,
    /// What is odd about the archive.
    pub warnings: Vec<Warning>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// All of it was done.
    Completed,
    /// Done, with warnings.
    CompletedWithWarnings,
    /// The user stopped it; nothing was changed.
    Cancelled,
    /// It failed; nothing was changed.
    Failed,
}

/// What a restore or undo did.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RestoreResult {
    /// The run, which `undo` takes.
    pub run: String,
    /// How it ended.
    pub outcome: OutcomeWord,
    /// All items.
    pub items: ChangeCounts,
    /// Only notes.
    pub notes: ChangeCounts,
    /// Attachments whose bytes were added.
    pub attachments: u64,
    /// How much of a damaged archive was whole, if it was one.
    pub recovery: Option<Recovery>,
    /// The safety archive that undo stands on.
    pub safety_archive: Option<String>,
    /// What went wrong on the way.
    pub warnings: Vec<Warning>,
}

/// What a backup made.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct BackupResult {
    /// The run.
    pub run: String,
    /// How it ended.
    pub outcome: OutcomeWord,
    /// The archive's name.
    pub name: String,
    /// Its full path, for showing and for the command line.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Notes in it.
    pub notes: u64,
    /// Attachments whose bytes are in it.
    pub attachments: u64,
    /// Whether it was read back and compared. Always true for a completed one.
    pub verified: bool,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// What went wrong on the way.
    pub warnings: Vec<Warning>,
}

/// A stage of a running job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StageWord {
    /// Reading.
    Reading,
    /// Encrypting.
    Encrypting,
    /// Writing.
    Writing,
    /// Checking what was written.
    Checking,
}

/// How far a running job is; sent at most ten times a second.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct JobProgress {
    /// The stage.
    pub stage: StageWord,
    /// Items done in this stage.
    pub items_done: u64,
    /// Items in this stage, 0 if not known.
    pub items_total: u64,
    /// Bytes done in this stage.
    pub bytes_done: u64,
    /// Bytes in this stage, 0 if not known.
    pub bytes_total: u64,
    /// Estimated seconds left, `null` while too little is known.
    #[specta(type = Option<f64>)]
    pub seconds_left: Option<f64>,
}

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

/// A run, as `history --json` prints it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RunLine {
    /// Its id.
    pub run: String,
    /// What it did.
    pub kind: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended.
    pub ended: Option<String>,
    /// How it ended, or `running`.
    pub outcome: String,
    /// Why it did not end well.
    pub reason: Option<String>,
    /// The places it concerned.
    pub places: Vec<String>,
}

impl Warning {
    /// A finding, in words for a person.
    #[must_use]
    pub fn of(finding: &backstop_model::Finding) -> Self {
        Self {
            code: finding.fault.code.as_str().to_owned(),
            message: finding.fault.message.clone(),
            item: finding.fault.part.clone(),
        }
    }

    /// What a format could not hold.
    pub(super) fn of_loss(loss: &backstop_model::Loss) -> Self {
        Self { code: "loss".to_owned(), message: loss.what.clone(), item: Some(loss.item.id.to_string()) }
    }
}
