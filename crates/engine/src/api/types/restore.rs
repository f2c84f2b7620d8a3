//! What a restore would do, and what it did.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::OutcomeWord;
use crate::api::looked::Recovery;

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

    /// What kept one step of several from being done.
    pub(in crate::api) fn of_problem(problem: &crate::problem::Problem) -> Self {
        Self { code: problem.code.as_str().to_owned(), message: problem.message.clone(), item: None }
    }

    /// What a format could not hold.
    pub(in crate::api) fn of_loss(loss: &backstop_model::Loss) -> Self {
        Self { code: "loss".to_owned(), message: loss.what.clone(), item: Some(loss.item.id.to_string()) }
    }
}
