//! Passwords and recovery keys: right, wrong, lost, kept.

use backstop_tests::Outcome;
use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::window::Window;

use crate::{archives, with_samples};

#[test]
fn a_wrong_password_and_a_damaged_file_are_told_apart() -> Outcome {
    let source = with_samples("wrong-source")?;
    let archive = archives(source.desk())?.remove(0);
    let window = Window::open("wrong-or-damaged", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    window.click("link", "Restore")?;
    window.will_pick(&archive)?;
    window.click("button", "Restore from files")?;
    journey.try_to_unlock(Secret::Password("not the password"))?;
    window.wait_for("This is not its password. The file itself is whole.")?;
    window.picture("wrong-password")?;
    window.click("button", "Cancel")?;
    // Flip one byte in the middle: the password is right and the file is not whole.
    let mut bytes = std::fs::read(&archive)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    let damaged = window.desk().file("damaged.nnbackupz");
    std::fs::write(&damaged, bytes)?;
    window.will_pick(&damaged)?;
    window.click("button", "Restore from files")?;
    window.wait_for("damaged")?;
    let text = window.text()?;
    assert!(!text.contains("not its password"), "{text}");
    window.picture("damaged").map(drop)
}

#[test]
fn a_recovery_key_opens_a_backup_on_another_computer() -> Outcome {
    let source = Window::open("key-source", Equipment::default())?;
    let key = Journey::through(&source).set_up("Ada", Start::Samples)?;
    let archive = archives(source.desk())?.remove(0);
    let window = Window::open("key-opens", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    journey.plan_from_file(&archive, Secret::Key(&key))?;
    journey.apply()
}

#[test]
fn a_lost_password_is_replaced_by_the_recovery_key() -> Outcome {
    let window = Window::open("lost-password", Equipment::default())?;
    let journey = Journey::through(&window);
    let key = journey.set_up("Ada", Start::Samples)?;
    let notes = journey.notes_in_library()?;
    let window = window.crash_and_reopen()?;
    window.click("button", "Use the recovery key")?;
    window.fill("textbox", "Recovery key", &key)?;
    let new = "seven quiet harbours under amber rain";
    window.fill("password", "New password", new)?;
    window.fill("password", "New password again", new)?;
    window.click("button", "Set password and sign in")?;
    window.find("heading", "Backup & export")?;
    assert_eq!(Journey::through(&window).notes_in_library()?, notes);
    Ok(())
}

#[test]
fn a_keychain_keeps_the_account_signed_in() -> Outcome {
    let window = Window::open("kept", Equipment { keyring: true, notices: false })?;
    Journey::through(&window).set_up("Ada", Start::Samples)?;
    let window = window.crash_and_reopen()?;
    window.find("heading", "Backup & export").map(drop)
}

#[test]
fn without_a_keychain_the_password_is_asked_for() -> Outcome {
    let window = Window::open("not-kept", Equipment::default())?;
    window.click("button", "Set up backups")?;
    window.wait_for("This system has no keychain")?;
    drop(window);
    let window = with_samples("asked-for")?.crash_and_reopen()?;
    window.find("heading", "Sign in")?;
    window.fill("password", "Password", "not the password")?;
    window.click("button", "Sign in")?;
    window.wait_for("This is not the password of this account.")?;
    window.fill("password", "Password", PASSWORD)?;
    window.click("button", "Sign in")?;
    window.find("heading", "Backup & export").map(drop)
}
