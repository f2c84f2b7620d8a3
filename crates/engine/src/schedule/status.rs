//! The state word of the status card and what is waited for, from facts. Pure.

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{BackupKind, Due, Dues, Hold, Interval, Reason, Schedule};
use crate::problem::Code;

/// The state word of the status card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Protection {
    /// The last verified backup is recent enough, or nothing is asked for.
    Protected,
    /// A backup is due now and starts by itself.
    Due,
    /// A backup is overdue by this many whole days.
    Overdue {
        /// Whole days, at least one.
        days: u32,
    },
    /// The last attempt failed.
    Failed {
        /// Why, in a sentence.
        reason: String,
        /// The code of the failure.
        code: Code,
        /// Whether it was one with attachments: to try again is to make that kind.
        with_attachments: bool,
    },
    /// The last verified backup is recent enough, but its folder can't be reached, so that nobody can see it.
    Away,
    /// There has never been a verified backup.
    Never,
    /// A backup is being made now.
    Running,
}

/// What keeps backups from running by themselves, or one that is due from starting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "on")]
pub enum Waiting {
    /// A pause that the owner asked for.
    Pause {
        /// When it ends.
        until: i64,
    },
    /// The battery is low.
    Battery {
        /// Its charge, in per cent.
        charge: u8,
        /// What the owner wants at least.
        limit: u8,
    },
    /// The folder of backups is away, or can't be written to.
    Disk {
        /// When it is tried again, if that is known.
        again: Option<i64>,
    },
}

/// The facts behind the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<'a> {
    /// A backup is being made now.
    pub running: bool,
    /// There is a verified backup.
    pub ever: bool,
    /// The folder of a backup that counts can't be reached.
    pub away: bool,
    /// Why the newest attempt failed and of which kind it was, if it came after the last success. A cancel is
    /// no failure.
    pub failure: Option<(Code, &'a str, BackupKind)>,
    /// What the schedule says.
    pub dues: &'a Dues,
}

/// Chooses the word. A failure goes before an age: it says what to mend. Of two ages the greater one counts.
#[must_use]
pub fn protection(standing: &Standing<'_>, now: &Zoned) -> Protection {
    if standing.running {
        return Protection::Running;
    }
    if let Some((code, reason, kind)) = standing.failure {
        let with_attachments = kind.attachments();
        return Protection::Failed { reason: reason.to_owned(), code, with_attachments };
    }
    if !standing.ever {
        return Protection::Never;
    }
    // The first one with attachments is made soon; that there is none yet, the card says anyway.
    let late = |due: &&Due| !matches!(due, Due::Now { reason: Reason::FirstEver, .. });
    let dues = BackupKind::ALL.map(|kind| standing.dues.kind(kind));
    let ages = dues.iter().copied().filter(late).map(|due| days_due(due, now));
    match ages.flatten().max() {
        None if standing.away => Protection::Away,
        None => Protection::Protected,
        Some(0) => Protection::Due,
        Some(days) => Protection::Overdue { days },
    }
}

/// For how many whole days a backup has been due, if it is.
#[must_use]
pub fn days_due(due: &Due, now: &Zoned) -> Option<u32> {
    let days = now.duration_since(due.since()?).as_hours() / 24;
    Some(u32::try_from(days.max(0)).unwrap_or(u32::MAX))
}

/// What is waited for. A pause goes before power, and power before the disk: that is the order in which they
/// keep a backup from starting.
#[must_use]
pub fn waiting(schedule: &Schedule, standing: &Standing<'_>, now: &Zoned) -> Option<Waiting> {
    let chosen = [schedule.backups, schedule.backups_full, schedule.reminders];
    if let Some(until) = schedule.pause(now)
        && chosen.into_iter().any(|interval| interval != Interval::Never)
    {
        return Some(Waiting::Pause { until: until.timestamp().as_millisecond() });
    }
    let dues = BackupKind::ALL.map(|kind| standing.dues.kind(kind));
    for due in dues {
        if let Due::Waiting { on: Hold::Battery { charge, limit }, .. } = due {
            return Some(Waiting::Battery { charge: *charge, limit: *limit });
        }
    }
    let away = matches!(standing.failure, Some((Code::DiskGone | Code::ReadOnly, ..)));
    let due = dues.into_iter().filter(|due| due.since().is_some());
    let again = due.clone().filter_map(|due| due.next()).min();
    let again = again.map(|again| again.timestamp().as_millisecond());
    (away && due.count() > 0).then_some(Waiting::Disk { again })
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
