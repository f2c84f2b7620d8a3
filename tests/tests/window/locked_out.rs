//! A login that is gone, while the app hides in the tray: its owner is told, nothing is written, and after
//! signing in the backup is made.

use std::fs;
use std::time::Duration;

use backstop_tests::desk::Desk;
use backstop_tests::host::Tray;
use backstop_tests::keyring::Keyring;
use backstop_tests::process::until;
use backstop_tests::resident::{PASSWORD, Resident};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

use crate::archives;
use crate::by_itself::SETTLED_MS;

const LONG: Duration = Duration::from_secs(90);

/// What its owner is told.
const NOTICE: &str = "Backups wait until you sign in";

/// The app hides in the tray and can't open the account: its owner is told once, and nothing is written.
fn waits_to_be_let_in(resident: &mut Resident) -> Outcome<Tray> {
    let runs = fs::read(resident.log()?)?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not signed in")?;
    tray.wait_for("Next: when you have signed in")?;
    assert_eq!(resident.notices(NOTICE)?, 0, "the keychain may still open");
    // The first look may be going on yet, and would count from its end.
    until(LONG, || {
        resident.clock.pass(SETTLED_MS)?;
        until(Duration::from_secs(2), || match resident.notices(NOTICE)? {
            0 => Err(Trouble::new("nobody was told")),
            _ => Ok(()),
        })
    })?;
    assert!(!tray.wait_for("Back up now")?.enabled);
    // It goes on waiting, and says no more of it.
    for _ in 0..3 {
        resident.clock.pass(SETTLED_MS)?;
    }
    tray.wait_for("Not signed in")?;
    assert_eq!(resident.archives().len(), 0);
    assert_eq!(fs::read(resident.log()?)?, runs, "nothing ran");
    assert_eq!(resident.notices(NOTICE)?, 1);
    Ok(tray)
}

#[test]
fn a_locked_keyring_is_told_and_its_unlocking_is_enough() -> Outcome {
    let mut resident = Resident::new()?;
    let keyring = Keyring::of(&resident.desk)?;
    keyring.lock()?;
    resident.start()?;
    let tray = waits_to_be_let_in(&mut resident)?;
    keyring.unlock()?;
    // Nobody signs in: the keyring is asked again by itself.
    resident.clock.pass(SETTLED_MS)?;
    tray.wait_long_for("Your notes are backed up", LONG)?;
    resident.wait_for_rest()?;
    assert_eq!((resident.archives().len(), resident.backups_begun()?), (1, 1));
    is_encrypted(&resident.desk)
}

/// Every archive that is known is, and there is one.
fn is_encrypted(desk: &Desk) -> Outcome {
    let list = desk.backstop(&["list"])?;
    assert!(list.contains(".nnbackupz") && !list.contains("NOT encrypted"), "{list}");
    Ok(())
}

#[test]
fn who_is_locked_out_is_told_and_backed_up_after_signing_in() -> Outcome {
    let resident = Resident::new()?;
    resident.desk.backstop(&["account", "logout"])?;
    let opened = |resident: &mut Resident| waits_to_be_let_in(resident)?.press("Open Backstop");
    let (window, ..) = Window::called_up(resident, "locked-out", opened)?;
    window.find("heading", "Sign in")?;
    window.fill("password", "Password", PASSWORD)?;
    window.click("button", "Sign in")?;
    window.find("heading", "Backup & export")?;
    window.wait_long_for("Protected", LONG)?;
    let desk = window.desk();
    until(LONG, || match archives(desk)?.len() {
        1 => Ok(()),
        other => Err(Trouble::new(format!("{other} files"))),
    })?;
    // The login is kept again: no password is needed to look.
    is_encrypted(desk)
}
