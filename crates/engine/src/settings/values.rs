//! The settings themselves, and which changes of them ask for the password.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::schedule::Interval;

/// The place that every account has.
pub const LIBRARY: &str = "library";

/// The look of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What closing the window does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OnClose {
    /// Ask, once.
    #[default]
    Ask,
    /// Keep running in the tray.
    Tray,
    /// Quit.
    Quit,
}

/// The format that a place is backed up in, or that a file is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveFormat {
    /// Notesnook's.
    Nnbackupz,
    /// Our own container.
    Backstop,
}

impl ArchiveFormat {
    /// Every format that can be written.
    pub const ALL: [Self; 2] = [Self::Nnbackupz, Self::Backstop];

    /// Its name, which is the extension of its files too.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Nnbackupz => "nnbackupz",
            Self::Backstop => "backstop",
        }
    }

    /// The format of that name or extension, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension().eq_ignore_ascii_case(name))
    }
}

/// Everything an owner can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// [`Settings::VERSION`] when written.
    pub version: u32,
    /// The folder as it was chosen; archives go into `Backstop/backups` inside it.
    pub backups_folder: PathBuf,
    /// Whether archives are encrypted.
    pub encryption: bool,
    /// Format by place; a place without an entry takes its default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub formats: BTreeMap<String, ArchiveFormat>,
    /// Automatic backups.
    pub backups: Interval,
    /// What closing the window does.
    pub on_close: OnClose,
    /// The look of the window.
    pub theme: Theme,
    /// Whether a notice tells of a backup that went well. A failed one is always told.
    pub notices_on_success: bool,
    /// Fields of a later version, kept as they were.
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

impl Settings {
    /// The version this program writes, and the highest it reads.
    pub const VERSION: u32 = 1;

    /// The settings of a new account: encrypted, daily, a notice on success.
    #[must_use]
    pub fn new(backups_folder: &Path) -> Self {
        Self {
            version: Self::VERSION,
            backups_folder: backups_folder.to_owned(),
            encryption: true,
            formats: BTreeMap::new(),
            backups: Interval::Daily,
            on_close: OnClose::default(),
            theme: Theme::default(),
            notices_on_success: true,
            unknown: Map::new(),
        }
    }

    /// The format that `place` is backed up in.
    #[must_use]
    pub fn format_of(&self, place: &str) -> ArchiveFormat {
        self.formats.get(place).copied().unwrap_or(ArchiveFormat::Nnbackupz)
    }
}

/// Whether a change asks for the account password even when signed in: it would lead to readable
/// archives, here or in another folder.
#[must_use]
pub fn needs_password(before: &Settings, after: &Settings) -> bool {
    let switched_off = before.encryption && !after.encryption;
    let moved_while_off = !after.encryption && before.backups_folder != after.backups_folder;
    switched_off || moved_while_off
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_extension() {
        for format in ArchiveFormat::ALL {
            assert_eq!(ArchiveFormat::named(&format.extension().to_uppercase()), Some(format));
        }
        assert_eq!(ArchiveFormat::named("jex"), None);
        assert_eq!(ArchiveFormat::named(""), None);
    }

    #[test]
    fn what_leads_to_readable_archives_asks_for_the_password() {
        let settings = |folder: &str, encryption| {
            let mut settings = Settings::new(Path::new(folder));
            settings.encryption = encryption;
            settings
        };
        for (before, after, asks) in [
            (settings("/a", true), settings("/a", false), true),
            (settings("/a", false), settings("/a", true), false),
            (settings("/a", false), settings("/b", false), true),
            (settings("/a", true), settings("/b", true), false),
            (settings("/a", true), settings("/b", false), true),
            (settings("/a", false), settings("/b", true), false),
            (settings("/a", false), settings("/a", false), false),
        ] {
            assert_eq!(needs_password(&before, &after), asks, "{before:?} to {after:?}");
        }
    }
}
