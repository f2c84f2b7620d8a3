//! What the owner chose, and what changing it asks for.

use std::path::Path;

use backstop_crypto::Password;

use super::Session;
use super::choices::refuse_one_folder_for_both;
use crate::api::{ArchiveFormat, Interval, OnClose, Problem, Theme};
use crate::settings::{KEYS, LIBRARY, Settings, needs_password};

impl Session {
    pub(super) fn settings(&self) -> Result<Settings, Problem> {
        Ok(self.settings_file().load()?)
    }

    /// A setting by its name.
    ///
    /// # Errors
    /// `usage` for a name that is none; the settings can't be read.
    pub fn setting(&self, key: &str) -> Result<String, Problem> {
        Ok(self.settings()?.get(key)?)
    }

    /// Every setting with its name.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn all_settings(&self) -> Result<Vec<(&'static str, String)>, Problem> {
        let settings = self.settings()?;
        KEYS.iter().map(|key| Ok((*key, settings.get(key)?))).collect()
    }

    /// Changes a setting by its name.
    ///
    /// # Errors
    /// `usage`; `secret_required` or `wrong_secret` where it would lead to readable archives.
    pub fn set_setting(&self, key: &str, value: &str, password: Option<&Password>) -> Result<(), Problem> {
        self.change(password, |settings| Ok(settings.set(key, value)?)).map(drop)
    }

    /// Changes several settings by their names: all of them or, if one is refused, none.
    ///
    /// # Errors
    /// As [`Session::set_setting`].
    pub fn set_settings(
        &self,
        changes: &[(&str, String)],
        password: Option<&Password>,
    ) -> Result<(), Problem> {
        let set = |settings: &mut Settings| -> Result<(), Problem> {
            changes.iter().try_for_each(|(key, value)| settings.set(key, value)).map_err(Problem::from)
        };
        self.change(password, set).map(drop)
    }

    /// Automatic backups.
    ///
    /// # Errors
    /// As [`Session::set_setting`].
    pub fn set_interval(&self, interval: Interval, password: Option<&Password>) -> Result<(), Problem> {
        self.change(password, |settings| {
            settings.backups = interval;
            Ok(())
        })
        .map(drop)
    }

    /// Whether archives are encrypted. Off only with the password.
    ///
    /// # Errors
    /// As [`Session::set_setting`].
    pub fn set_encryption(&self, on: bool, password: Option<&Password>) -> Result<(), Problem> {
        self.change(password, |settings| {
            settings.encryption = on;
            Ok(())
        })
        .map(drop)
    }

    /// The format of backups.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn format(&self) -> Result<ArchiveFormat, Problem> {
        Ok(self.settings()?.format_of(LIBRARY))
    }

    /// The format of backups from now on. Those that are there stay as they are.
    ///
    /// # Errors
    /// The settings can't be written.
    pub fn set_format(&self, format: ArchiveFormat) -> Result<(), Problem> {
        self.change(None, |settings| {
            settings.formats.insert(LIBRARY.to_owned(), format);
            Ok(())
        })
        .map(drop)
    }

    /// The folder that archives go into, as the user picked it.
    ///
    /// # Errors
    /// As [`Session::set_setting`]; the folder can't be written.
    pub fn use_folder(&self, folder: &Path, password: Option<&Password>) -> Result<(), Problem> {
        self.probe_folder(folder)?;
        self.change(password, |settings| {
            settings.backups_folder = folder.to_owned();
            Ok(())
        })
        .map(drop)
    }

    /// The look of the window.
    ///
    /// # Errors
    /// The settings can't be written.
    pub fn set_theme(&self, theme: Theme) -> Result<(), Problem> {
        self.change(None, |settings| {
            settings.theme = theme;
            Ok(())
        })
        .map(drop)
    }

    /// The look of the window, as it was chosen.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn theme(&self) -> Result<Theme, Problem> {
        Ok(self.settings()?.theme)
    }

    /// What closing the window does.
    ///
    /// # Errors
    /// The settings can't be written.
    pub fn set_on_close(&self, on_close: OnClose) -> Result<(), Problem> {
        self.change(None, |settings| {
            settings.on_close = on_close;
            Ok(())
        })
        .map(drop)
    }

    /// Whether a notice tells of a backup that went well.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn notices_on_success(&self) -> Result<bool, Problem> {
        Ok(self.settings()?.notices_on_success)
    }

    /// Changes settings; one that would lead to readable archives needs the password first.
    pub(super) fn change(
        &self,
        password: Option<&Password>,
        change: impl Fn(&mut Settings) -> Result<(), Problem>,
    ) -> Result<Settings, Problem> {
        let before = self.settings()?;
        let mut after = before.clone();
        change(&mut after)?;
        refuse_one_folder_for_both(&after)?;
        self.require_password(needs_password(&before, &after), password)?;
        self.settings_file().change(change)
    }
}
