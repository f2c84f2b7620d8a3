//! Where secrets come from: the first line of a file, the environment, or a terminal. Never argv.
//!
//! A file given by name goes before the environment, so that a script can set one for all and name
//! another for one command. Buffers that held a secret are wiped.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use backstop_engine::api::{
    ArchiveSecret, Code, KeyTextError, Password, Problem, RecoveryKey, RecoveryKeyError,
};
use zeroize::Zeroizing;

use crate::args::SecretFiles;

/// Longest first line that is read, in bytes: the longest password, and a line end.
const LONGEST_LINE_BYTES: usize = 1024 * 1024 + 2;

/// The account's password.
const ACCOUNT: &str = "BACKSTOP_PASSWORD";
/// An archive's password.
const ARCHIVE: &str = "BACKSTOP_ARCHIVE_PASSWORD";
/// A recovery key.
const RECOVERY: &str = "BACKSTOP_RECOVERY_KEY";
/// The password of what `convert` writes.
const OUT: &str = "BACKSTOP_OUT_PASSWORD";
/// A password that is being set.
const NEW: &str = "BACKSTOP_NEW_PASSWORD";

/// A secret as text, wiped when dropped.
type Line = Zeroizing<String>;

/// Everything secret that this call of the program was given, read only when it is needed.
pub(crate) struct Secrets {
    files: SecretFiles,
    variable: fn(&str) -> Option<OsString>,
    terminal: bool,
}

impl Secrets {
    /// From the files named on the command line, this process's environment and its terminal.
    pub(crate) fn new(files: SecretFiles) -> Self {
        Self { files, variable: |name| env::var_os(name), terminal: io::stdin().is_terminal() }
    }

    /// The account's password, if one was given.
    pub(crate) fn account(&self) -> Result<Option<Password>, Problem> {
        self.password(self.files.password_file.as_deref(), ACCOUNT)
    }

    /// The account's password, given or asked for.
    pub(crate) fn account_or_ask(&self, prompt: &str) -> Result<Password, Problem> {
        self.account()?.map_or_else(|| self.ask(prompt), Ok)
    }

    /// A password for an account that is being made: given, or asked for twice.
    pub(crate) fn first_password(&self) -> Result<Password, Problem> {
        self.account()?.map_or_else(|| self.ask_twice("Password of the new account"), Ok)
    }

    /// A password that replaces another one: given, or asked for twice.
    pub(crate) fn new_password(&self) -> Result<Password, Problem> {
        let given = self.password(self.files.new_password_file.as_deref(), NEW)?;
        given.map_or_else(|| self.ask_twice("New password"), Ok)
    }

    /// A password that replaces a lost one. The account's own sources count too: the lost one can't be
    /// meant.
    pub(crate) fn password_after_loss(&self) -> Result<Password, Problem> {
        match self.password(self.files.new_password_file.as_deref(), NEW)? {
            Some(password) => Ok(password),
            None => self.account()?.map_or_else(|| self.ask_twice("New password"), Ok),
        }
    }

    /// What was given for an archive: its own password or a recovery key; files before the environment.
    pub(crate) fn archive(&self) -> Result<Option<ArchiveSecret>, Problem> {
        if let Some(file) = &self.files.recovery_key_file {
            return key_in(file, ArchiveSecret::parse_key, no_archive_key).map(Some);
        }
        if let Some(password) = self.password(self.files.archive_password_file.as_deref(), ARCHIVE)? {
            return Ok(Some(ArchiveSecret::Password(password)));
        }
        let from_outside = self.variable(RECOVERY)?;
        from_outside.map(|line| ArchiveSecret::parse_key(&line).map_err(no_archive_key)).transpose()
    }

    /// What was given for an archive, as the text it is: a place keeps it, and tries it on each of its files.
    pub(crate) fn archive_text(&self) -> Result<Option<Password>, Problem> {
        if let Some(file) = &self.files.recovery_key_file {
            return first_line(file).and_then(password).map(Some);
        }
        self.password(self.files.archive_password_file.as_deref(), ARCHIVE)
    }

    /// The recovery key of an account.
    pub(crate) fn recovery_key(&self) -> Result<RecoveryKey, Problem> {
        if let Some(file) = &self.files.recovery_key_file {
            return key_in(file, RecoveryKey::parse, no_account_key);
        }
        let line = match self.variable(RECOVERY)? {
            Some(line) => line,
            None if self.terminal => prompt("Recovery key")?,
            None => return Err(none_given("a recovery key", "--recovery-key-file", RECOVERY)),
        };
        RecoveryKey::parse(&line).map_err(no_account_key)
    }

    /// The password of what `convert` writes, if one was given.
    pub(crate) fn out(&self) -> Result<Option<Password>, Problem> {
        self.password(self.files.out_password_file.as_deref(), OUT)
    }

    /// The password of what `convert` writes, asked for.
    pub(crate) fn ask_out(&self) -> Result<Password, Problem> {
        self.ask_twice("Password of the new file")
    }

    /// The password of a locked note's vault, if its file was named.
    pub(crate) fn vault(&self) -> Result<Option<Password>, Problem> {
        self.files.vault_password_file.as_deref().map(|file| first_line(file).and_then(password)).transpose()
    }

    /// Whether somebody can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.terminal
    }

    /// Asks for a password without showing it.
    pub(crate) fn ask(&self, what: &str) -> Result<Password, Problem> {
        if !self.terminal {
            return Err(none_given("a password", "--password-file", ACCOUNT));
        }
        password(prompt(what)?)
    }

    fn ask_twice(&self, what: &str) -> Result<Password, Problem> {
        let first = self.ask(what)?;
        if !first.same_as(&password(prompt("The same again")?)?) {
            return Err(Problem::new(Code::Usage, "The two are not the same. Nothing was changed."));
        }
        Ok(first)
    }

    fn password(&self, file: Option<&Path>, variable: &str) -> Result<Option<Password>, Problem> {
        let line = match file {
            Some(file) => Some(first_line(file)?),
            None => self.variable(variable)?,
        };
        line.map(password).transpose()
    }

    fn variable(&self, name: &str) -> Result<Option<Line>, Problem> {
        let Some(value) = (self.variable)(name) else { return Ok(None) };
        match value.into_string() {
            // An empty variable is how a script unsets one.
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(_) => Err(Problem::new(Code::Usage, format!("{name} is not valid UTF-8."))),
        }
    }
}

fn no_account_key(error: RecoveryKeyError) -> Problem {
    Problem::new(Code::WrongSecret, format!("This is no recovery key: {error}."))
        .with_hint("Copy all 14 groups of it, in one line.")
}

fn no_archive_key(error: KeyTextError) -> Problem {
    Problem::new(Code::WrongSecret, format!("This is no recovery key: {error}."))
        .with_hint("Backstop's recovery key has 14 groups of 4 characters, Notesnook's has 43 characters.")
}

/// A key from the first line of a file, or from the first line that is one: Backstop saves its key with
/// a few words around it, and that file must do as it is.
fn key_in<K, E>(
    file: &Path,
    parse: fn(&str) -> Result<K, E>,
    no_key: fn(E) -> Problem,
) -> Result<K, Problem> {
    let text = text_of(file)?;
    let mut lines = text.lines();
    match parse(lines.next().unwrap_or_default()) {
        Ok(key) => Ok(key),
        Err(error) => lines.find_map(|line| parse(line).ok()).ok_or_else(|| no_key(error)),
    }
}

/// A password from a line that has one.
fn password(mut line: Line) -> Result<Password, Problem> {
    if line.is_empty() {
        return Err(Problem::new(Code::SecretRequired, "The password is empty. Nothing was changed."));
    }
    Password::new(std::mem::take(&mut *line))
        .map_err(|error| Problem::new(Code::Usage, format!("That can't be a password: {error}.")))
}

/// The first line of a file, without its line end and otherwise untouched.
fn first_line(file: &Path) -> Result<Line, Problem> {
    first_of(&text_of(file)?).map_err(|problem| of_file(file, problem))
}

/// The beginning of a file of secrets, as text.
fn text_of(file: &Path) -> Result<Line, Problem> {
    File::open(file).map_err(Problem::reading).and_then(read).map_err(|problem| of_file(file, problem))
}

fn of_file(file: &Path, problem: Problem) -> Problem {
    let message = format!("{}: {}", file.display(), problem.message);
    Problem { message, ..problem }
}

/// As much as the longest secret needs. The buffer never grows, because growing would leave copies behind.
fn read(stream: impl Read) -> Result<Line, Problem> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_LINE_BYTES + 64));
    stream.take(LONGEST_LINE_BYTES as u64).read_to_end(&mut bytes).map_err(Problem::reading)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    // What was read may end within a character of a later line, which is of no use to anyone.
    let whole = if bytes.len() < LONGEST_LINE_BYTES { bytes.len() } else { end.unwrap_or(bytes.len()) };
    let text = std::str::from_utf8(bytes.get(..whole).unwrap_or_default()).map_err(|_| {
        Problem::new(Code::Usage, "This is not valid UTF-8; a secret is expected in its first line.")
    })?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The first line of a text, without its line end.
fn first_of(text: &str) -> Result<Line, Problem> {
    let line = text.split_once('\n').map_or(text, |(line, _)| line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Problem::new(
            Code::SecretRequired,
            "The first line is empty; a secret is expected there.",
        ));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// Asks on the terminal; what is typed is not shown.
fn prompt(what: &str) -> Result<Line, Problem> {
    match rpassword::prompt_password(format!("{what}: ")) {
        Ok(typed) => Ok(Zeroizing::new(typed)),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Problem::of(Code::Cancelled)),
        Err(error) => Err(Problem::of(Code::SecretRequired).with_detail(error.to_string())),
    }
}

fn none_given(what: &str, option: &str, variable: &str) -> Problem {
    Problem::new(Code::SecretRequired, format!("This needs {what}, and none was given. Nothing was changed."))
        .with_hint(format!("Use {option} or {variable}, or run it on a terminal."))
}

#[cfg(test)]
mod tests;
