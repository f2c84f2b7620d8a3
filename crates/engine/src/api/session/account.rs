//! The account itself: its password, its recovery key, its end.

use std::io::Write as _;
use std::path::Path;

use backstop_crypto::{Password, RecoveryKey};
use backstop_formats::ArchiveSecret;
use backstop_model::Job;

use super::Session;
use crate::account::{AccountError, Accounts, NewPassword};
use crate::api::{Code, OpenArchive, Problem};
use crate::durable::{NewFile, SyncedFile};

impl Session {
    /// Remembers this account as the one that was used last, for the next sign-in to offer it first.
    pub fn remember_as_last(&self) {
        let id = self.keys().head().id;
        crate::account::last::remember(&self.world.data_dir, &self.world.machine, id);
    }

    /// Forgets the kept login. The session itself ends when it is dropped.
    ///
    /// # Errors
    /// The keychain does not answer; the account key may still be in it then, and the message says so.
    pub fn sign_out(&self) -> Result<(), Problem> {
        let id = self.keys().head().id;
        Ok(Accounts::forget(id, self.world.ports.keychain.as_ref())?)
    }

    /// Unlocks an archive with the keys of this account: the one that its archives are made with now, else
    /// its recovery key, which opens those from before a change of the password too. `false` if it is
    /// someone else's.
    ///
    /// # Errors
    /// What keeps the archive from being read at all; a cancel.
    pub fn unlock_own(&self, archive: &mut OpenArchive, job: &Job) -> Result<bool, Problem> {
        let secrets = {
            let keys = self.keys();
            let recovery = RecoveryKey::from_bytes(*keys.recovery_key().expose());
            [
                ArchiveSecret::NotesnookKey(keys.nnbackupz_key().0.duplicate()),
                ArchiveSecret::Kept(keys.password_wrap_key().duplicate()),
                ArchiveSecret::RecoveryKey(recovery),
            ]
        };
        for secret in &secrets {
            match archive.unlock(secret, job) {
                Err(problem) if problem.code == Code::WrongSecret => {}
                other => return other.map(|()| true),
            }
        }
        Ok(false)
    }

    /// Whether this is the account's password.
    ///
    /// # Errors
    /// The account can't be read.
    pub fn check_password(&self, password: &Password) -> Result<bool, Problem> {
        match self.world.accounts.verify_password(self.keys().head().id, password) {
            Ok(()) => Ok(true),
            Err(AccountError::WrongSecret) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }

    /// Asks for the account password where `needed`.
    ///
    /// # Errors
    /// `secret_required` without one, `wrong_secret` for a wrong one.
    pub(super) fn require_password(&self, needed: bool, password: Option<&Password>) -> Result<(), Problem> {
        match password {
            _ if !needed => Ok(()),
            None => Err(Problem::new(
                Code::SecretRequired,
                "This needs your account password. Nothing was changed.",
            )
            .with_hint("Type the password of this account.")),
            Some(password) if self.check_password(password)? => Ok(()),
            Some(_) => Err(Problem::new(
                Code::WrongSecret,
                "This is not the password of this account. Nothing was changed.",
            )
            .with_hint("Try again, or set a new password with your recovery key.")),
        }
    }

    /// Gives the account another name.
    ///
    /// # Errors
    /// `usage` for a name that is none or taken.
    pub fn rename(&self, name: &str) -> Result<(), Problem> {
        Ok(self.world.accounts.rename(&mut self.keys(), name)?)
    }

    /// Sets a new password. Archives made before keep the old one.
    ///
    /// # Errors
    /// `wrong_secret` for the old one, `usage` for a weak new one, `busy` while a job runs.
    pub fn change_password(&self, old: &Password, new: &Password, insist: bool) -> Result<(), Problem> {
        let id = self.keys().head().id;
        let changed = self.world.accounts.change_password(id, old, NewPassword { password: new, insist })?;
        *self.keys() = changed;
        Ok(())
    }

    /// The groups of the recovery key, for whoever knows the password.
    ///
    /// # Errors
    /// `wrong_secret`.
    pub fn show_recovery_key(&self, password: &Password) -> Result<Vec<String>, Problem> {
        let key = self.world.accounts.show_recovery_key(self.keys().head().id, password)?;
        Ok(key.groups().to_vec())
    }

    /// Makes a new recovery key. Archives made before keep the old one.
    ///
    /// # Errors
    /// `wrong_secret`, `busy` while a job runs.
    pub fn new_recovery_key(&self, password: &Password) -> Result<Vec<String>, Problem> {
        let id = self.keys().head().id;
        let changed = self.world.accounts.new_recovery_key(id, password)?;
        let groups = changed.recovery_key().groups().to_vec();
        *self.keys() = changed;
        Ok(groups)
    }

    /// Whether the groups that were typed back (position from 0, text) are right; remembered if so.
    ///
    /// # Errors
    /// The account can't be written.
    pub fn confirm_recovery_key(&self, groups: &[(usize, String)]) -> Result<bool, Problem> {
        let typed: Vec<(usize, &str)> = groups.iter().map(|(place, text)| (*place, text.as_str())).collect();
        let mut keys = self.keys();
        match self.world.accounts.confirm_recovery_key(&mut keys, &typed) {
            Ok(()) => Ok(true),
            Err(AccountError::NotConfirmed) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }

    /// Writes the recovery key into a new file that only its owner can read.
    ///
    /// # Errors
    /// The file is there already, or can't be written.
    pub fn save_recovery_key(&self, path: &Path) -> Result<(), Problem> {
        let (key, name) = {
            let keys = self.keys();
            (keys.recovery_key().to_text(), keys.head().name.as_str().to_owned())
        };
        let mut file = NewFile::create(path, &self.origin, "recovery-key").map_err(Problem::writing)?;
        let written = writeln!(
            file,
            "Backstop recovery key of the account \"{name}\"\n\n{}\n\nIt opens the account and every backup of it. \
             Nobody will ever ask you for this key.",
            *key
        );
        written.map_err(Problem::writing)?;
        file.sync().and_then(SyncedFile::commit).map_err(Problem::writing)?;
        Ok(())
    }

    /// Deletes the account and its library from this computer. Archives stay where they are.
    ///
    /// # Errors
    /// `wrong_secret`, `busy` while a job runs.
    pub fn delete(self, password: &Password) -> Result<(), Problem> {
        self.require_password(true, Some(password))?;
        let id = self.keys().head().id;
        let world = self.world.clone();
        drop(self);
        // A keychain that is locked keeps a key that opens nothing any more.
        let _ = world.accounts.delete(id, world.ports.keychain.as_ref())?;
        Ok(())
    }
}
