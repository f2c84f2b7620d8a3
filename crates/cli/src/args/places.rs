//! `backstop place …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// What to do with places.
#[derive(Debug, Subcommand)]
pub(crate) enum PlaceCommand {
    /// List the places of the account
    ///
    /// The library, and the folders that were added. Each folder of Notesnook backups says how old its newest
    /// backup is, how many were checked, and why somebody should look, if somebody should.
    #[command(after_help = "Exit codes: 0 listed, 12 wrong password, 16 not logged in.")]
    List,
    /// Find folders of Notesnook backups on this computer
    ///
    /// Looks into the folder that Notesnook uses unless told otherwise, and below the usual folders of a
    /// person. Reads names only and adds nothing.
    #[command(after_help = "Exit codes: 0 looked, 12 wrong password, 16 not logged in.")]
    Discover,
    Add(AddPlace),
    /// Give the backups of a place their password, or another one
    ///
    /// It is tried on the newest backup that is locked, kept encrypted in the account, and what it opens is
    /// checked in full. Given with --archive-password-file, --recovery-key-file or BACKSTOP_ARCHIVE_PASSWORD.
    #[command(
        after_help = "Exit codes: 0 kept and checked, 3 kept and something is damaged, 10 no such place, 12 wrong password or none given (the one that was kept stays), 16 not logged in."
    )]
    Password {
        /// The place, as `place list` names it
        id: String,
    },
    /// Remove a place; its folder and every file in it stay
    #[command(after_help = "Exit codes: 0 removed, 10 no such place, 16 not logged in.")]
    Remove {
        /// The place, as `place list` names it
        id: String,
    },
}

/// What a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AddKind {
    /// A folder that Notesnook writes its backups into; Backstop only reads it
    NotesnookBackups,
    /// A Joplin profile (not in this version)
    #[value(hide = true)]
    Joplin,
    /// A folder of Markdown files (not in this version)
    #[value(hide = true)]
    Markdown,
}

impl AddKind {
    /// Its name as typed.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotesnookBackups => "notesnook-backups",
            Self::Joplin => "joplin",
            Self::Markdown => "markdown",
        }
    }
}

/// Add a folder as a place
///
/// Every backup in a folder of Notesnook backups is checked in full and listed, and each new one from then on.
/// Backstop never writes, renames or deletes anything there. Encrypted backups are only looked over until their
/// password is given: with --archive-password-file, once; it is kept encrypted in the account.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 added and checked, 2 added already, 3 added and something is damaged or still needs a password, 10 no such folder, 11 busy, 12 wrong password (nothing is added), 16 not logged in."
)]
pub(crate) struct AddPlace {
    /// What the folder is
    #[arg(value_enum)]
    pub(crate) kind: AddKind,
    /// The folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Also merge the notes of its newest backup into the library, now and whenever there is a newer one
    #[arg(long)]
    pub(crate) merge: bool,
}
