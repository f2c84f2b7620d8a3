//! What the window's process holds: the engine, who is signed in, what was picked, what runs.
//!
//! Nothing here is done before the window asks for it: the engine opens its folder with the first question.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use backstop_engine::api::{
    AppState, ArchiveSecret, Backstop, CheckResult, Code, Contents, ContentsCard, Effort, FolderChoice,
    FoundPlace, Job, OpenArchive, OpenedArchive, Password, PlanSummary, PreparedRestore, Problem, Session,
    Setup, Theme, last_theme,
};
use backstop_platform::SystemClock;
use tokio::sync::Notify;

use backstop_platform::usual_folders;

use crate::held::Held;
use crate::running::Running;

/// The most archives that one restore merges.
const MERGED: usize = 32;

/// The most folders of other apps that are held: two looks around find no more.
const FOUND: usize = 48;

/// How long the first steps may take before a backup starts by itself all the same.
const FIRST_STEPS: Duration = Duration::from_secs(600);

/// Opens the engine's ground when it is first needed.
pub(crate) type MakeSetup = Box<dyn Fn() -> Result<Setup, Problem> + Send + Sync>;

/// An archive that a person picked or dropped: where it is, and what opened it.
///
/// The file is opened again for each use, so that a plan that was cancelled or made the other way round
/// costs nobody the password a second time.
#[derive(Clone)]
pub(crate) struct Picked {
    path: PathBuf,
    secret: Option<Arc<ArchiveSecret>>,
}

impl Picked {
    /// What opened it; none if nothing had to, or the account's own keys did.
    pub(crate) fn secret(&self) -> Option<&ArchiveSecret> {
        self.secret.as_deref()
    }
}

/// Everything that commands share.
pub(crate) struct Shell {
    setup: MakeSetup,
    engine: Mutex<Option<Arc<Backstop>>>,
    session: RwLock<Option<Arc<Session>>>,
    resuming: Mutex<()>,
    left: AtomicBool,
    fresh_key: AtomicBool,
    made: Mutex<Option<Duration>>,
    /// Folders that were picked for backups.
    pub(crate) folders: Held<PathBuf>,
    /// Folders of other apps' backups, found or picked.
    pub(crate) places: Held<PathBuf>,
    /// Archives that were picked or dropped.
    pub(crate) archives: Held<Picked>,
    /// What is in the archive that is being looked at, under the archive's token: another takes its place.
    pub(crate) contents: Held<Arc<Contents>>,
    /// The plan that is being looked at: a new one takes its place.
    pub(crate) plans: Held<PreparedRestore>,
    /// The job that runs.
    pub(crate) running: Arc<Running>,
    /// Asks for a look at what is to be done by itself: something has changed.
    pub(crate) look: Notify,
}

impl Shell {
    /// A shell that has touched nothing yet.
    pub(crate) fn new(setup: MakeSetup) -> Self {
        Self {
            setup,
            engine: Mutex::new(None),
            session: RwLock::new(None),
            resuming: Mutex::new(()),
            left: AtomicBool::new(false),
            fresh_key: AtomicBool::new(false),
            made: Mutex::new(None),
            folders: Held::new("folder", 8),
            places: Held::new("place", FOUND),
            archives: Held::new("archive", 2 * MERGED),
            contents: Held::new("contents", 1),
            plans: Held::new("plan", 1),
            running: Arc::new(Running::default()),
            look: Notify::new(),
        }
    }

    /// The engine. Blocks while it opens for the first time; a failure is tried again.
    ///
    /// # Errors
    /// The data folder can't be used.
    pub(crate) fn engine(&self) -> Result<Arc<Backstop>, Problem> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engine.as_ref() {
            return Ok(Arc::clone(engine));
        }
        let opened = Arc::new(Backstop::open((self.setup)()?)?);
        *engine = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Who is signed in, if somebody is.
    pub(crate) fn signed_in(&self) -> Option<Arc<Session>> {
        self.session.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// `not_logged_in`.
    pub(crate) fn session(&self) -> Result<Arc<Session>, Problem> {
        self.signed_in().ok_or_else(|| Problem::of(Code::NotLoggedIn))
    }

    /// Puts somebody in, or nobody, and gives back who was there.
    pub(crate) fn set_session(&self, session: Option<Session>) -> Option<Arc<Session>> {
        self.plans.clear();
        self.fresh_key.store(false, Ordering::Relaxed);
        session.iter().for_each(Session::remember_as_last);
        self.look.notify_one();
        let mut place = self.session.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, session.map(Arc::new))
    }

    /// An account was made: its owner now goes through the first steps, which end with a first backup.
    pub(crate) fn account_made(&self) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(SystemClock.awake());
        self.key_is_fresh(true);
    }

    /// Whether somebody is still in the first steps: nothing starts by itself in the middle of them.
    pub(crate) fn is_in_first_steps(&self) -> bool {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.is_some_and(|made| SystemClock.awake() < made + FIRST_STEPS)
    }

    /// A recovery key was just made and shown: until it is confirmed, saving it asks for no password.
    pub(crate) fn key_is_fresh(&self, fresh: bool) {
        self.fresh_key.store(fresh, Ordering::Relaxed);
    }

    /// Whether the recovery key may be written into a file.
    ///
    /// # Errors
    /// `secret_required` or `wrong_secret` for a key that was not made just now.
    pub(crate) fn may_save_key(&self, session: &Session, password: Option<&Password>) -> Result<(), Problem> {
        match password {
            None if self.fresh_key.load(Ordering::Relaxed) => Ok(()),
            None => Err(Problem::of(Code::SecretRequired)),
            Some(password) => is_password_of(session, password),
        }
    }

    /// Signs in by the login that the keychain keeps, if nobody is signed in and nobody has signed out.
    ///
    /// Several accounts may be kept; the first that answers is taken, the last used before others, and signing out forgets it.
    ///
    /// # Errors
    /// The accounts can't be listed. A keychain that does not answer is no error: it is asked again the next time.
    pub(crate) fn resume(&self) -> Result<(), Problem> {
        let engine = self.engine()?;
        let _alone = self.resuming.lock().unwrap_or_else(PoisonError::into_inner);
        if self.left.load(Ordering::Relaxed) || self.signed_in().is_some() {
            return Ok(());
        }
        let accounts = engine.accounts_last_first()?;
        let session = accounts.iter().find_map(|account| engine.resume(&account.id).ok());
        if session.is_some() && self.signed_in().is_none() {
            self.set_session(session);
        }
        Ok(())
    }

    /// What the window knows when it opens.
    ///
    /// # Errors
    /// The data folder or the settings of the account can't be read.
    pub(crate) fn state(&self) -> Result<AppState, Problem> {
        let engine = self.engine()?;
        let session = self.signed_in();
        let theme = match &session {
            Some(session) => session.theme()?,
            None => engine.last_theme(),
        };
        // Only a hint for the next start: a data folder that can't be written says so elsewhere.
        let _ = engine.remember_theme(theme);
        Ok(AppState {
            accounts: engine.accounts_last_first()?,
            signed_in: session.as_ref().map(|session| session.account()),
            keychain: engine.keychain(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            theme,
        })
    }

    /// The look to open the window with, before anything else is known.
    pub(crate) fn first_theme(&self) -> Theme {
        (self.setup)().map_or(Theme::System, |setup| last_theme(&setup.data_dir))
    }

    /// Changes the look, for who is signed in and for the next start.
    ///
    /// # Errors
    /// The settings can't be written.
    pub(crate) fn set_theme(&self, session: &Session, theme: Theme) -> Result<(), Problem> {
        session.set_theme(theme)?;
        self.engine()?.remember_theme(theme)
    }

    /// Lets go of everything that the window knew by a token: the window has gone. A job that runs has what it
    /// needs.
    pub(crate) fn let_go_of_all(&self) {
        self.folders.clear();
        self.archives.clear();
        self.contents.clear();
        self.plans.clear();
    }

    /// Forgets the kept login and everything that was opened for who was signed in.
    ///
    /// # Errors
    /// `busy` while a job runs; the keychain does not answer.
    pub(crate) fn sign_out(&self) -> Result<(), Problem> {
        let _alone = self.running.start()?;
        self.session()?.sign_out()?;
        self.left.store(true, Ordering::Relaxed);
        self.let_go_of_all();
        self.set_session(None);
        Ok(())
    }

    /// Deletes the account that is signed in. Its archives stay.
    ///
    /// # Errors
    /// `wrong_secret`; `busy` while anything of the account is in use.
    pub(crate) fn delete_account(&self, password: &Password) -> Result<(), Problem> {
        let _alone = self.running.start()?;
        is_password_of(&*self.session()?, password)?;
        let Some(session) = self.set_session(None) else { return Err(Problem::of(Code::NotLoggedIn)) };
        self.left.store(true, Ordering::Relaxed);
        match Arc::try_unwrap(session) {
            Ok(session) => session.delete(password),
            Err(shared) => {
                // A page is still being read: nothing is deleted, and the account stays signed in.
                *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(shared);
                Err(Problem::of(Code::Busy))
            }
        }
    }

    /// Holds a folder that was picked, and tells what using it would mean.
    pub(crate) fn hold_folder(&self, session: &Session, folder: PathBuf) -> FolderChoice {
        let token = self.folders.token();
        let choice = session.folder_choice(&folder, token.clone());
        self.folders.keep(&token, folder);
        choice
    }

    /// Holds a folder of another app's backups that was picked.
    pub(crate) fn hold_place(&self, folder: PathBuf) -> String {
        let token = self.places.token();
        self.places.keep(&token, folder);
        token
    }

    /// Looks for folders of other apps' backups, and holds what was found.
    ///
    /// # Errors
    /// The list of places can't be read.
    pub(crate) fn hold_found(&self, session: &Session) -> Result<Vec<FoundPlace>, Problem> {
        let found = session.discover_places(&usual_folders())?;
        let hold = |found: FoundPlace| FoundPlace { token: self.hold_place((&found.folder).into()), ..found };
        Ok(found.into_iter().map(hold).collect())
    }

    /// Holds a plan, and tells what it would do.
    ///
    /// # Errors
    /// The library can't be read.
    pub(crate) fn hold_plan(&self, session: &Session, plan: PreparedRestore) -> Result<PlanSummary, Problem> {
        let token = self.plans.token();
        let summary = plan.summary(session, token.clone())?;
        self.plans.keep(&token, plan);
        Ok(summary)
    }

    /// Holds an archive that was picked, and tells what it is. One of this account opens by itself.
    ///
    /// # Errors
    /// What the file is not.
    pub(crate) fn hold_archive(&self, path: PathBuf) -> Result<OpenedArchive, Problem> {
        self.card(&self.archives.token(), Picked { path, secret: None })
    }

    /// Holds archives that were picked together. None is held if one of them is no archive.
    ///
    /// # Errors
    /// `usage` for too many; what one of the files is not, by its name.
    pub(crate) fn hold_archives(&self, paths: Vec<PathBuf>) -> Result<Vec<OpenedArchive>, Problem> {
        if paths.len() > MERGED {
            let many = format!("Backstop merges at most {MERGED} backups at a time. Nothing was opened.");
            return Err(Problem::new(Code::Usage, many).with_hint("Choose fewer files."));
        }
        let several = paths.len() > 1;
        let hold = |path: PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            self.hold_archive(path).map_err(|problem| match name {
                Some(name) if several => {
                    Problem { message: format!("{name}: {}", problem.message), ..problem }
                }
                _ => problem,
            })
        };
        paths.into_iter().map(hold).collect()
    }

    /// Unlocks an archive that is held, and remembers by what.
    ///
    /// # Errors
    /// `not_found` for a token that names nothing, `wrong_secret`, any damage.
    pub(crate) fn unlock_archive(
        &self,
        token: &str,
        secret: ArchiveSecret,
    ) -> Result<OpenedArchive, Problem> {
        let picked = Picked { secret: Some(Arc::new(secret)), ..self.picked(token)? };
        self.card(token, picked)
    }

    /// Opens an archive that is held, unlocked as far as it can be.
    ///
    /// # Errors
    /// `not_found` for a token that names nothing; what the file is not, as far as the effort goes.
    pub(crate) fn open_held(&self, token: &str, effort: Effort) -> Result<OpenArchive, Problem> {
        self.open(&self.picked(token)?, effort)
    }

    /// Reads an archive that is held so that it can be looked at, and tells what is in it.
    ///
    /// # Errors
    /// `not_found` for a token that names nothing; `secret_required`; what the file is not; a cancel.
    pub(crate) fn look_into(&self, token: &str, job: &Job) -> Result<ContentsCard, Problem> {
        let contents = self.engine()?.look_into(self.open_held(token, Effort::Whole)?, job)?;
        let card = contents.card();
        self.contents.keep(token, Arc::new(contents));
        Ok(card)
    }

    /// What is looked at: an archive by its token, or the library of who is signed in.
    ///
    /// # Errors
    /// `not_found` for a token that names nothing; `not_logged_in`.
    pub(crate) fn shelf(&self, token: Option<&str>) -> Result<Shelf, Problem> {
        match token {
            Some(token) => self.contents.get(token).map(Shelf::Archive).ok_or_else(let_go),
            None => self.session().map(Shelf::Library),
        }
    }

    /// Checks an archive that is held. What is found of a known one is noted for who is signed in.
    ///
    /// # Errors
    /// `not_found` for a token that names nothing; `secret_required` for a full check of a locked one;
    /// a cancel.
    pub(crate) fn check_held(&self, token: &str, full: bool, job: &Job) -> Result<CheckResult, Problem> {
        let picked = self.picked(token)?;
        match self.signed_in() {
            Some(session) => {
                session.check(&picked.path, &mut || self.open(&picked, Effort::Whole), full, job)
            }
            None => self.engine()?.check(&mut self.open(&picked, Effort::Whole)?, full, job),
        }
    }

    /// An archive that is held.
    ///
    /// # Errors
    /// `not_found` for a token that names nothing.
    pub(crate) fn picked(&self, token: &str) -> Result<Picked, Problem> {
        self.archives.get(token).ok_or_else(let_go)
    }

    fn card(&self, token: &str, picked: Picked) -> Result<OpenedArchive, Problem> {
        let card = self.open(&picked, Effort::Whole)?.card(token.to_owned());
        self.archives.keep(token, picked);
        Ok(card)
    }

    /// Holds a known archive under a token, opened or not: a check of one that does not open has a result.
    pub(crate) fn hold_path(&self, path: PathBuf) -> String {
        let token = self.archives.token();
        self.archives.keep(&token, Picked { path, secret: None });
        token
    }

    /// Opens an archive that was picked, unlocked as far as it can be.
    ///
    /// # Errors
    /// What the file is not, as far as the effort goes.
    pub(crate) fn open(&self, picked: &Picked, effort: Effort) -> Result<OpenArchive, Problem> {
        let job = Job::new();
        let mut archive = self.engine()?.open_archive_with(&picked.path, effort)?;
        if !archive.is_locked() {
            return Ok(archive);
        }
        match (&picked.secret, self.signed_in()) {
            (Some(secret), _) => archive.unlock(secret, &job)?,
            // That it is not this account's own is no trouble: it stays locked.
            (None, Some(session)) if session.unlock_own(&mut archive, &job)? => {}
            (None, Some(session)) => drop(session.unlock_of_place(&mut archive, &job)?),
            (None, None) => {}
        }
        Ok(archive)
    }
}

/// Notes that are looked at: those of the library, or of an archive.
pub(crate) enum Shelf {
    /// The library of who is signed in.
    Library(Arc<Session>),
    /// An archive.
    Archive(Arc<Contents>),
}

fn is_password_of(session: &Session, password: &Password) -> Result<(), Problem> {
    if session.check_password(password)? { Ok(()) } else { Err(Problem::of(Code::WrongSecret)) }
}

/// What a token named is not held any more.
pub(crate) fn let_go() -> Problem {
    Problem::new(Code::NotFound, "Backstop has let go of this file or plan. Nothing was changed.")
        .with_hint("Choose it again.")
}

/// Does work that blocks, away from the window's own thread.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    // The text of a panic is not passed on: nobody can say what is in it.
    done.unwrap_or_else(|_| Err(Problem::of(Code::Internal).with_detail("a task of Backstop broke off")))
}
