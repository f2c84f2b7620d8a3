//! The status card: how safe the notes are, from facts on disk.

use super::Session;
use super::attend::schedule_of;
use crate::api::{Problem, StatusCard};
use crate::lock::{AccountLock, LockKind};
use crate::runs::{History, RunKind, RunState};
use crate::schedule::status::days_due;
use crate::schedule::{BackupKind, Dues, Interval, Standing, protection, waiting};
use crate::settings::LIBRARY;

impl Session {
    /// The status card.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub fn status(&self) -> Result<StatusCard, Problem> {
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let history = self.runs().read()?;
        let schedule = schedule_of(&self.settings()?);
        let now = self.zoned_now();
        let dues = Dues::of(&schedule, &history.pasts(LIBRARY, running), &now, &self.conditions());
        let success = history.last_success(LIBRARY, BackupKind::Notes);
        let full = history.last_success(LIBRARY, BackupKind::Full);
        let failure = history.failure(LIBRARY, schedule.backups_full != Interval::Never, running);
        let standing = Standing {
            running: running && newest_is_backup(&history, running),
            ever: success.is_some(),
            failure: failure.as_ref().map(|failure| (failure.code, failure.message.as_str())),
            dues: &dues,
        };
        let next = |kind| dues.kind(kind).next().map(|next| next.timestamp().as_millisecond());
        let overdue = |kind| days_due(dues.kind(kind), &now).filter(|days| *days > 0);
        Ok(StatusCard {
            protection: protection(&standing, &now),
            waiting: waiting(&schedule, &standing, &now),
            last_verified: success.map(|success| success.at.0),
            last_verified_full: full.map(|success| success.at.0),
            next: next(BackupKind::Notes),
            next_full: next(BackupKind::Full),
            overdue_days: overdue(BackupKind::Notes),
            overdue_full_days: overdue(BackupKind::Full),
        })
    }
}

fn newest_is_backup(history: &History, running: bool) -> bool {
    history
        .runs
        .first()
        .is_some_and(|run| run.begin.kind == RunKind::Backup && run.state(running) == RunState::Running)
}
