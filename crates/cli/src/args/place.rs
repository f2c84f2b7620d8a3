//! Commands that read or change a place.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Whether attachments go along.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct WithAttachments {
    /// With the bytes of attachments
    #[arg(long, overrides_with = "no_attachments")]
    attachments: bool,
    /// Without them
    #[arg(long, overrides_with = "attachments")]
    no_attachments: bool,
}

impl WithAttachments {
    /// What was asked for; `None` if nothing was.
    pub(crate) fn choice(self) -> Option<bool> {
        match (self.attachments, self.no_attachments) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// Make a backup of the library
///
/// Writes a new archive into the backups folder of the account, reads it back, compares it, and only
/// then gives it its name. Without --attachments the notes are backed up and the bytes of their
/// attachments are not. Nothing that exists is overwritten.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 made and verified, 3 made with warnings, 11 busy, 12 wrong password or none given, 15 no space, disk gone or read-only, 16 not logged in, 130 cancelled (earlier backups stay, nothing is left behind)."
)]
pub(crate) struct Backup {
    /// Which place
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub(crate) place: Option<String>,
    /// Every place of the account
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) attachments: WithAttachments,
    /// Format of the archive: nnbackupz or backstop; else the one of the settings
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Make this one readable for everyone; asks for the password even with a kept login
    #[arg(long)]
    pub(crate) no_encryption: bool,
    /// Write into exactly this folder, this time
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
}

/// How a restore treats what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Of two versions the newer one stays
    Merge,
    /// The archive's version stays
    Overwrite,
    /// Add as new notes, with the links between them kept
    Copy,
    /// Exactly as in the archive: also remove what it does not have
    Exact,
}

/// Say what a restore would do, and do nothing
///
/// Lists what would be added, updated, removed and left alone. A plan touches nothing. `restore` with the
/// same options makes the same plan again and carries it out. With --mode exact a damaged or doubtful
/// archive is refused, and one without attachments never removes attachments.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 planned, 3 planned with warnings, 10 no such file or not an archive, 12 wrong password or none given, 13 damaged (with --salvage: nothing in it is whole), 14 newer version, 16 not logged in, 130 cancelled."
)]
pub(crate) struct Restore {
    /// The archive; several are merged first, and of each item the newest version counts
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Into which place
    #[arg(long, value_name = "PLACE")]
    pub(crate) into: Option<String>,
    /// What happens to notes that are there already
    #[arg(long, value_enum, default_value = "merge")]
    pub(crate) mode: Mode,
    /// Only these items and what belongs to them: a notebook's notes; a note's text, versions, attachments, tags
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub(crate) only: Vec<String>,
    /// Take what is whole out of a damaged archive and list what is lost; ends with 3. Not with --mode exact
    #[arg(long)]
    pub(crate) salvage: bool,
    /// Full restore of a Joplin profile (not in this version)
    #[arg(long, value_name = "HOW")]
    pub(crate) full_joplin: Option<String>,
}

/// Take a restore back
///
/// Brings back what the restore overwrote and removes what it added. What was changed since then is
/// listed and left alone. An undo can be undone like any restore.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 done, 3 done with warnings, 10 no such run or its safety archive is gone, 11 busy, 13 the safety archive is damaged, 16 not logged in, 130 cancelled (nothing was changed)."
)]
pub(crate) struct Undo {
    /// The run, as `restore` and `history` name it
    pub(crate) run: String,
}
