//! The app as it runs by itself: started by the system without a window, on a session bus with a keychain, a
//! tray and a notice board, with a clock that the test moves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use backstop_tests::process::until;
use backstop_tests::resident::{HOUR_MS, Resident};
use backstop_tests::window::pause;
use backstop_tests::{Outcome, Trouble};
use serde_json::Value;

/// Longer than a missed backup waits after a start.
pub(crate) const SETTLED_MS: i64 = 120_000;

fn ended(resident: &mut Resident) -> Outcome {
    until(Duration::from_secs(20), || match resident.is_alive() {
        true => Err(Trouble::new("the app goes on")),
        false => Ok(()),
    })
}

#[test]
fn a_due_backup_runs_by_itself_after_the_start_and_is_told() -> Outcome {
    let mut resident = Resident::new()?;
    resident.desk.backstop(&["settings", "set", "notices_on_success", "on"])?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    assert_eq!(resident.archives().len(), 0, "it waits until the computer has settled");
    resident.pass_until_archives(1)?;
    resident.wait_for_notice("Backup finished")?;
    tray.wait_for("Your notes are backed up")?;
    assert!(resident.desk.shows("Backstop").is_err(), "nobody asked for a window");
    Ok(())
}

#[test]
fn the_menu_of_the_tray_works() -> Outcome {
    let mut resident = Resident::new()?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    assert!(!tray.wait_for("Last backup: none yet")?.enabled);
    tray.press("Back up now")?;
    resident.wait_for_archives(1)?;
    tray.wait_for("Your notes are backed up")?;
    tray.wait_for("Last backup: today")?;
    tray.wait_for("Next backup: tomorrow")?;
    tray.press("Pause for a day")?;
    tray.wait_for("Paused until tomorrow")?;
    tray.press("Resume")?;
    tray.wait_for("Pause for a day")?;
    tray.press("Open Backstop")?;
    until(Duration::from_secs(40), || resident.desk.shows("Backstop"))?;
    tray.press("Quit")?;
    resident.desk.answer("Quit Backstop?", "Escape")?;
    assert!(resident.is_alive(), "it goes on");
    resident.desk.backstop(&["settings", "set", "backups", "never"])?;
    tray.press("Quit")?;
    // Nothing runs by itself any more: nobody is asked.
    ended(&mut resident)
}

#[test]
fn a_second_start_brings_the_first_to_the_front() -> Outcome {
    let mut resident = Resident::new()?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    let mut second = resident.another(&[])?;
    until(Duration::from_secs(40), || resident.desk.shows("Backstop"))?;
    until(Duration::from_secs(20), || match second.is_alive() {
        true => Err(Trouble::new("the second goes on")),
        false => Ok(()),
    })?;
    assert!(resident.is_alive());
    Ok(())
}

#[test]
fn without_a_bus_a_second_start_says_so_and_ends() -> Outcome {
    let mut resident = Resident::new()?;
    resident.start()?;
    resident.host.tray()?.wait_for("Not backed up yet")?;
    let mut command = resident.desk.command(backstop_tests::built::program("backstop-app")?);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let second = command.output()?;
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(11), "{words}");
    assert!(words.contains("is running already"), "{words}");
    assert!(resident.is_alive());
    Ok(())
}

#[test]
fn a_backup_that_was_cut_off_is_cleaned_up_told_and_made_again() -> Outcome {
    let mut resident = Resident::new()?;
    let log = resident.log()?;
    let mut archives = 0;
    let mut cut_off = false;
    for _ in 0..20 {
        let before = fs::metadata(&log)?.len();
        resident.start()?;
        resident.host.tray()?.wait_for("Last backup")?;
        // The moment at which the history says that it began is the moment of the power cut.
        resident.pass_until(|| fs::metadata(&log).is_ok_and(|log| log.len() > before))?;
        resident.kill()?;
        let newest = resident.history()?.first().and_then(|run| run.get("outcome").cloned());
        cut_off = newest == Some(Value::from("left_running"));
        archives = resident.archives().len();
        if cut_off {
            break;
        }
        resident.clock.sleep(24 * HOUR_MS)?;
    }
    assert!(cut_off, "twenty backups were each quicker than the power cut");
    resident.start()?;
    resident.host.tray()?.wait_for("Last backup")?;
    resident.pass_until_archives(archives + 1)?;
    resident.wait_for_notice("An interrupted backup was done again")?;
    let left: Vec<_> = fs::read_dir(resident.folder())?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".nnbackupz"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    Ok(())
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[test]
fn thirty_days_with_a_laptop_that_sleeps_at_random() -> Outcome {
    let mut resident = Resident::new()?;
    resident.start()?;
    resident.host.tray()?.wait_for("Not backed up yet")?;
    let mut dice = Dice(20_261_122);
    let day_ms = 24 * HOUR_MS;
    let mut midnight = (resident.clock.now_ms()? / day_ms + 1) * day_ms;
    let mut days = BTreeSet::new();
    for day in 0..30 {
        // One day in five it stays shut.
        if dice.roll(5) > 0 {
            for _ in 0..dice.roll(4) {
                let opened = midnight + i64::try_from(dice.roll(22 * 60))? * 60_000;
                resident.clock.sleep_until(opened)?;
                resident.clock.pass(SETTLED_MS)?;
                pause(dice.roll(600));
            }
            resident.clock.sleep_until(midnight + 23 * HOUR_MS)?;
            days.insert(day_of(midnight)?);
            let made = resident.pass_until_archives(days.len());
            made.map_err(|trouble| trouble.during(format!("day {day}")))?;
            resident.wait_for_rest()?;
        }
        midnight += day_ms;
    }
    let made: Vec<String> = resident.archives().iter().filter_map(|path| date_in(path)).collect();
    let once: BTreeSet<String> = made.iter().cloned().collect();
    assert_eq!(made.len(), once.len(), "no day has two: {made:?}");
    assert_eq!(once, days, "each day on which it was awake has one");
    let history = resident.history()?;
    let outcome = |run: &Value| run.get("outcome").and_then(Value::as_str).unwrap_or_default().to_owned();
    assert!(history.iter().all(|run| outcome(run).starts_with("completed")), "{history:?}");
    // Each was read back before it got its name; the last one is read once more.
    let last = resident.archives().pop().ok_or_else(|| Trouble::new("no archive"))?;
    resident.desk.backstop(&["verify", &last.display().to_string()])?;
    Ok(())
}

/// The date in the name of an archive.
fn date_in(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let start = name.find("20")?;
    name.get(start..start + 10).map(str::to_owned)
}

/// The date of a midnight, as names of archives have it. The desk lives in UTC.
fn day_of(midnight_ms: i64) -> Outcome<String> {
    let output =
        Command::new("date").args(["-u", "+%F", "-d", &format!("@{}", midnight_ms / 1000)]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[test]
fn a_folder_that_goes_away_is_told_once_and_the_next_run_succeeds_by_itself() -> Outcome {
    let mut resident = Resident::new()?;
    let disk = resident.desk.file("disk");
    fs::create_dir(&disk)?;
    resident.desk.backstop(&["settings", "set", "backups_folder", &disk.display().to_string()])?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    let backups = disk.join("Backstop/backups");
    resident.pass_until(|| fs::read_dir(&backups).is_ok_and(|found| found.count() > 0))?;
    tray.wait_long_for("Your notes are backed up", Duration::from_secs(60))?;
    let away = resident.desk.file("away");
    fs::rename(&disk, &away)?;
    resident.clock.pass(24 * HOUR_MS)?;
    tray.wait_long_for("The last backup failed", Duration::from_secs(60))?;
    resident.wait_for_notice("Backup waits for its disk")?;
    // Tries again, and says nothing more of it that day.
    resident.clock.pass(HOUR_MS / 2)?;
    until(Duration::from_secs(60), || match resident.history()?.len() {
        runs if runs >= 3 => Ok(()),
        runs => Err(Trouble::new(format!("{runs} runs"))),
    })?;
    resident.wait_for_rest()?;
    assert_eq!(resident.notices("Backup waits for its disk")?, 1);
    let earlier = fs::read_dir(away.join("Backstop/backups"))?.count();
    assert_eq!(earlier, 1, "no earlier archive is harmed");
    fs::rename(&away, &disk)?;
    resident.clock.pass(7 * HOUR_MS)?;
    tray.wait_long_for("Your notes are backed up", Duration::from_secs(60))?;
    assert_eq!(fs::read_dir(backups)?.count(), 2);
    Ok(())
}
