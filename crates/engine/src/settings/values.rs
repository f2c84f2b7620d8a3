//! The settings themselves, and which changes of them ask for the password.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::retention::Keep;
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
    /// Automatic backups with attachments: never, weekly or monthly.
    #[serde(default = "not_chosen")]
    pub backups_full: Interval,
    /// A notice instead of a backup.
    #[serde(default = "not_chosen")]
    pub reminders: Interval,
    /// How many archives stay. In a file that is silent about it, all: nobody agreed to less.
    #[serde(default)]
    pub keep: Keep,
    /// The owner has seen what `keep` would delete, and agreed. Until then nothing is deleted by itself.
    #[serde(default)]
    pub keep_agreed: bool,
    /// Archives whose drop in size the owner has seen, by their ids: what came before them is no measure
    /// for pausing deletions any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops_seen: Vec<String>,
    /// An unchanged place is recorded as such in place of another archive that says the same.
    #[serde(default = "yes")]
    pub skip_unchanged: bool,
    /// Every archive is checked in full again every three weeks.
    #[serde(default = "yes")]
    pub recheck: bool,
    /// On battery, automatic backups wait below this charge, in per cent; 0: they never wait.
    #[serde(default)]
    pub battery_limit: u8,
    /// A second folder, into which every finished archive is copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies_folder: Option<PathBuf>,
    /// Until then nothing runs by itself: the owner asked for a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<TimeMs>,
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

    /// The settings of a new account: encrypted, daily, monthly with attachments, and as many archives kept
    /// as most people want. A backup that went well is no news.
    #[must_use]
    pub fn new(backups_folder: &Path) -> Self {
        Self {
            version: Self::VERSION,
            backups_folder: backups_folder.to_owned(),
            encryption: true,
            formats: BTreeMap::new(),
            backups: Interval::Daily,
            backups_full: Interval::Monthly,
            reminders: Interval::Never,
            keep: Keep::Many,
            keep_agreed: false,
            drops_seen: Vec::new(),
            skip_unchanged: true,
            recheck: true,
            battery_limit: 0,
            copies_folder: None,
            paused_until: None,
            on_close: OnClose::default(),
            theme: Theme::default(),
            notices_on_success: false,
            unknown: Map::new(),
        }
    }

    /// How many archives stay from now on. What that would delete is to be seen and agreed to first.
    pub fn set_keep(&mut self, keep: Keep) {
        self.keep_agreed &= self.keep == keep;
        self.keep = keep;
    }

    /// The format that `place` is backed up in.
    #[must_use]
    pub fn format_of(&self, place: &str) -> ArchiveFormat {
        self.formats.get(place).copied().unwrap_or(ArchiveFormat::Nnbackupz)
    }
}

fn not_chosen() -> Interval {
    Interval::Never
}

fn yes() -> bool {
    true
}

/// Whether a change asks for the account password even when signed in: it would lead to readable
/// archives, here or in another folder, now or by themselves.
#[must_use]
pub fn needs_password(before: &Settings, after: &Settings) -> bool {
    let where_and_when = |settings: &Settings| {
        let folders = (settings.backups_folder.clone(), settings.copies_folder.clone());
        (folders, settings.backups, settings.backups_full)
    };
    let switched_off = before.encryption && !after.encryption;
    switched_off || (!after.encryption && where_and_when(before) != where_and_when(after))
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
    fn what_an_older_file_is_silent_about_was_not_chosen() {
        let mut json = serde_json::to_value(Settings::new(Path::new("/a"))).expect("json");
        let fields = json.as_object_mut().expect("an object");
        for field in
            ["backups_full", "reminders", "keep", "keep_agreed", "skip_unchanged", "recheck", "battery_limit"]
        {
            assert!(fields.remove(field).is_some(), "{field}");
        }
        let settings: Settings = serde_json::from_value(json).expect("settings");
        assert_eq!((settings.backups_full, settings.reminders), (Interval::Never, Interval::Never));
        assert_eq!((settings.keep, settings.keep_agreed), (Keep::All, false));
        assert_eq!((settings.skip_unchanged, settings.recheck, settings.battery_limit), (true, true, 0));
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
            (settings("/a", true), Settings { backups: Interval::Weekly, ..settings("/a", true) }, false),
            (settings("/a", false), Settings { backups: Interval::Weekly, ..settings("/a", false) }, true),
            (
                settings("/a", false),
                Settings { backups_full: Interval::Weekly, ..settings("/a", false) },
                true,
            ),
            (
                settings("/a", false),
                Settings { copies_folder: Some("/c".into()), ..settings("/a", false) },
                true,
            ),
            (settings("/a", false), Settings { keep: Keep::All, ..settings("/a", false) }, false),
        ] {
            assert_eq!(needs_password(&before, &after), asks, "{before:?} to {after:?}");
        }
    }
}
