//! The history in the real window: years of it at once, and a backup pinned and deleted by hand.

use std::time::{Duration, Instant};

use backstop_tests::{Outcome, Trouble, years};

use crate::{archives, with_samples};

/// How long a job or a long list may take on a busy machine.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn years_of_runs_open_and_a_backup_is_pinned_and_deleted() -> Outcome {
    let window = with_samples("history")?;
    let newest = archives(window.desk())?.pop().ok_or_else(|| Trouble::new("no archive"))?;
    let data = window.desk().file(".local/share/backstop");
    years::add(&years::account(&data)?, &newest, 1_000)?;
    // Reads the folder and the log for the first time; the second time is what people wait for each day.
    window.click("link", "History")?;
    window.wait_long_for("Show 50 more", LONG)?;
    window.click("link", "About")?;
    let begun = Instant::now();
    window.click("link", "History")?;
    window.wait_long_for("Show 50 more", LONG)?;
    println!("the history of years is on the screen after {} ms", begun.elapsed().as_millis());
    window.examine("history")?;
    window.picture("history-years")?;
    window.choose("Outcome", "Failed")?;
    window.wait_long_for("The disk was away.", LONG)?;
    window.choose("Outcome", "All outcomes")?;
    window.wait_long_for("Show 50 more", LONG)?;
    window.click("button", "More for Backup of today…")?;
    window.click("menuitem", "Pin…")?;
    window.wait_long_for("is pinned: it is never deleted by itself", LONG)?;
    window.click("button", "More for Backup of today…")?;
    window.click("menuitem", "Delete")?;
    // The others were brought along and never checked: this is the last verified one.
    window.find("heading", "Delete the backup of today…")?;
    window.picture("history-delete")?;
    window.click("checkbox", "Delete my last verified backup")?;
    window.click("button", "Delete")?;
    window.wait_long_for("1 backup deleted", LONG)?;
    match archives(window.desk())?.contains(&newest) {
        true => Err(Trouble::new("the archive is still there")),
        false => Ok(()),
    }
}
