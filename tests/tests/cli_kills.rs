//! Dozens of kills, or as many as asked for: `backup`, `restore`, `undo` and a change of the password are
//! killed hard at random moments. Afterwards every earlier archive
//! is what it was, nothing that was not verified bears an archive's name, and the library opens in the old
//! or in the new state.
#![cfg(unix)]
#![expect(
    clippy::indexing_slicing,
    reason = "a document without the field is a failed test, and null says so"
)]

use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use backstop_tests::cli::{Cli, number, text};
use backstop_tests::foreign::{chunk, marker, notes, write};
use backstop_tests::{Outcome, Trouble};

/// Kills of each of the tests below, half of them for the password. `BACKSTOP_KILLS` asks for more.
fn kills() -> usize {
    std::env::var("BACKSTOP_KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(10)
}

/// A moment between the two.
fn random(least: Duration, most: Duration) -> Duration {
    // A fresh hasher has random keys: std's only source of randomness.
    let parts = RandomState::new().build_hasher().finish() % 1000;
    least + most.saturating_sub(least).mul_f64(f64::from(u32::try_from(parts).unwrap_or(0)) / 1000.0)
}

/// An archive of `count` notes whose text says which state it stands for.
fn archive(cli: &Cli, name: &str, count: usize, state: &str) -> Outcome<String> {
    let path = cli.path("files").join(name);
    let filling = "All work is play. ".repeat(40);
    let items = notes(0, count, |number| format!("<p>{state} {number} {filling}</p>"));
    // A later edit for each state, so that merging takes it.
    let items: Vec<_> = items
        .into_iter()
        .map(|mut item| {
            let edited = item["dateEdited"].as_u64().unwrap_or(0) + state.len() as u64 * 1_000_000;
            item["dateEdited"] = edited.into();
            item["dateModified"] = edited.into();
            item
        })
        .collect();
    write(&path, &[marker(), chunk(0, &items)?])?;
    Ok(path.display().to_string())
}

/// How long a call takes that nobody kills, and how much of that goes by before the work begins: the key
/// derivation, in which there is nothing to hit.
struct Span {
    before: Duration,
    whole: Duration,
}

impl Span {
    fn of(cli: &Cli, args: &[&str]) -> Outcome<Self> {
        Ok(Self { before: time(cli, &anna(&["account", "login"]))?.mul_f64(0.8), whole: time(cli, args)? })
    }
}

/// Starts a call, kills it at a random moment of its work, and says whether it had ended by itself.
fn kill(cli: &Cli, span: &Span, args: &[&str]) -> Outcome<bool> {
    let mut child = cli.start(args)?;
    thread::sleep(random(span.before, span.whole));
    let ended = child.try_wait()?.is_some();
    child.kill()?;
    child.wait()?;
    Ok(ended)
}

/// How long a call takes.
fn time(cli: &Cli, args: &[&str]) -> Outcome<Duration> {
    let started = Instant::now();
    cli.run(args)?.expect(0)?;
    Ok(started.elapsed())
}

const ANNA: [&str; 4] = ["--account", "anna", "--password-file", "@first"];

fn anna<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&ANNA[..], args].concat()
}

/// Every archive, with the bytes that it had when it was last seen to be whole.
struct Archives(BTreeMap<PathBuf, Vec<u8>>);

impl Archives {
    /// Earlier ones must be the same, byte for byte; a new one must be whole.
    fn look(&mut self, cli: &Cli) -> Outcome {
        for (path, bytes) in &self.0 {
            assert!(fs::read(path)? == *bytes, "{} changed", path.display());
        }
        for path in cli.archives()? {
            if !self.0.contains_key(&path) {
                let file = path.display().to_string();
                cli.json(0, &["verify", &file, "--archive-password-file", "@first"])
                    .map_err(|trouble| trouble.during("an unverified file bears a final name"))?;
                self.0.insert(path.clone(), fs::read(&path)?);
            }
        }
        only_known_names(&cli.path("Documents/Backstop/backups"))
    }
}

/// In the backups folder lie archives, and unfinished files that say so.
fn only_known_names(folder: &Path) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let known = name.ends_with(".nnbackupz") || name.ends_with(".part") || name.starts_with('.');
        if !known {
            return Err(Trouble::new(format!("{name} lies among the archives")));
        }
    }
    Ok(())
}

#[test]
fn a_killed_backup_harms_no_archive() -> Outcome {
    let cli = Cli::with_account()?;
    let source = archive(&cli, "source", 1500, "old")?;
    cli.run(&anna(&["restore", &source]))?.expect(0)?;
    let span = Span::of(&cli, &anna(&["backup"]))?;
    let mut archives = Archives(BTreeMap::new());
    archives.look(&cli)?;
    let (wanted, mut killed) = (kills(), 0);
    while killed < wanted {
        killed += usize::from(!kill(&cli, &span, &anna(&["backup"]))?);
        archives.look(&cli)?;
    }
    cli.run(&anna(&["backup"]))?.expect(0)?;
    archives.look(&cli)?;
    let left = fs::read_dir(cli.path("Documents/Backstop/backups"))?.filter_map(Result::ok);
    let parts = left.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part")).count();
    assert_eq!(parts, 0, "the next backup clears what the killed ones left");
    let history = cli.json(0, &anna(&["history"]))?;
    assert!(history.to_string().contains("left_running"), "the killed runs are in the history");
    Ok(())
}

/// What the library says of itself: how many notes of each state.
fn states(cli: &Cli) -> Outcome<(usize, usize)> {
    let of = |word| -> Outcome<usize> {
        let found = cli.json(0, &anna(&["search", "--place", "library", word]))?;
        Ok(found["notes"].as_array().map_or(0, Vec::len))
    };
    Ok((of("old")?, of("newer")?))
}

#[test]
fn a_killed_restore_leaves_the_old_or_the_new_state() -> Outcome {
    const NOTES: usize = 800;
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", NOTES, "old")?;
    let new = archive(&cli, "new", NOTES, "newer")?;
    cli.run(&anna(&["restore", &old]))?.expect(0)?;
    cli.run(&anna(&["backup"]))?.expect(0)?;
    let span = Span::of(&cli, &anna(&["restore", &new]))?;
    cli.run(&anna(&["restore", &old, "--mode", "overwrite"]))?.expect(0)?;
    let mut archives = Archives(BTreeMap::new());
    let (wanted, mut killed) = (kills(), 0);
    while killed < wanted {
        killed += usize::from(!kill(&cli, &span, &anna(&["restore", &new]))?);
        archives.look(&cli)?;
        match states(&cli)? {
            (NOTES, 0) => {}
            (0, NOTES) => {
                cli.run(&anna(&["restore", &old, "--mode", "overwrite"]))?.expect(0)?;
            }
            mixed => return Err(Trouble::new(format!("(old, new) notes are {mixed:?}"))),
        }
    }
    let made = cli.json(0, &anna(&["backup"]))?;
    assert_eq!(number(&made, "/archives/0/notes")?, NOTES as u64);
    archives.look(&cli)
}

#[test]
fn a_killed_undo_leaves_the_old_or_the_new_state() -> Outcome {
    const NOTES: usize = 500;
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", NOTES, "old")?;
    let new = archive(&cli, "new", NOTES, "newer")?;
    cli.run(&anna(&["restore", &old]))?.expect(0)?;
    cli.run(&anna(&["backup"]))?.expect(0)?;
    let restore = || cli.json(0, &anna(&["restore", &new]));
    let first = restore()?;
    let span = Span::of(&cli, &anna(&["undo", text(&first, "/run")?]))?;
    let mut archives = Archives(BTreeMap::new());
    let mut run = text(&restore()?, "/run")?.to_owned();
    let (wanted, mut killed) = (kills(), 0);
    while killed < wanted {
        killed += usize::from(!kill(&cli, &span, &anna(&["undo", &run]))?);
        archives.look(&cli)?;
        match states(&cli)? {
            (0, NOTES) => {}
            (NOTES, 0) => run = text(&restore()?, "/run")?.to_owned(),
            mixed => return Err(Trouble::new(format!("(old, new) notes are {mixed:?}"))),
        }
    }
    cli.run(&anna(&["undo", &run]))?.expect(0)?;
    assert_eq!(states(&cli)?, (NOTES, 0));
    Ok(())
}

/// Deriving keys takes nearly all of the time, so most moments are in it; every step behind it has its own
/// test in `faults`.
#[test]
fn a_killed_change_of_password_leaves_the_old_or_the_new_one() -> Outcome {
    let cli = Cli::with_account()?;
    let source = archive(&cli, "source", 20, "old")?;
    cli.run(&anna(&["restore", &source]))?.expect(0)?;
    let change = |from, to| -> Vec<&str> {
        [
            "--account",
            "anna",
            "--password-file",
            from,
            "account",
            "change-password",
            "--new-password-file",
            to,
        ]
        .to_vec()
    };
    let span = Span::of(&cli, &change("@first", "@second"))?;
    let opens = |password| -> Outcome<bool> {
        let login = cli.run(&["--account", "anna", "--password-file", password, "account", "login"])?;
        if login.code != 12 {
            login.expect(0)?;
        }
        Ok(login.code == 0)
    };
    let (mut now, mut other) = ("@second", "@first");
    let (wanted, mut killed) = (kills().div_ceil(2), 0);
    while killed < wanted {
        killed += usize::from(!kill(&cli, &span, &change(now, other))?);
        if !opens(now)? {
            assert!(opens(other)?, "neither password opens the account");
            (now, other) = (other, now);
        }
    }
    let made = cli.json(0, &["--account", "anna", "--password-file", now, "backup"])?;
    assert_eq!(number(&made, "/archives/0/notes")?, 20);
    Ok(())
}
