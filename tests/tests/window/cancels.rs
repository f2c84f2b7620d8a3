//! Long jobs stopped from the window: nothing of them is kept, and what was there is as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use backstop_tests::foreign::write_long_one;
use backstop_tests::journey::{Journey, Secret};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

use crate::with_samples;

/// How long a large library may take to be read, in a debug build on a busy machine.
const VERY_LONG: Duration = Duration::from_secs(150);

/// Every file of the backups folder with its bytes.
fn everything(window: &Window) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let folder = window.desk().file("Documents/Backstop/backups");
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        files.insert(path.clone(), fs::read(path)?);
    }
    Ok(files)
}

#[test]
fn a_restore_and_a_backup_that_are_cancelled_leave_nothing() -> Outcome {
    let window = with_samples("cancel")?;
    let journey = Journey::through(&window);
    let before = journey.notes_in_library()?;
    let backups = everything(&window)?;
    let long = window.desk().file("long.nnbackupz");
    write_long_one(&long, 8)?;

    // A restore: stopped, the library is as it was, and the plan is there again.
    window.click("link", "Restore")?;
    window.will_pick(&long)?;
    window.click("button", "Restore from files")?;
    window.wait_long_for("Only here", VERY_LONG)?;
    window.click("button", "Restore 8…")?;
    window.click("button", "Cancel")?;
    window.wait_long_for("Cancelled. Nothing was changed.", VERY_LONG)?;
    window.wait_long_for("Only here", VERY_LONG)?;
    window.click("button", "Restore 8…")?;
    window.wait_long_for("Restore finished", VERY_LONG)?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, before + 8000);

    // A backup: stopped, no file is left of it and the earlier one is untouched.
    window.click("button", "Create backup")?;
    window.click("menuitem", "Backup…")?;
    window.click("button", "Cancel backup")?;
    window.wait_long_for("Nothing of it was kept; your earlier backups stay.", VERY_LONG)?;
    assert_eq!(everything(&window)?, backups);
    // The first backup with attachments is still owed.
    window.find("heading", "Due")?;

    // The window is free for the next job.
    journey.plan_from_file(backups.keys().next().ok_or_else(|| Trouble::new("no backup"))?, Secret::None)?;
    window.wait_for("There is nothing to restore.")
}
