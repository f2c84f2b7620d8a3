//! Where the window meets the system: real dialogs, notices, a second start, closing.

use backstop_tests::built::program;
use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::dying::dies_when_called;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::process::until;
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};
use std::time::Duration;

use crate::{archives, with_samples};

#[test]
fn a_file_is_chosen_in_the_real_dialog() -> Outcome {
    let source = with_samples("dialog-source")?;
    let archive = archives(source.desk())?.remove(0);
    let window = Window::open_with_real_dialogs("dialog", Equipment::default())?;
    let journey = Journey::through(&window);
    journey.set_up("Grace", Start::Empty)?;
    window.click("link", "Restore")?;
    window.click("button", "Restore from files")?;
    window.desk().answer_dialog("Choose backups", &archive)?;
    journey.unlock(Secret::Password(PASSWORD))?;
    window.find("heading", "The plan").map(drop)
}

#[test]
fn a_start_right_after_a_crash_opens_the_window() -> Outcome {
    let desk = Desk::new(Equipment::default())?;
    let dying = dies_when_called(desk.bus_address()?, "app.backstop.desktop.SingleInstance")?;
    let window = Window::open_on(desk, "after-a-crash")?;
    assert!(dying.join().unwrap(), "nobody called the one that was there");
    window.find("button", "Set up backups").map(drop)
}

#[test]
fn closing_the_window_asks_once() -> Outcome {
    let window = with_samples("closing")?;
    window.desk().close_window("Backstop")?;
    window.find("heading", "Keep Backstop running?")?;
    window.picture("closing")?;
    // The page ends with its window, often before the driver has heard that the button was pressed.
    let _ = window.click("button", "Keep running");
    until(Duration::from_secs(20), || match window.desk().shows("Backstop") {
        Ok(()) => Err(Trouble::new("the window stays")),
        Err(_) => Ok(()),
    })?;
    // It went on: a second start only brings its window back, and ends.
    let again = window.desk().command(program("backstop-app")?).status()?;
    assert!(again.success(), "{again}");
    until(Duration::from_secs(40), || window.desk().shows("Backstop"))
}

#[test]
fn a_missed_backup_is_made_after_the_start() -> Outcome {
    let window = Window::open("missed", Equipment { keyring: true, notices: false })?;
    Journey::through(&window).set_up_without_backup("Ada")?;
    window.choose("Automatic backups", "Daily")?;
    window.wait_for("Not backed up yet")?;
    let mut desk = window.crash();
    desk.set("BACKSTOP_CATCH_UP_MS", "3000");
    let window = Window::open_on(desk, "missed")?;
    window.find("heading", "Backup & export")?;
    window.wait_long_for("Protected", Duration::from_secs(60))?;
    assert_eq!(archives(window.desk())?.len(), 1);
    Ok(())
}
