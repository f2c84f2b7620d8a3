//! Opening an account: by password, by recovery key, by what the keychain keeps.

use std::path::PathBuf;

use backstop_crypto::{Allowance, Key, Password, RecoveryKey};

use super::error::AccountError;
use super::file::{AccountFile, Sum};
use super::folder::Accounts;
use super::keys::AccountKeys;
use super::name::AccountId;
use crate::ports::{Keychain, KeychainError};

impl Accounts {
    /// Opens by password, in any of its spellings. Takes as long as the password costs.
    ///
    /// # Errors
    /// [`AccountError::WrongSecret`], or what is wrong with the account's file.
    pub fn open_with_password(
        &self,
        id: AccountId,
        password: &Password,
    ) -> Result<AccountKeys, AccountError> {
        let (folder, read) = self.read(id)?;
        let key = read.0.slots.open_with_password(password, Allowance::Usual)?;
        AccountKeys::unlock(folder, read, key)
    }

    /// Opens by recovery key.
    ///
    /// # Errors
    /// As [`Self::open_with_password`].
    pub fn open_with_recovery(
        &self,
        id: AccountId,
        recovery: &RecoveryKey,
    ) -> Result<AccountKeys, AccountError> {
        let (folder, read) = self.read(id)?;
        let key = read.0.slots.open_with_recovery(recovery)?;
        AccountKeys::unlock(folder, read, key)
    }

    /// Opens by what the keychain keeps, if the user wished to stay signed in.
    ///
    /// # Errors
    /// [`AccountError::Keychain`] in its three cases, [`AccountError::NotKept`] when there is no
    /// entry, [`AccountError::KeptKeyUseless`] when it does not fit.
    pub fn open_with_keychain(
        &self,
        id: AccountId,
        keychain: &dyn Keychain,
    ) -> Result<AccountKeys, AccountError> {
        let (folder, read) = self.read(id)?;
        let kept = keychain.load(&id.to_string())?.ok_or(AccountError::NotKept)?;
        let key = Key::from_base64(&kept).ok_or(AccountError::KeptKeyUseless)?;
        AccountKeys::unlock(folder, read, key).map_err(|error| match error {
            // The file's checksum fits, so it is the key that does not.
            AccountError::Damaged(_) => AccountError::KeptKeyUseless,
            other => other,
        })
    }

    /// Whether a password opens the account, for questions before something risky.
    ///
    /// # Errors
    /// As [`Self::open_with_password`].
    pub fn verify_password(&self, id: AccountId, password: &Password) -> Result<(), AccountError> {
        self.open_with_password(id, password).map(drop)
    }

    /// The recovery key, to be shown to whoever knows the password.
    ///
    /// # Errors
    /// As [`Self::open_with_password`].
    pub fn show_recovery_key(&self, id: AccountId, password: &Password) -> Result<RecoveryKey, AccountError> {
        let keys = self.open_with_password(id, password)?;
        Ok(RecoveryKey::from_bytes(*keys.recovery_key().expose()))
    }

    /// Puts the account key into the keychain, so that the account opens by itself.
    ///
    /// # Errors
    /// [`AccountError::Keychain`]; the account stays open all the same.
    pub fn keep_signed_in(keys: &AccountKeys, keychain: &dyn Keychain) -> Result<(), AccountError> {
        let secret = keys.account_key().expose_base64();
        Ok(keychain.store(&keys.head().id.to_string(), &secret)?)
    }

    /// Takes the account key out of the keychain. One that is not there is no error, and a system
    /// without a keychain keeps none: signing out must work there too.
    ///
    /// # Errors
    /// [`AccountError::Keychain`] if there is a keychain and it does not let go.
    pub fn forget(id: AccountId, keychain: &dyn Keychain) -> Result<(), AccountError> {
        match keychain.delete(&id.to_string()) {
            Ok(()) | Err(KeychainError::Absent) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn read(&self, id: AccountId) -> Result<(PathBuf, (AccountFile, Sum)), AccountError> {
        let folder = self.existing(id)?;
        let read = AccountFile::read(&folder)?;
        if read.0.id != id {
            return Err(AccountError::Damaged("it is the file of another account"));
        }
        Ok((folder, read))
    }
}
