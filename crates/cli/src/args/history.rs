//! `history`: which of the runs to list.

use clap::{Args, ValueEnum};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunSort {
    /// Backups
    Backup,
    /// Restores and their undos
    Restore,
    /// Deletions of archives
    Prune,
    /// Copies into the second folder
    Copy,
    /// Checks of archives, and proofs that one still opens
    Verify,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ended {
    /// Done, with or without warnings
    Done,
    /// Nothing was new, so nothing was written
    NothingNew,
    /// Failed, or left running by a process that died
    Failed,
    /// Stopped by a person
    Cancelled,
    /// Not ended yet
    Running,
}

/// List every run, failed and cancelled ones too, newest first
///
/// Each line says when the run began, how long it took, what it did and made, and why it did not end well.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 listed, 12 wrong password, 16 not logged in.")]
pub(crate) struct ShowHistory {
    /// Only runs of this kind
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) kind: Option<RunSort>,
    /// Only runs that ended so
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) outcome: Option<Ended>,
    /// At most so many, the newest
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<u32>,
}
