//! The main job: create a backup, restore from a file, switch encryption, choose an interval.

use backstop_testkit::fixture;
use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::process::until;
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};
use std::time::Duration;
use thirtyfour::Key;

use crate::{archives, with_samples};

#[test]
fn create_backup_makes_one_of_either_kind() -> Outcome {
    let window = with_samples("create-backup")?;
    let journey = Journey::through(&window);
    journey.create_backup(false)?;
    assert_eq!(archives(window.desk())?.len(), 2);
    window.click("button", "Done")?;
    journey.create_backup(true)?;
    let full =
        archives(window.desk())?.iter().filter(|path| path.to_string_lossy().contains("-full.")).count();
    assert!(full >= 1);
    assert_eq!(archives(window.desk())?.len(), 3);
    Ok(())
}

#[test]
fn a_backup_of_another_account_is_restored_once_and_undone() -> Outcome {
    let source = with_samples("restore-source")?;
    let notes = Journey::through(&source).notes_in_library()?;
    let archive = archives(source.desk())?.remove(0);
    let window = Window::open("restore", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    journey.plan_from_file(&archive, Secret::Password(PASSWORD))?;
    journey.apply()?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, notes);
    journey.plan_from_file(&archive, Secret::Password(PASSWORD))?;
    window.wait_for("There is nothing to restore.")?;
    window.click("button", "Close")?;
    window.click("button", "Undo")?;
    journey.finish_undo()?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, 0);
    Ok(())
}

#[test]
fn a_backup_of_the_real_notesnook_is_restored_and_read() -> Outcome {
    let window = Window::open("real-notesnook", Equipment::default())?;
    let journey = Journey::through(&window);
    let archive = fixture("notesnook/6.1/full-encrypted.nnbackupz");
    journey.set_up("Grace", Start::Backup(&archive, "harbour-lantern-42"))?;
    assert!(journey.notes_in_library()? >= 16);
    window.click("link", "Browse")?;
    window.find("heading", "Browse")?;
    for title in ["Pea soup", "Rye bread", "Formatting sampler"] {
        window.wait_for(title)?;
    }
    Ok(())
}

#[test]
fn encryption_goes_off_only_with_the_password() -> Outcome {
    let window = with_samples("encryption")?;
    let is_on = |window: &Window| window.attribute("switch", "Backup encryption", "aria-checked");
    assert_eq!(is_on(&window)?, "true");
    window.click("switch", "Backup encryption")?;
    window.fill("password", "Account password", "not the password")?;
    window.click("button", "Turn off")?;
    window.wait_for("This is not the password of this account.")?;
    window.click("button", "Keep it on")?;
    assert_eq!(is_on(&window)?, "true");
    window.click("switch", "Backup encryption")?;
    window.fill("password", "Account password", PASSWORD)?;
    window.click("button", "Turn off")?;
    window.wait_for("whoever gets a backup file can read your notes")?;
    assert_eq!(is_on(&window)?, "false");
    window.click("switch", "Backup encryption")?;
    window.wait_for("Every backup is encrypted")?;
    assert_eq!(is_on(&window)?, "true");
    Ok(())
}

#[test]
fn a_chosen_interval_outlives_a_crash() -> Outcome {
    let window = with_samples("interval")?;
    window.choose("Automatic backups", "Weekly")?;
    until(Duration::from_secs(10), || match window.chosen("Automatic backups")?.as_str() {
        "Weekly" => Ok(()),
        other => Err(Trouble::new(format!("the interval is {other}"))),
    })?;
    window.wait_for("Next:")?;
    let window = window.crash_and_reopen()?;
    window.fill("password", "Password", PASSWORD)?;
    window.click("button", "Sign in")?;
    window.find("heading", "Backup & export")?;
    assert_eq!(window.chosen("Automatic backups")?, "Weekly");
    Ok(())
}

#[test]
fn all_four_work_without_a_mouse() -> Outcome {
    let window = with_samples("keyboard")?;
    let press = |role: &str, name: &str, key: char| {
        window.tab_to(role, name)?;
        window.press(&[key])
    };
    // 1: a backup, through the menu and its arrows.
    press("button", "Create backup", Key::Enter.into())?;
    window.find("menuitem", "Backup with attachments…")?;
    window.press(&[Key::Down.into()])?;
    window.press(&[Key::Enter.into()])?;
    window.wait_long_for("Backup finished", Duration::from_secs(60))?;
    press("button", "Done", Key::Enter.into())?;
    // 2: an interval.
    window.tab_to("combobox", "Automatic backups")?;
    window.type_text("M")?;
    until(Duration::from_secs(10), || match window.chosen("Automatic backups")?.as_str() {
        "Monthly" => Ok(()),
        other => Err(Trouble::new(format!("the interval is {other}"))),
    })?;
    // 3: encryption off and on.
    press("switch", "Backup encryption", ' ')?;
    window.find("password", "Account password")?;
    window.type_text(PASSWORD)?;
    window.press(&[Key::Enter.into()])?;
    window.wait_for("whoever gets a backup file can read your notes")?;
    press("switch", "Backup encryption", ' ')?;
    window.wait_for("Every backup is encrypted")?;
    // 4: a file to restore, by the shortcut that opens the picker.
    let archive = archives(window.desk())?.remove(0);
    window.will_pick(&archive)?;
    window.press(&[Key::Control.into(), 'o'])?;
    window.wait_long_for("There is nothing to restore.", Duration::from_secs(60))
}
