//! Whether an app still writes its backups. Pure: the times of its files come in, a limit in days comes out.

use backstop_model::TimeMs;

const DAY_MS: i64 = 86_400_000;

/// A folder is left alone for this long before its age is worth a word: a week's backup may be a day late.
pub const DEFAULT_LIMIT_DAYS: u32 = 8;
/// No folder is left alone for longer: twice a month.
const MOST_LIMIT_DAYS: u32 = 62;
/// The newest distances between backups that say how often they are made.
const DISTANCES: usize = 9;

/// Whole days since a moment; none if it has not come yet.
#[must_use]
pub fn days_since(moment: TimeMs, now: TimeMs) -> u32 {
    u32::try_from(now.0.saturating_sub(moment.0) / DAY_MS).unwrap_or(0)
}

/// After how many days without a new backup somebody should look: twice the usual distance between two,
/// which is the middle one of the newest few, and not before [`DEFAULT_LIMIT_DAYS`].
#[must_use]
pub fn limit_days(made: &[TimeMs]) -> u32 {
    let mut times: Vec<i64> = made.iter().map(|time| time.0).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let pairs = times.iter().zip(times.iter().skip(1));
    let mut distances: Vec<i64> =
        pairs.map(|(newer, older)| newer.saturating_sub(*older)).take(DISTANCES).collect();
    distances.sort_unstable();
    let usual_ms = distances.get(distances.len() / 2).copied().unwrap_or(0);
    let twice_days = usual_ms.saturating_mul(2).saturating_add(DAY_MS - 1) / DAY_MS;
    u32::try_from(twice_days).unwrap_or(MOST_LIMIT_DAYS).clamp(DEFAULT_LIMIT_DAYS, MOST_LIMIT_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_days(days: &[i64]) -> Vec<TimeMs> {
        days.iter().map(|day| TimeMs(day * DAY_MS)).collect()
    }

    #[test]
    fn the_limit_follows_how_often_backups_are_made() {
        for (days, wanted) in [
            (&[][..], 8),
            (&[100], 8),
            (&[100, 99, 98, 97], 8),
            (&[100, 93, 86, 79], 14),
            (&[79, 93, 100, 86], 14),
            (&[100, 70, 40, 10], 60),
            (&[1000, 600, 200], 62),
            // One long holiday says nothing.
            (&[100, 93, 30, 23, 16], 14),
            // Several on one day are one habit, not none.
            (&[100, 100, 100, 100, 93], 8),
            // What was usual long ago is not usual.
            (&[400, 399, 398, 397, 396, 395, 394, 393, 392, 391, 360, 330, 300, 270, 240, 210, 180, 150], 8),
            (&[i64::MAX / DAY_MS, i64::MIN / DAY_MS], 62),
        ] {
            assert_eq!(limit_days(&on_days(days)), wanted, "{days:?}");
        }
    }

    #[test]
    fn a_distance_that_is_no_whole_day_is_rounded_up() {
        let made = [TimeMs(10 * DAY_MS + 1), TimeMs(5 * DAY_MS)];
        assert_eq!(limit_days(&made), 11);
    }

    #[test]
    fn days_are_whole_and_never_negative() {
        for (ago_ms, wanted) in
            [(0, 0), (DAY_MS - 1, 0), (DAY_MS, 1), (23 * DAY_MS + 5, 23), (-DAY_MS, 0), (i64::MIN, 0)]
        {
            let now = TimeMs(1_000 * DAY_MS);
            assert_eq!(days_since(TimeMs(now.0.saturating_sub(ago_ms)), now), wanted, "{ago_ms}");
        }
        assert_eq!(days_since(TimeMs(i64::MIN), TimeMs(i64::MAX)), 0, "beyond any calendar");
    }
}
