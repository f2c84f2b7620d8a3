//! A home in which faults strike: an account, a library with attachments, earlier archives. It is put
//! back as it was before each fault, and looked over after it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backstop_testkit::Corpus;
use serde_json::Value;
use tempfile::TempDir;

use super::disk::empty;
use super::trace::{Fault, Plan, Traced, trace};
use crate::cli::{Cli, Ended, number, text};
use crate::desk::{Desk, Equipment};
use crate::foreign::{chunk, marker, note_edited, write};
use crate::{Outcome, Trouble, large};

/// Notes of either state; a restore or undo leads from one to the other.
const OLD_NOTES: usize = 40;
const NEW_NOTES: usize = 60;
/// Bytes of the attachment in either state: more than one write.
const OLD_BYTES: u64 = 150_000;
const NEW_BYTES: u64 = 210_000;

/// What the program is doing when the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A backup with attachments in Notesnook's format.
    Backup,
    /// The same in Backstop's own.
    Container,
    /// A restore of several archives with attachments.
    Restore,
    /// The undo of that restore.
    Undo,
    /// A change of the password.
    ChangePassword,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Backup, Self::Container, Self::Restore, Self::Undo, Self::ChangePassword];
}

/// How many notes of either state the library has.
type State = (usize, usize);

const OLD: State = (OLD_NOTES, 0);
const NEW: State = (OLD_NOTES, NEW_NOTES);

/// The home and what it was before the fault.
pub struct Scene {
    cli: Cli,
    operation: Operation,
    args: Vec<String>,
    kept: TempDir,
    // The keychain lives as long as the scene.
    _desk: Desk,
    earlier: BTreeMap<PathBuf, Vec<u8>>,
    before: State,
    after: State,
}

/// As the account `anna`, whose login a keychain keeps: it costs no key derivation.
const ANNA: [&str; 2] = ["--account", "anna"];

fn anna<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&ANNA[..], args].concat()
}

impl Scene {
    /// Makes the home.
    ///
    /// # Errors
    /// If a call that nothing disturbs fails.
    pub fn new(operation: Operation) -> Outcome<Self> {
        let desk = Desk::new(Equipment { keyring: true, ..Equipment::default() })?;
        let mut cli = Cli::with_account()?;
        cli.set("DBUS_SESSION_BUS_ADDRESS", desk.bus_address()?);
        cli.run(&["--password-file", "@first", "account", "login", "--keep"])?.expect(0)?;
        let (old, new) = (
            sources(&cli, "old", 0, OLD_NOTES, OLD_BYTES)?,
            sources(&cli, "newer", 1000, NEW_NOTES, NEW_BYTES)?,
        );
        let restore = |files: &[String]| -> Vec<String> {
            let files = files.iter().map(String::as_str);
            anna(&["--json", "restore", "--mode", "overwrite"])
                .into_iter()
                .chain(files)
                .map(str::to_owned)
                .collect()
        };
        let run = |args: &[String]| cli.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        run(&restore(&old))?.expect(0)?;
        for format in ["nnbackupz", "backstop"] {
            cli.run(&anna(&["backup", "--attachments", "--format", format]))?.expect(0)?;
        }
        let backup = |format| anna(&["--json", "backup", "--attachments", "--format", format]);
        let owned = |args: Vec<&str>| args.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let (args, before, after) = match operation {
            Operation::Backup => (owned(backup("nnbackupz")), OLD, OLD),
            Operation::Container => (owned(backup("backstop")), OLD, OLD),
            Operation::Restore => (restore(&new), OLD, NEW),
            Operation::Undo => {
                let restored = run(&restore(&new))?;
                restored.expect(0)?;
                let run = text(&restored.document()?, "/run")?.to_owned();
                (owned(anna(&["--json", "undo", &run])), NEW, OLD)
            }
            Operation::ChangePassword => {
                let args = ["--json", "--account", "anna", "--password-file", "@first", "account"];
                let change = ["change-password", "--new-password-file", "@second"];
                (owned([&args[..], &change[..]].concat()), OLD, OLD)
            }
        };
        let mut earlier = BTreeMap::new();
        for path in archives(&cli)? {
            earlier.insert(path.clone(), fs::read(&path)?);
        }
        let kept = tempfile::tempdir()?;
        copy(cli.home(), kept.path())?;
        Ok(Self { cli, operation, args, kept, _desk: desk, earlier, before, after })
    }

    /// The home.
    #[must_use]
    pub fn cli(&self) -> &Cli {
        &self.cli
    }

    /// Puts the home back as it was before any fault.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn put_back(&self) -> Outcome {
        empty(self.cli.home())?;
        copy(self.kept.path(), self.cli.home())
    }

    /// Runs the operation under a plan.
    ///
    /// # Errors
    /// As [`trace`].
    pub fn play(&self, plan: &Plan<'_>) -> Outcome<Traced> {
        trace(&self.cli, &self.args.iter().map(String::as_str).collect::<Vec<_>>(), plan)
    }

    /// Plays the operation while everything works: the steps that it takes.
    ///
    /// # Errors
    /// If it fails.
    pub fn rehearse(&self) -> Outcome<Traced> {
        self.put_back()?;
        self.rehearse_here()
    }

    /// The same on the home as it is now.
    ///
    /// # Errors
    /// If it fails.
    pub fn rehearse_here(&self) -> Outcome<Traced> {
        let played = self.play(&Plan { below: self.cli.home(), fault: None })?;
        played.ended.expect(0)?;
        Ok(played)
    }

    /// Plays the operation on the home as it was, with a fault from one of its steps on.
    ///
    /// # Errors
    /// As [`trace`].
    pub fn strike(&self, fault: Fault, step: usize) -> Outcome<Traced> {
        self.put_back()?;
        self.play(&Plan { below: self.cli.home(), fault: Some((fault, step)) })
    }

    /// Looks the home over after a fault of its disk, with what the call said of it.
    ///
    /// # Errors
    /// The first thing that is not as it must be.
    pub fn look(&self, ended: &Ended) -> Outcome {
        self.look_inner(Some(ended)).map_err(|trouble| {
            trouble.during(format!(
                "{:?} ended with {}: {} {}",
                self.operation,
                ended.code,
                ended.out.trim(),
                ended.err.trim()
            ))
        })
    }

    /// Looks the home over after a kill or a power cut: nobody has said anything.
    ///
    /// # Errors
    /// The first thing that is not as it must be.
    pub fn look_after_death(&self) -> Outcome {
        self.look_inner(None)
    }

    fn look_inner(&self, ended: Option<&Ended>) -> Outcome {
        let done = ended.map(|ended| self.is_done(ended)).transpose()?;
        let (new_archives, made) = self.archives_are_whole()?;
        if let (Some(true), Operation::Backup | Operation::Container) = (done, self.operation) {
            let ended = ended.ok_or_else(|| Trouble::new("nothing was said"))?;
            let named = PathBuf::from(text(&ended.document()?, "/archives/0/path")?);
            claim(made.contains(&named), || "the archive that was told of is not there".to_owned())?;
        }
        claim(new_archives <= 1, || format!("{new_archives} archives from one call"))?;
        if self.operation == Operation::ChangePassword {
            let gone = ended.is_some_and(|ended| ended.out.contains("\"disk_gone\""));
            self.password_is_one_of_two(done, gone)?;
        }
        let state = self.state()?;
        // A disk that fails in the last step: it is said that nobody can know.
        let unsure = ended.is_some_and(|ended| ended.out.contains("either all of it is there, or nothing"));
        let allowed = match done {
            Some(true) => vec![self.after],
            Some(false) if !unsure => vec![self.before],
            Some(false) | None => vec![self.before, self.after],
        };
        claim(allowed.contains(&state), || format!("(old, newer) notes are {state:?}, not {allowed:?}"))?;
        self.next_run_is_whole(state)
    }

    /// Whether the call says that it did its work; what it says must be in the contract.
    fn is_done(&self, ended: &Ended) -> Outcome<bool> {
        match ended.code {
            0 => Ok(true),
            // Warnings must be there in words.
            3 => {
                let warnings =
                    ended.document()?.pointer("/warnings").and_then(Value::as_array).map_or(0, Vec::len);
                claim(warnings > 0, || "warnings without words".to_owned())?;
                Ok(true)
            }
            // Where the data folder itself vanished, its account is not there any more either.
            10 if ended.out.contains("\"not_found\"") => Ok(false),
            1 | 11 | 15 => {
                let document = ended.document()?;
                let code = text(&document, "/error/code")?;
                let disks = ["no_space", "disk_gone", "read_only"].contains(&code);
                claim(disks == (ended.code == 15), || format!("{code} with {}", ended.code))?;
                claim(disks, || "a fault of the disk is called something else".to_owned())?;
                claim(!text(&document, "/error/message")?.is_empty(), || "no words".to_owned())?;
                Ok(false)
            }
            other => Err(Trouble::new(format!("{other} is no code for this"))),
        }
    }

    /// Earlier archives are what they were, and what bears an archive's name is whole.
    fn archives_are_whole(&self) -> Outcome<(usize, Vec<PathBuf>)> {
        for (path, bytes) in &self.earlier {
            claim(fs::read(path).is_ok_and(|now| now == *bytes), || format!("{} changed", path.display()))?;
        }
        let now = archives(&self.cli)?;
        let new = now.iter().filter(|path| !self.earlier.contains_key(*path));
        let mut count = 0;
        for path in new {
            count += 1;
            let verified = self.cli.run(&["verify", &path.display().to_string()])?;
            verified
                .expect(0)
                .map_err(|trouble| trouble.during("an archive that is not whole bears its name"))?;
        }
        Ok((count, now))
    }

    fn password_is_one_of_two(&self, done: Option<bool>, gone: bool) -> Outcome {
        let opens = |password| -> Outcome<bool> {
            let login =
                self.cli.run(&["--account", "anna", "--password-file", password, "account", "login"])?;
            match login.code {
                0 => Ok(true),
                12 => Ok(false),
                _ => login.expect(0).map(|()| true),
            }
        };
        let wanted = match done {
            Some(true) => opens("@second")?,
            // Where the disk went away in the last step, nobody can know.
            Some(false) if gone => opens("@first")? || opens("@second")?,
            Some(false) => opens("@first")?,
            None => opens("@first")? || opens("@second")?,
        };
        claim(wanted, || format!("the password is not the one it should be (changed: {done:?})"))
    }

    fn state(&self) -> Outcome<State> {
        let of = |word| -> Outcome<usize> {
            let found = self.cli.json(0, &anna(&["search", "--place", "library", word]))?;
            Ok(found.pointer("/notes").and_then(Value::as_array).map_or(0, Vec::len))
        };
        Ok((of("old")?, of("newer")?))
    }

    /// The next backup works, holds what the library holds, and clears what was left.
    fn next_run_is_whole(&self, state: State) -> Outcome {
        let made = self.cli.json(0, &anna(&["backup", "--attachments"]))?;
        // One more note carries the attachment.
        claim(number(&made, "/archives/0/notes")? == (state.0 + state.1 + 1) as u64, || format!("{made}"))?;
        claim(number(&made, "/archives/0/attachments")? == 1, || format!("{made}"))?;
        let mut left = Vec::new();
        unfinished(self.cli.home(), &mut left)?;
        claim(left.is_empty(), || format!("the next run leaves {left:?}"))?;
        self.cli.run(&anna(&["history"]))?.expect(0)
    }
}

fn claim(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(Trouble::new(otherwise())) }
}

/// Two archives that a restore merges: notes whose text says which state they stand for, and a note with
/// an attachment.
fn sources(cli: &Cli, state: &str, first: usize, count: usize, bytes: u64) -> Outcome<Vec<String>> {
    let filling = "All work is play. ".repeat(20);
    let items: Vec<_> = (first..first + count)
        .flat_map(|number| {
            note_edited(
                number,
                &format!("Note {number}"),
                &format!("<p>{state} {filling}</p>"),
                1_749_427_200_001,
            )
        })
        .collect();
    let (notes, film) = (cli.path("files").join(state), cli.path("files").join(format!("{state}-film")));
    write(&notes, &[marker(), chunk(0, &items)?])?;
    large::archive(&film, Corpus::of(0), &[bytes])?;
    Ok(vec![notes.display().to_string(), film.display().to_string()])
}

/// The archives of both formats in the usual folder.
fn archives(cli: &Cli) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(cli.path("Documents/Backstop/backups"))? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden {
            found.push(path);
        }
    }
    Ok(found)
}

/// Files below a folder that say of themselves that they are not finished.
fn unfinished(folder: &Path, found: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            unfinished(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "part" || extension == "part-journal")
        {
            found.push(path);
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
