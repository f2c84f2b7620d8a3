//! Jobs do not live in a window: one that opens in the middle finds what runs, and one that closes in the
//! middle stops nothing.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use backstop_tests::busy::events;
use backstop_tests::desk::Desk;
use backstop_tests::process::until;
use backstop_tests::resident::Resident;
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};
use serde_json::Value;

use crate::archives;

const LONG: Duration = Duration::from_secs(150);

/// Thousands of notes whose backup takes several times as long as a window takes to open.
const MANY: usize = 12;

/// How the backups of the account stand, newest first.
fn backups(desk: &Desk) -> Outcome<Vec<String>> {
    let said = desk.backstop(&["--json", "history", "--kind", "backup"])?;
    let document: Value = serde_json::from_str(&said)?;
    let runs = document.pointer("/runs").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(runs.iter().filter_map(|run| Some(run.pointer("/outcome")?.as_str()?.to_owned())).collect())
}

/// Whether a run has begun and not ended, by what is written down of them.
fn something_runs(desk: &Desk) -> Outcome<bool> {
    let accounts = fs::read_dir(desk.file(".local/share/backstop/accounts"))?.flatten();
    let logs = accounts.filter_map(|account| fs::read_to_string(account.path().join("runs.ndjson")).ok());
    Ok(logs.map(|log| events(&log, "begin") - events(&log, "end")).sum::<usize>() > 0)
}

/// The archives that have their names.
fn finished(desk: &Desk) -> Outcome<Vec<PathBuf>> {
    let mut all = archives(desk)?;
    all.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    Ok(all)
}

#[test]
fn a_window_finds_the_backup_that_runs_and_its_end_and_stops_none_by_closing() -> Outcome {
    let resident = Resident::with_a_long_library(MANY)?;
    resident.desk.backstop(&["settings", "set", "on_close", "tray"])?;
    let in_the_middle = |resident: &mut Resident| {
        let tray = resident.host.tray()?;
        tray.wait_for("Not backed up yet")?;
        tray.press("Back up now")?;
        until(LONG, || match resident.backups_begun()? {
            1 => Ok(()),
            _ => Err(Trouble::new("no backup began")),
        })?;
        tray.press("Open Backstop")
    };
    let (window, ..) = Window::called_up(resident, "surviving", in_the_middle)?;
    window.find("button", "Cancel backup")?;
    until(LONG, || {
        match window.attribute("progressbar", "Backing up your notes", "aria-valuenow")?.parse()? {
            0 => Err(Trouble::new("it has got no further")),
            1..=100_u32 => Ok(()),
            more => Err(Trouble::new(format!("{more} of a hundred"))),
        }
    })?;
    window.wait_long_for("Protected", LONG)?;
    assert_eq!((finished(window.desk())?.len(), backups(window.desk())?), (1, vec!["completed".to_owned()]));

    // The next one is begun in this window, which is then closed.
    window.click("button", "Create backup")?;
    window.click("menuitem", "Backup…")?;
    window.find("button", "Cancel backup")?;
    let desk = window.desk();
    desk.close_window("Backstop")?;
    until(LONG, || match desk.shows("Backstop") {
        Ok(()) => Err(Trouble::new("the window stays")),
        Err(_) => Ok(()),
    })?;
    assert!(something_runs(desk)?, "it goes on without a window");
    until(LONG, || match backups(desk)?.first().is_some_and(|newest| newest == "completed") {
        true => Ok(()),
        false => Err(Trouble::new("the backup has not ended")),
    })?;
    let both = finished(desk)?;
    assert_eq!((both.len(), backups(desk)?.len()), (2, 2));
    assert_eq!(fs::read_dir(desk.file("Documents/Backstop/backups"))?.count(), 2, "nothing half is left");
    for archive in both {
        desk.backstop(&["verify", &archive.display().to_string()])?;
    }
    Ok(())
}
