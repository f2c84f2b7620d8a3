//! What a command works at: the options, the secrets, the two outputs, the job, and the engine.

use std::path::Path;
use std::sync::Arc;

use backstop_engine::api::{
    AccountCard, ArchiveSecret, Backstop, Code, Cost, Effort, Job, KeychainState, OpenArchive, Password,
    Ports, Problem, Session, Setup,
};
use backstop_platform::{NoNotices, SystemClock, SystemKeychain};

use crate::args::{Globals, SecretFiles};
use crate::output::Output;
use crate::secrets::Secrets;

/// The only place that this version looks after.
pub(crate) const LIBRARY: &str = "library";

/// Everything a command needs.
pub(crate) struct Desk {
    globals: Globals,
    pub(crate) secrets: Secrets,
    pub(crate) output: Output,
    pub(crate) job: Arc<Job>,
}

impl Desk {
    /// A desk for one call of the program.
    pub(crate) fn new(globals: Globals, files: SecretFiles, output: Output) -> Self {
        Self { globals, secrets: Secrets::new(files), output, job: Arc::new(Job::new()) }
    }

    /// The engine over the data folder.
    pub(crate) fn backstop(&self) -> Result<Backstop, Problem> {
        let homeless =
            || Problem::new(Code::Usage, "This user has no home folder.").with_hint("Use --data-dir DIR.");
        let given = self.globals.data_dir.clone();
        let data_dir = given.or_else(backstop_platform::default_data_dir).ok_or_else(homeless)?;
        let ports = Ports {
            clock: Arc::new(SystemClock),
            keychain: Arc::new(SystemKeychain),
            notices: Arc::new(NoNotices),
        };
        Backstop::open(Setup {
            documents: backstop_platform::documents_dir().unwrap_or_else(|| data_dir.clone()),
            data_dir,
            machine: backstop_platform::machine_name(),
            cost: Cost::Calibrated,
            ports,
        })
    }

    /// The account that was named, or the only one.
    pub(crate) fn account(&self, backstop: &Backstop) -> Result<AccountCard, Problem> {
        backstop.account(self.globals.account.as_deref())
    }

    /// Signs in: with the password that was given, else by the kept login, else by asking.
    pub(crate) fn sign_in(&self, backstop: &Backstop) -> Result<Session, Problem> {
        let account = self.account(backstop)?;
        if let Some(password) = self.secrets.account()? {
            return backstop.sign_in(&account.id, &password, false).map(|(session, _)| session);
        }
        match backstop.resume(&account.id) {
            Err(problem) if problem.code == Code::NotLoggedIn && self.secrets.can_ask() => {
                let password = self.secrets.ask(&format!("Password of {}", account.name))?;
                backstop.sign_in(&account.id, &password, false).map(|(session, _)| session)
            }
            other => other,
        }
    }

    /// Signs in where a command begins with nothing else.
    pub(crate) fn session(&self) -> Result<Session, Problem> {
        self.sign_in(&self.backstop()?)
    }

    /// The account's password, where a kept login is not enough.
    pub(crate) fn password(&self) -> Result<Password, Problem> {
        self.secrets.account_or_ask("Password of the account")
    }

    /// The account's password if the engine turns out to want it: what was given, else nothing, so that
    /// nobody is asked in vain.
    pub(crate) fn with_password_if_needed<T>(
        &self,
        mut act: impl FnMut(Option<&Password>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let given = self.secrets.account()?;
        match act(given.as_ref()) {
            Err(problem)
                if problem.code == Code::SecretRequired && given.is_none() && self.secrets.can_ask() =>
            {
                act(Some(&self.password()?))
            }
            other => other,
        }
    }

    /// Opens an archive and unlocks it with whatever there is. A session's own archives open by
    /// themselves, unless a secret was given for the archive: then that one must fit.
    pub(crate) fn open(
        &self,
        backstop: &Backstop,
        session: Option<&Session>,
        file: &Path,
        effort: Effort,
    ) -> Result<OpenArchive, Problem> {
        let mut archive = backstop.open_archive_with(file, effort)?;
        if !archive.is_locked() {
            return Ok(archive);
        }
        if let Some(secret) = self.secrets.archive()? {
            archive.unlock(&secret, &self.job)?;
        } else if !self.unlock_by_account(backstop, session, &mut archive)? {
            if !self.secrets.can_ask() {
                return Err(locked(self.secrets.account()?.is_some()));
            }
            let password = self.secrets.ask(&format!("Password of {}", file.display()))?;
            archive.unlock(&ArchiveSecret::Password(password), &self.job)?;
        }
        Ok(archive)
    }

    /// As [`Desk::open`], but an archive for which nothing was given stays locked, and nobody is asked.
    pub(crate) fn open_if_possible(&self, backstop: &Backstop, file: &Path) -> Result<OpenArchive, Problem> {
        let mut archive = backstop.open_archive_with(file, Effort::Whole)?;
        if let Some(secret) = self.secrets.archive()? {
            archive.unlock(&secret, &self.job)?;
        } else if archive.is_locked() {
            let _ = self.unlock_by_account(backstop, None, &mut archive)?;
        }
        Ok(archive)
    }

    /// What the account can do for an archive: its keys if someone is signed in, or may be by the kept
    /// login; else its password.
    fn unlock_by_account(
        &self,
        backstop: &Backstop,
        session: Option<&Session>,
        archive: &mut OpenArchive,
    ) -> Result<bool, Problem> {
        if let Some(session) = session {
            if session.unlock_own(archive, &self.job)? || session.unlock_of_place(archive, &self.job)? {
                return Ok(true);
            }
        } else if let Some(session) = self.kept_session(backstop)
            && session.unlock_own(archive, &self.job)?
        {
            return Ok(true);
        }
        let Some(password) = self.secrets.account()? else { return Ok(false) };
        match archive.unlock(&ArchiveSecret::Password(password), &self.job) {
            Ok(()) => Ok(true),
            Err(problem) if problem.code == Code::WrongSecret => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// The kept login, where no account is needed: if there is none, that is no one's fault.
    fn kept_session(&self, backstop: &Backstop) -> Option<Session> {
        let account = self.account(backstop).ok()?;
        backstop.resume(&account.id).ok()
    }

    /// Something long, with a bar beside it.
    pub(crate) fn watch<T>(&self, work: impl FnOnce(&Job) -> T) -> T {
        self.output.watch(&self.job, work)
    }
}

/// The archive stays closed: with the account's password it was tried, or there was nothing to try.
fn locked(tried: bool) -> Problem {
    let code = if tried { Code::WrongSecret } else { Code::SecretRequired };
    let problem = Problem::of(code);
    problem.with_hint(
        "Give the password it was made with by --archive-password-file or BACKSTOP_ARCHIVE_PASSWORD, or a recovery key by --recovery-key-file.",
    )
}

/// Why a login was not kept, in a sentence.
pub(crate) fn not_kept(keychain: KeychainState) -> &'static str {
    match keychain {
        KeychainState::Available => "The login is kept in the system keychain.",
        KeychainState::Absent => {
            "The login is not kept: this computer has no keychain. Each command takes the password."
        }
        KeychainState::Locked => "The login is not kept: the keychain is locked. Unlock it and log in again.",
        KeychainState::Denied => {
            "The login is not kept: the keychain refused. Each command takes the password."
        }
    }
}

/// Only the library can be backed up, restored into and looked at as a place: other places are read-only
/// folders, whose files are archives like any others.
pub(crate) fn only_the_library(place: Option<&str>) -> Result<(), Problem> {
    match place {
        None | Some(LIBRARY) => Ok(()),
        Some(other) => Err(Problem::new(
            Code::NotFound,
            format!("There is no place called {other}. Nothing was changed."),
        )
        .with_hint("List the places with: backstop place list")),
    }
}

/// Something that the design has and this version has not.
pub(crate) fn not_yet(what: &str) -> Problem {
    Problem::new(Code::Usage, format!("{what} is not in this version of Backstop yet. Nothing was changed."))
        .with_hint("See what there is with: backstop --help")
}
