//! A glance at the window of the app that waits, by nobody's driver: opened by a second start, and closed.

use std::fs;
use std::time::Duration;

use crate::process::until;
use crate::resident::Resident;
use crate::{Outcome, Trouble};

/// How long a window may take to come or to go on a busy machine.
const LONG: Duration = Duration::from_secs(40);

impl Resident {
    /// Opens the window by a second start, waits until it has spoken to the app, and closes it. It goes without
    /// a question (`on_close` is `tray` from here on).
    ///
    /// A window that has never spoken can't ask anything, so that closing it ends the app. What it says first
    /// can be seen: the app then writes down the look of the account, which is one that it did not have before.
    ///
    /// # Errors
    /// If the window does not open, does not speak, or stays.
    pub fn glance(&self, theme: &str) -> Outcome {
        for (key, value) in [("on_close", "tray"), ("theme", theme)] {
            self.desk.backstop(&["settings", "set", key, value])?;
        }
        let _second = self.another(&[])?;
        until(LONG, || self.desk.shows("Backstop"))?;
        let look = self.desk.file(".local/share/backstop/window.json");
        until(LONG, || match fs::read_to_string(&look).unwrap_or_default() {
            written if written.contains(theme) => Ok(()),
            written => Err(Trouble::new(format!("the window has not asked for its look: {written}"))),
        })?;
        self.desk.close_window("Backstop")?;
        until(LONG, || match self.desk.shows("Backstop") {
            Ok(()) => Err(Trouble::new("the window stays")),
            Err(_) => Ok(()),
        })
    }
}
