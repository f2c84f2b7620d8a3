//! What a run is called: `20261122-080315-k3f9`.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is no run id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not the id of a run")]
pub struct RunIdError(pub String);

/// The id of a run: sortable by time, short enough to type, fit for a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    /// Crockford's alphabet: nothing that looks like something else.
    const ALPHABET: [char; 32] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k',
        'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
    ];

    /// Letters of randomness: a million within each second.
    const RANDOM_LETTERS: u32 = 4;

    /// A new id from the moment, in UTC, and any random number.
    #[must_use]
    pub fn new(now: Timestamp, random: u32) -> Self {
        let moment = now.to_zoned(TimeZone::UTC).strftime("%Y%m%d-%H%M%S");
        let letter = |place: u32| {
            let index = usize::try_from(random >> (5 * place) & 31).unwrap_or(0);
            Self::ALPHABET.get(index).copied().unwrap_or('0')
        };
        let letters: String = (0..Self::RANDOM_LETTERS).map(letter).collect();
        Self(format!("{moment}-{letters}"))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RunId {
    type Error = RunIdError;

    fn try_from(text: String) -> Result<Self, RunIdError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=64).contains(&text.len()) && text.chars().all(plain) {
            Ok(Self(text))
        } else {
            Err(RunIdError(text))
        }
    }
}

impl std::str::FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, RunIdError> {
        Self::try_from(text.to_owned())
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ_within_a_second() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let id = RunId::new(at("2026-11-22T08:03:15.999Z"), 0);
        assert_eq!(id.as_str(), "20261122-080315-0000");
        assert_eq!(RunId::new(at("2026-11-22T08:03:15Z"), u32::MAX).as_str(), "20261122-080315-zzzz");
        assert!(id < RunId::new(at("2026-11-22T08:03:16Z"), 0));
        assert_ne!(id, RunId::new(at("2026-11-22T08:03:15Z"), 1));
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn an_id_is_checked_where_it_is_born() {
        for bad in ["", "../x", "A", "a b", "ä", &"a".repeat(65)] {
            assert_eq!(bad.parse::<RunId>(), Err(RunIdError(bad.to_owned())));
        }
        assert!(serde_json::from_str::<RunId>("\"../x\"").is_err(), "the serde door is closed too");
    }
}
