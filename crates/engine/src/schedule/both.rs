//! The two kinds of backup together: which one starts, and what follows when it fails.
//!
//! One with attachments counts as one of notes too, so that where both are due one archive is enough. It is
//! also what fails more easily, and must never keep the notes from being backed up.

use jiff::{SignedDuration, Zoned};

use super::{BackupKind, Conditions, Due, Past, Schedule, due};
use crate::problem::Code;

/// What has happened so far, kind by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pasts {
    /// To backups of any kind.
    pub notes: Past,
    /// To those with attachments.
    pub full: Past,
}

/// The answer for both kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dues {
    /// Of a backup of any kind.
    pub notes: Due,
    /// Of one with attachments.
    pub full: Due,
    /// Attempts at one with attachments that made none, since the last one.
    pub full_attempts: u32,
    /// The day of the person on which this was asked.
    pub(super) today: jiff::civil::Date,
    /// When notes would no longer wait for a full backup that is about to start.
    pub(super) soon: Zoned,
}

/// After so many failures with attachments, notes go first: what ends the whole program, again and again,
/// must not take them along.
const PATIENCE: u32 = 3;

/// A full backup that starts within this time is waited for.
const SOON: SignedDuration = SignedDuration::from_mins(1);

impl Dues {
    /// Decides for both kinds.
    #[must_use]
    pub fn of(schedule: &Schedule, pasts: &Pasts, now: &Zoned, world: &Conditions) -> Self {
        Self {
            notes: due(schedule, BackupKind::Notes, &pasts.notes, now, world),
            full: due(schedule, BackupKind::Full, &pasts.full, now, world),
            full_attempts: pasts.full.attempts,
            today: now.date(),
            soon: now.saturating_add(SOON),
        }
    }

    /// The answer for one kind.
    #[must_use]
    pub fn kind(&self, kind: BackupKind) -> &Due {
        match kind {
            BackupKind::Notes => &self.notes,
            BackupKind::Full => &self.full,
        }
    }

    /// The backups to make now, in this order.
    #[must_use]
    pub fn start(&self) -> &'static [BackupKind] {
        match (self.notes.is_now(), self.full.is_now()) {
            (true, true) if self.full_attempts >= PATIENCE => &BackupKind::ALL,
            (_, true) => &[BackupKind::Full],
            (true, false) if self.full_comes_later_today() => &[BackupKind::Full],
            (true, false) if self.full_is_about_to_start() => &[],
            (true, false) => &[BackupKind::Notes],
            (false, false) => &[],
        }
    }

    /// The backup that is made in place of one that failed.
    #[must_use]
    pub fn instead_of(&self, failed: BackupKind, code: Code) -> Option<BackupKind> {
        let notes_wait = self.notes.is_now() && self.start() == [BackupKind::Full];
        (notes_wait && !says_as_much_of_both(failed, code)).then_some(BackupKind::Notes)
    }

    /// Not due yet, but before the day is over: one archive a day is enough.
    fn full_comes_later_today(&self) -> bool {
        matches!(&self.full, Due::Not { next, .. } if next.date() == self.today)
    }

    /// It waits for the computer to settle, or to be tried again in a moment.
    fn full_is_about_to_start(&self) -> bool {
        matches!(&self.full, Due::Later { at, .. } if *at <= self.soon)
    }
}

/// Whether a failure of one kind of backup says as much of the other: what fails without attachments would
/// fail with them, and where the disk is away, somebody stopped it, or nobody may start anything, the kind
/// does not matter.
#[must_use]
pub fn says_as_much_of_both(failed: BackupKind, code: Code) -> bool {
    let nobody_there = matches!(code, Code::NotLoggedIn | Code::WrongSecret);
    let of_both = matches!(code, Code::DiskGone | Code::ReadOnly | Code::Cancelled | Code::Busy);
    failed == BackupKind::Notes || of_both || nobody_there
}

#[cfg(test)]
#[path = "both_tests.rs"]
mod tests;
