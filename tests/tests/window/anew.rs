//! After its window was closed Backstop begins anew in its own process: nothing is lost by that, and it is not
//! done where something would be.

use std::thread;
use std::time::Duration;

use backstop_tests::process::until;
use backstop_tests::resident::{PASSWORD, Resident};
use backstop_tests::waiting::family;
use backstop_tests::{Outcome, Trouble};

/// How long what is left of a window may take to go on a busy machine.
const LONG: Duration = Duration::from_secs(40);

/// Longer than a missed backup waits after a start.
const SETTLED_MS: i64 = 120_000;

#[test]
fn a_closed_window_leaves_nothing_behind_and_everything_goes_on() -> Outcome {
    let mut resident = Resident::new()?;
    resident.start()?;
    resident.host.tray()?.wait_for("Not backed up yet")?;
    resident.glance("dark")?;
    // Its icon comes again: it has begun anew, under its old number and with nobody beside it.
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    assert!(resident.is_alive());
    let id = resident.id()?;
    until(LONG, || match family(id)?.as_slice() {
        [alone] if *alone == id => Ok(()),
        all => Err(Trouble::new(format!("{all:?} run"))),
    })?;
    // What is due still comes by itself.
    resident.clock.pass(SETTLED_MS)?;
    resident.wait_for_archives(1)?;
    tray.wait_for("Your notes are backed up")?;
    // It is still the only one, and a second start brings its window back.
    resident.glance("light")?;
    resident.host.tray()?.wait_for("Your notes are backed up")?;
    assert!(resident.is_alive());
    Ok(())
}

#[test]
fn who_would_have_to_sign_in_again_stays_signed_in() -> Outcome {
    let mut resident = Resident::new()?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    // The keychain forgets the login; who is signed in in the app stays so.
    resident.desk.backstop(&["account", "logout"])?;
    resident.desk.set("BACKSTOP_PASSWORD", PASSWORD);
    resident.glance("dark")?;
    // Longer than a closed window takes to be followed by a new beginning.
    thread::sleep(Duration::from_secs(12));
    tray.wait_for("Not backed up yet")?;
    assert!(resident.is_alive());
    tray.press("Back up now")?;
    resident.wait_for_archives(1)?;
    tray.wait_for("Your notes are backed up")?;
    Ok(())
}
