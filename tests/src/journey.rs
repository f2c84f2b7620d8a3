//! The ways through the window that several tests and the demonstration walk.
//!
//! Words of the interface are written here as a person reads them, once. `at` is called on every screen
//! that is passed: to take a picture, to let axe look, or to do nothing.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::window::Window;
use crate::{Outcome, Trouble};

/// How long a job of the small test libraries may take on a busy machine, key derivation included.
const JOB: Duration = Duration::from_secs(60);

/// A password that the strength meter accepts everywhere.
pub const PASSWORD: &str = "nine violins drift past copper plums";

/// Where the notes of a new account come from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// The sample notes.
    Samples,
    /// None.
    Empty,
    /// A backup, opened by a password.
    Backup(&'a Path, &'a str),
}

/// What opens a backup.
#[derive(Clone, Copy, Debug)]
pub enum Secret<'a> {
    /// A password.
    Password(&'a str),
    /// A recovery key.
    Key(&'a str),
    /// None is asked for: the account made the backup itself.
    None,
}

/// A way through the window.
pub struct Journey<'a> {
    window: &'a Window,
    at: &'a dyn Fn(&Window, &str) -> Outcome,
}

impl<'a> Journey<'a> {
    /// A way without stops.
    #[must_use]
    pub fn through(window: &'a Window) -> Self {
        Self { window, at: &|_, _| Ok(()) }
    }

    /// A way that stops at every screen.
    #[must_use]
    pub fn stopping(window: &'a Window, at: &'a dyn Fn(&Window, &str) -> Outcome) -> Self {
        Self { window, at }
    }

    /// Stops at a screen by hand.
    ///
    /// # Errors
    /// Whatever was found wrong there.
    pub fn stop(&self, screen: &str) -> Outcome {
        (self.at)(self.window, screen)
    }

    /// From the first screen to the page "Backup & export", with an account. Gives back its recovery key.
    ///
    /// # Errors
    /// If a step does not lead to the next.
    pub fn set_up(&self, name: &str, start: Start<'_>) -> Outcome<String> {
        self.window.find("button", "Set up backups")?;
        self.stop("welcome")?;
        self.window.click("button", "Set up backups")?;
        self.protect(name)?;
        let key = self.recovery_key()?;
        self.your_notes(start)?;
        self.window.find("heading", "Where backups go")?;
        self.stop("where")?;
        self.window.click("button", "Continue")?;
        match start {
            Start::Backup(..) => self.restore_during_set_up()?,
            Start::Samples => self.first_backup()?,
            Start::Empty => {
                self.window.find("heading", "There are no notes yet")?;
                self.stop("first-backup-empty")?;
                self.window.click("button", "Go to Backup & export")?;
            }
        }
        self.window.find("heading", "Backup & export")?;
        self.stop("backup-export")?;
        Ok(key)
    }

    /// From the first screen to the page "Backup & export", with sample notes and no backup of them.
    ///
    /// # Errors
    /// If a step does not lead to the next.
    pub fn set_up_without_backup(&self, name: &str) -> Outcome {
        self.window.click("button", "Set up backups")?;
        self.protect(name)?;
        self.recovery_key()?;
        self.your_notes(Start::Samples)?;
        self.window.find("heading", "Where backups go")?;
        self.window.click("button", "Continue")?;
        self.window.click("button", "Not now")?;
        self.window.find("heading", "Backup & export").map(drop)
    }

    /// A name and a password.
    fn protect(&self, name: &str) -> Outcome {
        self.window.fill("textbox", "Your name", name)?;
        self.window.fill("password", "Password", "summer")?;
        self.window.find("checkbox", "Use this password anyway")?;
        self.stop("protect-weak")?;
        self.window.fill("password", "Password", PASSWORD)?;
        self.window.fill("password", "Password again", PASSWORD)?;
        self.window.wait_for("Strong enough.")?;
        self.stop("protect")?;
        self.window.click("button", "Create account")
    }

    /// Reads the recovery key and gives two of its groups back.
    fn recovery_key(&self) -> Outcome<String> {
        self.window.find("list", "Recovery key, 14 groups")?;
        let groups = self.shown_key()?;
        self.stop("recovery-key")?;
        self.window.click("button", "Continue")?;
        self.window.find("heading", "Do you have it at hand?")?;
        for (at, group) in groups.iter().enumerate() {
            let asked = format!("Group {}", at + 1);
            if self.window.has("textbox", &asked)? {
                self.window.fill("textbox", &asked, &group.to_lowercase())?;
            }
        }
        self.stop("recovery-key-check")?;
        self.window.click("button", "Continue")?;
        Ok(groups.join("-"))
    }

    /// The groups of the recovery key that is on the screen.
    ///
    /// # Errors
    /// If there are not fourteen.
    pub fn shown_key(&self) -> Outcome<Vec<String>> {
        let script = "return [...document.querySelectorAll('ol[aria-label^=\"Recovery key\"] li')]
            .map((li) => [...li.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join('').trim())";
        let groups: Vec<String> = serde_json::from_value(self.window.ask(script, Vec::new())?)?;
        let whole = groups.len() == 14 && groups.iter().all(|group| group.len() == 4);
        if whole {
            Ok(groups)
        } else {
            Err(Trouble::new(format!("{} groups are shown, not 14", groups.len())))
        }
    }

    fn your_notes(&self, start: Start<'_>) -> Outcome {
        self.window.find("heading", "Your notes")?;
        let choice = match start {
            Start::Samples => "Start with sample notes…",
            Start::Empty => "Start empty…",
            Start::Backup(path, _) => {
                self.window.will_pick(path)?;
                "Restore a backup I have…"
            }
        };
        self.window.click("radio", choice)?;
        self.stop("your-notes")?;
        self.window.click("button", "Continue")?;
        match start {
            Start::Backup(_, password) => self.unlock(Secret::Password(password)),
            Start::Samples | Start::Empty => Ok(()),
        }
    }

    fn first_backup(&self) -> Outcome {
        self.window.find("heading", "Make your first backup")?;
        self.stop("first-backup")?;
        self.window.click("button", "Create backup")?;
        self.window.wait_long_for("Backup finished", JOB)?;
        self.stop("first-backup-result")?;
        self.window.click("button", "Go to Backup & export")
    }

    fn restore_during_set_up(&self) -> Outcome {
        self.apply()?;
        self.window.click("button", "Make the first backup")?;
        self.first_backup()
    }

    /// Makes a backup from the page "Backup & export" and waits for its result.
    ///
    /// # Errors
    /// If it does not finish.
    pub fn create_backup(&self, attachments: bool) -> Outcome {
        self.window.click("link", "Backup & export")?;
        self.window.click("button", "Create backup")?;
        self.stop("backup-menu")?;
        let entry = if attachments { "Backup with attachments…" } else { "Backup…" };
        self.window.click("menuitem", entry)?;
        self.window.wait_long_for("Backup finished", JOB)?;
        self.stop("result-backup")
    }

    /// Picks a file to restore, opens it and waits for the plan.
    ///
    /// # Errors
    /// If it does not open.
    pub fn plan_from_file(&self, path: &Path, secret: Secret<'_>) -> Outcome {
        self.window.click("link", "Restore")?;
        self.window.find("button", "Restore from files")?;
        self.stop("restore")?;
        self.window.will_pick(path)?;
        self.window.click("button", "Restore from files")?;
        self.unlock(secret)?;
        self.window.find("heading", "The plan")?;
        self.window.find("heading", "What will happen")?;
        self.window.wait_long_for("Only here", JOB)?;
        self.stop("restore-plan")
    }

    /// Opens the dialog's backup.
    ///
    /// # Errors
    /// If the dialog does not come, or stays.
    pub fn unlock(&self, secret: Secret<'_>) -> Outcome {
        if matches!(secret, Secret::None) {
            return Ok(());
        }
        self.window.find("heading", "Unlock this backup")?;
        self.stop("unlock")?;
        self.try_to_unlock(secret)?;
        let gone = crate::process::until(JOB, || match self.window.has("heading", "Unlock this backup")? {
            true => Err(Trouble::new("the backup stays locked")),
            false => Ok(()),
        });
        gone.map_err(|trouble| trouble.during(self.window.text().unwrap_or_default()))
    }

    /// Types a secret into the dialog and presses its button.
    ///
    /// # Errors
    /// If the dialog is not there.
    pub fn try_to_unlock(&self, secret: Secret<'_>) -> Outcome {
        match secret {
            Secret::Password(password) => {
                self.window.click("radio", "Password")?;
                self.window.fill("password", "Password", password)?;
            }
            Secret::Key(key) => {
                self.window.click("radio", "Recovery key")?;
                self.window.fill("textbox", "Recovery key", key)?;
            }
            Secret::None => return Ok(()),
        }
        self.window.click("button", "Unlock")
    }

    /// Carries out the plan that is shown and waits for its result.
    ///
    /// # Errors
    /// If it does not finish.
    pub fn apply(&self) -> Outcome {
        self.window.click("button", "Restore…")?;
        self.window.wait_long_for("Restore finished", JOB)?;
        self.stop("restore-result")
    }

    /// Undoes the restore whose result is shown, through its own plan.
    ///
    /// # Errors
    /// If it does not finish.
    pub fn undo(&self) -> Outcome {
        self.window.click("button", "Undo")?;
        self.finish_undo()
    }

    /// Waits for the plan of an undo and carries it out.
    ///
    /// # Errors
    /// If it does not finish.
    pub fn finish_undo(&self) -> Outcome {
        self.window.find("heading", "Undo the restore")?;
        self.window.wait_long_for("Removed", JOB)?;
        self.stop("undo-plan")?;
        self.window.click("button", "Undo")?;
        self.window.wait_long_for("Restore undone", JOB)?;
        self.stop("undo-result")
    }

    /// How many notes the library holds, as its page says.
    ///
    /// # Errors
    /// If the page can't be read.
    pub fn notes_in_library(&self) -> Outcome<u64> {
        self.window.click("link", "Backup & export")?;
        let script = "const row = document.body.innerText.match(/all your notes: ([\\d,]+) note/);
            return row ? Number(row[1].replace(/,/g, '')) : null";
        crate::process::until(JOB, || {
            let number = self.window.ask(script, Vec::new())?;
            if number == json!(null) && !self.window.text()?.contains("no notes") {
                return Err(Trouble::new("the page does not say how many notes there are"));
            }
            Ok(number.as_u64().unwrap_or(0))
        })
    }
}
