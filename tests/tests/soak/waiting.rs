//! What Backstop costs while it waits in the tray: half an hour, or `BACKSTOP_WAIT_MINUTES`.
//!
//! No variable of debug builds is in the game: what is watched is what people run. A first backup is made by
//! itself before, so that what a job leaves behind counts too.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use backstop_tests::process::until;
use backstop_tests::resident::Resident;
use backstop_tests::waiting::{Waited, family, watch};
use backstop_tests::{Outcome, Trouble};

/// Less processor time than this, in half an hour.
const PROCESSOR_S: f64 = 3.0;

/// Less memory than this, in all processes together.
const MEMORY_KIB: u64 = 120 * 1024;

/// How long it takes until everything that follows a start or a closing is over.
const REST: Duration = Duration::from_secs(60);

fn minutes() -> Outcome<u64> {
    Ok(std::env::var("BACKSTOP_WAIT_MINUTES").ok().map_or(Ok(30), |text| text.parse())?)
}

/// Watches it for the whole time, says what it took, and claims the limits.
fn waits_at_no_cost(resident: &Resident, name: &str) -> Outcome {
    thread::sleep(REST);
    let folders = [resident.desk.file(".local/share/backstop"), resident.desk.file("Documents")];
    let minutes = minutes()?;
    let waited = watch(resident.id()?, &folders, Duration::from_secs(60 * minutes))?;
    let Waited { processor_s, fair_kib, alone_kib, processes, written, changed } = waited;
    println!(
        "{name}, {minutes} minutes: {processor_s:.2} s of processor time, {} MiB in {processes} processes ({} MiB \
         if nobody else used their libraries), {written} bytes written",
        fair_kib.div_ceil(1024),
        alone_kib.div_ceil(1024)
    );
    assert!(processor_s < PROCESSOR_S, "{name}: {processor_s:.2} s of processor time");
    assert!(fair_kib < MEMORY_KIB, "{name}: {fair_kib} KiB in {processes} processes");
    assert_eq!((written, changed), (0, Vec::<PathBuf>::new()), "{name}: nothing is written while it waits");
    Ok(())
}

/// A desk on which the app was started hidden, and has made its first backup by itself.
fn backed_up() -> Outcome<Resident> {
    let mut resident = Resident::in_real_time()?;
    resident.start()?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    tray.wait_long_for("Your notes are backed up", Duration::from_secs(180))?;
    Ok(resident)
}

#[test]
fn after_a_hidden_start_it_waits_at_no_cost() -> Outcome {
    waits_at_no_cost(&backed_up()?, "after a hidden start and a backup")
}

#[test]
fn after_a_window_was_closed_it_waits_at_no_cost() -> Outcome {
    let mut resident = backed_up()?;
    resident.glance("dark")?;
    let id = resident.id()?;
    until(REST, || match family(id)?.len() {
        1 => Ok(()),
        processes => Err(Trouble::new(format!("the window left {processes} processes"))),
    })?;
    assert!(resident.is_alive());
    waits_at_no_cost(&resident, "after a window was closed")
}
