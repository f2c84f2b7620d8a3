//! One stage of a check: a command, its time, and what to type when it fails.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::place;

/// A command with a name.
pub(crate) struct Stage {
    name: &'static str,
    folder: PathBuf,
    program: String,
    arguments: Vec<String>,
    variables: Vec<(&'static str, PathBuf)>,
    /// The line of its output that says how many tests ran contains this.
    summary: Option<&'static str>,
}

impl Stage {
    /// A cargo command in the workspace's folder.
    pub(crate) fn cargo(name: &'static str, arguments: &[&str]) -> Self {
        let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        Self::new(name, place::root(), program, arguments)
    }

    /// A script of the interface's `package.json`.
    pub(crate) fn npm(name: &'static str, script: &str) -> Self {
        Self::new(name, place::ui(), place::npm().to_owned(), &["run", "--silent", script])
    }

    /// Any command in a folder.
    pub(crate) fn new(name: &'static str, folder: PathBuf, program: String, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&a| a.to_owned()).collect();
        Self { name, folder, program, arguments, variables: Vec::new(), summary: None }
    }

    /// Sets a variable in the command's environment.
    pub(crate) fn with(mut self, name: &'static str, value: PathBuf) -> Self {
        self.variables.push((name, value));
        self
    }

    /// Remembers the last line that contains `text`, to be repeated at the end.
    pub(crate) fn counting(mut self, text: &'static str) -> Self {
        self.summary = Some(text);
        self
    }

    /// What to type to run this stage alone.
    fn spelled(&self) -> String {
        let program = Path::new(&self.program).file_stem().unwrap_or_default().to_string_lossy();
        let mut line = String::new();
        if self.folder != place::root() {
            let folder = self.folder.strip_prefix(place::root()).unwrap_or(&self.folder);
            let _ = write!(line, "cd {} && ", folder.display());
        }
        let _ = write!(line, "{program}");
        for argument in &self.arguments {
            let plain = !argument.contains(|c: char| c.is_whitespace() || "()'&|*".contains(c));
            let _ = if plain { write!(line, " {argument}") } else { write!(line, " \"{argument}\"") };
        }
        line
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.envs(self.variables.iter().cloned());
        // Without a terminal the children would guess for themselves; tell them once.
        if self.summary.is_some() && io::stdout().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
        }
        command
    }

    /// Runs the stage and returns its summary line, if it counts anything.
    ///
    /// # Errors
    /// The sentence to show when the command cannot be started or fails.
    pub(crate) fn run(&self) -> Result<Option<String>, String> {
        println!("\n── {} ── {}", self.name, self.spelled());
        let started = Instant::now();
        let (fine, summary) = self.execute().map_err(|error| {
            format!("Stopped at {}: {} could not be started ({error}).", self.name, self.program)
        })?;
        let took = spell(started.elapsed());
        if !fine {
            return Err(format!(
                "Stopped at {} after {took}. To repeat it:\n  {}",
                self.name,
                self.spelled()
            ));
        }
        println!("   {} took {took}", self.name);
        Ok(summary)
    }

    fn execute(&self) -> io::Result<(bool, Option<String>)> {
        let Some(wanted) = self.summary else {
            return Ok((self.command().status()?.success(), None));
        };
        let mut child = self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let found = Arc::new(Mutex::new(None));
        let out = child.stdout.take().map(|pipe| pass_on(pipe, io::stdout(), wanted, Arc::clone(&found)));
        let err = child.stderr.take().map(|pipe| pass_on(pipe, io::stderr(), wanted, Arc::clone(&found)));
        let status = child.wait()?;
        for reader in [out, err].into_iter().flatten() {
            // A reader that panicked has only lost its copy of the output.
            let _ = reader.join();
        }
        let summary = found.lock().ok().and_then(|mut line| line.take());
        Ok((status.success(), summary))
    }
}

/// Copies a child's output line by line, as it comes, and keeps the last line that has `wanted` in it.
fn pass_on(
    from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    wanted: &'static str,
    found: Arc<Mutex<Option<String>>>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut lines = BufReader::new(from);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // If nobody reads our output there is nobody to tell.
            let _ = to.write_all(&line);
            let plain = without_colours(&String::from_utf8_lossy(&line));
            if plain.contains(wanted)
                && let Ok(mut kept) = found.lock()
            {
                *kept = Some(plain.trim().to_owned());
            }
            line.clear();
        }
    })
}

/// Drops the terminal's colour codes (`ESC [ … letter`).
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

/// A duration as a person would say it.
pub(crate) fn spell(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02.0} s", took.as_secs() / 60, seconds % 60.0)
    }
}

/// Runs stages in order, stops at the first failure, and ends with their times and counts.
///
/// # Errors
/// The sentence of the stage that failed.
pub(crate) fn run_all(stages: &[Stage]) -> Result<(), String> {
    let started = Instant::now();
    let mut table = String::new();
    let mut counts = String::new();
    for stage in stages {
        let begun = Instant::now();
        let summary = stage.run()?;
        let _ = writeln!(table, "  {:<14} {:>12}", stage.name, spell(begun.elapsed()));
        if let Some(line) = summary {
            let _ = writeln!(counts, "  {:<14} {line}", stage.name);
        } else if stage.summary.is_some() {
            return Err(format!("{} ended well but did not say how many tests ran.", stage.name));
        }
    }
    println!("\nStages, {} in all\n{table}", spell(started.elapsed()));
    println!("Tests\n{counts}\nAll of it passed.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_dropped_and_text_is_kept() {
        assert_eq!(without_colours("\u{1b}[32;1m Summary\u{1b}[0m 3 tests"), " Summary 3 tests");
        assert_eq!(without_colours("plain"), "plain");
    }

    #[test]
    fn a_stage_says_what_to_type() {
        let stage = Stage::new("x", place::ui(), "/usr/bin/npm".to_owned(), &["run", "a b"]);
        assert_eq!(stage.spelled(), "cd ui && npm run \"a b\"");
        let stage = Stage::new("x", place::root(), "cargo".to_owned(), &["fmt", "--check"]);
        assert_eq!(stage.spelled(), "cargo fmt --check");
    }

    #[test]
    fn times_are_said_in_seconds_then_in_minutes() {
        assert_eq!(spell(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(spell(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failing_stage_names_the_command_to_repeat() {
        let stage = Stage::cargo("nonsense", &["no-such-command"]);
        let message = stage.run().unwrap_err();
        assert!(message.contains("cargo no-such-command"), "{message}");
    }
}
