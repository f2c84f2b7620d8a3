//! Is a backup due? One pure answer for the window, the tray and `run-due`.
//!
//! Counted for each kind from the last *verified* success: an attempt is no backup. A backup is due at the
//! same wall-clock time one day, week or month later, so it keeps its hour over a change to summer time.
//! `docs/decisions/due.md` has the table of states and events, and its price; the tests compute it.

use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

use super::{BackupKind, Interval};

/// What the owner chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Automatic backups.
    pub backups: Interval,
    /// Automatic backups with attachments.
    pub backups_full: Interval,
    /// Notices in place of a backup.
    pub reminders: Interval,
    /// On battery, what is due waits below this charge, in per cent; 0: it never waits.
    pub battery_limit: u8,
    /// Until then nothing runs by itself.
    pub paused_until: Option<Timestamp>,
}

impl Schedule {
    /// How often backups of that kind are made.
    #[must_use]
    pub fn interval(&self, kind: BackupKind) -> Interval {
        match kind {
            BackupKind::Notes => self.backups,
            BackupKind::Full => self.backups_full,
        }
    }

    /// The end of the pause, while there is one. One that is longer than any pause is from another clock.
    #[must_use]
    pub fn pause(&self, now: &Zoned) -> Option<Zoned> {
        let left = |until: &Timestamp| until.duration_since(now.timestamp());
        let holds = |until: &Timestamp| left(until) > SignedDuration::ZERO && left(until) <= LONGEST_PAUSE;
        self.paused_until.filter(holds).map(|until| until.to_zoned(zone(now)))
    }
}

/// What has happened so far to one kind of backup, from the runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// The end of the newest run that made a verified backup of the kind.
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
    /// `None`: called by hand or by cron, which waits for nothing but a pause and power.
    pub awake_for: Option<SignedDuration>,
    /// How long after that a missed backup waits: see [`catch_up_delay`].
    pub catch_up_delay: SignedDuration,
    /// The charge in per cent while the computer runs on its battery; `None` on mains, or if not known.
    pub battery: Option<u8>,
}

impl Conditions {
    /// For `run-due`: what is due starts at once, unless the battery is said to be low.
    #[must_use]
    pub fn by_hand(running: bool) -> Self {
        Self { running, awake_for: None, catch_up_delay: SignedDuration::ZERO, battery: None }
    }

    /// For those who only want to know: as in a program that has been running for long.
    #[must_use]
    pub fn settled() -> Self {
        Self { awake_for: Some(LONG_AWAKE), ..Self::by_hand(false) }
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
    /// The last one is from days that have not come yet, so that nobody can tell how old it is.
    ClockChanged,
}

/// What a backup that is due waits for, with no end that the clock could tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// The end of a pause.
    Pause {
        /// When it ends.
        until: Zoned,
    },
    /// Power.
    Battery {
        /// The charge, in per cent.
        charge: u8,
        /// What the owner wants at least.
        limit: u8,
    },
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
    /// Due, but held.
    Waiting {
        /// By what.
        on: Hold,
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
            Self::Waiting { on: Hold::Pause { until }, .. } => Some(until),
            Self::Off | Self::Running | Self::Waiting { .. } | Self::Now { .. } => None,
        }
    }

    /// Since when a backup is due, if it is.
    #[must_use]
    pub fn since(&self) -> Option<&Zoned> {
        match self {
            Self::Later { since, .. } | Self::Waiting { since, .. } | Self::Now { since, .. } => Some(since),
            Self::Off | Self::Running | Self::Not { .. } => None,
        }
    }

    /// Whether it starts now.
    #[must_use]
    pub fn is_now(&self) -> bool {
        matches!(self, Self::Now { .. })
    }
}

/// Waits after the first, second, third and every further failed attempt, in minutes.
const BACK_OFF_MINUTES: [i64; 4] = [5, 15, 60, 360];

/// Longer than any pause between two backups.
const LONG_AWAKE: SignedDuration = SignedDuration::from_hours(87_600);

/// A day, and the hour that the change to winter time adds.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(25);

/// A success may lie this far ahead: a clock that was wrong by hours, or by its zone.
const SMALL_CHANGE: SignedDuration = SignedDuration::from_hours(25);

/// A call by cron may come this much before the moment: its backup of the day before ended after its start.
const CALLED_EARLY: SignedDuration = SignedDuration::from_mins(30);

/// 30 to 60 seconds, spread by any number that differs between computers and starts, so that
/// several of them do not reach for one network disk in the same second.
#[must_use]
pub fn catch_up_delay(spread: u64) -> SignedDuration {
    let seconds = 30 + i64::try_from(spread % 31).unwrap_or(0);
    SignedDuration::from_secs(seconds)
}

/// Decides for one kind. `now` carries the time zone of the person.
#[must_use]
pub fn due(schedule: &Schedule, kind: BackupKind, past: &Past, now: &Zoned, world: &Conditions) -> Due {
    if world.running {
        return Due::Running;
    }
    let Some(span) = schedule.interval(kind).span() else {
        return Due::Off;
    };
    let start = |since, reason| start(schedule, past, now, world, since, reason);
    let Some(success) = past.last_success else {
        return start(now.clone(), Reason::FirstEver);
    };
    if is_from_another_clock(success, now) {
        return start(now.clone(), Reason::ClockChanged);
    }
    let success = success.to_zoned(zone(now));
    let next = success.saturating_add(span);
    if past.damaged && *now >= success {
        return start(next.min(now.clone()), Reason::Damaged);
    }
    let from = due_from(next.clone(), now, world);
    if *now < from {
        let next = schedule.pause(now).map_or(next.clone(), |until| until.max(next));
        return Due::Not { next, clock_changed: *now < success };
    }
    let caught_up = world.awake_for.is_some_and(|awake| from.timestamp() <= woke(now, awake));
    start(from, if caught_up { Reason::CatchUp } else { Reason::Scheduled })
}

/// From when on a backup whose moment is `next` is due.
///
/// A computer that starts or wakes on its day may not be awake any more at its hour, so that it is due then;
/// and whoever calls at the same time every day comes a moment early, since the last one took a while.
fn due_from(next: Zoned, now: &Zoned, world: &Conditions) -> Zoned {
    match world.awake_for {
        None if *now >= next.saturating_sub(CALLED_EARLY) => next.min(now.clone()),
        None => next,
        Some(awake) => {
            let woke = woke(now, awake).to_zoned(zone(now));
            if woke.date() == next.date() { next.min(woke) } else { next }
        }
    }
}

/// Whether a moment lies so far ahead that it says nothing of how long ago it was.
pub(super) fn is_from_another_clock(at: Timestamp, now: &Zoned) -> bool {
    at.duration_since(now.timestamp()) > SMALL_CHANGE
}

/// Due since `since`: now, or after a wait.
fn start(
    schedule: &Schedule,
    past: &Past,
    now: &Zoned,
    world: &Conditions,
    since: Zoned,
    reason: Reason,
) -> Due {
    if let Some(until) = schedule.pause(now) {
        return Due::Waiting { on: Hold::Pause { until }, since, reason };
    }
    if let Some(charge) = world.battery.filter(|charge| *charge < schedule.battery_limit) {
        let on = Hold::Battery { charge, limit: schedule.battery_limit };
        return Due::Waiting { on, since, reason };
    }
    let Some(awake_for) = world.awake_for else {
        return Due::Now { since, reason };
    };
    let woke = woke(now, awake_for);
    let settled = match reason {
        Reason::Scheduled | Reason::Damaged => woke,
        Reason::CatchUp | Reason::FirstEver | Reason::ClockChanged => add(woke, world.catch_up_delay),
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

/// When the program started or the computer woke.
pub(super) fn woke(now: &Zoned, awake_for: SignedDuration) -> Timestamp {
    now.timestamp().saturating_sub(awake_for).unwrap_or(now.timestamp())
}

pub(super) fn add(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(at)
}

pub(super) fn zone(of: &Zoned) -> TimeZone {
    of.time_zone().clone()
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
