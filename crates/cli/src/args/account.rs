//! `backstop account …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with an account.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    Create(Create),
    /// List the accounts on this computer
    List,
    /// Say whether the account is logged in, when it was last backed up, and where
    #[command(
        long_about = "Say whether the account is logged in, when it was last backed up, and where.\n\nWithout a password and without a kept login it says only that: not logged in is an answer here, not an error.",
        after_help = "Exit codes: 0 answered, 10 no such account, 12 wrong password."
    )]
    Status,
    /// Check the password and, with --keep, stay logged in through the system keychain
    #[command(
        long_about = "Check the password and, with --keep, stay logged in through the system keychain.\n\nWithout --keep nothing is kept: each command then takes the password again. Where there is no keychain, or it is locked or refuses, --keep says so and ends with 3; nothing is ever stored in the clear.",
        after_help = "Exit codes: 0 right (and kept, with --keep), 3 right but not kept, 10 no such account, 12 wrong password."
    )]
    Login {
        /// Keep the login in the system keychain
        #[arg(long)]
        keep: bool,
    },
    /// Forget the kept login
    Logout,
    ChangePassword(ChangePassword),
    ResetPassword(NewPassword),
    /// Show the recovery key, or make a new one
    #[command(
        long_about = "Show the recovery key, or make a new one.\n\nNeeds the account's password, also with a kept login. Archives that were made before --new keep the old key.",
        after_help = "Exit codes: 0 shown, 12 wrong password or none given."
    )]
    RecoveryKey {
        /// Make a new recovery key; the old one then opens only the archives made until now
        #[arg(long)]
        new: bool,
    },
    /// Delete the account and its library from this computer; its archives stay
    #[command(
        long_about = "Delete the account and its library from this computer; its archives stay.\n\nNeeds the account's password, also with a kept login. What is in the library and in no archive is lost: `backstop backup --attachments` first.",
        after_help = "Exit codes: 0 deleted, 10 no such account, 11 busy, 12 wrong password or none given."
    )]
    Delete,
}

/// Create an account
///
/// Takes the new password from --password-file, BACKSTOP_PASSWORD or a terminal (twice), and prints the
/// recovery key. Keep that key apart from this computer: it opens the account and every backup of it if
/// the password is lost, and nobody can make it again.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 created, 2 the name is taken or the password is weak, 3 created but the login could not be kept, 12 no password given, 15 no space or read-only."
)]
pub(crate) struct Create {
    /// Its name
    #[arg(long)]
    pub(crate) name: String,
    /// Save the recovery key to this new file instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(crate) save_recovery_key: Option<PathBuf>,
    /// Stay logged in through the system keychain
    #[arg(long)]
    pub(crate) keep: bool,
    #[command(flatten)]
    pub(crate) new: NewPasswordRules,
}

/// Change the password
///
/// The present one comes from --password-file or BACKSTOP_PASSWORD, the new one from --new-password-file
/// or BACKSTOP_NEW_PASSWORD; what is missing is asked for on a terminal. Archives that exist keep the
/// password they were made with; the recovery key opens all of them.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 changed, 2 the new password is weak, 12 wrong password or none given, 16 not logged in."
)]
pub(crate) struct ChangePassword {
    #[command(flatten)]
    pub(crate) new: NewPasswordRules,
}

/// Set a new password with the recovery key
///
/// Takes --recovery-key-file (or BACKSTOP_RECOVERY_KEY) and the new password from --new-password-file,
/// BACKSTOP_NEW_PASSWORD, --password-file, BACKSTOP_PASSWORD or a terminal.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 set, 2 the new password is weak, 3 set but the login could not be kept, 12 wrong recovery key or none given."
)]
pub(crate) struct NewPassword {
    /// Stay logged in through the system keychain
    #[arg(long)]
    pub(crate) keep: bool,
    #[command(flatten)]
    pub(crate) new: NewPasswordRules,
}

/// How strict to be with a new password.
#[derive(Debug, Args)]
pub(crate) struct NewPasswordRules {
    /// Accept a password that can be guessed; a stolen backup is only as safe as its password
    #[arg(long, alias = "insist")]
    pub(crate) allow_weak_password: bool,
}
