//! Secrets on their way in: the window sends text, and it is a [`Password`] before a command sees it.

use backstop_engine::api::Password;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use specta::datatype::DataType;
use specta::{Type, Types};

/// A password that the window sent.
pub(crate) struct PasswordIn(pub(crate) Password);

impl<'de> Deserialize<'de> for PasswordIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Password::new(text).map(Self).map_err(|_| D::Error::custom("the password is too long"))
    }
}

/// In TypeScript it is the text that is sent.
impl Type for PasswordIn {
    fn definition(types: &mut Types) -> DataType {
        String::definition(types)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_comes_in_as_it_was_typed() {
        let typed = " nine violins ä\u{308} ";
        let PasswordIn(password) = serde_json::from_value(typed.into()).expect("text");
        assert_eq!(password.expose(), typed);
    }

    #[test]
    fn no_password_is_repeated_in_an_error() {
        let long = "secret".repeat(400_000);
        let error = serde_json::from_value::<PasswordIn>(long.into()).map(drop).unwrap_err().to_string();
        assert_eq!(error, "the password is too long");
        let error = serde_json::from_value::<PasswordIn>(17.into()).map(drop).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
