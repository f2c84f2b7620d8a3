//! `backstop prune`, `backstop pin` and `backstop catalog …`

use clap::{Args, Subcommand};

/// Show what the choice of how many backups to keep would delete, and why each one stays or goes
///
/// Deletes nothing unless --apply is given, and never anything else than it has shown. How many are kept is
/// `backstop settings set keep all|many|some|D/W/M/Y`. Never deleted: the last verified backup of each kind
/// (with and without attachments), pinned and damaged ones, and what this account did not make. Nothing is
/// deleted after a backup that failed or that has lost 30 % of its notes or its size. After the first
/// --apply, what the same choice deletes goes by itself after each automatic backup.
#[derive(Debug, Args)]
#[command(
    after_help = "With --json: {\"keep\",\"agreed\",\"paused\":{\"can_accept\",\"message\"}|null,\"to_delete\",\"to_keep\",\"bytes_freed\",\"archives\":[{\"id\",\"path\",\"place\",\"attachments_included\",\"copy\",\"created\",\"bytes\",\"delete\",\"codes\",\"reasons\"}],\"run\",\"deleted\",\"in_trash\",\"warnings\"}; the last four are null or empty without --apply.\n\nExit codes: 0 shown or done, 1 something changed meanwhile and nothing was deleted, 3 deleting is paused (says why), or something could not be deleted, 11 busy, 12 wrong password, 16 not logged in, 130 cancelled."
)]
pub(crate) struct Prune {
    /// Delete what is shown; the system's trash takes it where there is one
    #[arg(long)]
    pub(crate) apply: bool,
    /// Say that the newest backup is right although it is much smaller, so that deleting goes on
    #[arg(long)]
    pub(crate) accept_drop: bool,
}

/// Never delete a backup by itself
///
/// ARCHIVE is an id, name or path of `backstop list`. Its copies in the second folder are meant too.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 pinned or let go, 10 no such backup, 12 wrong password, 16 not logged in."
)]
pub(crate) struct Pin {
    /// The backup
    pub(crate) archive: String,
    /// Let it go again
    #[arg(long)]
    pub(crate) off: bool,
}

/// What to do with the list of known backups.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Make the list of known backups anew, from the folders and the history
    #[command(
        long_about = "Make the list of known backups anew, from the folders and the history.\n\nThe list is only a memory of what was learned of the files, so nothing is lost with it. Pins stay. Backups in a folder that is out of reach stay listed as they were.",
        after_help = "With --json: {\"archives\",\"damaged\",\"away\",\"pinned\"}.\n\nExit codes: 0 done, 12 wrong password, 15 the list can't be written, 16 not logged in."
    )]
    Rebuild,
}
