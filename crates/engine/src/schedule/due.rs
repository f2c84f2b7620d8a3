//! Is a backup due? One pure answer for the window, the tray and `run-due`.
//!
//! Counted from the last *verified* success: an attempt is no backup. A backup is due at the same
//! wall-clock time one day, week or month later, so it keeps its hour over a change to summer time.
//! `docs/decisions/due.md` has the table of states and events, and its price.

use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

use super::Interval;

/// What has happened so far, from the runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// The end of the newest run that made a verified backup.
    pub last_success: Option<Timestamp>,
    /// Attempts since then that made none.
    pub attempts: u32,
    /// The newest of them.
    pub last_attempt: Option<Timestamp>,
    /// An archive of this kind was found damaged since the last success.
    pub damaged: bool,
}

/// What the world is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// A job of this account is running.
    pub running: bool,
    /// How long ago the program started or the computer woke, by a clock that is never set.
    /// `None`: called by hand or by cron, which waits for nothing.
    pub awake_for: Option<SignedDuration>,
    /// How long after that a missed backup waits: see [`catch_up_delay`].
    pub catch_up_delay: SignedDuration,
    /// The charge in per cent while the computer runs on its battery; `None` on mains, or if not known.
    pub battery: Option<u8>,
}

impl Conditions {
    /// For `run-due`: what is due starts at once.
    #[must_use]
    pub fn by_hand(running: bool) -> Self {
        Self { running, awake_for: None, catch_up_delay: SignedDuration::ZERO, battery: None }
    }
}

/// Why a backup is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its moment came.
    Scheduled,
    /// Its moment passed while the program or the computer was off.
    CatchUp,
    /// There never was one.
    FirstEver,
    /// An earlier one is damaged: a fresh one is made at once.
    Damaged,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Automatic backups are off.
    Off,
    /// Something runs already; ask again when it ends.
    Running,
    /// Not yet.
    Not {
        /// When it will be.
        next: Zoned,
        /// The clock is behind the last success: someone set it back. Say so.
        clock_changed: bool,
    },
    /// Due, but it waits a little: for the computer to settle, or after a failed attempt.
    Later {
        /// When it starts.
        at: Zoned,
        /// Since when it is due.
        since: Zoned,
        /// Why it is due.
        reason: Reason,
    },
    /// Due; start it.
    Now {
        /// Since when.
        since: Zoned,
        /// Why.
        reason: Reason,
    },
}

impl Due {
    /// The moment at which the next backup starts by itself, if it is known and ahead.
    #[must_use]
    pub fn next(&self) -> Option<&Zoned> {
        match self {
            Self::Not { next, .. } => Some(next),
            Self::Later { at, .. } => Some(at),
            Self::Off | Self::Running | Self::Now { .. } => None,
        }
    }

    /// Since when a backup is due, if it is.
    #[must_use]
    pub fn since(&self) -> Option<&Zoned> {
        match self {
            Self::Later { since, .. } | Self::Now { since, .. } => Some(since),
            Self::Off | Self::Running | Self::Not { .. } => None,
        }
    }
}

/// Waits after the first, second, third and every further failed attempt, in minutes.
const BACK_OFF_MINUTES: [i64; 4] = [5, 15, 60, 360];

/// 30 to 60 seconds, spread by any number that differs between computers and starts, so that
/// several of them do not reach for one network disk in the same second.
#[must_use]
pub fn catch_up_delay(spread: u64) -> SignedDuration {
    let seconds = 30 + i64::try_from(spread % 31).unwrap_or(0);
    SignedDuration::from_secs(seconds)
}

/// Decides. `now` carries the time zone of the person.
#[must_use]
pub fn due(interval: Interval, past: &Past, now: &Zoned, world: &Conditions) -> Due {
    if world.running {
        return Due::Running;
    }
    let Some(span) = interval.span() else {
        return Due::Off;
    };
    let Some(success) = past.last_success else {
        return start(past, now, now.clone(), Reason::FirstEver, world);
    };
    let success = success.to_zoned(now.time_zone().clone());
    let next = success.saturating_add(span);
    if *now < success {
        return Due::Not { next, clock_changed: true };
    }
    if past.damaged {
        return start(past, now, next.min(now.clone()), Reason::Damaged, world);
    }
    if *now < next {
        return Due::Not { next, clock_changed: false };
    }
    let missed = world.awake_for.is_some_and(|awake| next < now.saturating_sub(awake));
    start(past, now, next, if missed { Reason::CatchUp } else { Reason::Scheduled }, world)
}

/// Due since `since`: now, or after a wait.
fn start(past: &Past, now: &Zoned, since: Zoned, reason: Reason, world: &Conditions) -> Due {
    let Some(awake_for) = world.awake_for else {
        return Due::Now { since, reason };
    };
    let woke = now.timestamp().saturating_sub(awake_for).unwrap_or(now.timestamp());
    let settled = match reason {
        Reason::Scheduled | Reason::Damaged => woke,
        Reason::CatchUp | Reason::FirstEver => add(woke, world.catch_up_delay),
    };
    // An attempt before this start says nothing about the disk now; one "in the future" was made
    // before the clock was set back.
    let recent = past.last_attempt.filter(|at| *at >= woke && *at <= now.timestamp());
    let start = recent.map_or(settled, |at| settled.max(add(at, back_off(past.attempts))));
    if start > now.timestamp() {
        Due::Later { at: start.to_zoned(zone(now)), since, reason }
    } else {
        Due::Now { since, reason }
    }
}

fn back_off(attempts: u32) -> SignedDuration {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., longest] = BACK_OFF_MINUTES;
    SignedDuration::from_mins(BACK_OFF_MINUTES.get(step).copied().unwrap_or(longest))
}

fn add(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(at)
}

fn zone(of: &Zoned) -> TimeZone {
    of.time_zone().clone()
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
