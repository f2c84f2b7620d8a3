//! What can go wrong with an account, and its words at the door.

use std::io;

use backstop_crypto::argon2id::Argon2Error;
use backstop_crypto::sealed::SealedError;
use backstop_crypto::{NoRandomness, SlotError};
use thiserror::Error;

use super::name::NameError;
use crate::lock::LockError;
use crate::ports::KeychainError;
use crate::problem::{Code, Problem};

/// What went wrong with an account.
#[derive(Debug, Error)]
pub enum AccountError {
    /// There is no such account in the data folder.
    #[error("there is no account of that name")]
    NotFound,
    /// Another account has that name.
    #[error("another account has that name")]
    NameTaken,
    /// The text is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The password has no character.
    #[error("the password is empty")]
    EmptyPassword,
    /// The password is too easy to guess and the user did not insist.
    #[error("the password is too easy to guess (score {score} of {needed})")]
    TooWeak {
        /// Its score, 0 to 4.
        score: u8,
        /// The score that is asked for.
        needed: u8,
    },
    /// The password or recovery key does not open the account.
    #[error("the password or recovery key is not the right one")]
    WrongSecret,
    /// The groups typed are not those of the recovery key.
    #[error("the groups are not those of the recovery key")]
    NotConfirmed,
    /// Nobody asked to be kept signed in on this computer, or it was undone.
    #[error("the account is not kept signed in on this computer")]
    NotKept,
    /// The keychain holds something for the account that does not open it.
    #[error("what the keychain holds does not open the account")]
    KeptKeyUseless,
    /// The keychain did not answer.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// `account.json` was made by a newer version.
    #[error("the account was last used by a newer version of Backstop (file version {0})")]
    NewerVersion(u64),
    /// `account.json` is damaged or is not what it should be.
    #[error("the account's file is damaged: {0}")]
    Damaged(&'static str),
    /// Deriving a key needs more memory than there is.
    #[error("not enough memory to derive the key ({0} KiB needed)")]
    OutOfMemory(u32),
    /// The system gave no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Another job or change is at work.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The account's file could not be read.
    #[error("the account's file can't be read: {0}")]
    Read(#[source] io::Error),
    /// The account's file could not be written; the earlier one is as it was.
    #[error("the account's file can't be written: {0}")]
    Write(#[source] io::Error),
}

impl From<SlotError> for AccountError {
    fn from(error: SlotError) -> Self {
        match error {
            SlotError::WrongSecret => Self::WrongSecret,
            SlotError::Damaged(why) => Self::Damaged(why),
            SlotError::NoSuchSlot => Self::Damaged("it has no keyslot of that kind"),
            SlotError::OutOfMemory(memory_kib) | SlotError::LimitExceeded { memory_kib, .. } => {
                Self::OutOfMemory(memory_kib)
            }
            SlotError::NoRandomness(error) => Self::NoRandomness(error),
        }
    }
}

impl From<Argon2Error> for AccountError {
    fn from(error: Argon2Error) -> Self {
        Self::from(SlotError::from(error))
    }
}

impl From<SealedError> for AccountError {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::NoRandomness(error) => Self::NoRandomness(error),
            _ => Self::Damaged("its vault does not open"),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let detail = error.to_string();
        let worded = |code, message: &str, hint: &str| Self::new(code, message).with_hint(hint);
        match error {
            AccountError::Lock(error) => error.into(),
            AccountError::Read(error) => Self::reading(error),
            AccountError::Write(error) => Self::writing(error),
            AccountError::Keychain(error) => of_keychain(&error),
            AccountError::NotKept | AccountError::KeptKeyUseless => of_sign_in(&error),
            AccountError::NoRandomness(error) => Self::internal(&error),
            AccountError::NewerVersion(_) => worded(
                Code::NewerVersion,
                "This account was last used by a newer version of Backstop. Nothing was changed.",
                "Update Backstop, then try again.",
            )
            .with_detail(detail),
            AccountError::Damaged(_) => worded(
                Code::InvalidContent,
                "The file that holds this account's keys is damaged. Your earlier backups are as they were.",
                "Put the file account.json back from a copy of Backstop's data folder, or restore your newest backup into a new account.",
            )
            .with_detail(detail),
            AccountError::OutOfMemory(_) => worded(
                Code::LimitExceeded,
                "There is not enough memory to check the password. Nothing was changed.",
                "Close other programs, then try again.",
            )
            .with_detail(detail),
            other => of_input(&other),
        }
    }
}

/// What a person typed.
fn of_input(error: &AccountError) -> Problem {
    let worded = |code, message: &str, hint: &str| Problem::new(code, message).with_hint(hint);
    match error {
        AccountError::NotFound => worded(
            Code::NotFound,
            "There is no account of that name on this computer. Nothing was changed.",
            "Check the name, or create the account.",
        ),
        AccountError::NameTaken => worded(
            Code::Usage,
            "There is already an account of that name on this computer. Nothing was changed.",
            "Choose another name, or log in to that account.",
        ),
        AccountError::EmptyPassword => {
            worded(Code::Usage, "The password is empty. Nothing was changed.", "Choose a password.")
        }
        AccountError::TooWeak { .. } => worded(
            Code::Usage,
            "That password is too easy to guess: a stolen backup would soon be open. Nothing was changed.",
            "Add another word or two, or use a passphrase of five random words.",
        ),
        AccountError::WrongSecret => worded(
            Code::WrongSecret,
            "That password or recovery key does not open this account. Nothing is damaged and nothing was changed.",
            "Check the keyboard layout and capitals, or use the recovery key.",
        ),
        AccountError::NotConfirmed => worded(
            Code::WrongSecret,
            "Those are not the groups of your recovery key. Nothing was changed.",
            "Compare them with what you wrote down, or show the recovery key again.",
        ),
        AccountError::Name(name) => worded(Code::Usage, &sentence(&name.to_string()), "Choose another name."),
        other => Problem::internal(other),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}. Nothing was changed.", letters.as_str())
}

/// Signing in without a password did not work for a reason of ours.
fn of_sign_in(error: &AccountError) -> Problem {
    let message = if matches!(error, AccountError::NotKept) {
        "This account is not kept signed in on this computer. Nothing was changed."
    } else {
        "What this computer's keychain holds for the account no longer opens it. Nothing was changed."
    };
    Problem::new(Code::NotLoggedIn, message).with_hint("Log in with the password of the account.")
}

/// The three cases, and whatever else a system may say.
fn of_keychain(error: &KeychainError) -> Problem {
    let (message, hint) = match error {
        KeychainError::Absent => (
            "This computer has no keychain, so Backstop can't stay signed in. Nothing was changed.",
            "Log in with the password of the account each time Backstop starts.",
        ),
        KeychainError::Locked => (
            "The keychain of this computer is locked. Nothing was changed.",
            "Unlock it, or log in with the password of the account.",
        ),
        KeychainError::Denied => (
            "The keychain of this computer did not let Backstop in. Nothing was changed.",
            "Allow Backstop to use it, or log in with the password of the account.",
        ),
        KeychainError::Other(_) => (
            "The keychain of this computer does not work. Nothing was changed.",
            "Log in with the password of the account.",
        ),
    };
    Problem::new(Code::NotLoggedIn, message).with_hint(hint).with_detail(error.to_string())
}
