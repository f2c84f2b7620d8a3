//! Where the window meets the system: real dialogs, notices, a second start, closing.

use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

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
    window.desk().answer_dialog("Choose a backup", &archive)?;
    journey.unlock(Secret::Password(PASSWORD))?;
    window.find("heading", "The plan").map(drop)
}

#[test]
fn closing_the_window_asks_once() -> Outcome {
    let window = with_samples("closing")?;
    window.desk().close_window("Backstop")?;
    window.find("heading", "Keep Backstop running?")?;
    window.picture("closing")?;
    window.click("button", "Keep running")?;
    Ok(())
}

#[test]
fn a_finished_backup_is_told_when_the_window_is_not_in_front() -> Outcome {
    let window = Window::open("notice", Equipment { keyring: false, notices: true })?;
    let journey = Journey::through(&window);
    journey.set_up("Ada", Start::Samples)?;
    let said = window.desk().notices_said()?;
    if said.contains("Notify") {
        return Ok(());
    }
    Err(Trouble::new(format!("nothing was said: {said}")))
}
