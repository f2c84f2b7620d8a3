//! How often something happens by itself.

use std::{fmt, str::FromStr};

use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use specta::Type;
use thiserror::Error;

/// How often something happens by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Not at all.
    Never,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
}

/// A word that names no interval.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is none of never, daily, weekly, monthly")]
pub struct UnknownInterval(pub String);

impl Interval {
    /// Every interval, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Never, Self::Daily, Self::Weekly, Self::Monthly];

    /// The word in settings and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// The calendar's span from one to the next; none for never.
    #[must_use]
    pub fn span(self) -> Option<Span> {
        match self {
            Self::Never => None,
            Self::Daily => Some(1.day()),
            Self::Weekly => Some(1.week()),
            Self::Monthly => Some(1.month()),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Interval {
    type Err = UnknownInterval;

    fn from_str(word: &str) -> Result<Self, UnknownInterval> {
        Self::ALL
            .into_iter()
            .find(|interval| interval.as_str() == word)
            .ok_or_else(|| UnknownInterval(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interval_is_read_from_its_word() {
        let words = Interval::ALL.map(|interval| interval.to_string());
        assert_eq!(words, ["never", "daily", "weekly", "monthly"]);
        for interval in Interval::ALL {
            assert_eq!(interval.as_str().parse(), Ok(interval));
            assert_eq!(interval.span().is_none(), interval == Interval::Never);
        }
        assert_eq!("hourly".parse::<Interval>(), Err(UnknownInterval("hourly".to_owned())));
    }
}
