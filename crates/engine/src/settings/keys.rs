//! Settings by name, as the command line gets and sets them.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use super::values::{LIBRARY, Settings};
use crate::problem::{Code, Problem};
use crate::schedule::Interval;

/// The names, in the order in which they are listed.
pub const KEYS: [&str; 14] = [
    "backups",
    "backups_folder",
    "backups_full",
    "battery_limit",
    "copies_folder",
    "encryption",
    "format.library",
    "keep",
    "notices_on_success",
    "on_close",
    "recheck",
    "reminders",
    "skip_unchanged",
    "theme",
];

const FORMAT_KEY: &str = "format.";

/// A folder that is not chosen.
const NONE: &str = "none";

/// Why a setting can't be read or set by name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// No setting of that name.
    #[error("there is no setting {0:?}; there are {all}", all = KEYS.join(", "))]
    Unknown(String),
    /// The value means nothing for this setting.
    #[error("{key} can't be {value:?}; it can be {allowed}")]
    Value {
        /// The setting.
        key: String,
        /// What was given.
        value: String,
        /// What may be given, in words.
        allowed: &'static str,
    },
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        Self::new(Code::Usage, format!("Nothing was changed: {error}."))
            .with_hint("Check the name and the value of the setting.")
    }
}

impl Settings {
    /// The value of a setting as text. `-` and `_` in the name are the same.
    ///
    /// # Errors
    /// [`KeyError::Unknown`].
    pub fn get(&self, key: &str) -> Result<String, KeyError> {
        let name = key.replace('-', "_");
        Ok(match name.as_str() {
            "backups" => self.backups.to_string(),
            "backups_folder" => self.backups_folder.display().to_string(),
            "backups_full" => self.backups_full.to_string(),
            "battery_limit" => self.battery_limit.to_string(),
            "copies_folder" => self
                .copies_folder
                .as_ref()
                .map_or_else(|| NONE.to_owned(), |folder| folder.display().to_string()),
            "encryption" => on_off(self.encryption),
            "keep" => self.keep.to_string(),
            "recheck" => on_off(self.recheck),
            "reminders" => self.reminders.to_string(),
            "skip_unchanged" => on_off(self.skip_unchanged),
            "notices_on_success" => on_off(self.notices_on_success),
            "on_close" => word_of(&self.on_close),
            "theme" => word_of(&self.theme),
            _ => word_of(&self.format_of(place_of(&name).ok_or_else(|| KeyError::Unknown(key.to_owned()))?)),
        })
    }

    /// Sets a setting from text. The caller asks for the password where
    /// [`super::needs_password`] says so, and probes a new folder.
    ///
    /// # Errors
    /// [`KeyError`]; the settings are as they were then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), KeyError> {
        let name = key.replace('-', "_");
        let wrong = |allowed| KeyError::Value { key: name.clone(), value: value.to_owned(), allowed };
        let interval = || value.parse().map_err(|_| wrong("never, daily, weekly or monthly"));
        let switched = || switch(value).ok_or_else(|| wrong("on or off"));
        match name.as_str() {
            "backups" => self.backups = interval()?,
            "backups_folder" => {
                self.backups_folder = folder(value).ok_or_else(|| wrong("the full path of a folder"))?;
            }
            "backups_full" => {
                let full = value.parse().ok().filter(|interval| *interval != Interval::Daily);
                self.backups_full = full.ok_or_else(|| wrong("never, weekly or monthly"))?;
            }
            "battery_limit" => {
                let limit = value.parse().ok().filter(|per_cent| *per_cent <= 100);
                self.battery_limit = limit.ok_or_else(|| wrong("a number from 0 to 100"))?;
            }
            "copies_folder" => {
                let chosen = if value == NONE { Some(None) } else { folder(value).map(Some) };
                self.copies_folder = chosen.ok_or_else(|| wrong("the full path of a folder, or none"))?;
            }
            "encryption" => self.encryption = switched()?,
            "keep" => {
                self.set_keep(value.parse().map_err(|_| wrong("all, many, some or D/W/M/Y"))?);
            }
            "notices_on_success" => self.notices_on_success = switched()?,
            "recheck" => self.recheck = switched()?,
            "reminders" => self.reminders = interval()?,
            "skip_unchanged" => self.skip_unchanged = switched()?,
            "on_close" => self.on_close = of_word(value).ok_or_else(|| wrong("ask, tray or quit"))?,
            "theme" => self.theme = of_word(value).ok_or_else(|| wrong("system, light or dark"))?,
            _ => {
                let place = place_of(&name).ok_or_else(|| KeyError::Unknown(key.to_owned()))?;
                let format = of_word(value).ok_or_else(|| wrong("nnbackupz or backstop"))?;
                self.formats.insert(place.to_owned(), format);
            }
        }
        Ok(())
    }
}

/// The place whose format a key names. For now every account has one place, so `format` means it.
fn place_of(key: &str) -> Option<&str> {
    if key == "format" {
        Some(LIBRARY)
    } else {
        key.strip_prefix(FORMAT_KEY).filter(|place| *place == LIBRARY)
    }
}

fn on_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn switch(word: &str) -> Option<bool> {
    match word {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

fn folder(text: &str) -> Option<PathBuf> {
    Path::new(text).is_absolute().then(|| PathBuf::from(text))
}

/// The word that a choice bears in `settings.json`.
fn word_of<T: Serialize>(choice: &T) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::String(word.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_can_be_read_set_and_read_again() {
        let values = [
            "weekly",
            "/mnt/usb",
            "weekly",
            "20",
            "/mnt/other",
            "off",
            "backstop",
            "7/0/12/99",
            "on",
            "tray",
            "off",
            "monthly",
            "off",
            "dark",
        ];
        let mut settings = Settings::new(Path::new("/home/a/Documents"));
        for (key, value) in KEYS.into_iter().zip(values) {
            settings.get(key).expect("a known key");
            settings.set(key, value).expect("a good value");
            assert_eq!(settings.get(key).as_deref(), Ok(value), "{key}");
        }
        assert_eq!(settings.get("backups-folder").as_deref(), Ok("/mnt/usb"), "a hyphen is as good");
        assert_eq!(settings.get("format").as_deref(), Ok("backstop"), "of the only place");
    }

    #[test]
    fn a_wrong_value_changes_nothing_and_says_what_is_right() {
        let mut settings = Settings::new(Path::new("/home/a/Documents"));
        let before = settings.clone();
        for key in KEYS {
            for value in ["", "hourly", "../relative", "101", "1/2/3"] {
                let error = settings.set(key, value).expect_err("a wrong value");
                let problem = Problem::from(error);
                assert_eq!(problem.code, Code::Usage);
                assert!(problem.message.contains("it can be"), "{}", problem.message);
            }
        }
        assert_eq!(settings, before);
        for key in ["", "colour", "format.joplin", "version"] {
            assert_eq!(settings.get(key), Err(KeyError::Unknown(key.to_owned())));
            assert_eq!(settings.set(key, "on"), Err(KeyError::Unknown(key.to_owned())));
        }
    }
}
