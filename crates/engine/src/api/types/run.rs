//! Runs of jobs: how far, how they ended, what they made.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Warning;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// All of it was done.
    Completed,
    /// Done, with warnings.
    CompletedWithWarnings,
    /// Nothing was written: an archive that is there already holds all there is.
    NothingNew,
    /// The user stopped it; nothing was changed.
    Cancelled,
    /// It failed; nothing was changed.
    Failed,
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
    /// When the archive was made that still holds all there is, if nothing new was written. Name, path and
    /// numbers are then of that archive.
    pub since: Option<i64>,
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
