//! What can be typed: the commands, their options and the manual that `--help` prints.
//!
//! This room only reads the command line. The texts in it are the manual, so each command says what it
//! does, what it never does, and how it ends.

mod account;
mod archive;
mod history;
mod keep;
mod later;
mod place;
mod places;
mod settings;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use account::{AccountCommand, ChangePassword, Create, NewPassword};
pub(crate) use archive::{As, Convert, Inspect, Search, Show, Verify};
pub(crate) use history::{Ended, RunSort, ShowHistory};
pub(crate) use keep::{CatalogCommand, Pin, Prune};
pub(crate) use later::Later;
pub(crate) use place::{Backup, Mode, Restore, Undo, WithAttachments};
pub(crate) use places::{AddKind, AddPlace, PlaceCommand};
pub(crate) use settings::{Every, EveryFull, ScheduleCommand, ScheduleSet, SettingsCommand};

/// Every exit code, after the long help of the program.
const EXIT_CODES: &str = "\
Exit codes:
   0  done
   1  failed
   2  usage: something was typed that means nothing, or that this version does not do yet
   3  done with warnings, each of them listed
  10  not found, or not an archive
  11  busy: another job holds the account
  12  wrong password or recovery key, or none given
  13  damaged archive
  14  made by a newer version
  15  no space, disk gone or read-only
  16  not logged in
 130  cancelled

With --json the result is one JSON document on the standard output, an error too:
  {\"error\":{\"code\":\"wrong_secret\",\"message\":\"…\",\"hint\":\"…\",\"details\":[]}}

Secrets are read from the first line of a file, from the environment, or asked for on a terminal. They
are never taken from the command line itself, where other programs could read them:
  --password-file          BACKSTOP_PASSWORD          the account
  --archive-password-file  BACKSTOP_ARCHIVE_PASSWORD  an archive (else the account's is tried)
  --recovery-key-file      BACKSTOP_RECOVERY_KEY      an archive or the account, in place of its password
  --out-password-file      BACKSTOP_OUT_PASSWORD      what convert writes
  --new-password-file      BACKSTOP_NEW_PASSWORD      a password that is being set";

/// Backs up, checks and restores your notes, from a terminal, a script or cron.
///
/// The same engine as the window: what one of them made, the other one sees. Everything works offline.
#[derive(Debug, Parser)]
#[command(
    name = "backstop",
    version,
    after_long_help = EXIT_CODES,
    after_help = "`backstop --help` lists the exit codes and how secrets are given; `backstop COMMAND --help` explains a command.",
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = false
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(flatten)]
    pub(crate) secrets: SecretFiles,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Globals {
    /// Where accounts, settings and the library are kept; never the archives
    #[arg(long, global = true, value_name = "DIR", env = "BACKSTOP_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Which account, by name or id; needed only if there are several
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Print one JSON document, also for an error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no remarks
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Also the details of what went wrong
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

/// Files whose first line is a secret. Global, so that a script can set them once for any command; a
/// command that needs none of them reads none of them.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Secrets")]
pub(crate) struct SecretFiles {
    /// File with the account's password [env: BACKSTOP_PASSWORD]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// File with the archive's password, if it is not the account's [env: BACKSTOP_ARCHIVE_PASSWORD]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) archive_password_file: Option<PathBuf>,
    /// File with a recovery key: Backstop's, or Notesnook's 43 characters [env: BACKSTOP_RECOVERY_KEY]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "archive_password_file")]
    pub(crate) recovery_key_file: Option<PathBuf>,
    /// File with the password of what `convert` writes [env: BACKSTOP_OUT_PASSWORD]
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) out_password_file: Option<PathBuf>,
    /// File with the password that is being set [env: BACKSTOP_NEW_PASSWORD]
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) new_password_file: Option<PathBuf>,
    /// File with the password of a locked note's vault, for `show`
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    pub(crate) vault_password_file: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create, open, change and delete accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// The stores of notes that Backstop looks after
    #[command(subcommand)]
    Place(PlaceCommand),
    Backup(Backup),
    List(ListArchives),
    Inspect(Inspect),
    Verify(Verify),
    Show(Show),
    Search(Search),
    Plan(Restore),
    #[command(about = RESTORE_ABOUT, long_about = RESTORE_LONG, after_help = RESTORE_EXITS)]
    Restore(Restore),
    Undo(Undo),
    Convert(Convert),
    /// When backups are made by themselves
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    RunDue(RunDue),
    History(ShowHistory),
    Prune(Prune),
    Pin(Pin),
    /// The list of known backups
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Read and change the account's settings
    #[command(subcommand)]
    Settings(SettingsCommand),
    #[command(flatten)]
    Later(Later),
}

const RESTORE_ABOUT: &str = "Bring the notes of an archive back";
const RESTORE_LONG: &str = "\
Bring the notes of an archive back.

Makes the same plan as `plan`, keeps what it will overwrite in a safety archive, and carries it out: all
of it or nothing. The result names the run; `backstop undo RUN` takes the restore back. Restoring the
same archive again changes nothing. A damaged archive is refused with 13 before anything is touched; with
--salvage what is whole in it comes back, and each loss is listed.";
const RESTORE_EXITS: &str = "Exit codes: 0 done, 3 done with warnings, 10 no such file or not an archive, 11 busy, \
12 wrong password, 13 damaged, 14 newer version, 15 no space, 16 not logged in, 130 cancelled (nothing was changed).";

/// List the known archives, newest first
///
/// Looks into the backups folder of the account. Each line says when the archive was made, how many
/// notes it holds, and whether it was verified.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 listed, 12 wrong password, 15 the folder is gone, 16 not logged in.")]
pub(crate) struct ListArchives {
    /// Only the archives of this place: the library, or a folder of Notesnook backups
    #[arg(long, value_name = "ID")]
    pub(crate) place: Option<String>,
}

/// Make the backup that is due, if one is: for cron and timers
///
/// Does what the window does by itself: one backup if the interval has passed since the last verified
/// one, nothing otherwise. Needs a kept login (`account login --keep`) or a password file.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 made or nothing due, 3 made with warnings, 11 busy, 15 no space or disk gone, 16 not logged in, 130 cancelled."
)]
pub(crate) struct RunDue {}

#[cfg(test)]
mod tests;
