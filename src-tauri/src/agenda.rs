//! When to look at the disk, and how long the computer has been awake. Pure: no clock in here.
//!
//! Between two looks nothing is read but the clocks, so a program that waits in the tray costs nothing.

use std::time::Duration;

use backstop_engine::ports::{Clock, TimeMs};
use backstop_platform::SystemClock;

/// How often the clocks are compared: that is how a sleep is seen where the system says nothing of it.
const GLANCE: Duration = Duration::from_secs(60);

/// How often the disk is looked at although nothing is known to have changed: another program, as the command
/// line, may have done something, and a day more may have gone by.
const RARELY: Duration = Duration::from_secs(600);

/// The same while somebody has the window open, and may be choosing things there.
const WATCHED: Duration = Duration::from_secs(60);

/// A computer whose wall clock went on for this much longer than its other clock was asleep.
const NAP_MS: i64 = 30_000;

/// A moment, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// How long the computer has been awake while this program ran.
    pub(crate) awake: Duration,
    /// What the wall clock says.
    pub(crate) wall: TimeMs,
}

impl Moment {
    /// Now.
    pub(crate) fn now() -> Self {
        Self { awake: SystemClock.awake(), wall: SystemClock.now() }
    }

    /// By how much the wall clock is ahead of the other one.
    fn ahead_ms(self) -> i64 {
        self.wall.0.saturating_sub(i64::try_from(self.awake.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What is known of sleep, and of the moment when something has to be done next.
#[derive(Debug)]
pub(crate) struct Agenda {
    woke: Duration,
    ahead_ms: i64,
    looked: Option<Duration>,
    next: Option<TimeMs>,
}

impl Agenda {
    /// Begins with the program, which counts as waking.
    pub(crate) fn begin(now: Moment) -> Self {
        Self { woke: now.awake, ahead_ms: now.ahead_ms(), looked: None, next: None }
    }

    /// Compares the clocks. A clock that is set looks like sleep, which costs a missed backup a minute.
    pub(crate) fn glance(&mut self, now: Moment) {
        if now.ahead_ms().abs_diff(self.ahead_ms) > NAP_MS.unsigned_abs() {
            self.woke(now);
        }
        self.ahead_ms = now.ahead_ms();
    }

    /// The system says that it has just woken.
    pub(crate) fn woke(&mut self, now: Moment) {
        self.woke = now.awake;
        self.looked = None;
    }

    /// Something was done or chosen: the disk says something else now.
    pub(crate) fn changed(&mut self) {
        self.looked = None;
    }

    /// How long the computer has been awake without a break, as far as this program saw.
    pub(crate) fn awake_for(&self, now: Moment) -> Duration {
        now.awake.saturating_sub(self.woke)
    }

    /// Whether the disk is to be looked at; `watched` while there is a window.
    pub(crate) fn is_time(&self, now: Moment, watched: bool) -> bool {
        let Some(looked) = self.looked else { return true };
        let often = if watched { WATCHED } else { RARELY };
        now.awake >= looked + often || self.next.is_some_and(|next| now.wall >= next)
    }

    /// A look at the disk began at `begun`; what it found has to be done at `next`. What was over then is none:
    /// whoever could not do it is not asked again at once. What has come since is done next.
    pub(crate) fn looked(&mut self, begun: Moment, next: Option<TimeMs>) {
        self.looked = Some(begun.awake);
        self.next = next.filter(|next| *next > begun.wall);
    }

    /// How long to wait until the next glance.
    pub(crate) fn pause(&self, now: Moment) -> Duration {
        let Some(next) = self.next else { return GLANCE };
        let left = u64::try_from(next.0.saturating_sub(now.wall.0)).unwrap_or(0);
        Duration::from_millis(left).min(GLANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    const WALL: i64 = 1_000_000_000;

    /// So many seconds after the start, with the wall clock so many milliseconds further than that.
    fn at(seconds: u64, further_ms: i64) -> Moment {
        let awake = Duration::from_secs(seconds);
        let wall = WALL + i64::try_from(awake.as_millis()).expect("small") + further_ms;
        Moment { awake, wall: TimeMs(wall) }
    }

    #[test]
    fn a_sleep_of_the_computer_is_seen() {
        let mut agenda = Agenda::begin(at(5, 0));
        let rows = [
            // seconds, how far the wall clock is ahead, awake for
            (65, 0, 60),
            (125, 900, 120), // clocks drift
            (135, HOUR_MS, 0),
            (195, HOUR_MS, 60),
            (205, 0, 0), // the clock was set back
            (265, 0, 60),
        ];
        for (seconds, ahead, awake_for) in rows {
            let now = at(seconds, ahead);
            agenda.glance(now);
            assert_eq!(agenda.awake_for(now), Duration::from_secs(awake_for), "{seconds}");
        }
        agenda.woke(at(300, 0));
        assert_eq!(agenda.awake_for(at(310, 0)), Duration::from_secs(10), "the system said so");
    }

    #[test]
    fn the_disk_is_looked_at_only_when_something_may_have_come() {
        let mut agenda = Agenda::begin(at(0, 0));
        assert!(agenda.is_time(at(0, 0), false), "at the start");
        agenda.looked(at(0, 0), Some(at(45, 0).wall));
        assert!(!agenda.is_time(at(44, 0), false));
        assert!(agenda.is_time(at(45, 0), false), "its moment");
        agenda.looked(at(50, 0), None);
        assert!(!agenda.is_time(at(649, 0), false));
        assert!(agenda.is_time(at(110, 0), true), "a minute, while there is a window");
        assert!(agenda.is_time(at(650, 0), false), "ten minutes");
        agenda.looked(at(650, 0), None);
        agenda.glance(at(660, HOUR_MS));
        assert!(agenda.is_time(at(660, HOUR_MS), false), "after a sleep");
    }

    #[test]
    fn a_moment_that_is_over_does_not_come_again_at_once() {
        let mut agenda = Agenda::begin(at(0, 0));
        agenda.looked(at(10, 0), Some(at(10, 0).wall));
        assert!(!agenda.is_time(at(10, 0), false));
        assert_eq!(agenda.pause(at(10, 0)), GLANCE);
    }

    /// Giving notices and showing the tray take their time, and on a busy computer a moment of theirs.
    #[test]
    fn a_moment_that_came_while_the_look_went_on_is_not_lost() {
        let mut agenda = Agenda::begin(at(0, 0));
        agenda.looked(at(10, 0), Some(at(45, 0).wall));
        assert!(agenda.is_time(at(50, 0), false));
        assert_eq!(agenda.pause(at(50, 0)), Duration::ZERO);
    }

    #[test]
    fn it_waits_for_the_moment_and_never_longer_than_a_minute() {
        let mut agenda = Agenda::begin(at(0, 0));
        let rows = [(45, 45_000), (60, 60_000), (9000, 60_000), (1, 1000)];
        for (next, pause_ms) in rows {
            agenda.looked(at(0, 0), Some(at(next, 0).wall));
            assert_eq!(agenda.pause(at(0, 0)), Duration::from_millis(pause_ms), "{next}");
        }
        assert_eq!(agenda.pause(at(2, 0)), Duration::ZERO, "it is over");
    }
}
