//! What only a signed-in account may do. To have a [`Session`] is the proof of being signed in.

mod account;
mod anew;
mod attend;
mod backup;
mod browse;
mod check;
mod choices;
mod copies;
mod delete;
mod history;
mod keep;
mod notices;
mod overview;
mod places;
mod proof;
mod rebuild;
mod recheck;
mod report;
mod rest;
mod restore;
mod settings;
mod status;
mod take_in;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backstop_crypto::Key;
use backstop_model::TimeMs;
use jiff::{Timestamp, Zoned};

pub(super) use attend::schedule_of;
pub use attend::{Attended, AttendedBackup};
pub use backup::BackupOrder;
pub use recheck::Rechecked;
pub use restore::{PreparedRestore, RestoreOrder};

use super::backstop::World;
use super::of_restore;
pub(super) use super::of_store;
use super::{AccountCard, Problem, Warning};
use crate::account::AccountKeys;
use crate::durable::{Origin, clear_dead_parts};
use crate::library::Library;
use crate::lock::{AccountLock, LockKind};
use crate::logbook::Ran;
use crate::notices::Said;
use crate::restore::Safety;
use crate::runs::{
    Begin, Counts, End, MadeArchive, Outcome, RunId, RunKind, RunLog, TouchedArchive, Trigger, Verification,
};
use crate::schedule::Conditions;
use crate::settings::{LIBRARY, SettingsFile};

/// How long a job waits for another process to finish writing one of the small stores.
const PATIENCE: Duration = Duration::from_secs(10);

/// A signed-in account. Shared between threads; jobs take the account's lock themselves.
pub struct Session {
    world: Arc<World>,
    keys: Mutex<AccountKeys>,
    folder: PathBuf,
    origin: Origin,
    browsing: Mutex<Option<Library>>,
    said: Mutex<Option<Said>>,
    looked: Mutex<Option<(Conditions, Instant)>>,
    runs: RunLog,
}

/// What a job leaves in the history.
#[derive(Default)]
pub(super) struct Record {
    pub(super) counts: Counts,
    pub(super) warnings: Vec<String>,
    pub(super) archives: Vec<MadeArchive>,
    pub(super) verifications: Vec<Verification>,
    /// The archive that still holds all there is, and when it was made: nothing new was written.
    pub(super) still_good: Option<(MadeArchive, TimeMs)>,
    pub(super) deleted: Vec<TouchedArchive>,
    pub(super) copied: Vec<TouchedArchive>,
}

impl Record {
    fn outcome(&self) -> Outcome {
        match &self.still_good {
            Some((_, since)) => Outcome::NothingNew { since: *since },
            None if self.warnings.is_empty() => Outcome::Completed,
            None => Outcome::CompletedWithWarnings { warnings: self.warnings.clone() },
        }
    }
}

/// What to begin a run with.
pub(super) struct RunOrder {
    pub(super) kind: RunKind,
    pub(super) trigger: Trigger,
    pub(super) undoes: Option<RunId>,
    /// The folder it writes to, if that is not the one of the settings.
    pub(super) folder: Option<PathBuf>,
    /// It is a backup with attachments.
    pub(super) attachments: bool,
}

impl RunOrder {
    /// A check of archives that nobody asked for.
    pub(super) fn check_by_itself() -> Self {
        Self {
            kind: RunKind::Verify,
            trigger: Trigger::Automatic,
            undoes: None,
            folder: None,
            attachments: false,
        }
    }
}

impl Session {
    pub(super) fn new(world: Arc<World>, keys: AccountKeys) -> Self {
        let folder = keys.folder().to_owned();
        let origin = Origin::new(&world.machine, &folder);
        let runs = RunLog::new(&folder);
        Self {
            world,
            keys: Mutex::new(keys),
            folder,
            origin,
            browsing: Mutex::new(None),
            said: Mutex::new(None),
            looked: Mutex::new(None),
            runs,
        }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountCard {
        let keys = self.keys();
        AccountCard { id: keys.head().id.to_string(), name: keys.head().name.as_str().to_owned() }
    }

    fn keys(&self) -> MutexGuard<'_, AccountKeys> {
        // A thread that died while it held the keys can't have left them half changed.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings_file(&self) -> SettingsFile {
        SettingsFile::new(&self.folder, &self.origin)
    }

    fn runs(&self) -> RunLog {
        self.runs.clone()
    }

    fn scratch(&self) -> &Path {
        &self.world.scratch
    }

    fn safety_folder(&self) -> PathBuf {
        self.folder.join("safety")
    }

    fn safety_key(&self) -> Key {
        self.keys().library_key().derive("safety archives")
    }

    fn now(&self) -> TimeMs {
        self.world.ports.clock.now()
    }

    fn timestamp(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now().0).unwrap_or_default()
    }

    fn zoned_now(&self) -> Zoned {
        self.timestamp().to_zoned(self.world.ports.clock.zone())
    }

    /// A library of one's own, for a job.
    fn open_library(&self) -> Result<Library, Problem> {
        let keys = self.keys();
        Library::open(&self.folder, &keys.library_key(), &keys.blob_key()).map_err(of_store)
    }

    /// The library that pages look at.
    fn library(&self) -> Result<LookedAt<'_>, Problem> {
        let mut guard = self.browsing.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.is_none() {
            *guard = Some(self.open_library()?);
        }
        Ok(LookedAt(guard))
    }

    /// Runs a job under the account's lock and writes it into the history, however it ends.
    ///
    /// What was done stays done when the history can't be written any more: it becomes a warning then.
    fn run<T: Warned>(
        &self,
        order: RunOrder,
        work: impl FnOnce(&RunId) -> Result<(T, Record), Problem>,
    ) -> Result<T, Problem> {
        self.run_on(vec![LIBRARY.to_owned()], order, work)
    }

    /// As [`Session::run`], of these places.
    fn run_on<T: Warned>(
        &self,
        places: Vec<String>,
        order: RunOrder,
        work: impl FnOnce(&RunId) -> Result<(T, Record), Problem>,
    ) -> Result<T, Problem> {
        let lock = AccountLock::acquire(&self.folder, LockKind::Job)?;
        let runs = self.runs();
        self.bury(&lock)?;
        let run = RunId::new(self.timestamp(), random()?);
        let (kind, trigger, started) = (order.kind, order.trigger, self.now());
        let log = |end: &End| {
            let ran = Ran { kind, trigger, started_ms: started.0, end };
            self.world.logbook().ran(&ran, &self.origin);
        };
        runs.begin(&Begin {
            run: run.clone(),
            kind: order.kind,
            trigger: order.trigger,
            started,
            places,
            undoes: order.undoes,
            folder: order.folder,
            attachments: order.attachments,
        })?;
        match work(&run) {
            Ok((mut value, record)) => {
                let bare = End::new(&run, self.now(), record.outcome());
                let Record { counts, archives, verifications, still_good, deleted, copied, .. } = record;
                let still_good = still_good.into_iter().map(|(made, _)| made).collect();
                let end = End { counts, archives, verifications, still_good, deleted, copied, ..bare };
                log(&end);
                if let Err(error) = runs.end(&end) {
                    value.warn(not_in_the_history(&error.into()));
                }
                Ok(value)
            }
            Err(problem) => {
                let end = End::new(&run, self.now(), Outcome::of(&problem));
                log(&end);
                match runs.end(&end) {
                    Ok(()) => Err(problem),
                    Err(error) => Err(problem.with_detail(error.to_string())),
                }
            }
        }
    }

    /// Leaves nothing of jobs whose processes died, but a line in the history.
    fn bury(&self, job: &AccountLock) -> Result<(), Problem> {
        self.clear_after_the_dead(job)?;
        let died = !self.runs().close_left_running(job, self.now())?.is_empty();
        self.tidy(died)
    }

    /// Lets undo offers end after their time, and removes blobs that nothing refers to any more: of
    /// those offers, and of runs that died between writing a blob and naming it.
    fn tidy(&self, died: bool) -> Result<(), Problem> {
        let key = self.safety_key();
        let safety = Safety::open(&self.safety_folder(), &key).map_err(of_restore)?;
        safety.clear_unfinished();
        let expired = safety.expire(self.now()).map_err(of_restore)?;
        if died || expired > 0 {
            let library = self.open_library()?;
            sweep_blobs(&library, &safety)?;
        }
        Ok(())
    }

    /// Removes what killed runs left unfinished. A folder that is away is looked at the next time.
    fn clear_after_the_dead(&self, job: &AccountLock) -> Result<(), Problem> {
        let state = AccountLock::wait(&self.folder, LockKind::State, PATIENCE)?;
        let mut folders: BTreeSet<PathBuf> = BTreeSet::from([self.folder.clone()]);
        folders.extend(self.archives_folder());
        let history = self.runs().read()?;
        folders.extend(history.folders_of_the_dead().into_iter().map(Path::to_owned));
        for folder in folders {
            let _ = clear_dead_parts(&folder, &self.origin, job, &state);
        }
        Ok(())
    }
}

/// The result of a job, which can say what went wrong beside it.
pub(super) trait Warned {
    /// Adds a warning.
    fn warn(&mut self, warning: Warning);
}

fn not_in_the_history(problem: &Problem) -> Warning {
    let message = format!(
        "This was done, but it could not be written into the history, where it will look broken off. {}",
        problem.details.join(". ")
    );
    Warning { code: problem.code.as_str().to_owned(), message, item: None }
}

/// Removes the blobs that neither the library nor an undo refers to.
fn sweep_blobs(library: &Library, safety: &Safety<'_>) -> Result<(), Problem> {
    let mut kept = library.blob_names().map_err(of_store)?;
    kept.extend(safety.kept_blobs().map_err(of_restore)?);
    library.blobs.sweep(&kept).map(drop).map_err(Problem::writing)
}

/// The library, held for one look.
struct LookedAt<'session>(MutexGuard<'session, Option<Library>>);

impl std::ops::Deref for LookedAt<'_> {
    type Target = Library;

    #[expect(clippy::expect_used, reason = "`Session::library` has just filled it")]
    fn deref(&self) -> &Library {
        self.0.as_ref().expect("the library is open")
    }
}

fn random() -> Result<u32, Problem> {
    let bytes = backstop_crypto::random_array().map_err(|error| Problem::internal(&error))?;
    Ok(u32::from_le_bytes(bytes))
}
