//! Ctrl-C: a job that is asked to stop ends with 130, and nothing was changed.
#![cfg(unix)]

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use backstop_tests::cli::{Cli, Ended, text};
use backstop_tests::foreign::{chunk, marker, notes, write};
use backstop_tests::{Outcome, Trouble};
use rustix::process::{Pid, Signal, kill_process};

fn interrupt(child: &Child) -> Outcome {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| Trouble::new("no pid"))?;
    Ok(kill_process(pid, Signal::INT)?)
}

/// An archive that takes a while to read.
fn long_one(cli: &Cli) -> Outcome<String> {
    let path = cli.path("files/long");
    let filling = "All work is play. ".repeat(150);
    let mut parts = vec![marker()];
    for part in 0..6 {
        parts.push(chunk(part, &notes(part * 2000, 2000, |number| format!("<p>{number} {filling}</p>")))?);
    }
    write(&path, &parts)?;
    Ok(path.display().to_string())
}

#[test]
fn a_cancelled_call_ends_with_130_within_two_seconds() -> Outcome {
    let cli = Cli::new()?;
    let file = long_one(&cli)?;
    for command in [&["verify", &file][..], &["convert", &file, "~/files/out.nnbackupz", "--no-encryption"]] {
        let args = [&["--json"], command].concat();
        let child = cli.command(&args).spawn()?;
        thread::sleep(Duration::from_millis(300));
        interrupt(&child)?;
        let asked = Instant::now();
        let ended = Ended::of(&child.wait_with_output()?)?;
        ended.expect(130).map_err(|trouble| trouble.during(command.join(" ")))?;
        assert!(asked.elapsed() < Duration::from_secs(2), "{command:?} took {:?}", asked.elapsed());
        assert_eq!(text(&ended.document()?, "/error/code")?, "cancelled");
        let left: Vec<_> = std::fs::read_dir(cli.path("files"))?.filter_map(Result::ok).collect();
        assert_eq!(left.len(), 1, "nothing is left beside the archive: {left:?}");
    }
    Ok(())
}

#[test]
fn a_cancelled_restore_changes_nothing() -> Outcome {
    let cli = Cli::with_account()?;
    let file = long_one(&cli)?;
    let args = ["--json", "--account", "anna", "--password-file", "@first", "restore", &file];
    let child = cli.command(&args).spawn()?;
    // Past the key derivation, into the reading.
    thread::sleep(Duration::from_millis(2500));
    interrupt(&child)?;
    let ended = Ended::of(&child.wait_with_output()?)?;
    ended.expect(130)?;
    let found = cli.as_anna(0, &["search", "--place", "library", "play"])?;
    assert_eq!(found.pointer("/notes").and_then(|notes| notes.as_array()).map(Vec::len), Some(0));
    cli.as_anna(0, &["account", "status"])?;
    Ok(())
}
