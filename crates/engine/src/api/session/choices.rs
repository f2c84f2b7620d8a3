//! What the owner chose about everything that runs by itself: when, what is kept, where copies go, a pause.

use std::path::Path;

use backstop_crypto::Password;
use backstop_model::TimeMs;
use jiff::ToSpan;

use super::Session;
use super::attend::schedule_of;
use crate::api::{Choice, Problem};
use crate::problem::Code;
use crate::repository::archives_folder;
use crate::settings::Settings;

impl Session {
    /// Changes one setting. It has the name and the values that it has on the command line.
    ///
    /// # Errors
    /// As [`Session::set_setting`].
    pub fn choose(&self, choice: Choice, password: Option<&Password>) -> Result<(), Problem> {
        let switched = |on| if on { "on" } else { "off" }.to_owned();
        let (key, value) = match choice {
            Choice::IntervalFull(interval) => ("backups_full", interval.to_string()),
            Choice::Reminders(interval) => ("reminders", interval.to_string()),
            Choice::Keep(keep) => ("keep", keep.to_string()),
            Choice::SkipUnchanged(on) => ("skip_unchanged", switched(on)),
            Choice::Recheck(on) => ("recheck", switched(on)),
            Choice::BatteryLimit(limit) => ("battery_limit", limit.to_string()),
            Choice::NoticesOnSuccess(on) => ("notices_on_success", switched(on)),
        };
        self.set_setting(key, &value, password)
    }

    /// The second folder, into which every finished archive is copied, as the user picked it; none ends that
    /// and leaves the copies that are there.
    ///
    /// # Errors
    /// As [`Session::set_setting`]; the folder can't be written, or is the one that is copied from.
    pub fn use_copies_folder(
        &self,
        folder: Option<&Path>,
        password: Option<&Password>,
    ) -> Result<(), Problem> {
        let chosen = |settings: &mut Settings| {
            settings.copies_folder = folder.map(Path::to_owned);
            refuse_one_folder_for_both(settings)
        };
        // Before a first file is written to a folder that is refused anyway.
        chosen(&mut self.settings()?)?;
        folder.map_or(Ok(()), |folder| self.probe_folder(folder))?;
        self.change(password, chosen).map(drop)
    }

    /// Lets nothing run by itself for a day.
    ///
    /// # Errors
    /// The settings can't be written.
    pub fn pause_for_a_day(&self) -> Result<(), Problem> {
        // A day of the calendar: the same time tomorrow, also where the clocks change in between.
        let tomorrow =
            self.zoned_now().checked_add(1.day()).map_err(|error| Problem::internal(&error))?.timestamp();
        self.set_pause(Some(TimeMs(tomorrow.as_millisecond())))
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// The settings can't be written.
    pub fn end_pause(&self) -> Result<(), Problem> {
        self.set_pause(None)
    }

    /// Until when nothing runs by itself, if that is still to come.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn paused_until(&self) -> Result<Option<TimeMs>, Problem> {
        let until = schedule_of(&self.settings()?).pause(&self.zoned_now());
        Ok(until.map(|until| TimeMs(until.timestamp().as_millisecond())))
    }

    fn set_pause(&self, until: Option<TimeMs>) -> Result<(), Problem> {
        self.change(None, |settings| {
            settings.paused_until = until;
            Ok(())
        })
        .map(drop)
    }
}

/// A copy beside its original is none: whatever takes the one takes the other.
pub(super) fn refuse_one_folder_for_both(settings: &Settings) -> Result<(), Problem> {
    let backups = archives_folder(&settings.backups_folder);
    match settings.copies_folder.as_deref().map(archives_folder) {
        Some(copies) if copies.starts_with(&backups) || backups.starts_with(&copies) => Err(Problem::new(
            Code::Usage,
            "This is the folder that backups go into, and a copy there would be lost together with them. Nothing was changed.",
        )
        .with_hint("Choose another folder, best on another disk.")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_go_into_another_folder_than_backups() {
        for (backups, copies, refused) in [
            ("/a", None, false),
            ("/a", Some("/b"), false),
            ("/a", Some("/a"), true),
            ("/a", Some("/a/Backstop/backups"), true),
            ("/a/Backstop/backups", Some("/a"), true),
            ("/a", Some("/a/b"), false),
            ("/a", Some("/a/Backstop/backups/b"), true),
            ("/a/Backstop/backups/b", Some("/a"), true),
        ] {
            let mut settings = Settings::new(Path::new(backups));
            settings.copies_folder = copies.map(Into::into);
            assert_eq!(refuse_one_folder_for_both(&settings).is_err(), refused, "{backups} {copies:?}");
        }
    }
}
