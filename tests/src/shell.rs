//! The command line on a computer of its own: a data folder, a home and a backups folder, thrown away.
//!
//! Knows `backstop` by its contract only: arguments, the environment, exit codes and `--json`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Outcome, Trouble, built};

/// Done.
pub const DONE: i32 = 0;

/// A computer with `backstop` on it.
pub struct Shell {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command answered.
#[derive(Debug)]
pub struct Answer {
    /// Exit code; -1 if a signal ended it.
    pub code: i32,
    /// The JSON document on stdout, null if there is none.
    pub json: Value,
    /// Everything on stderr.
    pub said: String,
}

impl Answer {
    /// This answer, if the command ended with a code.
    ///
    /// # Errors
    /// What it answered instead.
    pub fn expect_code(self, code: i32) -> Outcome<Self> {
        if self.code == code {
            return Ok(self);
        }
        Err(Trouble::new(format!("it ended with {}, not {code}: {} {}", self.code, self.json, self.said)))
    }

    /// A number in the document, by its path (`/library/notes`).
    ///
    /// # Errors
    /// If there is none.
    pub fn number(&self, path: &str) -> Outcome<u64> {
        let found = self.json.pointer(path).and_then(Value::as_u64);
        found.ok_or_else(|| Trouble::new(format!("no number at {path} of {}", self.json)))
    }

    /// A text in the document, by its path.
    ///
    /// # Errors
    /// If there is none.
    pub fn text(&self, path: &str) -> Outcome<&str> {
        let found = self.json.pointer(path).and_then(Value::as_str);
        found.ok_or_else(|| Trouble::new(format!("no text at {path} of {}", self.json)))
    }
}

impl Shell {
    /// A computer without accounts.
    ///
    /// # Errors
    /// If its folders can't be made.
    pub fn new() -> Outcome<Self> {
        let home = tempfile::Builder::new().prefix("backstop-").tempdir()?;
        for folder in ["data", "backups", "tmp", "Documents"] {
            std::fs::create_dir(home.path().join(folder))?;
        }
        Ok(Self { home, variables: Vec::new() })
    }

    /// A computer with one account, and the recovery key of it.
    ///
    /// # Errors
    /// If the account can't be made.
    pub fn with_account(password: &str) -> Outcome<(Self, String)> {
        let mut shell = Self::new()?;
        shell.set("BACKSTOP_PASSWORD", password);
        let created = shell.run(["account", "create", "--name", "Ada"])?.expect_code(DONE)?;
        let key = created.text("/recovery_key")?.to_owned();
        Ok((shell, key))
    }

    /// Sets a variable for every command from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// A path in the home.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs a command to its end and reads its document.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome<Answer> {
        let output = self.command(arguments)?.output()?;
        Ok(Answer {
            code: output.status.code().unwrap_or(-1),
            json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Starts a command, to be killed.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome<Child> {
        Ok(self.command(arguments)?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }

    /// A command as it would be typed on this computer, with `--json`.
    ///
    /// # Errors
    /// If `backstop` was not built.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome<Command> {
        let mut command = Command::new(built::program("backstop")?);
        command.arg("--json").args(arguments).stdin(Stdio::null());
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        // What a program needs of its system to run at all.
        for name in ["PATH", "SYSTEMROOT", "RUST_BACKTRACE", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("BACKSTOP_DATA_DIR", self.file("data"));
        command.env("HOME", self.home()).env("USERPROFILE", self.home());
        command.env("TMPDIR", self.file("tmp")).env("TMP", self.file("tmp")).env("TEMP", self.file("tmp"));
        command.env("LANG", "C.UTF-8").env("TZ", "UTC");
        Ok(command)
    }

    /// Notes in the account's library.
    ///
    /// # Errors
    /// If the library does not open.
    pub fn notes(&self) -> Outcome<u64> {
        self.run(["account", "status"])?.expect_code(DONE)?.number("/library/notes")
    }

    /// The finished files of the backups folder, by name.
    ///
    /// # Errors
    /// If it can't be listed.
    pub fn archives(&self) -> Outcome<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.file("backups"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "nnbackupz") {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }
}
