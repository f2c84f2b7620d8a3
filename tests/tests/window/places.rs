//! A folder of Notesnook backups in the real window: found, added, opened, and watched.

use std::fs::{self, File};
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use backstop_testkit::fixture;
use backstop_tests::Outcome;
use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::journey::{Journey, Start};
use backstop_tests::window::Window;

/// How long a job, or a change in a folder, may take on a busy machine.
const LONG: Duration = Duration::from_secs(120);

/// What opens the sample file.
const SECRET: &str = "harbour-lantern-42";

/// Puts a backup of Notesnook's into its own folder, as it would look some hours later.
fn put(desk: &Desk, name: &str, sample: &str, age: Duration) -> Outcome<String> {
    let folder = desk.file("Documents/Notesnook/backups");
    fs::create_dir_all(&folder)?;
    let mut file = File::create_new(folder.join(name))?;
    file.write_all(&fs::read(fixture(&format!("notesnook/6.1/{sample}.nnbackupz")))?)?;
    file.set_modified(SystemTime::now() - age)?;
    Ok(folder.to_string_lossy().into_owned())
}

#[test]
fn notesnooks_folder_is_found_added_opened_and_watched() -> Outcome {
    let window = Window::open("places", Equipment::default())?;
    let folder =
        put(window.desk(), "2026-11-21-08-00-0.nnbackupz", "partial-encrypted", Duration::from_secs(7200))?;
    Journey::through(&window).set_up("Ada", Start::Empty)?;
    window.click("link", "Places")?;
    window.wait_for("Found on this computer")?;
    window.examine("places-found")?;
    window.click("button", &format!("Add {folder}"))?;
    window.wait_long_for("Needs its password", LONG)?;
    window.examine("places-locked")?;
    window.click("button", "Enter password of Notesnook backups")?;
    window.fill("password", "Notesnook password or recovery key", SECRET)?;
    window.click("button", "Keep password")?;
    window.wait_long_for("All good", LONG)?;
    window.examine("places")?;
    // Nobody asks for anything: the folder is watched, and the page says what is new in it.
    put(window.desk(), "2026-11-22-08-00-0-full.nnbackupz", "full-encrypted", Duration::from_secs(60))?;
    window.wait_long_for("2 backups", LONG)?;
    window.click("link", "Restore")?;
    window.wait_for("2026-11-22-08-00-0-full.nnbackupz")?;
    window.examine("restore-places")
}
