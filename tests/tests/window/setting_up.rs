//! The first steps: both ways in, and what they leave on the disk.

use backstop_tests::Outcome;
use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::window::Window;

use crate::{archives, with_samples};

#[test]
fn the_first_steps_lead_to_a_verified_encrypted_backup() -> Outcome {
    let window = with_samples("first-steps")?;
    window.wait_for("Protected")?;
    window.wait_for("verified")?;
    let archives = archives(window.desk())?;
    assert_eq!(archives.len(), 1, "{archives:?}");
    let name = archives[0].file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.starts_with("library-") && name.ends_with(".nnbackupz"), "{name}");
    let bytes = std::fs::read(&archives[0])?;
    assert!(!bytes.windows(5).any(|part| part == b"title"), "the archive can be read without its key");
    Ok(())
}

#[test]
fn an_empty_start_says_that_there_is_nothing_to_back_up() -> Outcome {
    let window = Window::open("empty-start", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Ada", Start::Empty)?;
    assert_eq!(journey.notes_in_library()?, 0);
    window.wait_for("Not backed up yet")
}

#[test]
fn a_backup_is_the_start_of_a_new_account() -> Outcome {
    let first = with_samples("start-from-backup-source")?;
    let notes = Journey::through(&first).notes_in_library()?;
    let archive = archives(first.desk())?.remove(0);
    let second = Window::open("start-from-backup", Equipment::default())?;
    let journey = Journey::through(&second);
    journey.set_up("Grace", Start::Backup(&archive, PASSWORD))?;
    assert!(notes > 0);
    assert_eq!(journey.notes_in_library()?, notes);
    Ok(())
}

#[test]
fn who_has_nothing_but_a_file_is_served_at_once() -> Outcome {
    let first = with_samples("only-a-file-source")?;
    let archive = archives(first.desk())?.remove(0);
    let second = Window::open("only-a-file", Equipment::default())?;
    second.will_pick(&archive)?;
    second.click("button", "Open a backup I have")?;
    Journey::through(&second).unlock(Secret::Password(PASSWORD))?;
    second.wait_for("encrypted, and opened")?;
    second.find("button", "Restore into my library").map(drop)
}
