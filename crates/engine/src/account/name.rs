//! Names and ids of accounts, checked where they are born.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// A random id that names the account's folder and its keychain entry for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(Uuid);

impl AccountId {
    /// A fresh id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for AccountId {
    type Err = NameError;

    /// Reads the one form that [`fmt::Display`] writes, so that an id is a safe folder name.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let id = Uuid::try_parse(text).map(Self).map_err(|_| NameError::NotAnId)?;
        if id.to_string() == text { Ok(id) } else { Err(NameError::NotAnId) }
    }
}

/// Why a text is no name or id of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing but spaces.
    #[error("an account needs a name")]
    Empty,
    /// More than [`AccountName::MAX_CHARS`] characters.
    #[error("the name of an account may have at most 100 characters")]
    TooLong,
    /// Line ends, tabs and the like.
    #[error("the name of an account may not contain control characters")]
    ControlCharacter,
    /// Not an id of an account.
    #[error("that is not the id of an account")]
    NotAnId,
}

/// What the owner calls the account: not empty, one line, at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

impl AccountName {
    /// Longest name, in characters: it must fit a menu.
    pub const MAX_CHARS: usize = 100;

    /// A name; spaces around it are cut off.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn new(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            Err(NameError::Empty)
        } else if text.chars().count() > Self::MAX_CHARS {
            Err(NameError::TooLong)
        } else if text.chars().any(char::is_control) {
            Err(NameError::ControlCharacter)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a person would take the two for the same: capitals do not count.
    #[must_use]
    pub fn looks_like(&self, other: &str) -> bool {
        self.0.to_lowercase() == other.trim().to_lowercase()
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccountName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(&text)
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_line() {
        let rows = [
            ("Olive", Ok("Olive")),
            ("  Olive Tern ", Ok("Olive Tern")),
            ("", Err(NameError::Empty)),
            (" \t ", Err(NameError::Empty)),
            ("a\nb", Err(NameError::ControlCharacter)),
            ("../x", Ok("../x")),
        ];
        for (text, expected) in rows {
            assert_eq!(AccountName::new(text).as_ref().map(AccountName::as_str), expected.as_ref().copied());
        }
        assert!(AccountName::new(&"ö".repeat(100)).is_ok());
        assert_eq!(AccountName::new(&"ö".repeat(101)), Err(NameError::TooLong));
        assert!(serde_json::from_str::<AccountName>("\"\"").is_err());
    }

    #[test]
    fn capitals_do_not_make_another_name() {
        let name = AccountName::new("Zoë").unwrap();
        assert!(name.looks_like(" ZOË "));
        assert!(!name.looks_like("Zoe"));
    }

    #[test]
    fn an_id_has_one_form() {
        let id = AccountId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "..", "x", &id.to_string().to_uppercase(), &id.to_string().replace('-', "")] {
            assert_eq!(bad.parse::<AccountId>(), Err(NameError::NotAnId), "{bad}");
        }
    }
}
