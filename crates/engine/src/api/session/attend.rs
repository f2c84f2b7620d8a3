//! Everything that runs by itself, in one call: the window's look at the clock and `run-due` make it, and
//! nothing else.
//!
//! The order is fixed: clean up after the dead → the backup that is due → copies → prune → re-check of one
//! archive → new files of other folders. Each step is one call, decides for itself whether there is anything
//! to do, takes the account's lock itself while it works, and never stops those behind it.

use std::sync::PoisonError;
use std::time::Instant;

use backstop_model::Job;
use jiff::{SignedDuration, Timestamp};

use super::recheck::Rechecked;
use super::{BackupOrder, Session};
use crate::api::{BackupKind, BackupResult, Code, Conditions, Due, Problem, TakenIn, Warning};
use crate::lock::{AccountLock, LockKind};
use crate::runs::RunState;
use crate::schedule::{Dues, Reason, Schedule};
use crate::settings::{LIBRARY, Settings};

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
        self.note_conditions(conditions);
        let mut attended = Attended::default();
        attended.step(job, || self.clean_up_after_the_dead());
        // What was cut off is cleared at any time; the rest is what the owner wanted quiet of.
        if self.paused_until()?.is_some() {
            return Ok(attended);
        }
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
        self.note_conditions(conditions);
        if self.is_something_dead()? {
            return Ok(true);
        }
        if self.paused_until()?.is_some() {
            return Ok(false);
        }
        Ok(!self.what_starts(&self.dues(conditions)?, conditions)?.is_empty()
            || self.has_copies_to_make()?
            || self.has_archives_to_delete()?
            || self.stale_archive(conditions)?.is_some()
            || self.places_have_news()?)
    }

    /// What the schedule says of both kinds of backup.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub fn dues(&self, conditions: &Conditions) -> Result<Dues, Problem> {
        let history = self.runs().read()?;
        let pasts = history.pasts(LIBRARY, &self.left(&history), conditions.running);
        Ok(Dues::of(&schedule_of(&self.settings()?), &pasts, &self.zoned_now(), conditions))
    }

    /// The backups to make now, in this order.
    fn what_starts(&self, dues: &Dues, conditions: &Conditions) -> Result<&'static [BackupKind], Problem> {
        let kinds = dues.start();
        let first_ever = matches!(dues.notes, Due::Now { reason: Reason::FirstEver, .. });
        let by_itself = conditions.awake_for.is_some();
        // There is nothing to keep safe in a library that never had a note.
        let pointless = !kinds.is_empty() && first_ever && by_itself && self.note_count()? == 0;
        Ok(if pointless { &[] } else { kinds })
    }

    fn note_count(&self) -> Result<u64, Problem> {
        self.library()?.notes().map_err(super::of_store)
    }

    fn back_up_what_is_due(
        &self,
        conditions: &Conditions,
        attended: &mut Attended,
        job: &Job,
    ) -> Result<(), Problem> {
        let mut dues = self.dues(conditions)?;
        let history = self.runs().read()?;
        if !dues.start().is_empty() && self.left(&history).is_something_gone() {
            // It may only have been moved or renamed: a look into the folders finds it again.
            let _ = self.archives();
            dues = self.dues(conditions)?;
        }
        for kind in self.what_starts(&dues, conditions)? {
            let instead =
                self.back_up_by_itself(*kind, attended, job).and_then(|code| dues.instead_of(*kind, code));
            if let Some(instead) = instead {
                self.back_up_by_itself(instead, attended, job);
            }
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
            // A backup that could not be made just now is no reason to stop.
            let gives_way = !self.backup_is_due(conditions);
            job.let_wait(true);
            let checked = attended.step(job, || self.recheck(conditions, gives_way, job));
            job.let_wait(false);
            if checked.is_none() && gives_way {
                return self.back_up_what_is_due(conditions, attended, job);
            }
            let Some(Some(checked)) = checked else { break };
            attended.warnings.extend(checked.warning());
            if !checked.sound {
                self.back_up_what_is_due(conditions, attended, job)?;
            }
            attended.rechecked.push(checked);
        }
        Ok(())
    }

    /// Makes a backup of that kind, and tells how it failed if it did.
    fn back_up_by_itself(&self, kind: BackupKind, attended: &mut Attended, job: &Job) -> Option<Code> {
        // After a cancel nothing begins.
        job.check().ok()?;
        let order =
            BackupOrder { automatic: true, attachments: kind.attachments(), ..BackupOrder::default() };
        let end = self.backup(&order, job);
        let failed = end.as_ref().err().map(|problem| problem.code);
        attended.backups.push(AttendedBackup { kind, end });
        failed
    }

    /// Remembers what the world was like when somebody looked last, for the status card.
    fn note_conditions(&self, conditions: &Conditions) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some((*conditions, Instant::now()));
    }

    /// What the world is like, as far as the last look told.
    pub(super) fn conditions(&self) -> Conditions {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((conditions, at)) = looked else { return Conditions::settled() };
        let since = SignedDuration::try_from(at.elapsed()).unwrap_or_default();
        let Some(awake) = conditions.awake_for else {
            return Conditions { battery: conditions.battery, ..Conditions::settled() };
        };
        Conditions { running: false, awake_for: Some(awake.saturating_add(since)), ..conditions }
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

/// What of the settings the schedule decides by.
pub(in crate::api) fn schedule_of(settings: &Settings) -> Schedule {
    Schedule {
        backups: settings.backups,
        backups_full: settings.backups_full,
        reminders: settings.reminders,
        battery_limit: settings.battery_limit,
        paused_until: settings.paused_until.and_then(|until| Timestamp::from_millisecond(until.0).ok()),
    }
}
