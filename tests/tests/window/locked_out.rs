//! A login that is gone, while the app hides in the tray: its owner is told, nothing is written, and after
//! signing in the backup is made.

use std::fs;
use std::time::Duration;

use backstop_tests::process::until;
use backstop_tests::resident::{PASSWORD, Resident};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

use crate::archives;
use crate::by_itself::SETTLED_MS;

const LONG: Duration = Duration::from_secs(90);

/// What its owner is told.
const NOTICE: &str = "Backups wait until you sign in";

#[test]
fn who_is_locked_out_is_told_and_backed_up_after_signing_in() -> Outcome {
    let resident = Resident::new()?;
    resident.desk.backstop(&["account", "logout"])?;
    let log = resident.log()?;
    let runs = fs::read(&log)?;
    let waits = |resident: &mut Resident| {
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
        assert_eq!(fs::read(&log)?, runs, "nothing ran");
        assert_eq!(resident.notices(NOTICE)?, 1);
        tray.press("Open Backstop")
    };
    let (window, ..) = Window::called_up(resident, "locked-out", waits)?;
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
    // The login is kept again: no password is needed to look, and it is encrypted.
    let list = desk.backstop(&["list"])?;
    assert!(list.contains(".nnbackupz") && !list.contains("NOT encrypted"), "{list}");
    Ok(())
}
