//! What keeping and deleting archives means, before and after it happened.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{OutcomeWord, Warning};
use crate::retention::{Keep, Kept, Measure, Pause, Surplus};

/// What the owner's policy would delete, and why each archive stays or goes. It has touched nothing.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PrunePlanCard {
    /// Names this very plan; carrying it out is refused once anything is different.
    pub token: String,
    /// The policy: `all`, `many`, `some` or `D/W/M/Y`.
    pub keep: Keep,
    /// Whether the owner has seen and agreed to what this policy deletes. Nothing is deleted by itself
    /// before that.
    pub agreed: bool,
    /// Why nothing is deleted for now.
    pub paused: Option<PauseReason>,
    /// Every archive of the folders that backups go to, newest first.
    pub archives: Vec<PrunedArchive>,
    /// How many go.
    pub to_delete: u32,
    /// How many stay.
    pub to_keep: u32,
    /// The size of those that go.
    pub bytes_freed: u64,
}

/// One archive of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PrunedArchive {
    /// Its id in the catalog.
    pub id: String,
    /// File name.
    pub name: String,
    /// Full path, for showing and for the command line.
    pub path: String,
    /// The place it is a backup of, `null` if not known.
    pub place: Option<String>,
    /// Whether attachments are in it: a kind of its own.
    pub attachments_included: bool,
    /// Whether it lies in the second folder, the one of copies.
    pub copy: bool,
    /// When it was made.
    pub created: Option<i64>,
    /// Its size.
    pub bytes: u64,
    /// Whether it goes.
    pub delete: bool,
    /// Why, the same for programs: at least one.
    pub codes: Vec<KeepReason>,
    /// Why, in short sentences: at least one.
    pub reasons: Vec<String>,
}

/// Why an archive stays or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(untagged)]
pub enum KeepReason {
    /// It stays.
    Stays(Kept),
    /// It goes.
    Goes(Surplus),
}

impl KeepReason {
    /// The reason as a short sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Stays(reason) => stays(reason),
            Self::Goes(Surplus::SameDay) => "Another one of the same day stays.",
            Self::Goes(Surplus::Older) => "It is older than you chose to keep.",
        }
    }
}

fn stays(reason: Kept) -> &'static str {
    match reason {
        Kept::Everything => "Everything is kept.",
        Kept::Pinned => "You pinned it.",
        Kept::LastVerified => "The last verified backup without attachments.",
        Kept::LastVerifiedFull => "The last verified backup with attachments.",
        Kept::Daily => "The last one of its day.",
        Kept::Weekly => "The last one of its week.",
        Kept::Monthly => "The last one of its month.",
        Kept::Yearly => "The last one of its year.",
        Kept::Unverified => "Not verified yet, so it is kept beside the verified ones.",
        Kept::NothingVerified => "There is no verified backup of its kind.",
        Kept::Damaged => "It is damaged: what can be recovered from it may be needed.",
        Kept::NotOurs => "This account did not make it, as far as can be told.",
        Kept::Renamed => "Someone gave it a name of their own.",
        Kept::OtherPlace => "Its place is not in this account any more.",
        Kept::Away => "Its folder can't be reached.",
        Kept::Future => "It is from a time that has not come yet: a clock was wrong.",
        Kept::Undated => "Nobody knows when it was made.",
    }
}

/// Why nothing is deleted for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PauseReason {
    /// Whether the owner can say that all is well: so for a backup that shrank. A failed one needs one
    /// that succeeds.
    pub can_accept: bool,
    /// Why, in sentences.
    pub message: String,
}

impl From<&Pause> for PauseReason {
    fn from(pause: &Pause) -> Self {
        match pause {
            Pause::Failed { message, .. } => Self {
                can_accept: false,
                message: format!(
                    "The last backup did not succeed, so no older one is deleted until one does. {message}"
                ),
            },
            Pause::Shrunk(shrunk) => {
                let per_cent = 100 - u128::from(shrunk.now) * 100 / u128::from(shrunk.before.max(1));
                let (what, unit) = match shrunk.measure {
                    Measure::Notes => ("fewer notes", "notes"),
                    Measure::Bytes => ("fewer bytes", "bytes"),
                };
                let kind = if shrunk.full { "with attachments" } else { "without attachments" };
                let (before, now) = (shrunk.before, shrunk.now);
                Self {
                    can_accept: true,
                    message: format!(
                        "The newest backup {kind} has {per_cent} % {what} than before ({now} {unit}, it was {before}), so no older one is deleted until you have looked."
                    ),
                }
            }
        }
    }
}

/// What was copied into the second folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct CopyResult {
    /// The run.
    pub run: String,
    /// How it ended.
    pub outcome: OutcomeWord,
    /// Where the copies are.
    pub copied: Vec<String>,
    /// Their size.
    pub bytes: u64,
    /// What went wrong on the way.
    pub warnings: Vec<Warning>,
}

/// What the list of known archives holds after it was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CatalogCounts {
    /// Archives in it.
    pub archives: u32,
    /// Those that are damaged.
    pub damaged: u32,
    /// Those whose folder can't be reached.
    pub away: u32,
    /// Those that are pinned.
    pub pinned: u32,
}

/// What was deleted.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PruneResult {
    /// The run.
    pub run: String,
    /// How it ended.
    pub outcome: OutcomeWord,
    /// Where the deleted archives were.
    pub deleted: Vec<String>,
    /// How many of them are in the system's trash now; the others are gone for good.
    pub in_trash: u32,
    /// The size of those that are deleted.
    pub bytes_freed: u64,
    /// What went wrong on the way.
    pub warnings: Vec<Warning>,
}
