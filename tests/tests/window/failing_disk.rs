//! A folder of backups that can't be used, while the app hides in the tray: what is told, how often, what is
//! harmed, and what happens when the folder can be used again.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use backstop_tests::bad_day::BadDay;
use backstop_tests::process::until;
use backstop_tests::resident::{HOUR_MS, Resident};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

use crate::by_itself::SETTLED_MS;

const MINUTE_MS: i64 = HOUR_MS / 60;
const LONG: Duration = Duration::from_secs(90);

/// Why there is no backup where there is no folder.
const REASON: &str = "The disk or folder is not there.";

/// Words before the app that let it obey permissions as anybody does, though the tests may run as root, and
/// let it live when a file may not grow.
fn as_anybody() -> Vec<String> {
    let root = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"];
    let root = if rustix::process::geteuid().is_root() { &root[..] } else { &[] };
    let all = [root, &["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""]].concat();
    all.into_iter().map(str::to_owned).collect()
}

/// Lets the app write no file larger than this; none: as large as it likes.
fn limit_files(resident: &Resident, bytes: Option<u64>) -> Outcome {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    let mut command = Command::new("prlimit");
    command.args([format!("--pid={}", resident.id()?), format!("--fsize={limit}:")]);
    let output = command.output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Trouble::new(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

#[test]
fn a_folder_that_is_read_only_or_takes_no_more_is_told_once_and_used_again_by_itself() -> Outcome {
    let mut resident = Resident::with_a_long_library(1)?;
    resident.start_behind(&as_anybody())?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    resident.clock.pass(SETTLED_MS)?;
    tray.wait_long_for("Your notes are backed up", LONG)?;
    let folder = resident.folder();
    let allow = |mode| {
        move |resident: &Resident| Ok(fs::set_permissions(resident.folder(), Permissions::from_mode(mode))?)
    };
    let read_only = BadDay {
        folder: &folder,
        code: "read_only",
        title: "Backup failed",
        begins: &allow(0o500),
        ends: &allow(0o700),
    };
    read_only.live_through(&mut resident, &tray)?;
    let half = fs::metadata(resident.archives().remove(0))?.len() / 2;
    let full = BadDay {
        folder: &folder,
        code: "no_space",
        title: "Backup failed: the disk is full",
        begins: &|resident| limit_files(resident, Some(half)),
        ends: &|resident| limit_files(resident, None),
    };
    full.live_through(&mut resident, &tray)
}

#[test]
fn the_third_failure_in_a_row_brings_the_window_up_once_with_the_reason() -> Outcome {
    let resident = Resident::new()?;
    resident.desk.backstop(&["settings", "set", "on_close", "tray"])?;
    let folder = resident.folder();
    let third = |resident: &mut Resident| {
        let tray = resident.host.tray()?;
        tray.wait_for("Not backed up yet")?;
        // Something else has its name.
        fs::rename(&folder, resident.desk.file("away"))?;
        fs::write(&folder, "not a folder")?;
        for (runs, wait) in [(1, SETTLED_MS), (2, 6 * MINUTE_MS), (3, 16 * MINUTE_MS)] {
            assert!(resident.desk.shows("Backstop").is_err(), "it has not failed three times yet");
            resident.pass_until_backups(wait, runs)?;
        }
        until(LONG, || resident.desk.shows("Backstop"))
    };
    let (window, mut clock, _) = Window::called_up(resident, "third-failure", third)?;
    window.find("heading", "Failed")?;
    window.wait_for(REASON)?;
    window.picture("third-failure")?;

    // Once: who has closed it is not asked again with the next failure.
    let desk = window.desk();
    desk.close_window("Backstop")?;
    until(LONG, || match desk.shows("Backstop") {
        Ok(()) => Err(Trouble::new("the window stays")),
        Err(_) => Ok(()),
    })?;
    clock.pass(2 * HOUR_MS)?;
    // It may begin anew meanwhile, now that its window is gone, and then settles first.
    until(LONG, || match desk.backstop(&["history"])?.matches(REASON).count() {
        4.. => Ok(()),
        fewer => {
            clock.pass(SETTLED_MS)?;
            Err(Trouble::new(format!("{fewer} failures, not 4")))
        }
    })?;
    assert!(desk.shows("Backstop").is_err(), "once is enough");
    Ok(())
}
