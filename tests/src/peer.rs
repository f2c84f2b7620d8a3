//! The real Notesnook core as a peer: what it holds after restoring a file, and files that it made.
//!
//! `tests/peers/notesnook` drives it in Node. It is known only by the rows of its database and by the
//! backups it writes; `cargo xtask test` installs it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Outcome, Trouble, built};

/// The vault password of every corpus that the peer makes.
pub const VAULT_PASSWORD: &str = "kéy of thé vault ✓";

/// The core, ready to be started.
pub struct Peer {
    folder: PathBuf,
    work: TempDir,
}

/// A file to restore into a core that holds nothing.
#[derive(Debug, Clone, Copy)]
pub struct Restore<'a> {
    /// The archive.
    pub file: &'a Path,
    /// Its password, if it is encrypted.
    pub password: Option<&'a str>,
    /// The password of its locked notes.
    pub vault: &'a str,
    /// Whether what lies under `attachments/` is restored too. Without it the core must come to what a
    /// partial backup of the same notes gives.
    pub bytes: bool,
}

impl Peer {
    /// Finds the core.
    ///
    /// # Errors
    /// If it is not installed.
    pub fn new() -> Outcome<Self> {
        let folder = built::root().join("tests/peers/notesnook");
        if folder.join("node_modules/.package-lock.json").is_file() {
            return Ok(Self { folder, work: tempfile::tempdir()? });
        }
        Err(Trouble::new("Notesnook's core is not there; type: cd tests/peers/notesnook && npm ci"))
    }

    /// Restores each file into a core of its own. What each core then holds, in the same order: all rows
    /// of all tables, SHA-256 of every attachment, every locked note as the vault password opens it.
    ///
    /// # Errors
    /// If the core refuses one.
    pub fn restored(&self, files: &[Restore<'_>]) -> Outcome<Vec<Value>> {
        let dump = |number: usize| self.work.path().join(format!("{number}.json"));
        let job = |(number, restore): (usize, &Restore<'_>)| {
            json!({
                "file": restore.file, "password": restore.password, "vaultPassword": restore.vault,
                "withoutBytes": !restore.bytes, "dump": dump(number),
            })
        };
        let jobs: Vec<Value> = files.iter().enumerate().map(job).collect();
        self.run("restore.mjs", &[], &Value::from(jobs))?;
        (0..files.len()).map(|number| Ok(serde_json::from_slice(&std::fs::read(dump(number))?)?)).collect()
    }

    /// Restores a file and lets the core make a full backup of what it has then, encrypted with `password`.
    ///
    /// # Errors
    /// If the core refuses.
    pub fn restored_and_backed_up(&self, restore: Restore<'_>, to: &Path, password: &str) -> Outcome {
        let job = json!([{
            "file": restore.file, "password": restore.password, "withoutBytes": !restore.bytes,
            "export": { "file": to, "mode": "full", "password": password },
        }]);
        self.run("restore.mjs", &[], &job)
    }

    /// Lets the core make a full backup of notes that nobody has looked at, encrypted with `password`.
    ///
    /// # Errors
    /// If it fails.
    pub fn corpus(&self, to: &Path, seed: u32, password: &str) -> Outcome {
        let secret = self.work.path().join("password");
        std::fs::File::create(&secret)?.write_all(password.as_bytes())?;
        let seed = seed.to_string();
        let arguments =
            [to.as_os_str(), "--seed".as_ref(), seed.as_ref(), "--password-file".as_ref(), secret.as_ref()];
        self.run("corpus.mjs", &arguments, &Value::Null)
    }

    fn run(&self, script: &str, arguments: &[&OsStr], input: &Value) -> Outcome {
        let mut command = Command::new("node");
        command.arg(self.folder.join(script)).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        // Dropped at once, so that the program sees the end.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.to_string().as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Trouble::new(format!("Notesnook's core ended with {}: {said}", output.status)))
    }
}

/// Where two documents differ, as paths with both values; lists of things with an id are compared by it.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", Some(before), Some(after), &mut found);
    found.sort();
    found
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<String>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
                compare(&format!("{path}/{key}"), old.get(key), new.get(key), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new)))
            if old.iter().chain(new).all(|one| id(one).is_some()) =>
        {
            let only_new = new.iter().filter(|one| !old.iter().any(|other| id(other) == id(one)));
            for one in old.iter().chain(only_new) {
                let with_its_id = |list: &'_ [Value]| list.iter().position(|other| id(other) == id(one));
                let [was, is] = [(old, with_its_id(old)), (new, with_its_id(new))]
                    .map(|(list, at)| at.and_then(|at| list.get(at)));
                compare(&format!("{path}/{}", id(one).unwrap_or_default()), was, is, found);
            }
        }
        _ => found.push(format!("{path}: {} became {}", shown(before), shown(after))),
    }
}

fn id(thing: &Value) -> Option<&str> {
    thing.get("id")?.as_str()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| value.to_string().chars().take(120).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_wherever_it_is() {
        let before = json!({"notes": [{"id": "a", "x": 1}, {"id": "b"}], "flags": [1, 2], "same": null});
        let after = json!({"notes": [{"id": "c"}, {"id": "a", "x": 2}], "flags": [1], "same": null});
        assert_eq!(
            differences(&before, &after),
            [
                "/flags: [1,2] became [1]",
                "/notes/a/x: 1 became 2",
                "/notes/b: {\"id\":\"b\"} became nothing",
                "/notes/c: nothing became {\"id\":\"c\"}",
            ]
        );
        assert!(differences(&before, &before.clone()).is_empty());
    }
}
