//! Which archive is to be checked again by itself. Pure.
//!
//! Each is checked every three weeks, at a moment of its own within the third, so that archives that were
//! checked on one day are not all checked again on one day.

use backstop_model::TimeMs;
use sha2::{Digest, Sha256};

use crate::repository::{Entry, Verified};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// After this time every archive is to have been checked again.
pub const LONGEST_MS: i64 = 21 * DAY_MS;

/// How long before that the first ones come.
const SPREAD_MS: i64 = 7 * DAY_MS;

/// Between two checks, so that they do not follow each other like one long one.
const BREATH_MS: i64 = HOUR_MS / 6;

/// After one that failed or was stopped.
const REST_MS: i64 = 6 * HOUR_MS;

/// An archive whose check is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale<'a> {
    /// The archive.
    pub entry: &'a Entry,
    /// How long ago it was checked; as long as there is, if it never was.
    pub age_ms: i64,
    /// Whether its three weeks are over, rather than only its moment come.
    pub late: bool,
}

/// The archive that was not checked for the longest time, if its moment has come. One that is damaged is
/// known to be, and one that is out of reach, or of a newer format than is known, can't be read.
#[must_use]
pub fn stale(entries: &[Entry], now: TimeMs) -> Option<Stale<'_>> {
    let candidates = entries
        .iter()
        .filter(|entry| entry.present && entry.verified != Verified::Damaged && !entry.is_newer());
    let due = candidates.filter_map(|entry| {
        let age = age(entry, now);
        (age >= LONGEST_MS - early_ms(&entry.id)).then_some((age, entry))
    });
    let oldest = due.max_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.id.cmp(&one.id)));
    oldest.map(|(age, entry)| Stale { entry, age_ms: age, late: age >= LONGEST_MS })
}

/// Whether the next check waits: the last one was just now, or it did not end well.
#[must_use]
pub fn waits(last: Option<(TimeMs, bool)>, now: TimeMs) -> bool {
    last.is_some_and(|(ended, went_well)| {
        let wait = if went_well { BREATH_MS } else { REST_MS };
        // One in the future was made before the clock was set back, and says nothing.
        (0..wait).contains(&now.0.saturating_sub(ended.0))
    })
}

/// Milliseconds since the last check. Never checked, or at a time that has not come yet, counts as long ago.
fn age(entry: &Entry, now: TimeMs) -> i64 {
    let checked = entry.verified_at.filter(|at| entry.verified != Verified::Never && *at <= now);
    checked.map_or(i64::MAX, |at| now.0.saturating_sub(at.0))
}

/// How much earlier than after three weeks, steady for each archive.
fn early_ms(id: &str) -> i64 {
    let hash = Sha256::digest(id.as_bytes());
    let number = hash.iter().take(7).fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
    number % SPREAD_MS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::problem::Code;

    const NOW: TimeMs = TimeMs(1_800_000_000_000);

    fn entry(id: &str, verified: Verified, days_ago: Option<i64>) -> Entry {
        Entry {
            id: id.to_owned(),
            path: id.into(),
            name: id.to_owned(),
            bytes: 1,
            modified: TimeMs(0),
            present: true,
            archive: None,
            account: None,
            place: None,
            created: None,
            attachments_included: false,
            encrypted: true,
            notes: None,
            verified,
            verified_at: days_ago.map(|days| TimeMs(NOW.0 - days * DAY_MS)),
            problem: None,
            automatic: None,
            pinned: false,
        }
    }

    #[test]
    fn the_one_that_waited_longest_comes_first() {
        let full = |id: &str, days| entry(id, Verified::Full, Some(days));
        let away = Entry { present: false, ..full("away", 99) };
        let newer = Entry { problem: Some(Code::NewerVersion), ..entry("newer", Verified::Never, None) };
        let rows = [
            (vec![], None),
            (vec![newer], None),
            (vec![full("a", 0), full("b", 13)], None),
            (vec![full("a", 21)], Some(("a", true))),
            (vec![full("a", 22), full("b", 23), full("c", 0)], Some(("b", true))),
            (vec![full("b", 22), full("a", 22)], Some(("a", true))),
            (vec![entry("a", Verified::Quick, Some(21))], Some(("a", true))),
            (vec![entry("a", Verified::Never, None), full("b", 99)], Some(("a", true))),
            (vec![full("future", -1)], Some(("future", true))),
            (vec![entry("a", Verified::Damaged, Some(99)), away], None),
        ];
        for (row, (entries, expected)) in rows.into_iter().enumerate() {
            let found = stale(&entries, NOW).map(|stale| (stale.entry.id.as_str(), stale.late));
            assert_eq!(found, expected, "row {row}");
        }
    }

    #[test]
    fn a_thousand_archives_of_one_day_are_spread_over_a_week() {
        let entries: Vec<_> = (0..1_000).map(|n| entry(&n.to_string(), Verified::Full, Some(0))).collect();
        let due_by = |day: i64| {
            let due =
                |entry: &&Entry| stale(std::slice::from_ref(entry), TimeMs(NOW.0 + day * DAY_MS)).is_some();
            entries.iter().filter(due).count()
        };
        assert_eq!((due_by(14), due_by(21)), (0, 1_000));
        for day in 15..=21 {
            let on_that_day = due_by(day) - due_by(day - 1);
            assert!((90..200).contains(&on_that_day), "{on_that_day} on day {day}");
        }
    }

    #[test]
    fn checks_breathe_and_rest_after_trouble() {
        let minutes = |minutes: i64| TimeMs(NOW.0 - minutes * 60_000);
        for (last, expected) in [
            (None, false),
            (Some((minutes(0), true)), true),
            (Some((minutes(9), true)), true),
            (Some((minutes(10), true)), false),
            (Some((minutes(10), false)), true),
            (Some((minutes(359), false)), true),
            (Some((minutes(360), false)), false),
            (Some((minutes(-1), true)), false),
        ] {
            assert_eq!(waits(last, NOW), expected, "{last:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        /// Whoever follows the decision every hour checks each of them in time.
        #[test]
        fn everything_is_checked_within_three_weeks(ages in prop::collection::vec(0_i64..14, 1..20)) {
            let mut entries: Vec<_> = ages
                .iter()
                .enumerate()
                .map(|(n, days)| entry(&n.to_string(), Verified::Full, Some(*days)))
                .collect();
            for step in 0..21 * 24 {
                let now = TimeMs(NOW.0 + step * HOUR_MS);
                let found = stale(&entries, now).map(|stale| (stale.entry.id.clone(), stale.late));
                if let Some((id, late)) = found {
                    prop_assert!(!late, "{id} is late");
                    let checked = entries.iter_mut().find(|entry| entry.id == id);
                    prop_assert!(checked.map(|entry| entry.verified_at = Some(now)).is_some());
                }
            }
        }
    }
}
