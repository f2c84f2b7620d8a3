//! `settings.json`: read whole or not at all, changed under the state lock.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use serde::Deserialize;
use thiserror::Error;

use super::values::Settings;
use crate::durable::{self, Origin};
use crate::lock::{AccountLock, LockError, LockKind};
use crate::problem::{Code, Problem};

/// Why there are no settings.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file is not there, though the account is.
    #[error("the settings file is missing")]
    Missing,
    /// The file is there and is not what it must be.
    #[error("the settings file can't be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A newer Backstop wrote it.
    #[error("the settings file has version {found}; this program reads up to {max}", max = Settings::VERSION)]
    Newer {
        /// Its version.
        found: u32,
    },
    /// Reading failed below the file.
    #[error("the settings file can't be read: {0}")]
    Read(#[source] io::Error),
    /// Writing failed; the old settings hold.
    #[error("the settings file can't be written: {0}")]
    Write(#[source] io::Error),
    /// Another process holds the state for too long.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        let detail = error.to_string();
        match error {
            SettingsError::Missing | SettingsError::Unreadable(_) => Self::new(
                Code::Internal,
                "Backstop can't read the settings of this account, and does not guess them. Your notes and backups are as they were.",
            )
            .with_hint("Put settings.json back from a copy, or set the account up again from one of its backups."),
            SettingsError::Newer { .. } => Self::new(
                Code::NewerVersion,
                "The settings of this account were written by a newer version of Backstop. Nothing was changed.",
            )
            .with_hint("Update Backstop, then try again."),
            SettingsError::Read(error) => Self::reading(error),
            SettingsError::Write(error) => Self::writing(error),
            SettingsError::Lock(error) => error.into(),
        }
        .with_detail(detail)
    }
}

/// Where the settings of one account are.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    folder: PathBuf,
    origin: Origin,
}

impl SettingsFile {
    /// How long a change waits for another process to finish its own.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// The settings in the folder of an account.
    #[must_use]
    pub fn new(account_folder: &Path, origin: &Origin) -> Self {
        Self { folder: account_folder.to_owned(), origin: origin.clone() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("settings.json")
    }

    /// Writes the first settings of a new account.
    ///
    /// # Errors
    /// [`SettingsError::Write`]; `AlreadyExists` inside if the account has settings.
    pub fn create(&self, settings: &Settings) -> Result<(), SettingsError> {
        let mut file =
            durable::NewFile::create(&self.path(), &self.origin, "settings").map_err(SettingsError::Write)?;
        io::Write::write_all(&mut file, &bytes_of(settings)?).map_err(SettingsError::Write)?;
        file.sync().and_then(durable::SyncedFile::commit).map_err(SettingsError::Write)?;
        Ok(())
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`SettingsError`]: never defaults.
    pub fn load(&self) -> Result<Settings, SettingsError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let text = match fs::read(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SettingsError::Missing),
            other => other.map_err(SettingsError::Read)?,
        };
        let Version { version } = serde_json::from_slice(&text)?;
        if version > Settings::VERSION {
            return Err(SettingsError::Newer { found: version });
        }
        Ok(serde_json::from_slice(&text)?)
    }

    /// Reads, changes and writes back, under the state lock. An error of `change` leaves the file
    /// as it was.
    ///
    /// # Errors
    /// [`SettingsError`] as a [`Problem`], or whatever `change` says.
    pub fn change<E>(&self, change: impl FnOnce(&mut Settings) -> Result<(), E>) -> Result<Settings, Problem>
    where
        Problem: From<E>,
    {
        let lock = AccountLock::wait(&self.folder, LockKind::State, Self::PATIENCE)?;
        let mut settings = self.load()?;
        let before = settings.clone();
        change(&mut settings)?;
        if settings != before {
            let bytes = bytes_of(&settings)?;
            durable::replace(&self.path(), &self.origin, "settings", &bytes).map_err(SettingsError::Write)?;
        }
        drop(lock);
        Ok(settings)
    }
}

/// One setting a line, so that people and diffs can read it.
fn bytes_of(settings: &Settings) -> Result<Vec<u8>, SettingsError> {
    let mut bytes = serde_json::to_vec_pretty(settings)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Interval;
    use crate::settings::KeyError;

    struct Account {
        folder: tempfile::TempDir,
        file: SettingsFile,
    }

    fn account() -> Account {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SettingsFile::new(folder.path(), &Origin::new("machine", folder.path()));
        Account { folder, file }
    }

    impl Account {
        fn put(&self, text: &str) {
            durable::replace(&self.file.path(), &self.file.origin, "test", text.as_bytes()).expect("written");
        }

        fn text(&self) -> String {
            fs::read_to_string(self.folder.path().join("settings.json")).expect("the file")
        }
    }

    #[test]
    fn settings_come_back_as_they_were() {
        let account = account();
        let mut settings = Settings::new(Path::new("/home/a/Documents"));
        account.file.create(&settings).expect("created");
        assert_eq!(account.file.load().expect("loaded"), settings);
        settings.encryption = false;
        let after = account.file.change(|settings| settings.set("encryption", "off")).expect("changed");
        assert_eq!(after, settings);
        assert_eq!(account.file.load().expect("loaded"), settings);
    }

    #[test]
    fn an_account_has_its_settings_made_once() {
        let account = account();
        let settings = Settings::new(Path::new("/a"));
        account.file.create(&settings).expect("created");
        assert!(matches!(account.file.create(&settings), Err(SettingsError::Write(_))));
    }

    #[test]
    fn what_is_unreadable_stops_and_never_becomes_defaults() {
        let account = account();
        assert!(matches!(account.file.load(), Err(SettingsError::Missing)));
        account.file.create(&Settings::new(Path::new("/a"))).expect("created");
        let good = account.text();
        for cut in 0..good.trim_end().len() {
            account.put(&good[..cut]);
            assert!(matches!(account.file.load(), Err(SettingsError::Unreadable(_))), "cut at {cut}");
            assert!(account.file.change(|_| Ok::<_, KeyError>(())).is_err());
            assert_eq!(account.text(), good[..cut], "and the file is left as it is");
        }
        let problem = Problem::from(account.file.load().expect_err("cut"));
        assert_eq!(problem.code, Code::Internal);
        account.put(&good.replace("daily", "hourly"));
        assert!(matches!(account.file.load(), Err(SettingsError::Unreadable(_))));
    }

    #[test]
    fn a_newer_version_is_told_from_damage() {
        let account = account();
        account.put(r#"{"version":2,"all":"different"}"#);
        let error = account.file.load().expect_err("newer");
        assert!(matches!(error, SettingsError::Newer { found: 2 }));
        assert_eq!(Problem::from(error).code, Code::NewerVersion);
    }

    #[test]
    fn unknown_fields_survive_a_change() {
        let account = account();
        account.file.create(&Settings::new(Path::new("/a"))).expect("created");
        account.put(&account.text().replacen('{', r#"{"weather":{"rain":[1,2]},"#, 1));
        let set = |settings: &mut Settings| settings.set("backups", "monthly");
        assert_eq!(account.file.change(set).expect("changed").backups, Interval::Monthly);
        let value: serde_json::Value = serde_json::from_str(&account.text()).expect("json");
        assert_eq!(value["weather"], serde_json::json!({"rain": [1, 2]}));
    }

    #[test]
    fn a_refused_change_writes_nothing() {
        let account = account();
        account.file.create(&Settings::new(Path::new("/a"))).expect("created");
        let before = account.text();
        let refused = account.file.change(|settings| {
            settings.encryption = false;
            settings.set("theme", "pink")
        });
        assert_eq!(refused.expect_err("refused").code, Code::Usage);
        assert_eq!(account.text(), before);
    }

    #[test]
    fn changes_at_the_same_time_do_not_lose_each_other() {
        let account = account();
        account.file.create(&Settings::new(Path::new("/a"))).expect("created");
        std::thread::scope(|scope| {
            for (key, value) in [("theme", "dark"), ("backups", "weekly"), ("on_close", "quit")] {
                let file = account.file.clone();
                scope.spawn(move || file.change(|settings| settings.set(key, value)).expect("changed"));
            }
        });
        let settings = account.file.load().expect("loaded");
        let got = ["theme", "backups", "on_close"].map(|key| settings.get(key).expect("a key"));
        assert_eq!(got, ["dark", "weekly", "quit"]);
    }
}
