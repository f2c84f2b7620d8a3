//! The status card: how safe the notes are, from facts on disk.

use super::Session;
use super::attend::schedule_of;
use crate::api::{MissingBackup, Problem, StatusCard};
use crate::lock::{AccountLock, LockKind};
use crate::repository::Finder;
use crate::runs::{BothLeft, History, Left, MadeArchive, RunKind, RunState};
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
        let settings = self.settings()?;
        let schedule = schedule_of(&settings);
        let now = self.zoned_now();
        let left = self.left(&history);
        let dues = Dues::of(&schedule, &history.pasts(LIBRARY, &left, running), &now, &self.conditions());
        let full_is_wanted = settings.backups_full != Interval::Never;
        let failure = history.failure(LIBRARY, full_is_wanted, running);
        let standing = Standing {
            running: running && newest_is_backup(&history, running),
            ever: left.notes.success.is_some(),
            away: left.notes.away.is_some() || (full_is_wanted && left.full.away.is_some()),
            failure: failure.as_ref().map(|failure| (failure.code, failure.message.as_str(), failure.kind)),
            dues: &dues,
        };
        let next = |kind| dues.kind(kind).next().map(|next| next.timestamp().as_millisecond());
        let overdue = |kind| days_due(dues.kind(kind), &now).filter(|days| *days > 0);
        let last = |left: &Left<'_>| left.success.as_ref().map(|success| success.at.0);
        Ok(StatusCard {
            protection: protection(&standing, &now),
            waiting: waiting(&schedule, &standing, &now),
            last_verified: last(&left.notes),
            last_verified_full: last(&left.full),
            missing: missing(&left, full_is_wanted),
            copies: self.copies_state(&settings)?,
            next: next(BackupKind::Notes),
            next_full: next(BackupKind::Full),
            overdue_days: overdue(BackupKind::Notes),
            overdue_full_days: overdue(BackupKind::Full),
        })
    }

    /// What is left of the library's backups on the disks, by a look at as few files as possible.
    pub(super) fn left<'runs>(&self, history: &'runs History) -> BothLeft<'runs> {
        let finder = Finder::new(self.catalog());
        history.left(LIBRARY, &|made| finder.find(made))
    }
}

/// The backup that is missed the most: one of any kind before one with attachments, and what is out of reach
/// before what is gone, since it still counts.
fn missing(left: &BothLeft<'_>, full_is_wanted: bool) -> Option<MissingBackup> {
    let missed = |left: &Left<'_>| {
        let away = left.away.zip(left.success.as_ref()).map(|(made, success)| card(made, success.at.0, true));
        away.or_else(|| left.gone.as_ref().map(|(success, made)| card(made, success.at.0, false)))
    };
    missed(&left.notes).or_else(|| missed(&left.full).filter(|_| full_is_wanted))
}

fn card(made: &MadeArchive, verified: i64, away: bool) -> MissingBackup {
    MissingBackup {
        name: made.file_name().into_owned(),
        folder: made.path.parent().unwrap_or(&made.path).to_string_lossy().into_owned(),
        verified,
        attachments_included: made.attachments_included,
        away,
    }
}

fn newest_is_backup(history: &History, running: bool) -> bool {
    history
        .runs
        .first()
        .is_some_and(|run| run.begin.kind == RunKind::Backup && run.state(running) == RunState::Running)
}
