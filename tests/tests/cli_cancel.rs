//! Two wishes at once: Ctrl-C ends a job with 130 and changes nothing, and a second job finds the account
//! busy.
#![cfg(target_os = "linux")]

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use backstop_tests::busy::Stopped;
use backstop_tests::cli::{Cli, Ended, text};
use backstop_tests::foreign::write_long_one;
use backstop_tests::{Outcome, Trouble};
use rustix::process::{Pid, Signal, kill_process};

fn interrupt(child: &Child) -> Outcome {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| Trouble::new("no pid"))?;
    Ok(kill_process(pid, Signal::INT)?)
}

/// An archive of so many thousand notes, which takes a while to read.
fn long_one(cli: &Cli, thousands: usize) -> Outcome<String> {
    let path = cli.path("files/long");
    write_long_one(&path, thousands)?;
    Ok(path.display().to_string())
}

#[test]
fn a_cancelled_call_ends_with_130_within_moments() -> Outcome {
    let cli = Cli::new()?;
    let file = long_one(&cli, 12)?;
    for command in [&["verify", &file][..], &["convert", &file, "~/files/out.nnbackupz", "--no-encryption"]] {
        let args = [&["--json"], command].concat();
        let child = cli.command(&args).spawn()?;
        thread::sleep(Duration::from_millis(300));
        interrupt(&child)?;
        let asked = Instant::now();
        let ended = Ended::of(&child.wait_with_output()?)?;
        ended.expect(130).map_err(|trouble| trouble.during(command.join(" ")))?;
        assert!(asked.elapsed() < Duration::from_secs(3), "{command:?} took {:?}", asked.elapsed());
        assert_eq!(text(&ended.document()?, "/error/code")?, "cancelled");
        let left: Vec<_> = std::fs::read_dir(cli.path("files"))?.filter_map(Result::ok).collect();
        assert_eq!(left.len(), 1, "nothing is left beside the archive: {left:?}");
    }
    Ok(())
}

#[test]
fn a_cancelled_restore_changes_nothing() -> Outcome {
    let cli = Cli::with_account()?;
    let file = long_one(&cli, 12)?;
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

#[test]
fn a_second_job_finds_the_account_busy() -> Outcome {
    let cli = Cli::with_account()?;
    let file = long_one(&cli, 3)?;
    let anna = ["--account", "anna", "--password-file", "@first"];
    let mut first = cli.start(&[&anna[..], &["restore", &file]].concat())?;
    let stopped = Stopped::at_its_job(&cli, &mut first)?;
    for second in [&["backup"][..], &["run-due"]] {
        let refused = cli.as_anna(11, second)?;
        assert_eq!(text(&refused, "/error/code")?, "busy");
    }
    drop(stopped);
    assert_eq!(first.wait()?.code(), Some(0), "the first one was not disturbed");
    cli.as_anna(0, &["backup"])?;
    Ok(())
}
