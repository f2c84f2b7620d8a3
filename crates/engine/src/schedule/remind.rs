//! Is a reminder due? A notice in place of a backup, for those who back up by hand. Pure.

use jiff::{Timestamp, Zoned};

use super::due::{add, is_from_another_clock, woke, zone};
use super::{Conditions, Schedule};

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remind {
    /// Reminders are off.
    Off,
    /// Something runs, which may be the backup itself: ask again when it ends.
    Running,
    /// Not yet.
    Not {
        /// When it will be, if nothing is backed up before.
        next: Zoned,
    },
    /// Remind now, and remember when.
    Now,
}

/// Decides. Counted from the last verified backup of any kind or the last reminder, whichever is later.
///
/// Asked after what runs by itself has run: a backup that has just been made needs no reminder.
#[must_use]
pub fn remind(
    schedule: &Schedule,
    last_success: Option<Timestamp>,
    last_reminder: Option<Timestamp>,
    now: &Zoned,
    world: &Conditions,
) -> Remind {
    let Some(span) = schedule.reminders.span() else {
        return Remind::Off;
    };
    if world.running {
        return Remind::Running;
    }
    let known = |at: &Timestamp| !is_from_another_clock(*at, now);
    let counted_from = last_success.filter(known).max(last_reminder.filter(known));
    let moment = counted_from.map(|from| from.to_zoned(zone(now)).saturating_add(span));
    let settled =
        world.awake_for.map(|awake| add(woke(now, awake), world.catch_up_delay).to_zoned(zone(now)));
    let next = moment.into_iter().chain(settled).chain(schedule.pause(now)).max();
    match next.filter(|next| *next > *now) {
        Some(next) => Remind::Not { next },
        None => Remind::Now,
    }
}

#[cfg(test)]
#[path = "remind_tests.rs"]
mod tests;
