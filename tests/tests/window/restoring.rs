//! The ways of restoring: every mode, some notes only, several backups at once; and the format of backups.

use std::fs;
use std::time::Duration;

use backstop_testkit::fixture;
use backstop_tests::Outcome;
use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::window::Window;

use crate::{archives, with_samples};

/// How long a job may take on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// A real file of Notesnook with 17 notes, and its password.
const FILE: &str = "notesnook/6.1/full-encrypted.nnbackupz";
const FILE_NOTES: u64 = 17;
const FILE_PASSWORD: &str = "harbour-lantern-42";

#[test]
fn backups_are_made_in_the_format_that_was_chosen() -> Outcome {
    let window = with_samples("format")?;
    assert_eq!(window.chosen("Backup format")?, "Notesnook (.nnbackupz)");
    window.wait_for("whoever steals a file can try a password of your account every 0.02 seconds")?;
    window.choose("Backup format", "Backstop (.backstop)")?;
    window.wait_for("each try at the password takes half a second")?;
    window.examine("backup-format")?;
    let journey = Journey::through(&window);
    journey.create_backup(true)?;
    window.click("button", "Done")?;
    let made = archives(window.desk())?;
    let ours = made.iter().find(|path| path.extension().is_some_and(|ending| ending == "backstop"));
    assert_eq!(made.len(), 2, "{made:?}");
    window.click("link", "Restore")?;
    window.wait_for("Backstop’s format")?;
    window.wait_for("Notesnook’s format")?;
    window.examine("restore-formats")?;
    // It opens by itself, and all of it is here already.
    journey.plan_from_file(ours.expect("a .backstop among them"), Secret::None)?;
    window.wait_for("There is nothing to restore.")
}

#[test]
fn exactly_removes_what_it_said_and_is_undone() -> Outcome {
    let window = with_samples("exactly")?;
    let journey = Journey::through(&window);
    let before = journey.notes_in_library()?;
    journey.plan_from_file(&fixture(FILE), Secret::Password(FILE_PASSWORD))?;
    window.click("radio", "Exactly as in the backup…")?;
    window.wait_long_for(&format!("{before} notes will be removed from your library"), LONG)?;
    window.wait_for(&format!("Adds {FILE_NOTES} notes, updates none, removes {before}."))?;
    window.examine("plan-exactly")?;
    window.click("button", "Restore")?;
    window.find("heading", &format!("Remove {before} notes?"))?;
    window.examine("plan-exactly-ask")?;
    window.click("button", "Keep them")?;
    window.click("button", "Restore")?;
    window.click("button", "Remove and restore")?;
    window.wait_long_for("Restore finished", LONG)?;
    window.picture("result-exactly")?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, FILE_NOTES);
    window.click("button", "Undo")?;
    journey.finish_undo()?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, before);
    Ok(())
}

#[test]
fn added_as_new_the_notes_are_there_twice() -> Outcome {
    let window = with_samples("as-new")?;
    let journey = Journey::through(&window);
    let before = journey.notes_in_library()?;
    let archive = archives(window.desk())?.remove(0);
    journey.plan_from_file(&archive, Secret::None)?;
    window.wait_for("There is nothing to restore.")?;
    window.click("radio", "Add as new notes…")?;
    window.wait_long_for(&format!("Adds {before} notes, updates none, removes none."), LONG)?;
    window.examine("plan-as-new")?;
    window.click("button", &format!("Add {before} notes"))?;
    window.wait_long_for("Restore finished", LONG)?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, 2 * before);
    Ok(())
}

#[test]
fn some_notes_are_ticked_and_only_they_come_back() -> Outcome {
    let window = Window::open("some-notes", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    journey.plan_from_file(&fixture(FILE), Secret::Password(FILE_PASSWORD))?;
    window.click("button", "Look inside")?;
    window.wait_long_for("17 notes, 6 attachments", LONG)?;
    window.focus("option", "Pea soup…")?;
    window.press(&[' '])?;
    window.wait_for("1 note ticked, in 1 notebook")?;
    assert_eq!(window.attribute("treeitem", "All notes", "aria-checked")?, "mixed");
    window.examine("contents-ticked")?;
    window.size(320, 900)?;
    window.picture("contents-ticked-320")?;
    assert_eq!(window.sticking_out()?, Vec::<String>::new());
    window.size(1100, 780)?;
    window.click("button", "Continue to plan")?;
    window.wait_long_for("1 note from ", LONG)?;
    window.wait_for("Adds 1 note, updates none, removes none.")?;
    window.wait_for("of a part, everything else would be removed")?;
    window.picture("plan-some-notes")?;
    window.click("button", "Restore 1 note")?;
    window.wait_long_for("Restore finished", LONG)?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, 1);
    window.click("link", "Browse")?;
    window.find("option", "Pea soup…").map(drop)
}

#[test]
fn several_backups_are_unlocked_in_turn_and_merged() -> Outcome {
    let source = with_samples("several-source")?;
    let notes = Journey::through(&source).notes_in_library()?;
    let archive = archives(source.desk())?.remove(0);
    let window = Window::open("several", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    window.click("link", "Restore")?;
    window.will_pick_all(&[&fixture(FILE), &archive])?;
    window.click("button", "Restore from files")?;
    window.wait_long_for("Backup 1 of 2.", LONG)?;
    window.picture("unlock-several")?;
    journey.try_to_unlock(Secret::Password(FILE_PASSWORD))?;
    window.wait_long_for("Backup 2 of 2.", LONG)?;
    journey.try_to_unlock(Secret::Password(PASSWORD))?;
    window.wait_long_for("From 2 backups merged", LONG)?;
    window.wait_long_for(&format!("Adds {} notes", notes + FILE_NOTES), LONG)?;
    window.examine("plan-several")?;
    window.click("button", "Restore…")?;
    window.wait_long_for("Restore finished", LONG)?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, notes + FILE_NOTES);
    Ok(())
}

/// The end of the file is missing: no list of its parts, and only some of its attachments.
#[test]
fn a_file_that_was_cut_gives_back_what_is_whole() -> Outcome {
    let window = Window::open("salvage", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    let mut bytes = fs::read(fixture(FILE))?;
    bytes.truncate(bytes.len() / 2);
    let cut = window.desk().file("cut.nnbackupz");
    fs::write(&cut, bytes)?;
    window.click("link", "Restore")?;
    window.will_pick(&cut)?;
    window.click("button", "Restore from files")?;
    journey.unlock(Secret::Password(FILE_PASSWORD))?;
    window.wait_long_for("can be recovered", LONG)?;
    window.wait_for("This backup is damaged. Whole in it: 17 ")?;
    window.wait_for("Not from a damaged backup")?;
    assert_eq!(window.attribute("radio", "Exactly as in the backup…", "disabled")?, "true");
    window.examine("plan-damaged")?;
    let copy = window.desk().file("Documents/copy.nnbackupz");
    window.will_pick(&copy)?;
    window.click("button", "Save a clean copy")?;
    window.wait_long_for("Saved copy.nnbackupz: 17 notes, checked.", LONG)?;
    window.click("button", "Look inside")?;
    window.wait_long_for("What is missing or may be changed", LONG)?;
    window.examine("contents-damaged")?;
    window.click("button", "Check")?;
    window.click("menuitem", "Check every byte…")?;
    window.wait_long_for("Part of this backup is damaged", LONG)?;
    window.examine("check-damaged")?;
    window.click("button", "Done")?;
    window.click("button", "Restore into my library")?;
    window.wait_long_for("Adds 17 notes, updates none, removes none.", LONG)?;
    window.click("button", "Restore 17 notes")?;
    window.wait_long_for("Restore finished, with parts missing", LONG)?;
    window.wait_for("It may be whole in another backup.")?;
    window.examine("result-damaged")?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, FILE_NOTES);
    // The copy is whole, opens by the same password, and has what was restored.
    journey.plan_from_file(&copy, Secret::Password(FILE_PASSWORD))?;
    assert!(!window.text()?.contains("Whole in it"), "the copy is whole");
    window.wait_for("There is nothing to restore.")
}
