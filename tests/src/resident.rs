//! The app as it runs by itself: started without a window on a desk, with a clock that the test moves.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use backstop_testkit::fixture;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::busy::{Stopped, events};
use crate::desk::{Desk, Equipment};
use crate::foreign::write_long_one;
use crate::host::Host;
use crate::process::{Group, until};
use crate::{Outcome, Trouble, built};

/// The password of the account.
pub const PASSWORD: &str = "otter saddle brisk lantern 71";

/// How long a backup of the small library may take on a busy machine.
const JOB: Duration = Duration::from_secs(90);

/// Longer than the app waits between two looks at the disk.
const LOOK_MS: i64 = 601_000;

/// One hour in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;

/// A clock that the test moves.
#[derive(Debug)]
pub struct MovedClock {
    file: PathBuf,
    wall_ms: i64,
    awake_ms: i64,
}

impl MovedClock {
    /// What the wall clock of the desk says, in milliseconds since 1970.
    ///
    /// # Errors
    /// If the machine's own clock is before that.
    pub fn now_ms(&self) -> Outcome<i64> {
        let real = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
        Ok(i64::try_from(real)? + self.wall_ms)
    }

    /// Lets the computer sleep until a moment; one that is over is now.
    ///
    /// # Errors
    /// If the file that says so can't be written.
    pub fn sleep_until(&mut self, moment_ms: i64) -> Outcome {
        let ms = (moment_ms - self.now_ms()?).max(0);
        self.sleep(ms)
    }

    /// Moves the clock on while the computer is awake.
    ///
    /// # Errors
    /// If the file that says so can't be written.
    pub fn pass(&mut self, ms: i64) -> Outcome {
        self.awake_ms += ms;
        self.sleep(ms)
    }

    /// Moves the clock on while the computer sleeps.
    ///
    /// # Errors
    /// If the file that says so can't be written.
    pub fn sleep(&mut self, ms: i64) -> Outcome {
        self.wall_ms += ms;
        let new = self.file.with_extension("new");
        writeln!(File::create(&new)?, "{} {}", self.wall_ms, self.awake_ms)?;
        Ok(fs::rename(new, &self.file)?)
    }
}

/// A desk with an account whose login is kept, a library with notes, and no window.
pub struct Resident {
    app: Option<Group>,
    /// The clock of everything on the desk.
    pub clock: MovedClock,
    /// The tray of the desk.
    pub host: Host,
    /// The desk.
    pub desk: Desk,
}

impl Resident {
    /// Sets up a desk with keychain, notices and a tray; nothing runs on it yet. Backups are daily, and an
    /// unchanged library is backed up all the same.
    ///
    /// # Errors
    /// If a program is missing or a step of the setting up fails.
    pub fn new() -> Outcome<Self> {
        Self::holding(small)
    }

    /// As [`Resident::new`], with so many thousand notes: its backups can be met in the middle.
    ///
    /// # Errors
    /// As [`Resident::new`].
    pub fn with_a_long_library(thousands: usize) -> Outcome<Self> {
        Self::holding(|desk| {
            let long = desk.file("long.nnbackupz");
            write_long_one(&long, thousands)?;
            Ok(long)
        })
    }

    fn holding(notes: impl FnOnce(&Desk) -> Outcome<PathBuf>) -> Outcome<Self> {
        let mut desk = Desk::new(Equipment { keyring: true, notices: true })?;
        let file = desk.file("clock");
        desk.set("BACKSTOP_CLOCK_FILE", file);
        desk.set("BACKSTOP_CATCH_UP_MS", "45000");
        Self::on(desk, notes)
    }

    /// The same without anything that only debug builds know: the clock is the real one, and nobody moves it.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn in_real_time() -> Outcome<Self> {
        let mut desk = Desk::new(Equipment { keyring: true, notices: true })?;
        desk.set("BACKSTOP_CATCH_UP_MS", "");
        Self::on(desk, small)
    }

    fn on(mut desk: Desk, notes: impl FnOnce(&Desk) -> Outcome<PathBuf>) -> Outcome<Self> {
        let mut clock = MovedClock { file: desk.file("clock"), wall_ms: 0, awake_ms: 0 };
        clock.pass(0)?;
        desk.set("BACKSTOP_PASSWORD", PASSWORD);
        desk.backstop(&["account", "create", "--name", "anna", "--keep"])?;
        let notes = notes(&desk)?;
        desk.backstop(&["restore", &notes.display().to_string()])?;
        // What runs by itself has the keychain alone.
        desk.set("BACKSTOP_PASSWORD", "");
        for (key, value) in [("backups", "daily"), ("backups_full", "never"), ("skip_unchanged", "off")] {
            desk.backstop(&["settings", "set", key, value])?;
        }
        let host = Host::on(desk.bus_address()?)?;
        Ok(Self { app: None, clock, host, desk })
    }

    /// Starts the app as the system does: hidden.
    ///
    /// # Errors
    /// If it is not built.
    pub fn start(&mut self) -> Outcome {
        self.app = Some(self.another(&["--hidden"])?);
        Ok(())
    }

    /// Starts the app hidden behind other words, which become the app: it keeps their process.
    ///
    /// # Errors
    /// If it is not built.
    pub fn start_behind(&mut self, words: &[String]) -> Outcome {
        let (first, others) = words.split_first().ok_or_else(|| Trouble::new("no words"))?;
        let mut command = self.desk.command(first);
        command.args(others).arg(built::program("backstop-app")?).arg("--hidden");
        self.app = Some(Group::start(&command, &self.desk.file("app.log"))?);
        Ok(())
    }

    /// Stops the app in the middle of its next job.
    ///
    /// # Errors
    /// If it ends or begins none.
    pub fn stop_in_the_middle(&mut self) -> Outcome<Stopped> {
        let (accounts, process) = (self.accounts(), self.id()?);
        Stopped::in_the_middle(&accounts, process, || match self.is_alive() {
            true => Ok(()),
            false => Err(Trouble::new("the app has ended")),
        })
    }

    /// The desk, its clock and its tray. The app that [`Resident::start`] started ends.
    #[must_use]
    pub fn into_parts(self) -> (Desk, MovedClock, Host) {
        (self.desk, self.clock, self.host)
    }

    /// The folder of the accounts.
    #[must_use]
    pub fn accounts(&self) -> PathBuf {
        self.desk.file(".local/share/backstop/accounts")
    }

    /// One more start of the app.
    ///
    /// # Errors
    /// If it is not built.
    pub fn another(&self, words: &[&str]) -> Outcome<Group> {
        let mut command = self.desk.command(built::program("backstop-app")?);
        command.args(words);
        Group::start(&command, &self.desk.file("app.log"))
    }

    /// The number of the app's process.
    ///
    /// # Errors
    /// If it was not started.
    pub fn id(&self) -> Outcome<u32> {
        self.app.as_ref().map(Group::id).ok_or_else(|| Trouble::new("the app was not started"))
    }

    /// Whether the app runs.
    pub fn is_alive(&mut self) -> bool {
        self.app.as_mut().is_some_and(Group::is_alive)
    }

    /// Ends the app as a power cut does.
    ///
    /// # Errors
    /// If it does not run.
    pub fn kill(&mut self) -> Outcome {
        let app = self.app.take().ok_or_else(|| Trouble::new("the app does not run"))?;
        let id = i32::try_from(app.id()).ok().and_then(Pid::from_raw);
        kill_process(id.ok_or_else(|| Trouble::new("no process"))?, Signal::KILL)?;
        Ok(())
    }

    /// The folder of the backups.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.desk.file("Documents/Backstop/backups")
    }

    /// The archives that are there under their own names, in the order of these.
    #[must_use]
    pub fn archives(&self) -> Vec<PathBuf> {
        archives_in(&self.folder())
    }

    /// Waits until there are so many archives.
    ///
    /// # Errors
    /// If there are others in the end.
    pub fn wait_for_archives(&self, count: usize) -> Outcome {
        until(JOB, || match self.archives() {
            found if found.len() == count => Ok(()),
            found => {
                let said = fs::read_to_string(self.desk.file("app.log")).unwrap_or_default();
                Err(Trouble::new(format!(
                    "{} archives, not {count}: {found:?}. It said: {said}",
                    found.len()
                )))
            }
        })
    }

    /// Lets time pass, a little more than it takes really, until there are so many archives.
    ///
    /// # Errors
    /// If there are others in the end.
    pub fn pass_until_archives(&mut self, count: usize) -> Outcome {
        let folder = self.folder();
        // Whatever is missing then is told by the wait.
        drop(self.pass_until(|| archives_in(&folder).len() == count));
        self.wait_for_archives(count)
    }

    /// Lets time pass in small steps until something is true. At once would not do: the app may just be between
    /// two looks at the clock, and the waiting for a computer to settle begins only when it has seen it wake.
    ///
    /// # Errors
    /// If it is not true after a quarter of an hour of the moved clock.
    pub fn pass_until(&mut self, mut is_true: impl FnMut() -> bool) -> Outcome {
        for _ in 0..60 {
            self.clock.pass(15_000)?;
            for _ in 0..100 {
                if is_true() {
                    return Ok(());
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        Err(Trouble::new("time passed, and nothing happened"))
    }

    /// Waits until the notice board was told this.
    ///
    /// # Errors
    /// If it was not; tells what it was told.
    pub fn wait_for_notice(&self, words: &str) -> Outcome {
        until(Duration::from_secs(30), || match self.notices(words)? {
            0 => Err(Trouble::new(format!("no notice says “{words}”: {}", self.desk.notices_said()?))),
            _ => Ok(()),
        })
    }

    /// How many notices said this so far.
    ///
    /// # Errors
    /// If the desk has no notice board.
    pub fn notices(&self, words: &str) -> Outcome<usize> {
        Ok(self.desk.notices_said()?.matches(words).count())
    }

    /// Every run in the history, newest first.
    ///
    /// # Errors
    /// If the command line fails.
    pub fn history(&self) -> Outcome<Vec<Value>> {
        let document: Value = serde_json::from_str(&self.desk.backstop(&["--json", "history"])?)?;
        Ok(document.pointer("/runs").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// The file in which the runs of the account are written down.
    ///
    /// # Errors
    /// If there is no account.
    pub fn log(&self) -> Outcome<PathBuf> {
        let accounts = fs::read_dir(self.accounts())?;
        let logs = accounts.flatten().map(|account| account.path().join("runs.ndjson"));
        logs.filter(|log| log.is_file()).last().ok_or_else(|| Trouble::new("no history"))
    }

    /// How many backups began so far, whatever became of them.
    ///
    /// # Errors
    /// If there is no account.
    pub fn backups_begun(&self) -> Outcome<usize> {
        let log = fs::read_to_string(self.log()?)?;
        let is_backup = |line: &&str| events(line, "begin") == 1 && line.contains("\"kind\":\"backup\"");
        Ok(log.lines().filter(is_backup).count())
    }

    /// Waits until so many backups began, and whatever runs has ended.
    ///
    /// # Errors
    /// If there are others in the end.
    pub fn wait_for_backups(&self, count: usize) -> Outcome {
        until(JOB, || match self.backups_begun()? {
            begun if begun == count => Ok(()),
            begun => Err(Trouble::new(format!("{begun} backups, not {count}"))),
        })?;
        self.wait_for_rest()
    }

    /// Lets time pass until so many backups began, at least this long, and waits until whatever runs has ended.
    ///
    /// # Errors
    /// If there are others in the end.
    pub fn pass_until_backups(&mut self, ms: i64, count: usize) -> Outcome {
        self.clock.pass(ms)?;
        let passed = until(JOB, || {
            let begun = until(Duration::from_secs(3), || match self.backups_begun()? {
                begun if begun >= count => Ok(()),
                begun => Err(Trouble::new(format!("{begun} backups, not {count}"))),
            });
            // A look that was going on when the clock was moved has missed the moment; the next one has not.
            begun.map_err(|trouble| self.clock.pass(LOOK_MS).err().unwrap_or(trouble))
        });
        passed?;
        self.wait_for_backups(count)
    }

    /// What the command line says of the account: its library, with its schedule and its status.
    ///
    /// # Errors
    /// If it fails, or nobody is signed in.
    pub fn status(&self) -> Outcome<Value> {
        let document: Value = serde_json::from_str(&self.desk.backstop(&["--json", "account", "status"])?)?;
        let schedule = document.pointer("/library/schedule").cloned();
        schedule.ok_or_else(|| Trouble::new(format!("nobody is signed in: {document}")))
    }

    /// Waits until every run in the history has ended.
    ///
    /// # Errors
    /// If one goes on.
    pub fn wait_for_rest(&self) -> Outcome {
        until(JOB, || {
            let log = fs::read_to_string(self.log()?)?;
            if events(&log, "begin") == events(&log, "end") {
                Ok(())
            } else {
                Err(Trouble::new("a run goes on"))
            }
        })
    }
}

fn archives_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries.map(|entry| entry.path()).filter(|path| is_archive(path)).collect();
    found.sort();
    found
}

/// A library of a few notes.
fn small(_: &Desk) -> Outcome<PathBuf> {
    Ok(fixture("notesnook/6.1/full-plain.nnbackupz"))
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "nnbackupz")
        && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
}
