//! What happened: one line when a run begins, one when it ends, in `runs.ndjson`.
//!
//! The log is only ever appended to and is the truth about attempts; the archives are the truth
//! about backups. A run without an end whose lock is free was left running: its process died.

mod damage;
mod drops;
mod history;
mod id;
mod known;
mod left;
mod log;
mod run;

pub use drops::{Drops, HighMark, Marks};
pub use history::{Attempts, Failure, History, Success};
pub use id::{RunId, RunIdError};
pub use left::{BothLeft, Left, Whereabouts};
pub use log::{RunLog, RunsError};
pub use run::{
    Begin, Counts, End, Level, MadeArchive, Outcome, Run, RunKind, RunState, SafetyArchive, TouchedArchive,
    Trigger, Verification,
};
