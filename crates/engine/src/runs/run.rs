//! What is recorded of a run.

use std::path::PathBuf;

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::RunId;
use crate::problem::{Code, Problem};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// A backup of one or more places.
    Backup,
    /// A restore into a place.
    Restore,
    /// The undo of a restore.
    Undo,
    /// A check of archives.
    Verify,
    /// A person proved that a secret still opens an archive.
    Proof,
    /// Archives deleted by the owner's policy.
    Prune,
    /// Archives copied into the second folder.
    Copy,
}

impl RunKind {
    /// The word in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Restore => "restore",
            Self::Undo => "undo",
            Self::Verify => "verify",
            Self::Proof => "proof",
            Self::Prune => "prune",
            Self::Copy => "copy",
        }
    }
}

/// Who started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A person.
    Manual,
    /// The schedule.
    Automatic,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// All of it was done.
    Completed,
    /// Done, with warnings.
    CompletedWithWarnings {
        /// Each warning, in words.
        warnings: Vec<String>,
    },
    /// Nothing was written, because an archive from then holds all there is, and was looked at again.
    NothingNew {
        /// The end of the run that made that archive.
        since: TimeMs,
    },
    /// The user stopped it.
    Cancelled,
    /// It failed.
    Failed {
        /// Why, for programs.
        code: Code,
        /// Why, for people.
        message: String,
    },
    /// Its process died; found at a later start.
    LeftRunning,
}

impl Outcome {
    /// The outcome of a run that ended in `problem`: a cancel is no failure.
    #[must_use]
    pub fn of(problem: &Problem) -> Self {
        match problem.code {
            Code::Cancelled => Self::Cancelled,
            code => Self::Failed { code, message: problem.message.clone() },
        }
    }

    /// The word in files and on the command line.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::CompletedWithWarnings { .. } => "completed_with_warnings",
            Self::NothingNew { .. } => "nothing_new",
            Self::Cancelled => "cancelled",
            Self::Failed { .. } => "failed",
            Self::LeftRunning => "left_running",
        }
    }

    /// Whether all that was to be done was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Completed | Self::CompletedWithWarnings { .. } | Self::NothingNew { .. })
    }
}

/// Numbers of a run. Those that mean nothing for its kind are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Notes, live and trashed.
    pub notes: u64,
    /// Attachments whose bytes were carried.
    pub attachments: u64,
    /// Items of every kind.
    pub items: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Items new in the destination.
    pub added: u64,
    /// Items replaced.
    pub updated: u64,
    /// Items taken away.
    pub removed: u64,
    /// Items that were the same.
    pub identical: u64,
    /// Items that differ and stayed as they were.
    pub kept: u64,
    /// Items that could not be carried.
    pub failed: u64,
}

impl Counts {
    /// Items that a restore wrote or took away.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.added + self.updated + self.removed
    }
}

/// An archive that a run made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeArchive {
    /// The random id inside it.
    pub archive: String,
    /// The place it is a backup of.
    pub place: String,
    /// Where it was written.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Notes in it.
    pub notes: u64,
    /// Attachments whose bytes are in it.
    pub attachments: u64,
    /// Whether it is a backup with attachments.
    pub attachments_included: bool,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Whether every byte and item was read back before it got its name.
    pub verified: bool,
    /// What it shows, as a short text that changes with everything that would make another archive. None
    /// in records of older versions: then it shows nobody knows what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

impl MadeArchive {
    /// The name of its file, wherever that is now.
    #[must_use]
    pub fn file_name(&self) -> std::borrow::Cow<'_, str> {
        self.path.file_name().unwrap_or_default().to_string_lossy()
    }
}

/// How deep a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The structure only.
    Quick,
    /// Every byte and item.
    Full,
}

/// The record of one check of one archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The id inside the archive, if it has one and it could be read.
    pub archive: Option<String>,
    /// SHA-256 of its manifest in hex: says which content was checked.
    pub manifest_sha256: Option<String>,
    /// Its file name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How deep.
    pub level: Level,
    /// Whether everything read was sound.
    pub sound: bool,
    /// When.
    pub at: TimeMs,
}

/// An archive that a run deleted or copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchedArchive {
    /// The random id inside it, if known.
    pub archive: Option<String>,
    /// Where it was, or where the copy is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// The archive that holds what a restore overwrites or removes; its undo stands on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyArchive {
    /// The random id inside it.
    pub archive: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The first record of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// Its id.
    pub run: RunId,
    /// What it does.
    pub kind: RunKind,
    /// Who started it.
    pub trigger: Trigger,
    /// When.
    pub started: TimeMs,
    /// The places it concerns.
    pub places: Vec<String>,
    /// The restore that an undo takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// The folder it writes to, where that is not the one of the settings. Should its process die,
    /// the next run looks there for what it left unfinished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// It is a backup with attachments. Not known of those that version 0.1 recorded.
    #[serde(default, skip_serializing_if = "is_false")]
    pub attachments: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The last record of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Its id.
    pub run: RunId,
    /// When.
    pub ended: TimeMs,
    /// How.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Numbers.
    #[serde(default)]
    pub counts: Counts,
    /// What it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<MadeArchive>,
    /// Archives of earlier runs that were found to hold all there is, so that none was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_good: Vec<MadeArchive>,
    /// What it checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifications: Vec<Verification>,
    /// What it deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<TouchedArchive>,
    /// The copies it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copied: Vec<TouchedArchive>,
}

impl End {
    /// An end with nothing made, checked or counted.
    #[must_use]
    pub fn new(run: &RunId, ended: TimeMs, outcome: Outcome) -> Self {
        Self {
            run: run.clone(),
            ended,
            outcome,
            counts: Counts::default(),
            archives: Vec::new(),
            still_good: Vec::new(),
            verifications: Vec::new(),
            deleted: Vec::new(),
            copied: Vec::new(),
        }
    }
}

/// One run, from all of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// How it began.
    pub begin: Begin,
    /// The safety archive, recorded before anything was changed.
    pub safety: Option<SafetyArchive>,
    /// How it ended, if that was recorded.
    pub end: Option<End>,
}

/// Why a run made no archive though it went well.
const NOTHING_NEW: &str = "Nothing is new since an earlier backup, which was checked instead.";

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState<'run> {
    /// It runs.
    Running,
    /// It has no end, and no job holds the lock: its process died.
    LeftRunning,
    /// It ended.
    Ended(&'run Outcome),
}

impl Run {
    /// Where it stands, given whether the job lock of the account is held.
    #[must_use]
    pub fn state(&self, job_lock_held: bool) -> RunState<'_> {
        match &self.end {
            Some(end) if end.outcome == Outcome::LeftRunning => RunState::LeftRunning,
            Some(end) => RunState::Ended(&end.outcome),
            None if job_lock_held => RunState::Running,
            None => RunState::LeftRunning,
        }
    }

    /// Why it did not end well, for a person.
    #[must_use]
    pub fn reason(&self, job_lock_held: bool) -> Option<String> {
        match self.state(job_lock_held) {
            RunState::Ended(Outcome::Failed { message, .. }) => Some(message.clone()),
            RunState::Ended(Outcome::CompletedWithWarnings { warnings }) => Some(warnings.join(" ")),
            RunState::Ended(Outcome::NothingNew { .. }) => Some(NOTHING_NEW.to_owned()),
            RunState::LeftRunning if self.begin.kind == RunKind::Prune => {
                Some(super::history::LEFT_DELETING.to_owned())
            }
            RunState::LeftRunning => Some(super::history::LEFT_RUNNING.to_owned()),
            RunState::Running | RunState::Ended(_) => None,
        }
    }
}
