//! Everything that runs by itself, in one call: the window's look at the clock and `run-due` make it, and
//! nothing else.
//!
//! The order is fixed: clean up after the dead → the backup that is due → copies → prune → re-check of one
//! archive → new files of other folders. Each step is one call, decides for itself whether there is anything
//! to do, takes the account's lock itself while it works, and never stops those behind it.

use backstop_model::Job;

use super::recheck::Rechecked;
use super::{BackupOrder, Session};
use crate::api::{BackupKind, BackupResult, Code, Conditions, Due, Problem, TakenIn, Warning};
use crate::lock::{AccountLock, LockKind};
use crate::runs::RunState;
use crate::schedule::{Reason, due};
use crate::settings::LIBRARY;

/// What ran by itself.
#[derive(Debug, Default)]
pub struct Attended {
    /// The backups that were due and tried, in their order; usually one or none.
    pub backups: Vec<AttendedBackup>,
    /// Archives that were checked again.
    pub rechecked: Vec<Rechecked>,
    /// What was new in the folders of other apps.
    pub taken_in: Vec<TakenIn>,
    /// What went wrong in the other steps.
    pub warnings: Vec<Warning>,
}

/// A backup that was due.
#[derive(Debug)]
pub struct AttendedBackup {
    /// With or without attachments.
    pub kind: BackupKind,
    /// How it ended.
    pub end: Result<BackupResult, Problem>,
}

impl Attended {
    /// Why a backup that was due was not made.
    #[must_use]
    pub fn failure(&self) -> Option<&Problem> {
        self.backups.iter().find_map(|backup| backup.end.as_ref().err())
    }

    /// One more step. Its failure is told and stops nothing; after a cancel nothing begins.
    fn step<T>(&mut self, job: &Job, work: impl FnOnce() -> Result<T, Problem>) -> Option<T> {
        job.check().ok()?;
        match work() {
            Ok(value) => Some(value),
            // Another process is at it, or somebody stopped it: the next look comes back to it.
            Err(problem) if matches!(problem.code, Code::Busy | Code::Cancelled) => None,
            Err(problem) => {
                self.warnings.push(Warning::of_problem(&problem));
                None
            }
        }
    }
}

impl Session {
    /// Does everything that is to be done by itself now.
    ///
    /// # Errors
    /// Settings or history can't be read: then nothing can be decided. What a step meets is in the answer.
    pub fn attend(&self, conditions: &Conditions, job: &Job) -> Result<Attended, Problem> {
        let mut attended = Attended::default();
        attended.step(job, || self.clean_up_after_the_dead());
        self.back_up_what_is_due(conditions, &mut attended, job)?;
        attended.step(job, || self.catch_up_with_copies(job));
        attended.step(job, || self.prune_if_agreed(job));
        self.check_what_is_stale(conditions, &mut attended, job)?;
        attended.taken_in = attended.step(job, || self.take_in(job)).unwrap_or_default();
        attended.warnings.extend(attended.taken_in.iter().flat_map(TakenIn::all_warnings));
        Ok(attended)
    }

    /// Whether [`Session::attend`] would do anything. Cheap, and writes nothing.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub fn has_work(&self, conditions: &Conditions) -> Result<bool, Problem> {
        Ok(self.is_something_dead()?
            || self.due_kind(conditions)?.is_some()
            || self.has_copies_to_make()?
            || self.has_archives_to_delete()?
            || self.stale_archive(conditions)?.is_some()
            || self.places_have_news()?)
    }

    /// Whether a backup is due now.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub fn due(&self, kind: BackupKind, conditions: &Conditions) -> Result<Due, Problem> {
        let settings = self.settings()?;
        let interval = if kind.attachments() { settings.backups_full } else { settings.backups };
        let past = self.runs().read()?.past(LIBRARY, kind, conditions.running);
        Ok(due(interval, &past, &self.zoned_now(), conditions))
    }

    /// The kind of backup that starts now: one with attachments counts as both.
    fn due_kind(&self, conditions: &Conditions) -> Result<Option<BackupKind>, Problem> {
        for kind in [BackupKind::Full, BackupKind::Notes] {
            if let Due::Now { reason, .. } = self.due(kind, conditions)? {
                let pointless = reason == Reason::FirstEver && conditions.awake_for.is_some();
                // There is nothing to keep safe in a library that never had a note.
                if !pointless || self.library()?.notes().map_err(super::of_store)? > 0 {
                    return Ok(Some(kind));
                }
            }
        }
        Ok(None)
    }

    fn back_up_what_is_due(
        &self,
        conditions: &Conditions,
        attended: &mut Attended,
        job: &Job,
    ) -> Result<(), Problem> {
        if let Some(kind) = self.due_kind(conditions)? {
            let order =
                BackupOrder { automatic: true, attachments: kind.attachments(), ..BackupOrder::default() };
            attended.backups.push(AttendedBackup { kind, end: self.backup(&order, job) });
        }
        Ok(())
    }

    /// One archive is enough where the next look comes in a minute; who comes once a day checks some more. What
    /// is damaged makes a backup due, which is made at once.
    fn check_what_is_stale(
        &self,
        conditions: &Conditions,
        attended: &mut Attended,
        job: &Job,
    ) -> Result<(), Problem> {
        const BY_HAND: usize = 5;
        for _ in 0..if conditions.awake_for.is_some() { 1 } else { BY_HAND } {
            let Some(Some(checked)) = attended.step(job, || self.recheck(conditions, job)) else { break };
            attended.warnings.extend(checked.warning());
            if !checked.sound {
                self.back_up_what_is_due(conditions, attended, job)?;
            }
            attended.rechecked.push(checked);
        }
        Ok(())
    }

    /// Whether a job's process died and nobody has cleaned up since.
    fn is_something_dead(&self) -> Result<bool, Problem> {
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let history = self.runs().read()?;
        Ok(history.runs.iter().any(|run| run.end.is_none() && run.state(running) == RunState::LeftRunning))
    }

    /// Removes what a killed job left unfinished, and writes into the history that it was left running.
    fn clean_up_after_the_dead(&self) -> Result<(), Problem> {
        if self.is_something_dead()? {
            let lock = AccountLock::acquire(&self.folder, LockKind::Job)?;
            self.bury(&lock)?;
        }
        Ok(())
    }
}
