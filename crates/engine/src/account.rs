//! Accounts: who may open a library, and with which secret.
//!
//! An account is a folder `accounts/<id>` in the data folder. Its `account.json` ([`file`]) holds
//! the name, the keyslots of the *account key* (by password, by recovery key), the sealed [`vault`]
//! and a generation number; it is one file so that it changes in one step. Nothing in it is secret
//! by itself, and an unreadable one is an error, never a new start.
//!
//! [`Accounts`] lists, creates, opens and changes accounts; [`AccountKeys`] is an opened one. The
//! account key never changes: a new password or recovery key wraps it anew and raises the
//! generation, which tells a later backup that the slots of earlier archives are the old ones.
//!
//! ```text
//! account key --HKDF--> "backstop v1 library"  SQLCipher raw key
//!                       "backstop v1 blobs"    sealing of blobs
//!                       "backstop v1 vault"    sealing of the vault
//! ```

mod change;
mod error;
mod file;
mod folder;
mod keys;
pub(crate) mod last;
mod name;
mod open;
mod strength;
mod vault;

#[cfg(test)]
mod tests;

pub use change::NewPassword;
pub use error::AccountError;
pub use folder::{AccountHead, Accounts, Cost, Listing, NewAccount, Unreadable};
pub use keys::AccountKeys;
pub use name::{AccountId, AccountName, NameError};
pub use strength::{NEEDED_SCORE, Strength, strength};
