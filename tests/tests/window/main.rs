//! The real window, end to end, on a display of its own.
#![cfg(target_os = "linux")]

mod access;
mod anew;
mod by_itself;
mod cancels;
mod failing_disk;
mod four_clicks;
mod history;
mod locked_out;
mod looking;
mod not_alone;
mod notices;
mod places;
mod restoring;
mod secrets;
mod setting_up;
mod surviving;
mod system;
mod system_says;

use std::fs;
use std::path::PathBuf;

use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::journey::{Journey, Start};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

/// A window whose account has sample notes and one backup of them.
fn with_samples(name: &str) -> Outcome<Window> {
    with_samples_on(name, Equipment::default())
}

/// The same, on a desk with this.
fn with_samples_on(name: &str, equipment: Equipment) -> Outcome<Window> {
    let window = Window::open(name, equipment)?;
    Journey::through(&window).set_up("Ada", Start::Samples)?;
    Ok(window)
}

/// The archives in the backups folder of a desk, in the order of their names.
fn archives(desk: &Desk) -> Outcome<Vec<PathBuf>> {
    let folder = desk.file("Documents/Backstop/backups");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| Trouble::from(error).during(folder.display()))? {
        found.push(entry?.path());
    }
    found.sort();
    Ok(found)
}
