//! The command line as a script uses it: a home of its own, secrets in files, an exit code and a document.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Outcome, Trouble, built};

/// Passwords of the tests: strong enough for every rule.
pub const FIRST_PASSWORD: &str = "otter saddle brisk lantern 71";
/// Of a second account, or after a change.
pub const SECOND_PASSWORD: &str = "velvet anchor humming quarry 38";

/// A home with nothing in it, and the program that is run there.
pub struct Cli {
    home: TempDir,
    program: PathBuf,
    variables: Vec<(String, String)>,
    through: Vec<String>,
}

/// How a call ended.
pub struct Ended {
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its error output.
    pub err: String,
}

impl Cli {
    /// A fresh home.
    ///
    /// # Errors
    /// If the program is not built or there is no room for a home.
    pub fn new() -> Outcome<Self> {
        let cli = Self {
            home: tempfile::tempdir()?,
            program: built::program("backstop")?,
            variables: Vec::new(),
            through: Vec::new(),
        };
        for folder in ["Documents", "tmp", "secrets", "files"] {
            fs::create_dir(cli.path(folder))?;
        }
        cli.secret("first", FIRST_PASSWORD)?;
        cli.secret("second", SECOND_PASSWORD)?;
        cli.secret("wrong", "not the password of anything")?;
        Ok(cli)
    }

    /// A home with the account `anna` in it, whose password is [`FIRST_PASSWORD`]. Its recovery key is the
    /// secret `recovery`.
    ///
    /// # Errors
    /// If the account can't be made.
    pub fn with_account() -> Outcome<Self> {
        let cli = Self::new()?;
        let created = cli.json(0, &["account", "create", "--name", "anna", "--password-file", "@first"])?;
        cli.secret("recovery", text(&created, "/recovery_key")?)?;
        Ok(cli)
    }

    /// A fresh home whose secret `real` is the password of a file; a plain file needs none.
    ///
    /// # Errors
    /// As [`Cli::new`].
    pub fn opening(password: &str) -> Outcome<Self> {
        let cli = Self::new()?;
        cli.secret("real", if password.is_empty() { "not needed" } else { password })?;
        Ok(cli)
    }

    /// Sets a variable for every call from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs every call from now on through these words, which stand before the program.
    pub fn go_through(&mut self, words: Vec<String>) {
        self.through = words;
    }

    /// A path below the home.
    #[must_use]
    pub fn path(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }

    /// The home.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a secret to a file that `@name` stands for in the arguments of a call.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn secret(&self, name: &str, secret: &str) -> Outcome {
        let mut file =
            File::options().create(true).truncate(true).write(true).open(self.secret_path(name))?;
        writeln!(file, "{secret}")?;
        Ok(())
    }

    fn secret_path(&self, name: &str) -> PathBuf {
        self.path("secrets").join(name)
    }

    /// A call, ready to be started. `@name` is the file of a secret, `~/x` a path below the home.
    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = match self.through.split_first() {
            Some((program, words)) => {
                let mut command = Command::new(program);
                command.args(words).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        for arg in args {
            match (arg.strip_prefix('@'), arg.strip_prefix("~/")) {
                (Some(secret), _) => command.arg(self.secret_path(secret)),
                (_, Some(below)) => command.arg(self.path(below)),
                _ => command.arg(arg),
            };
        }
        // Nothing of the person who runs the tests: no keychain, no folders, no language.
        command.env_clear();
        command
            .env("HOME", self.home())
            .env("TMPDIR", self.path("tmp"))
            .env("BACKSTOP_DATA_DIR", self.path("data"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.home()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a call to its end.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run(&self, args: &[&str]) -> Outcome<Ended> {
        Ended::of(&self.command(args).output()?)
    }

    /// Runs a call with variables of its environment set.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Outcome<Ended> {
        Ended::of(&self.command(args).envs(variables.iter().copied()).output()?)
    }

    /// Starts a call and leaves it running.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(&self, args: &[&str]) -> Outcome<Child> {
        Ok(self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }

    /// Runs a call with `--json` that must end with `code`, and reads its one document.
    ///
    /// # Errors
    /// If it ends otherwise, or prints anything else.
    pub fn json(&self, code: i32, args: &[&str]) -> Outcome<Value> {
        let ended = self.run(&[&["--json"], args].concat())?;
        ended.expect(code).map_err(|trouble| trouble.during(args.join(" ")))?;
        ended.document().map_err(|trouble| trouble.during(args.join(" ")))
    }

    /// As [`Cli::json`], as the account `anna`.
    ///
    /// # Errors
    /// If it ends otherwise, or prints anything else.
    pub fn as_anna(&self, code: i32, args: &[&str]) -> Outcome<Value> {
        self.json(code, &[&["--account", "anna", "--password-file", "@first"], args].concat())
    }

    /// Every file below the home, with its bytes.
    ///
    /// # Errors
    /// If one can't be read.
    pub fn every_file(&self) -> Outcome<Vec<(PathBuf, Vec<u8>)>> {
        let mut found = Vec::new();
        let mut left = vec![self.home().to_owned()];
        while let Some(folder) = left.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    left.push(path);
                } else {
                    found.push((path.clone(), fs::read(&path)?));
                }
            }
        }
        Ok(found)
    }

    /// The archives in the usual folder, by name.
    ///
    /// # Errors
    /// If the folder can't be listed.
    pub fn archives(&self) -> Outcome<Vec<PathBuf>> {
        let folder = self.path("Documents/Backstop/backups");
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "nnbackupz" || extension == "backstop") {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }
}

impl Ended {
    /// Takes the pieces of a call that has ended.
    ///
    /// # Errors
    /// If it wrote something that is no text.
    pub fn of(output: &Output) -> Outcome<Self> {
        Ok(Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone())?,
            err: String::from_utf8(output.stderr.clone())?,
        })
    }

    /// Claims the exit code.
    ///
    /// # Errors
    /// If it is another one; everything that was said is in the trouble.
    pub fn expect(&self, code: i32) -> Outcome {
        if self.code == code {
            return Ok(());
        }
        Err(Trouble::new(format!("ended with {} and not {code}\n{}\n{}", self.code, self.out, self.err)))
    }

    /// The one JSON document on the standard output.
    ///
    /// # Errors
    /// If there is none, or more.
    pub fn document(&self) -> Outcome<Value> {
        serde_json::from_str(&self.out).map_err(|error| Trouble::from(error).during(&self.out))
    }
}

/// A text in a document.
///
/// # Errors
/// If there is none at that place.
pub fn text<'a>(document: &'a Value, pointer: &str) -> Outcome<&'a str> {
    document
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| Trouble::new(format!("no text at {pointer} in {document}")))
}

/// A number in a document.
///
/// # Errors
/// If there is none at that place.
pub fn number(document: &Value, pointer: &str) -> Outcome<u64> {
    document
        .pointer(pointer)
        .and_then(Value::as_u64)
        .ok_or_else(|| Trouble::new(format!("no number at {pointer} in {document}")))
}

/// A list in a document.
///
/// # Errors
/// If there is none at that place.
pub fn list<'a>(document: &'a Value, pointer: &str) -> Outcome<&'a Vec<Value>> {
    document
        .pointer(pointer)
        .and_then(Value::as_array)
        .ok_or_else(|| Trouble::new(format!("no list at {pointer} in {document}")))
}
