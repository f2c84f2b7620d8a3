//! Looking into backups: without an account, with pictures and files, and with what a check finds.

use std::fs;
use std::time::Duration;

use backstop_testkit::fixture;
use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::process::until;
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};
use serde_json::json;

use crate::{archives, with_samples};

/// How long a job or a picture may take on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// A real file of Notesnook, its password, and a note in it that shows a picture.
const FILE: &str = "notesnook/6.1/full-encrypted.nnbackupz";
const FILE_PASSWORD: &str = "harbour-lantern-42";
const WITH_PICTURE: &str = "Photos from the pier…";

/// Waits until the note that is open has drawn a picture, and tells how wide it is.
fn picture_is_drawn(window: &Window) -> Outcome<u64> {
    let script = "const host = [...document.querySelectorAll('article div')].find((e) => e.shadowRoot);
        const pictures = [...(host?.shadowRoot.querySelectorAll('img') ?? [])];
        return pictures.map((picture) => picture.naturalWidth);";
    until(LONG, || {
        let widths = window.ask(script, Vec::new())?;
        let drawn = widths.as_array().and_then(|all| all.iter().filter_map(serde_json::Value::as_u64).max());
        drawn.filter(|width| *width > 0).ok_or_else(|| Trouble::new(format!("no picture is drawn: {widths}")))
    })
}

#[test]
fn a_file_is_read_searched_and_checked_without_an_account() -> Outcome {
    let window = Window::open("look-without-account", Equipment::default())?;
    window.will_pick(&fixture(FILE))?;
    window.click("button", "Open a backup I have")?;
    Journey::through(&window).unlock(Secret::Password(FILE_PASSWORD))?;
    window.wait_long_for("17 notes, 6 attachments", LONG)?;
    window.click("option", WITH_PICTURE)?;
    assert!(picture_is_drawn(&window)? > 0);
    window.examine("contents")?;
    let saved = window.desk().file("Documents/saved");
    window.will_pick(&saved)?;
    window.click("button", "Save …")?;
    window.wait_long_for("Saved ", LONG)?;
    assert!(fs::metadata(&saved)?.len() > 0);
    window.fill("searchbox", "Search notes", "soak simmer")?;
    window.find("option", "Pea soup…")?;
    window.wait_for("0 of 1 ticked")?;
    window.click("button", "Check")?;
    window.click("menuitem", "Check every byte…")?;
    window.wait_long_for("This backup is whole", LONG)?;
    window.click("button", "Done")?;
    window.click("button", "Restore into my library")?;
    window.find("heading", "Protect your backups").map(drop)
}

#[test]
fn pictures_of_the_library_are_drawn_after_a_restore() -> Outcome {
    let window = Window::open("library-pictures", Equipment::default())?;
    Journey::through(&window).set_up("Grace", Start::Backup(&fixture(FILE), FILE_PASSWORD))?;
    window.click("link", "Browse")?;
    window.click("option", WITH_PICTURE)?;
    assert!(picture_is_drawn(&window)? > 0);
    // Nothing but the pictures of the account is answered by that address.
    let refused = "const done = arguments[arguments.length - 1]; const picture = new Image();
        picture.onload = () => done('drawn'); picture.onerror = () => done('refused');
        picture.src = arguments[0];";
    for address in
        ["backstop://localhost/library/..%2F..%2Fetc", "backstop://localhost/archive-1/0000000000000000"]
    {
        assert_eq!(window.ask_later(refused, vec![json!(address)])?, json!("refused"), "{address}");
    }
    window.picture("browse-picture").map(drop)
}

#[test]
fn a_check_finds_damage_and_what_is_whole() -> Outcome {
    let window = with_samples("check")?;
    window.click("link", "Restore")?;
    let check = |title: &str| {
        window.click("button", "More for the backup of …")?;
        window.click("menuitem", "Check every byte…")?;
        window.wait_long_for(title, LONG)
    };
    check("This backup is whole")?;
    window.click("button", "Done")?;
    let archive = archives(window.desk())?.remove(0);
    let mut bytes = fs::read(&archive)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&archive, bytes)?;
    check("This backup is damaged")?;
    window.picture("damage")?;
    window.click("button", "Done")?;
    until(LONG, || match window.text()?.contains("What is whole can be restored") {
        true => Ok(()),
        false => Err(Trouble::new("the list does not say that the backup is damaged")),
    })
}

#[test]
fn a_restore_can_be_undone_after_a_restart() -> Outcome {
    let window = with_samples("undo-later")?.crash_and_reopen()?;
    window.fill("password", "Password", PASSWORD)?;
    window.click("button", "Sign in")?;
    window.wait_long_for("It can still be undone.", LONG)?;
    window.picture("undo-offer")?;
    window.click("button", "Undo")?;
    let journey = Journey::through(&window);
    journey.finish_undo()?;
    window.click("button", "Done")?;
    assert_eq!(journey.notes_in_library()?, 0);
    assert!(!window.text()?.contains("It can still be undone."));
    Ok(())
}

#[test]
fn the_last_look_is_there_before_anybody_signs_in() -> Outcome {
    let window = with_samples("first-paint")?;
    window.click("link", "Appearance")?;
    window.choose("Theme", "Dark")?;
    until(LONG, || match window.chosen("Theme")?.as_str() {
        "Dark" => Ok(()),
        other => Err(Trouble::new(format!("the theme is {other}"))),
    })?;
    let window = window.crash_and_reopen()?;
    window.find("heading", "Sign in")?;
    let looks = "return [window.__THEME__, document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]";
    assert_eq!(window.ask(looks, Vec::new())?, json!(["dark", "dark", "rgb(24, 26, 25)"]));
    Ok(())
}
