//! What the system says to the app, and the app to the system: that the computer woke, and that it is to be
//! started with it.

use std::fs;
use std::time::Duration;

use backstop_tests::desk::Equipment;
use backstop_tests::host::Host;
use backstop_tests::logind::Logind;
use backstop_tests::process::{Group, until};
use backstop_tests::resident::{HOUR_MS, Resident};
use backstop_tests::{Outcome, Trouble};
use serde_json::Value;

use crate::by_itself::SETTLED_MS;
use crate::with_samples_on;

const DAY_MS: i64 = 24 * HOUR_MS;
const LONG: Duration = Duration::from_secs(90);

/// When the newest run began.
fn newest_began(resident: &Resident) -> Outcome<i64> {
    let log = fs::read_to_string(resident.log()?)?;
    let begun = log.lines().rev().find(|line| line.contains("\"event\":\"begin\""));
    let begun: Value = serde_json::from_str(begun.ok_or_else(|| Trouble::new("no run began"))?)?;
    let started = begun.pointer("/started").and_then(Value::as_i64);
    started.ok_or_else(|| Trouble::new(format!("it began at no time: {begun}")))
}

/// The clocks go on together, so that they show no sleep: what follows, follows from the system's word.
#[test]
fn the_system_says_that_it_woke_and_the_missed_backup_is_made() -> Outcome {
    let mut resident = Resident::new()?;
    let logind = Logind::at(&mut resident.desk)?;
    let midnight = (resident.clock.now_ms()? / DAY_MS + 1) * DAY_MS;
    resident.clock.sleep_until(midnight + 12 * HOUR_MS)?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    logind.wait_for_a_listener()?;
    resident.clock.pass(SETTLED_MS)?;
    tray.wait_long_for("Your notes are backed up", LONG)?;
    // The next morning: yesterday's backup is not a day old.
    resident.clock.pass(20 * HOUR_MS)?;
    tray.wait_for("Next backup: today 12:")?;
    logind.prepares_for_sleep(true)?;
    resident.clock.pass(HOUR_MS)?;
    tray.wait_for("Next backup: today 12:")?;
    assert_eq!(resident.archives().len(), 1, "it only said that it falls asleep");
    let woke = resident.clock.now_ms()?;
    logind.prepares_for_sleep(false)?;
    resident.pass_until_archives(2)?;
    resident.wait_for_rest()?;
    let after = newest_began(&resident)? - woke;
    assert!((45_000..HOUR_MS).contains(&after), "{after} ms after it woke");
    tray.wait_long_for("Next backup: tomorrow", LONG)?;
    // The next one is tomorrow's.
    resident.clock.pass(DAY_MS)?;
    resident.wait_for_archives(3)?;
    resident.wait_for_rest()?;
    assert!(newest_began(&resident)? >= woke + DAY_MS, "the hour of the day before brought one more");
    Ok(())
}

/// The words of a line of a desktop entry, which quotes none of ours.
fn started_by(entry: &str) -> Outcome<Vec<String>> {
    let line = entry.lines().find_map(|line| line.strip_prefix("Exec="));
    let line = line.ok_or_else(|| Trouble::new(format!("nothing is started: {entry}")))?;
    Ok(line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect())
}

#[test]
fn the_switch_lets_the_system_start_it_hidden_and_no_more() -> Outcome {
    let window = with_samples_on("autostart", Equipment { keyring: true, notices: false })?;
    let entry = window.desk().file(".config/autostart/Backstop.desktop");
    let flip = |there: bool| {
        window.click("switch", "Start with the system")?;
        until(LONG, || match entry.is_file() == there {
            true => Ok(()),
            false => Err(Trouble::new(format!("the entry is there: {}", !there))),
        })
    };
    assert!(!entry.exists(), "nobody asked for it");
    window.click("link", "Notifications")?;
    window.find("switch", "Start with the system")?;
    flip(true)?;
    window.wait_for("Backstop starts hidden when you sign in to this computer")?;
    let words = fs::read_to_string(&entry)?;
    flip(false)?;
    window.wait_for("Off: after a restart, nothing is backed up until you open Backstop.")?;
    let desk = window.crash();

    // As the system does when somebody signs in to it.
    let host = Host::on(desk.bus_address()?)?;
    let started = started_by(&words)?;
    let (program, others) = started.split_first().ok_or_else(|| Trouble::new("no program"))?;
    assert_eq!(others, ["--hidden"]);
    let mut command = desk.command(program);
    command.args(others);
    let mut app = Group::start(&command, &desk.file("started.log"))?;
    host.tray()?.wait_long_for("Last backup: today", LONG)?;
    assert!(desk.shows("Backstop").is_err(), "nobody asked for a window");
    assert!(app.is_alive());
    Ok(())
}
