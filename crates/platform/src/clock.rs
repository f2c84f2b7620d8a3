//! The wall clock, and how long this program has been awake.

#[cfg(debug_assertions)]
mod steered;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use backstop_engine::ports::{Clock, TimeMs};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The clocks and the time zone of this computer. The zone is looked up each time: people travel.
///
/// Debug builds can be told another time, so that tests see a month go by: see the module `steered`, which
/// a release build does not contain.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> TimeMs {
        let now = Timestamp::now().as_millisecond();
        #[cfg(debug_assertions)]
        let now = steered::wall(now);
        TimeMs(now)
    }

    fn zone(&self) -> TimeZone {
        TimeZone::system()
    }
}

impl SystemClock {
    /// How long the computer has been awake since this was first asked. Nobody can set this clock; where the
    /// system allows it, it stands still while the computer sleeps.
    #[must_use]
    pub fn awake(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        let awake = BEGAN.get_or_init(Instant::now).elapsed();
        #[cfg(debug_assertions)]
        let awake = steered::awake(awake);
        awake
    }

    /// In how long a wait has to look at the clock again, since it may have been moved: at once enough for a
    /// clock that a test moves, never for the real one.
    #[must_use]
    pub fn longest_wait(&self, wait: Duration) -> Duration {
        #[cfg(debug_assertions)]
        let wait = steered::wait(wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_and_is_of_this_century() {
        let (first, second) = (SystemClock.now(), SystemClock.now());
        assert!(first <= second);
        // 2026-01-01 and 2100-01-01.
        assert!((1_767_225_600_000..4_102_444_800_000).contains(&first.0));
    }

    #[test]
    fn being_awake_only_grows() {
        let first = SystemClock.awake();
        assert!(first <= SystemClock.awake());
    }

    #[test]
    fn a_release_build_has_no_clock_that_can_be_told() {
        let here = include_str!("clock.rs");
        let (code, _) = here.split_once("#[cfg(test)]").expect("these tests");
        let lines: Vec<&str> = code.lines().map(str::trim).collect();
        let uses: Vec<usize> = (0..lines.len())
            .filter(|at| lines[*at].contains("steered") && !lines[*at].starts_with("//"))
            .collect();
        assert!(!uses.is_empty());
        for at in uses {
            assert_eq!(lines[at - 1], "#[cfg(debug_assertions)]", "{}", lines[at]);
        }
    }
}
