//! What anyone may do: see the accounts, create one, sign in, and look at archive files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use backstop_crypto::{Password, RecoveryKey};

use super::{AccountCard, CreatedAccount, KeychainState, Problem, Session, Strength, passphrase};
use crate::account::{
    AccountError, AccountId, AccountKeys, Accounts, Cost, NewAccount, NewPassword, strength,
};
use crate::alive::clear_dead_stages;
use crate::logbook::Logbook;
use crate::ports::{KeychainError, Ports};
use crate::problem::Code;
use crate::settings::Settings;

/// What the engine stands on.
pub struct Setup {
    /// Accounts, settings, catalog, runs; never archives. Local.
    pub data_dir: PathBuf,
    /// The user's folder for documents, where archives go unless another is chosen.
    pub documents: PathBuf,
    /// What is steady about this computer, as `/etc/machine-id`.
    pub machine: String,
    /// What a new password costs to try.
    pub cost: Cost,
    /// The world.
    pub ports: Ports,
}

/// What all sessions of one engine share.
pub(super) struct World {
    pub(super) documents: PathBuf,
    pub(super) machine: String,
    pub(super) scratch: PathBuf,
    pub(super) data_dir: PathBuf,
    pub(super) accounts: Accounts,
    pub(super) ports: Ports,
}

impl World {
    /// The log of the data folder.
    pub(super) fn logbook(&self) -> Logbook {
        Logbook::new(&self.data_dir)
    }
}

/// The engine over one data folder.
pub struct Backstop {
    pub(super) world: Arc<World>,
}

impl Backstop {
    /// Opens the data folder, creating it if there is none.
    ///
    /// # Errors
    /// The folder can't be made, or is not on this computer: databases on network folders get
    /// damaged.
    pub fn open(setup: Setup) -> Result<Self, Problem> {
        let Setup { data_dir, documents, machine, cost, ports } = setup;
        let scratch = data_dir.join("scratch");
        crate::system::create_folders(&scratch).map_err(Problem::writing)?;
        if let Some(network) = crate::system::disk_of(&data_dir).map_err(Problem::writing)?.network {
            let message = format!(
                "The data folder is on a network disk ({network}), where a database can be damaged. Nothing was written."
            );
            return Err(Problem::new(Code::Usage, message)
                .with_hint("Choose a data folder on this computer. Backups may go to a network disk."));
        }
        clear_dead_stages(&scratch);
        let accounts = Accounts::new(&data_dir, &machine, cost);
        Ok(Self { world: Arc::new(World { documents, machine, scratch, data_dir, accounts, ports }) })
    }

    /// Every account in the data folder, by name.
    ///
    /// # Errors
    /// The folder can't be listed.
    pub fn accounts(&self) -> Result<Vec<AccountCard>, Problem> {
        let listing = self.world.accounts.list()?;
        let card = |head: crate::account::AccountHead| AccountCard {
            id: head.id.to_string(),
            name: head.name.as_str().to_owned(),
        };
        Ok(listing.accounts.into_iter().map(card).collect())
    }

    /// Every account in the data folder, as a sign-in offers them: the one that was used last in the
    /// window first, the others by name.
    ///
    /// # Errors
    /// The folder can't be listed.
    pub fn accounts_last_first(&self) -> Result<Vec<AccountCard>, Problem> {
        let mut accounts = self.accounts()?;
        let last = crate::account::last::read(&self.world.data_dir);
        accounts.sort_by_key(|card| Some(&card.id) != last.as_ref());
        Ok(accounts)
    }

    /// The account of that name or id; without one, the only account there is.
    ///
    /// # Errors
    /// `not_found`; `usage` if there are several and none is named.
    pub fn account(&self, name_or_id: Option<&str>) -> Result<AccountCard, Problem> {
        if let Some(wanted) = name_or_id {
            let head = self.world.accounts.find(wanted)?;
            return Ok(AccountCard { id: head.id.to_string(), name: head.name.as_str().to_owned() });
        }
        let mut accounts = self.accounts()?;
        match (accounts.pop(), accounts.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => {
                Err(Problem::new(Code::Usage, "There are several accounts on this computer.")
                    .with_hint("Say which one with --account NAME."))
            }
            (None, _) => Err(Problem::new(Code::NotLoggedIn, "There is no account on this computer yet.")
                .with_hint("Create one with: backstop account create --name NAME")),
        }
    }

    /// Whether "keep me signed in" can work now.
    #[must_use]
    pub fn keychain(&self) -> KeychainState {
        KeychainState::of(&self.world.ports.keychain.probe())
    }

    /// How strong a password is for an account of that name.
    #[must_use]
    pub fn strength(password: &Password, account_name: &str) -> Strength {
        strength(password, &[account_name, "backstop", "notesnook"])
    }

    /// A random passphrase that is strong enough.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn suggest_passphrase() -> Result<String, Problem> {
        passphrase::suggest()
    }

    /// Creates an account and signs in. `insist` accepts a weak password.
    ///
    /// # Errors
    /// `usage` for a name that is taken or a password that is too weak.
    pub fn create_account(
        &self,
        name: &str,
        password: &Password,
        keep: bool,
        insist: bool,
    ) -> Result<(Session, CreatedAccount), Problem> {
        let world = &self.world;
        let settings = Settings::new(&world.documents);
        let new = NewAccount { name, password: NewPassword { password, insist }, settings: &settings };
        let keys = world.accounts.create(&new, world.ports.clock.now())?;
        let recovery_key = keys.recovery_key().groups().to_vec();
        let keychain = self.keep(&keys, keep);
        let session = Session::new(Arc::clone(world), keys);
        // Where the documents can't be written, the first backup says so.
        let _ = session.probe_folder(&world.documents);
        let created = CreatedAccount { account: session.account(), recovery_key, keychain };
        Ok((session, created))
    }

    /// Signs in by password. `keep` puts the account key into the keychain; how that went is told.
    ///
    /// # Errors
    /// `wrong_secret`, `not_found`.
    pub fn sign_in(
        &self,
        account: &str,
        password: &Password,
        keep: bool,
    ) -> Result<(Session, KeychainState), Problem> {
        let keys = self.world.accounts.open_with_password(self.id(account)?, password)?;
        let keychain = self.keep(&keys, keep);
        Ok((Session::new(Arc::clone(&self.world), keys), keychain))
    }

    /// Signs in by the login that the keychain keeps.
    ///
    /// # Errors
    /// `not_logged_in` if it keeps none or does not answer; the message says which.
    pub fn resume(&self, account: &str) -> Result<Session, Problem> {
        let keys =
            self.world.accounts.open_with_keychain(self.id(account)?, self.world.ports.keychain.as_ref())?;
        Ok(Session::new(Arc::clone(&self.world), keys))
    }

    /// Signs in by recovery key and sets a new password.
    ///
    /// # Errors
    /// `wrong_secret` for a key of another account, `usage` for a weak password.
    pub fn reset_password(
        &self,
        account: &str,
        recovery_key: &RecoveryKey,
        new: &Password,
        insist: bool,
        keep: bool,
    ) -> Result<(Session, KeychainState), Problem> {
        let password = NewPassword { password: new, insist };
        let keys = self.world.accounts.reset_password(self.id(account)?, recovery_key, password)?;
        let keychain = self.keep(&keys, keep);
        Ok((Session::new(Arc::clone(&self.world), keys), keychain))
    }

    pub(in crate::api) fn id(&self, account: &str) -> Result<AccountId, AccountError> {
        Ok(self.world.accounts.find(account)?.id)
    }

    fn keep(&self, keys: &AccountKeys, keep: bool) -> KeychainState {
        let keychain = self.world.ports.keychain.as_ref();
        if !keep {
            return KeychainState::of(&keychain.probe());
        }
        match Accounts::keep_signed_in(keys, keychain) {
            Ok(()) => KeychainState::Available,
            Err(AccountError::Keychain(error)) => KeychainState::of(&Err(error)),
            Err(_) => KeychainState::Denied,
        }
    }
}

impl KeychainState {
    fn of(answer: &Result<(), KeychainError>) -> Self {
        match answer {
            Ok(()) => Self::Available,
            Err(KeychainError::Absent) => Self::Absent,
            Err(KeychainError::Locked) => Self::Locked,
            Err(KeychainError::Denied | KeychainError::Other(_)) => Self::Denied,
        }
    }
}

impl Backstop {
    /// Where stages lie while a job needs them.
    pub(super) fn scratch(&self) -> &Path {
        &self.world.scratch
    }
}
