//! Changing an account's secrets. Each change is one new `account.json` in place of the old one:
//! killed at any moment, the account opens with the old secrets or with the new ones.

use std::path::PathBuf;

use backstop_crypto::{Allowance, Kek, Key, Keyslots, Password, RecoveryKey, SlotError, SlotKind};

use super::error::AccountError;
use super::file::AccountFile;
use super::folder::{AccountHead, Accounts, PATIENCE, slots_for};
use super::keys::AccountKeys;
use super::name::{AccountId, AccountName};
use super::strength::strength;
use super::vault::Vault;
use crate::durable::clear_dead_parts;
use crate::lock::{AccountLock, LockKind};
use crate::places::PlaceId;

/// How many groups of the recovery key must be typed back.
const GROUPS_TO_CONFIRM: usize = 2;

/// A password that somebody chose.
#[derive(Clone, Copy)]
pub struct NewPassword<'a> {
    /// The password.
    pub password: &'a Password,
    /// Take it even if it is easy to guess. Never empty.
    pub insist: bool,
}

impl NewPassword<'_> {
    pub(super) fn check(&self, account_name: &str) -> Result<(), AccountError> {
        if self.password.is_empty() {
            return Err(AccountError::EmptyPassword);
        }
        let strength = strength(self.password, &[account_name, "backstop", "notesnook"]);
        if self.insist || strength.is_enough() {
            Ok(())
        } else {
            Err(AccountError::TooWeak { score: strength.score, needed: strength.needed })
        }
    }
}

/// An account held for a change: nobody else changes it and no job runs.
struct Held {
    folder: PathBuf,
    file: AccountFile,
    _job: AccountLock,
    _state: AccountLock,
}

impl Accounts {
    /// Sets a new password for who knows the old one. The account key stays, so whoever is signed
    /// in through the keychain stays so; archives keep the password they were made with.
    ///
    /// # Errors
    /// [`AccountError::WrongSecret`] for the old password, a new one that is empty or weak,
    /// [`AccountError::Lock`] while a job runs, or what writing says. Then nothing has changed.
    pub fn change_password(
        &self,
        id: AccountId,
        old: &Password,
        new: NewPassword<'_>,
    ) -> Result<AccountKeys, AccountError> {
        self.set_password(id, new, |slots| slots.open_with_password(old, Allowance::Usual))
    }

    /// Sets a new password for who has the recovery key, which stays the same.
    ///
    /// # Errors
    /// As [`Self::change_password`].
    pub fn reset_password(
        &self,
        id: AccountId,
        recovery: &RecoveryKey,
        new: NewPassword<'_>,
    ) -> Result<AccountKeys, AccountError> {
        self.set_password(id, new, |slots| slots.open_with_recovery(recovery))
    }

    fn set_password(
        &self,
        id: AccountId,
        new: NewPassword<'_>,
        open: impl Fn(&Keyslots) -> Result<Key, SlotError>,
    ) -> Result<AccountKeys, AccountError> {
        let held = self.hold(id)?;
        new.check(held.file.name.as_str())?;
        let key = open(&held.file.slots)?;
        let mut vault = Vault::open(&key, id, held.file.generation, &held.file.vault)?;
        let kek = Kek::from_password(new.password, self.cost.params()?)?;
        vault.set_password(new.password, &kek)?;
        let slots = slots_for(&key, &kek, &vault.recovery)?;
        self.put(held, slots, key, vault)
    }

    /// Makes a new recovery key for who knows the password. Archives keep the old one.
    ///
    /// # Errors
    /// As [`Self::change_password`].
    pub fn new_recovery_key(&self, id: AccountId, password: &Password) -> Result<AccountKeys, AccountError> {
        let held = self.hold(id)?;
        let by_password = held
            .file
            .slots
            .iter()
            .find(|slot| slot.kind() == SlotKind::Password)
            .ok_or(AccountError::Damaged("it has no keyslot of that kind"))?;
        let kek = by_password.kek_of_password(password, Allowance::Usual)?;
        let key = by_password.unwrap_with(&kek)?;
        let mut vault = Vault::open(&key, id, held.file.generation, &held.file.vault)?;
        vault.set_recovery(RecoveryKey::generate()?);
        let slots = slots_for(&key, &kek, &vault.recovery)?;
        self.put(held, slots, key, vault)
    }

    /// Notes that the recovery key is written down, once two of its groups (position from 0, text)
    /// were typed back.
    ///
    /// # Errors
    /// [`AccountError::NotConfirmed`] when a group is wrong or there are fewer than two different
    /// ones, or what writing says.
    pub fn confirm_recovery_key(
        &self,
        keys: &mut AccountKeys,
        typed: &[(usize, &str)],
    ) -> Result<(), AccountError> {
        let mut positions: Vec<usize> = typed.iter().map(|(position, _)| *position).collect();
        positions.sort_unstable();
        positions.dedup();
        let recovery = keys.recovery_key();
        let all_fit = typed.iter().all(|(position, text)| recovery.group_matches(*position, text));
        if positions.len() < GROUPS_TO_CONFIRM || !all_fit {
            return Err(AccountError::NotConfirmed);
        }
        let _state = AccountLock::wait(keys.folder(), LockKind::State, PATIENCE)?;
        let before = keys.generation();
        keys.refresh()?;
        if keys.generation() != before {
            // The groups may be those of an older recovery key.
            return Err(AccountError::NotConfirmed);
        }
        let (file, _) = AccountFile::read(keys.folder())?;
        let key = keys.account_key().duplicate();
        let mut vault = Vault::open(&key, file.id, file.generation, &file.vault)?;
        vault.recovery_confirmed = true;
        self.keep_vault(keys, file, key, vault)
    }

    /// Keeps what opens the files of a read-only place, in place of what was kept before; without one,
    /// forgets it.
    ///
    /// # Errors
    /// What reading or writing says.
    pub fn set_place_secret(
        &self,
        keys: &mut AccountKeys,
        place: &PlaceId,
        secret: Option<&Password>,
    ) -> Result<(), AccountError> {
        let _state = AccountLock::wait(keys.folder(), LockKind::State, PATIENCE)?;
        keys.refresh()?;
        let (file, _) = AccountFile::read(keys.folder())?;
        let key = keys.account_key().duplicate();
        let mut vault = Vault::open(&key, file.id, file.generation, &file.vault)?;
        let secret = secret.and_then(|secret| Password::new(secret.expose()).ok());
        match secret {
            Some(secret) => drop(vault.places.insert(place.clone(), secret)),
            None if vault.places.remove(place).is_none() => return Ok(()),
            None => {}
        }
        self.keep_vault(keys, file, key, vault)
    }

    /// Writes a vault of the same generation in place of the one that is there. The caller holds the state.
    fn keep_vault(
        &self,
        keys: &mut AccountKeys,
        mut file: AccountFile,
        key: Key,
        vault: Vault,
    ) -> Result<(), AccountError> {
        file.vault = vault.seal(&key, file.id, file.generation)?;
        let folder = keys.folder().to_owned();
        let sum = file.replace(&folder, &self.origin(&folder))?;
        *keys = AccountKeys::from_parts(folder, file, sum, key, vault);
        Ok(())
    }

    /// Gives an account another name.
    ///
    /// # Errors
    /// A name that is none or taken, or what writing says.
    pub fn rename(&self, keys: &mut AccountKeys, name: &str) -> Result<(), AccountError> {
        let name = AccountName::new(name)?;
        // Nobody may create an account of that name meanwhile.
        let _alone = self.alone()?;
        let id = keys.head().id;
        let taken = |other: &AccountHead| other.id != id && other.name.looks_like(name.as_str());
        if self.list()?.accounts.iter().any(taken) {
            return Err(AccountError::NameTaken);
        }
        let _state = AccountLock::wait(keys.folder(), LockKind::State, PATIENCE)?;
        keys.refresh()?;
        let (mut file, _) = AccountFile::read(keys.folder())?;
        let key = keys.account_key().duplicate();
        let vault = Vault::open(&key, file.id, file.generation, &file.vault)?;
        file.name = name;
        let folder = keys.folder().to_owned();
        let sum = file.replace(&folder, &self.origin(&folder))?;
        *keys = AccountKeys::from_parts(folder, file, sum, key, vault);
        Ok(())
    }

    /// Holds an account for a change, and clears what changes that died left.
    fn hold(&self, id: AccountId) -> Result<Held, AccountError> {
        let folder = self.existing(id)?;
        let job = AccountLock::acquire(&folder, LockKind::Job)?;
        let state = AccountLock::wait(&folder, LockKind::State, PATIENCE)?;
        clear_dead_parts(&folder, &self.origin(&folder), &job, &state).map_err(AccountError::Write)?;
        let (folder, (file, _)) = self.read(id)?;
        Ok(Held { folder, file, _job: job, _state: state })
    }

    /// Writes the new slots and vault as the next generation.
    fn put(&self, held: Held, slots: Keyslots, key: Key, vault: Vault) -> Result<AccountKeys, AccountError> {
        let Held { folder, mut file, .. } = held;
        file.generation = file.generation.saturating_add(1);
        file.vault = vault.seal(&key, file.id, file.generation)?;
        file.slots = slots;
        let sum = file.replace(&folder, &self.origin(&folder))?;
        Ok(AccountKeys::from_parts(folder, file, sum, key, vault))
    }
}
