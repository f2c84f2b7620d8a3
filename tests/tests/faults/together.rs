//! Two processes on one account at the same moment: one waits or is told that the account is busy, and
//! nothing of either is half.

use std::process::Child;

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, Ended, number, text};
use backstop_tests::foreign::{chunk, marker, note, write};

use crate::all;

const OLD: usize = 30;
const NEW: usize = 50;

const ANNA: [&str; 5] = ["--json", "--account", "anna", "--password-file", "@first"];

fn anna<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&ANNA[..], args].concat()
}

fn rounds() -> usize {
    if all() { 40 } else { 4 }
}

fn archive(cli: &Cli, name: &str, first: usize, count: usize) -> Outcome<String> {
    let items: Vec<_> = (first..first + count)
        .flat_map(|number| note(number, &format!("Note {number}"), &format!("<p>{name}</p>")))
        .collect();
    let path = cli.path("files").join(name);
    write(&path, &[marker(), chunk(0, &items)?])?;
    Ok(path.display().to_string())
}

fn home() -> Outcome<Cli> {
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", 0, OLD)?;
    cli.run(&anna(&["restore", &old]))?.expect(0)?;
    Ok(cli)
}

/// Starts both calls and waits for both. Each has done its work or was told that the account is busy.
fn both(cli: &Cli, one: &[&str], other: &[&str]) -> Outcome<[Ended; 2]> {
    let start = |args: &[&str]| -> Outcome<Child> { Ok(cli.command(args).spawn()?) };
    let (one, other) = (start(one)?, start(other)?);
    let ended = [Ended::of(&one.wait_with_output()?)?, Ended::of(&other.wait_with_output()?)?];
    for call in &ended {
        assert!([0, 11].contains(&call.code), "{} {} {}", call.code, call.out, call.err);
        if call.code == 11 {
            assert_eq!(text(&call.document()?, "/error/code")?, "busy");
        }
    }
    assert!(ended.iter().any(|call| call.code == 0), "both were refused");
    Ok(ended)
}

/// Every archive is whole, nothing unfinished is left once the next backup is made, and the history can be
/// read.
fn whole(cli: &Cli, password: &str, notes: usize) -> Outcome {
    let account = ["--account", "anna", "--password-file", password];
    let made = cli.json(0, &[&account[..], &["backup"]].concat())?;
    assert_eq!(number(&made, "/archives/0/notes")?, notes as u64);
    for path in cli.archives()? {
        let path = path.display().to_string();
        cli.run(&["verify", "--quick", &path])?.expect(0)?;
    }
    let folder = std::fs::read_dir(cli.path("Documents/Backstop/backups"))?;
    let hidden = folder.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "something unfinished is left");
    cli.run(&[&account[..], &["history"]].concat())?.expect(0)
}

#[test]
fn two_backups() -> Outcome {
    let cli = home()?;
    let mut made = 0;
    for _ in 0..rounds() {
        let ended = both(&cli, &anna(&["backup"]), &anna(&["backup"]))?;
        made += ended.iter().filter(|call| call.code == 0).count();
        assert_eq!(cli.archives()?.len(), made, "as many archives as were told of");
    }
    whole(&cli, "@first", OLD)
}

#[test]
fn a_backup_and_a_restore() -> Outcome {
    let cli = home()?;
    let new = archive(&cli, "new", 1000, NEW)?;
    let mut there = OLD;
    for _ in 0..rounds() {
        let [backup, restore] = both(&cli, &anna(&["backup"]), &anna(&["restore", &new]))?;
        let before = there;
        if restore.code == 0 {
            there = OLD + NEW;
        }
        if backup.code == 0 {
            let notes = number(&backup.document()?, "/archives/0/notes")?;
            assert!([before as u64, there as u64].contains(&notes), "{notes} notes are neither state");
        }
        if restore.code == 0 {
            let run = restore.document()?;
            cli.run(&anna(&["undo", text(&run, "/run")?]))?.expect(0)?;
            there = OLD;
        }
    }
    whole(&cli, "@first", OLD)
}

#[test]
fn a_backup_and_a_change_of_password() -> Outcome {
    let cli = home()?;
    let mut now = ("@first", "@second");
    for _ in 0..rounds() {
        let account = ["--json", "--account", "anna", "--password-file", now.0];
        let change = [&account[..], &["account", "change-password", "--new-password-file", now.1]].concat();
        let start = |args: &[&str]| -> Outcome<Child> { Ok(cli.command(args).spawn()?) };
        let backup = [&account[..], &["backup"]].concat();
        let (backup, change) = (start(&backup)?, start(&change)?);
        let backup = Ended::of(&backup.wait_with_output()?)?;
        let change = Ended::of(&change.wait_with_output()?)?;
        assert!([0, 11].contains(&change.code), "{} {}", change.code, change.out);
        // Who comes after the change has the old password.
        assert!([0, 11, 12].contains(&backup.code), "{} {}", backup.code, backup.out);
        if change.code == 0 {
            now = (now.1, now.0);
        }
        if backup.code == 0 {
            let document = backup.document()?;
            let path = text(&document, "/archives/0/path")?;
            let opens = |password| -> Outcome<bool> {
                let verified = cli.run(&["verify", path, "--archive-password-file", password])?;
                Ok(verified.code == 0)
            };
            assert!(opens(now.0)? || opens(now.1)?, "an archive that no password opens");
        }
    }
    whole(&cli, now.0, OLD)
}
