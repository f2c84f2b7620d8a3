//! `backstop run-due` as cron calls it: with a home and a search path and nothing else. No bus, no keychain,
//! nobody to ask.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use backstop_tests::busy::Stopped;
use backstop_tests::cli::{Ended, FIRST_PASSWORD, list, number, text};
use backstop_tests::foreign::write_long_one;
use backstop_tests::{Outcome, Trouble, built};
use serde_json::Value;
use tempfile::TempDir;

/// A home with an account that has notes, and its password in a file.
struct Crontab {
    home: TempDir,
}

impl Crontab {
    fn new() -> Outcome<Self> {
        let cron = Self { home: tempfile::tempdir()? };
        fs::create_dir(cron.path("Documents"))?;
        fs::write(cron.path("password"), format!("{FIRST_PASSWORD}\n"))?;
        cron.with_password(0, &["account", "create", "--name", "anna"])?;
        let notes = cron.path("long.nnbackupz");
        write_long_one(&notes, 2)?;
        cron.with_password(0, &["restore", &notes.display().to_string()])?;
        Ok(cron)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }

    fn command(&self, args: &[&str]) -> Outcome<Command> {
        let mut command = Command::new(built::program("backstop")?);
        command.env_clear().env("HOME", self.home.path()).env("PATH", "/usr/bin:/bin");
        command.current_dir(self.home.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).args(args);
        Ok(command)
    }

    fn run(&self, code: i32, args: &[&str]) -> Outcome<Value> {
        let ended = Ended::of(&self.command(&[&["--json"], args].concat())?.output()?)?;
        ended.expect(code).map_err(|trouble| trouble.during(args.join(" ")))?;
        ended.document()
    }

    fn with_password(&self, code: i32, args: &[&str]) -> Outcome<Value> {
        let file = self.path("password").display().to_string();
        self.run(code, &[args, &["--password-file", &file]].concat())
    }

    /// What the account's status says of its backups.
    fn status(&self) -> Outcome<Value> {
        let all = self.with_password(0, &["account", "status"])?;
        all.pointer("/library/schedule").cloned().ok_or_else(|| Trouble::new(format!("no status: {all}")))
    }

    /// How the runs of backups ended, newest first.
    fn outcomes(&self) -> Outcome<Vec<String>> {
        let history = self.with_password(0, &["history"])?;
        let backups = list(&history, "/runs")?.iter().filter(|run| run["kind"] == "backup");
        backups.map(|run| Ok(text(run, "/outcome")?.to_owned())).collect()
    }

    /// Every file in the folder of backups.
    fn files(&self) -> Outcome<Vec<PathBuf>> {
        let entries = fs::read_dir(self.path("Documents/Backstop/backups"))?;
        entries.map(|entry| Ok(entry?.path())).collect()
    }

    fn makes_the_backup(&self) -> Outcome {
        let made = self.with_password(0, &["run-due"])?;
        assert_eq!(made.pointer("/due"), Some(&Value::Bool(true)), "{made}");
        assert_eq!(number(&made, "/archives/0/notes")?, 2000, "{made}");
        let path = text(&made, "/archives/0/path")?.to_owned();
        assert_eq!(self.files()?, [PathBuf::from(&path)], "one archive and nothing beside it");
        self.with_password(0, &["verify", &path])?;
        let again = self.with_password(0, &["run-due"])?;
        assert_eq!(again.pointer("/due"), Some(&Value::Bool(false)), "{again}");
        assert_eq!(text(&self.status()?, "/state")?, "protected");
        Ok(())
    }
}

#[test]
fn without_a_password_it_fails_and_says_so_until_it_has_one() -> Outcome {
    let cron = Crontab::new()?;
    let refused = cron.run(16, &["run-due"])?;
    assert_eq!(text(&refused, "/error/code")?, "not_logged_in");
    assert_eq!(cron.files()?.len(), 0);
    assert_eq!(cron.outcomes()?, ["failed"]);
    let status = cron.status()?;
    assert_eq!((text(&status, "/state")?, text(&status, "/code")?), ("failed", "not_logged_in"), "{status}");
    assert!(text(&status, "/reason")?.len() > 10, "{status}");
    cron.makes_the_backup()?;
    assert_eq!(cron.outcomes()?, ["completed", "failed"]);
    Ok(())
}

#[test]
fn killed_in_the_middle_the_next_call_cleans_up_and_makes_it() -> Outcome {
    let cron = Crontab::new()?;
    let password = cron.path("password").display().to_string();
    let mut killed = cron.command(&["run-due", "--password-file", &password])?.spawn()?;
    let accounts = cron.path(".local/share/backstop/accounts");
    let stopped = Stopped::in_the_middle(&accounts, killed.id(), || match killed.try_wait()? {
        Some(status) => Err(Trouble::new(format!("it ended with {status}"))),
        None => Ok(()),
    })?;
    stopped.kill()?;
    assert_eq!(killed.wait()?.code(), None, "a signal ended it");
    assert_eq!(cron.outcomes()?, ["left_running"]);
    cron.makes_the_backup()?;
    assert_eq!(cron.outcomes()?, ["completed", "left_running"]);
    Ok(())
}
