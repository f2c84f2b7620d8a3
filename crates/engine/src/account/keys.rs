//! An opened account: its keys, and where its things are.

use std::path::{Path, PathBuf};

use backstop_crypto::{Key, Password, RecoveryKey, WrapKey};

use super::error::AccountError;
use super::file::{AccountFile, Sum};
use super::folder::AccountHead;
use super::vault::Vault;
use crate::places::PlaceId;

const LIBRARY_INFO: &str = "backstop v1 library";
const BLOBS_INFO: &str = "backstop v1 blobs";

/// An opened account. Dropping it is logging out; its secrets are wiped then.
pub struct AccountKeys {
    head: AccountHead,
    folder: PathBuf,
    generation: u64,
    sum: Sum,
    key: Key,
    vault: Vault,
}

impl AccountKeys {
    /// Opens the vault of a file with the account key.
    pub(super) fn unlock(
        folder: PathBuf,
        (file, sum): (AccountFile, Sum),
        key: Key,
    ) -> Result<Self, AccountError> {
        let vault = Vault::open(&key, file.id, file.generation, &file.vault)?;
        Ok(Self::from_parts(folder, file, sum, key, vault))
    }

    pub(super) fn from_parts(folder: PathBuf, file: AccountFile, sum: Sum, key: Key, vault: Vault) -> Self {
        let generation = file.generation;
        Self { head: AccountHead::of(file), folder, generation, sum, key, vault }
    }

    /// Id, name and date of the account.
    #[must_use]
    pub fn head(&self) -> &AccountHead {
        &self.head
    }

    /// The account's folder: its library, settings, catalog and runs lie in it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Rises with every change of password or recovery key.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The raw key of the library's database.
    #[must_use]
    pub fn library_key(&self) -> Key {
        self.key.derive(LIBRARY_INFO)
    }

    /// The key that blobs, and the names of their files, are derived from.
    #[must_use]
    pub fn blob_key(&self) -> Key {
        self.key.derive(BLOBS_INFO)
    }

    /// The key that encrypts `.nnbackupz` files, derived from the password as Notesnook does it,
    /// and the salt that goes into them.
    #[must_use]
    pub fn nnbackupz_key(&self) -> (&Key, &[u8; 16]) {
        (&self.vault.nnbackupz.key, &self.vault.nnbackupz.salt)
    }

    /// Seals slots for the recovery key into archives.
    #[must_use]
    pub fn recovery_wrap_key(&self) -> &WrapKey {
        &self.vault.recovery_wrap
    }

    /// Seals slots for the password into archives.
    #[must_use]
    pub fn password_wrap_key(&self) -> &WrapKey {
        &self.vault.password_wrap
    }

    /// The recovery key: to open the account's own archives, also those with an older password. To
    /// show it to a person, use [`super::Accounts::show_recovery_key`], which asks for the password.
    #[must_use]
    pub fn recovery_key(&self) -> &RecoveryKey {
        &self.vault.recovery
    }

    /// Whether the user showed that the recovery key is written down.
    #[must_use]
    pub fn recovery_key_is_confirmed(&self) -> bool {
        self.vault.recovery_confirmed
    }

    /// What opens the files of a read-only place, if it was given.
    #[must_use]
    pub fn place_secret(&self, place: &PlaceId) -> Option<&Password> {
        self.vault.places.get(place)
    }

    /// Reads the account's file again; call it under the job lock at the start of each run. Returns
    /// whether anything had changed, in this or another process.
    ///
    /// # Errors
    /// [`AccountError::NotFound`] when the account was deleted; else what reading it says.
    pub fn refresh(&mut self) -> Result<bool, AccountError> {
        super::folder::refuse_deleted(&self.folder)?;
        let (file, sum) = AccountFile::read(&self.folder)?;
        if sum == self.sum {
            return Ok(false);
        }
        *self = Self::unlock(self.folder.clone(), (file, sum), self.key.duplicate())?;
        Ok(true)
    }

    pub(super) fn account_key(&self) -> &Key {
        &self.key
    }
}
