//! What crosses the door: plain values for the window and the command line.
//!
//! Names and meanings are part of the window's contract (`ui/src/lib/api/bindings.ts` is generated
//! from them). No secret is in any of them, but for [`CreatedAccount::recovery_key`]. Counts and
//! sizes are below 2^53, so they are `number` in TypeScript. Times are milliseconds since 1970 UTC.

mod account;
mod archive;
mod history;
mod keep;
mod note;
mod overview;
mod place;
mod restore;
mod run;

pub use account::{AccountCard, AppState, CreatedAccount, KeychainState};
pub use archive::{ArchiveCard, OpenedArchive};
pub(in crate::api) use history::file_name;
pub use history::{
    DeletedArchive, Deletion, RunArchive, RunCard, RunKind, RunLine, RunOutcome, RunPage, RunQuery, SizePoint,
};
pub use keep::{
    CatalogCounts, CopyResult, KeepReason, PauseReason, PrunePlanCard, PruneResult, PrunedArchive,
};
pub use note::{NotePage, NotePreview, NoteQuery, NoteRow, NotebookNode};
pub use overview::{Choice, CopiesState, FolderChoice, MissingBackup, Overview, StatusCard, UndoOffer};
pub use place::{FoundPlace, PlaceAttention, PlaceCard, PlaceKind, PlacePassword, TakenIn};
pub use restore::{Change, ChangeCounts, PlanSummary, PlannedChange, RestoreMode, RestoreResult, Warning};
pub use run::{BackupResult, JobProgress, OutcomeWord, StageWord};

pub use crate::account::Strength;
pub use crate::repository::Verified;
pub use crate::retention::{Keep, Spans};
pub use crate::schedule::{Interval, Protection, Waiting};
pub use crate::settings::{ArchiveFormat, OnClose, Theme};
