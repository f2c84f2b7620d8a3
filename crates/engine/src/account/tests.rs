//! Accounts end to end, on a real folder, with a keychain that lives in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use backstop_crypto::argon2id::Params;
use backstop_crypto::{Password, Zeroizing};
use backstop_model::TimeMs;

use super::*;
use crate::ports::{Keychain, KeychainError};

mod damage;
mod flows;
mod plug;

const STRONG: &str = "harbour-lantern-42-keel";
const OTHER: &str = "ballast & tern, winter of 9 gulls";

/// A keychain in memory that can be told to refuse.
#[derive(Default)]
struct FakeKeychain {
    entries: Mutex<BTreeMap<String, String>>,
    refuses: Mutex<Option<KeychainError>>,
}

impl FakeKeychain {
    fn refuse(&self, error: Option<KeychainError>) {
        *self.refuses.lock().unwrap() = error;
    }

    fn asked(&self) -> Result<(), KeychainError> {
        self.refuses.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    fn len(&self) -> usize {
        self.entries.lock().unwrap().len()
    }
}

impl Keychain for FakeKeychain {
    fn store(&self, entry: &str, secret: &str) -> Result<(), KeychainError> {
        self.asked()?;
        self.entries.lock().unwrap().insert(entry.to_owned(), secret.to_owned());
        Ok(())
    }

    fn load(&self, entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
        self.asked()?;
        Ok(self.entries.lock().unwrap().get(entry).cloned().map(Zeroizing::new))
    }

    fn delete(&self, entry: &str) -> Result<(), KeychainError> {
        self.asked()?;
        self.entries.lock().unwrap().remove(entry);
        Ok(())
    }

    fn probe(&self) -> Result<(), KeychainError> {
        self.asked()
    }
}

fn accounts(data_dir: &Path) -> Accounts {
    // The least that Argon2 allows: these tests are about files, not about guessing.
    Accounts::new(data_dir, "test machine", Cost::Fixed(Params::new(8, 1, 1).unwrap()))
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn create(accounts: &Accounts, name: &str, text: &str) -> AccountKeys {
    try_create(accounts, name, text, false).unwrap()
}

fn try_create(
    accounts: &Accounts,
    name: &str,
    text: &str,
    insist: bool,
) -> Result<AccountKeys, AccountError> {
    let password = password(text);
    let settings = crate::settings::Settings::new(Path::new("/documents"));
    let new = NewAccount { name, password: NewPassword { password: &password, insist }, settings: &settings };
    accounts.create(&new, TimeMs(1_763_800_000_000))
}

fn change(accounts: &Accounts, id: AccountId, old: &str, new: &str) -> Result<AccountKeys, AccountError> {
    let (old, new) = (password(old), password(new));
    accounts.change_password(id, &old, NewPassword { password: &new, insist: false })
}

/// Whether two opened accounts hold the same account key.
fn same_keys(one: &AccountKeys, other: &AccountKeys) -> bool {
    one.library_key().same_as(&other.library_key()) && one.blob_key().same_as(&other.blob_key())
}

/// The names of accounts that can be opened, and how many folders can't be read.
fn listed(accounts: &Accounts) -> (Vec<String>, usize) {
    let listing = accounts.list().unwrap();
    (listing.accounts.iter().map(|head| head.name.to_string()).collect(), listing.unreadable.len())
}
