//! The history: runs as a page shows them, and how large backups were over time.

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ChangeCounts, Warning};
use crate::problem::Code;
pub use crate::runs::RunKind;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// It runs.
    Running,
    /// All of it was done.
    Completed,
    /// Done, with warnings.
    CompletedWithWarnings,
    /// Nothing was written: an archive that is there already holds all there is.
    NothingNew,
    /// A person stopped it.
    Cancelled,
    /// It failed.
    Failed,
    /// Its process died.
    LeftRunning,
}

impl RunOutcome {
    /// The word in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::CompletedWithWarnings => "completed_with_warnings",
            Self::NothingNew => "nothing_new",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::LeftRunning => "left_running",
        }
    }
}

/// An archive that a run made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunArchive {
    /// Its id in the list of known archives, `null` if it is not there any more.
    pub id: Option<String>,
    /// The place it is a backup of.
    pub place: String,
    /// Its file name when it was made.
    pub name: String,
    /// Its path when it was made, for showing and for the command line.
    pub path: String,
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
    /// Whether it was read back before it got its name.
    pub verified: bool,
    /// By how many of a hundred it has fewer notes or bytes than those before it, if that is 30 or more.
    pub drop: Option<u8>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunCard {
    /// Its id.
    pub run: String,
    /// What it did.
    pub kind: RunKind,
    /// Started by the schedule, not by a person.
    pub automatic: bool,
    /// Where it stands.
    pub outcome: RunOutcome,
    /// Why it failed, for programs.
    pub code: Option<Code>,
    /// Why it did not end well, or made nothing.
    pub reason: Option<String>,
    /// When it began.
    pub started: i64,
    /// When it ended.
    pub ended: Option<i64>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// The places it concerned.
    pub places: Vec<String>,
    /// Whether it was to take attachments, too.
    pub attachments_included: bool,
    /// Bytes written or checked; of a deletion, bytes freed.
    pub bytes: u64,
    /// Notes, live and trashed.
    pub notes: u64,
    /// Attachments whose bytes were carried.
    pub attachments: u64,
    /// What a restore or undo did to items.
    pub items: ChangeCounts,
    /// What it made.
    pub archives: Vec<RunArchive>,
    /// File names of what it checked.
    pub checked: Vec<String>,
    /// File names of what it deleted.
    pub deleted: Vec<String>,
    /// File names of the copies it made.
    pub copied: Vec<String>,
    /// When the archive was made that still holds all there is, if nothing new was written.
    pub since: Option<i64>,
}

/// Which runs to show. What is empty does not choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunQuery {
    /// Of these kinds.
    pub kinds: Vec<RunKind>,
    /// That ended so.
    pub outcomes: Vec<RunOutcome>,
    /// That concern this place.
    pub place: Option<String>,
    /// That began then or later.
    pub from: Option<i64>,
    /// That began before.
    pub until: Option<i64>,
    /// How many to pass over.
    pub offset: u32,
    /// How many to give, at most 500.
    pub limit: u32,
}

/// Some of the runs, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunPage {
    /// How many fit the query.
    pub total: u32,
    /// How many there are at all.
    pub recorded: u32,
    /// Lines of the history that this version does not understand.
    pub unreadable: u32,
    /// Every place that a run concerned.
    pub places: Vec<String>,
    /// This page of them.
    pub runs: Vec<RunCard>,
}

/// One backup in the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SizePoint {
    /// When it was made.
    pub at: i64,
    /// Its size.
    pub bytes: u64,
    /// Notes in it.
    pub notes: u64,
    /// By how many of a hundred it has fewer notes or bytes than those before it, if that is 30 or more.
    pub drop: Option<u8>,
}

/// A run, as `history --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// `automatic` or `manual`.
    pub trigger: String,
    /// Why it failed, for programs.
    pub code: Option<Code>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// Bytes written.
    pub bytes: u64,
    /// Notes, live and trashed.
    pub notes: u64,
    /// Attachments whose bytes were carried.
    pub attachments: u64,
    /// What it made.
    pub archives: Vec<RunArchive>,
    /// File names of what it deleted.
    pub deleted: Vec<String>,
    /// When the archive was made that still holds all there is, if nothing new was written.
    pub since: Option<String>,
}

impl RunLine {
    /// The same run, as the command line prints it.
    #[must_use]
    pub fn of(card: &RunCard) -> Self {
        let moment = crate::time::rfc3339;
        Self {
            run: card.run.clone(),
            kind: card.kind.as_str().to_owned(),
            started: moment(card.started),
            ended: card.ended.map(moment),
            outcome: card.outcome.as_str().to_owned(),
            reason: card.reason.clone(),
            places: card.places.clone(),
            trigger: if card.automatic { "automatic" } else { "manual" }.to_owned(),
            code: card.code,
            duration_ms: card.duration_ms,
            bytes: card.bytes,
            notes: card.notes,
            attachments: card.attachments,
            archives: card.archives.clone(),
            deleted: card.deleted.clone(),
            since: card.since.map(moment),
        }
    }
}

/// The name of a file whose path may be of another system.
pub(in crate::api) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What deleting one archive would mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Deletion {
    /// Its id in the list of known archives.
    pub id: String,
    /// File name.
    pub name: String,
    /// When it was made.
    pub created: Option<i64>,
    /// Its size.
    pub bytes: u64,
    /// Whether attachments are in it.
    pub attachments_included: bool,
    /// Whether it goes into the system's trash, and not for good.
    pub to_trash: bool,
    /// Whether it is never deleted by itself.
    pub pinned: bool,
    /// Whether no other verified archive is left that holds as much.
    pub last_verified: bool,
}

/// An archive that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DeletedArchive {
    /// The run.
    pub run: String,
    /// Whether it is in the system's trash now; else it is gone for good.
    pub in_trash: bool,
    /// What went wrong on the way.
    pub warnings: Vec<Warning>,
}
