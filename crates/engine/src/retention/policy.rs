//! How many archives an owner wants to keep.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;
use thiserror::Error;

/// For how many days, weeks, months and years the last archive of each is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    /// Days.
    pub daily: u16,
    /// Weeks.
    pub weekly: u16,
    /// Months.
    pub monthly: u16,
    /// Years.
    pub yearly: u16,
}

/// How many archives stay, for each place and kind. Some are never deleted, whatever it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(try_from = "String", into = "String")]
#[specta(type = String)]
pub enum Keep {
    /// Everything.
    #[default]
    All,
    /// 7 daily, 5 weekly, 12 monthly, 3 yearly.
    Many,
    /// 3 daily, 3 weekly, 3 monthly, 1 yearly.
    Some,
    /// As the owner says.
    Custom(Spans),
}

/// A text that names no policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is none of all, many, some, D/W/M/Y")]
pub struct UnknownKeep(pub String);

impl Keep {
    /// The numbers behind the word; none if everything stays.
    #[must_use]
    pub fn spans(self) -> Option<Spans> {
        match self {
            Self::All => None,
            Self::Many => Some(Spans { daily: 7, weekly: 5, monthly: 12, yearly: 3 }),
            Self::Some => Some(Spans { daily: 3, weekly: 3, monthly: 3, yearly: 1 }),
            Self::Custom(spans) => Some(spans),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Many => f.write_str("many"),
            Self::Some => f.write_str("some"),
            Self::Custom(Spans { daily, weekly, monthly, yearly }) => {
                write!(f, "{daily}/{weekly}/{monthly}/{yearly}")
            }
        }
    }
}

impl FromStr for Keep {
    type Err = UnknownKeep;

    fn from_str(text: &str) -> Result<Self, UnknownKeep> {
        match text {
            "all" => Ok(Self::All),
            "many" => Ok(Self::Many),
            "some" => Ok(Self::Some),
            _ => spans_of(text).map(Self::Custom).ok_or_else(|| UnknownKeep(text.to_owned())),
        }
    }
}

/// Four numbers of at most three digits each, as the window and the command line take them.
fn spans_of(text: &str) -> Option<Spans> {
    let number = |part: &str| {
        let plain = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let numbers: Vec<u16> = text.split('/').map(number).collect::<Option<_>>()?;
    let &[daily, weekly, monthly, yearly] = numbers.as_slice() else { return None };
    Some(Spans { daily, weekly, monthly, yearly })
}

impl TryFrom<String> for Keep {
    type Error = UnknownKeep;

    fn try_from(text: String) -> Result<Self, UnknownKeep> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        keep.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_has_a_text_and_comes_back_from_it() {
        let custom = |daily, weekly, monthly, yearly| Keep::Custom(Spans { daily, weekly, monthly, yearly });
        for (keep, text) in [
            (Keep::All, "all"),
            (Keep::Many, "many"),
            (Keep::Some, "some"),
            (custom(7, 0, 12, 999), "7/0/12/999"),
            (custom(0, 0, 0, 0), "0/0/0/0"),
        ] {
            assert_eq!(keep.to_string(), text);
            assert_eq!(text.parse(), Ok(keep));
            let json = serde_json::to_string(&keep).expect("json");
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Keep>(&json).expect("a policy"), keep);
        }
        for text in
            ["", "none", "1/2/3", "1/2/3/4/5", "1/2/3/x", "1/2/3/", "+1/2/3/4", "1000/1/1/1", "-1/1/1/1"]
        {
            assert_eq!(text.parse::<Keep>(), Err(UnknownKeep(text.to_owned())));
        }
    }
}
