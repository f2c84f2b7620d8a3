//! The wall clock.

use backstop_engine::ports::{Clock, TimeMs};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The wall clock and time zone of this computer. The zone is looked up each time: people travel.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> TimeMs {
        TimeMs(Timestamp::now().as_millisecond())
    }

    fn zone(&self) -> TimeZone {
        TimeZone::system()
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
}
