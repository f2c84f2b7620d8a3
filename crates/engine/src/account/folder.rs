//! The folder of all accounts: listing, creating and deleting them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backstop_crypto::argon2id::Params;
use backstop_crypto::{Kek, Key, Keyslots, RecoveryKey};
use backstop_model::TimeMs;

use super::change::NewPassword;
use super::error::AccountError;
use super::file::{AccountFile, FILE_NAME};
use super::keys::AccountKeys;
use super::name::{AccountId, AccountName};
use super::vault::Vault;
use crate::durable::{NewFile, Origin};
use crate::lock::{AccountLock, LockKind};
use crate::ports::{Keychain, KeychainError};
use crate::settings::{Settings, SettingsError, SettingsFile};
use crate::system;

/// The purpose of the slots in `account.json`.
const ACCOUNT: &str = "account";
/// A folder with this file in it is an account that is being deleted.
const DELETED: &str = "deleted";
/// How long a change waits for another one, which derives a key for about a second.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long deriving a key for a new password should take here.
const CALIBRATION: Duration = Duration::from_millis(500);

/// What a new password costs to try.
#[derive(Debug, Clone, Copy)]
pub enum Cost {
    /// About half a second on this computer, at least 64 MiB: the only right one for people.
    Calibrated,
    /// These parameters.
    Fixed(Params),
}

impl Cost {
    pub(super) fn params(self) -> Result<Params, AccountError> {
        match self {
            Self::Calibrated => Ok(Params::calibrate(CALIBRATION)?),
            Self::Fixed(params) => Ok(params),
        }
    }
}

/// What is known of an account without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountHead {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: AccountName,
    /// When it was created.
    pub created: TimeMs,
}

impl AccountHead {
    pub(super) fn of(file: AccountFile) -> Self {
        Self { id: file.id, name: file.name, created: file.created_ms }
    }
}

/// A folder that should be an account and can't be read as one.
#[derive(Debug)]
pub struct Unreadable {
    /// The name of the folder, which is the account's id.
    pub folder: String,
    /// Why.
    pub error: AccountError,
}

/// The accounts of a data folder.
#[derive(Debug, Default)]
#[must_use]
pub struct Listing {
    /// Those that can be opened, by name.
    pub accounts: Vec<AccountHead>,
    /// Those that can't. They are never left out silently.
    pub unreadable: Vec<Unreadable>,
}

/// A wish for a new account.
pub struct NewAccount<'a> {
    /// Its name; no other account may look like it.
    pub name: &'a str,
    /// Its password.
    pub password: NewPassword<'a>,
    /// Its first settings. They are there before the account is, so that none is ever without.
    pub settings: &'a Settings,
}

/// The accounts of one data folder.
#[derive(Debug, Clone)]
pub struct Accounts {
    folder: PathBuf,
    machine: String,
    pub(super) cost: Cost,
}

impl Accounts {
    /// The accounts under `data_dir`, which need not exist yet. `machine` is what is steady about
    /// this computer, see [`Origin::new`].
    #[must_use]
    pub fn new(data_dir: &Path, machine: &str, cost: Cost) -> Self {
        Self { folder: data_dir.join("accounts"), machine: machine.to_owned(), cost }
    }

    /// What a new password costs to try, also one of a single file.
    ///
    /// # Errors
    /// [`AccountError`] if not even the least memory for it can be had.
    pub fn new_params(&self) -> Result<Params, AccountError> {
        self.cost.params()
    }

    /// The folder of one account, whether it is there or not.
    #[must_use]
    pub fn folder_of(&self, id: AccountId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    pub(super) fn origin(&self, account_folder: &Path) -> Origin {
        Origin::new(&self.machine, account_folder)
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// [`AccountError::Read`] when the folder can't be listed. One that does not exist is empty.
    pub fn list(&self) -> Result<Listing, AccountError> {
        let mut listing = Listing::default();
        for folder in self.folders()? {
            if is_deleted(&folder) {
                continue;
            }
            let name = file_name(&folder);
            match read_account(&folder) {
                Ok(file) => listing.accounts.push(AccountHead::of(file)),
                Err(AccountError::NotFound) if is_unfinished(&folder) => {}
                Err(AccountError::NotFound) => listing.unreadable.push(Unreadable {
                    folder: name,
                    error: AccountError::Damaged("account.json is missing"),
                }),
                Err(error) => listing.unreadable.push(Unreadable { folder: name, error }),
            }
        }
        listing.accounts.sort_by_key(|head| (head.name.as_str().to_lowercase(), head.id));
        Ok(listing)
    }

    /// The account of that id or name; capitals do not count.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], or what listing says.
    pub fn find(&self, name_or_id: &str) -> Result<AccountHead, AccountError> {
        let fits = |head: &AccountHead| head.id.to_string() == name_or_id || head.name.looks_like(name_or_id);
        self.list()?.accounts.into_iter().find(fits).ok_or(AccountError::NotFound)
    }

    /// Creates an account and opens it. Its recovery key must now be shown, once.
    ///
    /// # Errors
    /// A name that is none or taken, a password that is empty or weak, or what writing says. If it
    /// fails, no account is there.
    pub fn create(&self, new: &NewAccount<'_>, now: TimeMs) -> Result<AccountKeys, AccountError> {
        let name = AccountName::new(new.name)?;
        new.password.check(name.as_str())?;
        system::create_folders(&self.folder).map_err(AccountError::Write)?;
        let _alone = self.alone()?;
        self.clear_leftovers();
        if self.list()?.accounts.iter().any(|other| other.name.looks_like(name.as_str())) {
            return Err(AccountError::NameTaken);
        }
        let (key, recovery) = (Key::random()?, RecoveryKey::generate()?);
        let kek = Kek::from_password(new.password.password, self.cost.params()?)?;
        let slots = slots_for(&key, &kek, &recovery)?;
        let vault = Vault::new(new.password.password, &kek, recovery)?;
        let (id, generation) = (AccountId::random(), 1);
        let sealed = vault.seal(&key, id, generation)?;
        let file = AccountFile { id, name, created_ms: now, generation, slots, vault: sealed };
        let folder = self.folder_of(id);
        system::create_private_folder(&folder).map_err(AccountError::Write)?;
        let origin = self.origin(&folder);
        SettingsFile::new(&folder, &origin).create(new.settings).map_err(of_settings)?;
        let sum = file.create(&folder, &origin)?;
        system::sync_folder(&self.folder).map_err(AccountError::Write)?;
        Ok(AccountKeys::from_parts(folder, file, sum, key, vault))
    }

    /// Holds the list of accounts: no other one appears or takes another name meanwhile.
    pub(super) fn alone(&self) -> Result<AccountLock, AccountError> {
        Ok(AccountLock::wait(&self.folder, LockKind::State, PATIENCE)?)
    }

    /// Deletes an account and everything in its folder, never an archive. What the keychain said
    /// about its entry is returned; a locked keychain does not keep an account alive.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], [`AccountError::Lock`] while a job runs, or what the disk says.
    /// Once begun it is finished at the latest when the next account is created.
    pub fn delete(
        &self,
        id: AccountId,
        keychain: &dyn Keychain,
    ) -> Result<Result<(), KeychainError>, AccountError> {
        let _alone = AccountLock::wait(&self.folder, LockKind::State, PATIENCE)?;
        let folder = self.existing(id)?;
        {
            let _job = AccountLock::acquire(&folder, LockKind::Job)?;
            let marker = NewFile::create(&folder.join(DELETED), &self.origin(&folder), "delete");
            let marked = marker.and_then(NewFile::sync).and_then(crate::durable::SyncedFile::commit);
            marked.map_err(AccountError::Write)?;
        }
        let forgotten = keychain.delete(&id.to_string());
        remove_marked(&folder).map_err(AccountError::Write)?;
        Ok(forgotten)
    }

    /// The folder of an account that is there.
    pub(super) fn existing(&self, id: AccountId) -> Result<PathBuf, AccountError> {
        let folder = self.folder_of(id);
        refuse_deleted(&folder)?;
        if folder.is_dir() { Ok(folder) } else { Err(AccountError::NotFound) }
    }

    /// The folders that bear the name of an id.
    fn folders(&self) -> Result<Vec<PathBuf>, AccountError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(AccountError::Read)?,
        };
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(AccountError::Read)?.path();
            if file_name(&path).parse::<AccountId>().is_ok() && path.is_dir() {
                folders.push(path);
            }
        }
        Ok(folders)
    }

    /// Removes what creations and deletions that died left. Only under the lock of all accounts. A
    /// failure is no reason to stop: nothing of it is ever taken for an account.
    fn clear_leftovers(&self) {
        for folder in self.folders().unwrap_or_default() {
            if is_deleted(&folder) {
                let _ = remove_marked(&folder);
            } else if is_unfinished(&folder) {
                let _ = fs::remove_dir_all(&folder);
            }
        }
    }
}

/// New settings can only fail to be written.
fn of_settings(error: SettingsError) -> AccountError {
    match error {
        SettingsError::Write(error) => AccountError::Write(error),
        other => AccountError::Write(io::Error::other(other)),
    }
}

/// The two slots of the account key.
pub(super) fn slots_for(key: &Key, kek: &Kek, recovery: &RecoveryKey) -> Result<Keyslots, AccountError> {
    let by_password = kek.wrap_key(ACCOUNT).seal(key)?;
    let by_recovery = Kek::from_recovery(recovery).wrap_key(ACCOUNT).seal(key)?;
    Keyslots::try_from(vec![by_password, by_recovery])
        .map_err(|_| AccountError::Damaged("it has too many keyslots"))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads the file of a folder that must be the account it says.
pub(super) fn read_account(folder: &Path) -> Result<AccountFile, AccountError> {
    let (file, _) = AccountFile::read(folder)?;
    if file.id.to_string() == file_name(folder) {
        Ok(file)
    } else {
        Err(AccountError::Damaged("it is the file of another account"))
    }
}

fn is_deleted(folder: &Path) -> bool {
    folder.join(DELETED).exists()
}

/// An account that is being deleted is not there any more.
pub(super) fn refuse_deleted(folder: &Path) -> Result<(), AccountError> {
    if is_deleted(folder) { Err(AccountError::NotFound) } else { Ok(()) }
}

/// Whether a folder holds nothing but what a creation leaves before its file has its name: locks,
/// unfinished files, settings. Anything else may be an account that lost its file, and is never
/// removed.
fn is_unfinished(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.into_iter().all(|entry| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name == "settings.json"
                || name.ends_with(".lock")
                || (name.starts_with(".backstop-") && name.ends_with(".part"))
        })
    })
}

/// Removes a marked folder: the account's file first, the marker last, so that whatever is left
/// after a power cut is still known to be dead.
fn remove_marked(folder: &Path) -> io::Result<()> {
    match fs::remove_file(folder.join(FILE_NAME)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == DELETED {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_file(folder.join(DELETED))?;
    fs::remove_dir(folder)
}
