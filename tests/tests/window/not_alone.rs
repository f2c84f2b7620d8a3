//! The app in the tray and `backstop run-due` on one account: never at the same time, and never twice for a
//! day. Both are the real programs, held still in the middle of their job.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backstop_tests::busy::Stopped;
use backstop_tests::cli::{Ended, number, text};
use backstop_tests::process::{Group, until};
use backstop_tests::resident::{HOUR_MS, Resident};
use backstop_tests::{Outcome, Trouble, built};
use serde_json::Value;

use crate::by_itself::SETTLED_MS;

const LONG: Duration = Duration::from_secs(90);

/// As cron calls it.
fn run_due(resident: &Resident) -> Outcome<Ended> {
    let mut command = resident.desk.command(built::program("backstop")?);
    Ended::of(&command.args(["--json", "run-due"]).output()?)
}

/// Every file below a folder with its bytes.
fn everything(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => everything(&path, found)?,
            false => drop(found.insert(path.clone(), fs::read(path)?)),
        }
    }
    Ok(())
}

/// What lies on the disk: the account, and the folder of its backups.
fn on_the_disk(resident: &Resident) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    everything(&resident.accounts(), &mut found)?;
    everything(&resident.folder(), &mut found)?;
    Ok(found)
}

/// One archive, one run, and nothing that is due.
fn exactly_one(resident: &Resident) -> Outcome {
    let again = run_due(resident)?;
    again.expect(0)?;
    let again = again.document()?;
    assert_eq!(again.pointer("/due"), Some(&Value::Bool(false)), "{again}");
    assert_eq!(resident.archives().len(), 1);
    let history = resident.history()?;
    let backups: Vec<_> =
        history.iter().filter(|run| text(run, "/kind").is_ok_and(|kind| kind == "backup")).collect();
    let [run] = &backups[..] else {
        return Err(Trouble::new(format!("one backup and no other: {history:?}")));
    };
    assert_eq!((text(run, "/outcome")?, number(run, "/notes")?), ("completed", 3000), "{run}");
    let archive = resident.archives().remove(0).display().to_string();
    resident.desk.backstop(&["verify", &archive]).map(drop)
}

#[test]
fn run_due_is_refused_while_the_app_is_at_it() -> Outcome {
    let mut resident = Resident::with_a_long_library(3)?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    resident.clock.pass(SETTLED_MS)?;
    let stopped = resident.stop_in_the_middle()?;
    let before = on_the_disk(&resident)?;
    let refused = run_due(&resident)?;
    refused.expect(11)?;
    assert_eq!(text(&refused.document()?, "/error/code")?, "busy");
    assert!(on_the_disk(&resident)? == before, "it wrote something");
    drop(stopped);
    tray.wait_long_for("Your notes are backed up", LONG)?;
    resident.wait_for_rest()?;
    exactly_one(&resident)
}

#[test]
fn the_app_waits_while_run_due_is_at_it() -> Outcome {
    let mut resident = Resident::with_a_long_library(3)?;
    let mut command = resident.desk.command(built::program("backstop")?);
    command.args(["run-due"]);
    let mut cron = Group::start(&command, &resident.desk.file("cron.log"))?;
    let (accounts, process) = (resident.accounts(), cron.id());
    let stopped = Stopped::in_the_middle(&accounts, process, || match cron.is_alive() {
        true => Ok(()),
        false => Err(Trouble::new("run-due has ended")),
    })?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Backing up")?;
    let before = on_the_disk(&resident)?;
    // A backup is due for the app as well, hour after hour.
    resident.clock.pass(SETTLED_MS)?;
    for _ in 0..3 {
        resident.clock.pass(HOUR_MS)?;
        tray.wait_for("Backing up")?;
    }
    assert_eq!(resident.archives().len(), 0);
    let now = on_the_disk(&resident)?;
    let changed: Vec<_> = now.keys().filter(|path| before.get(*path) != now.get(*path)).collect();
    assert!(changed.is_empty(), "the app wrote {changed:?}");
    drop(stopped);
    until(LONG, || match cron.is_alive() {
        true => Err(Trouble::new("run-due goes on")),
        false => Ok(()),
    })?;
    resident.clock.pass(HOUR_MS)?;
    tray.wait_long_for("Your notes are backed up", LONG)?;
    resident.wait_for_rest()?;
    exactly_one(&resident)
}
