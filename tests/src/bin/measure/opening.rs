//! How long the window takes to be there, and to show something.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::meter;
use backstop_tests::process::{Group, until};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble, built};

/// Starts measured; the figures are their medians.
const STARTS: usize = 5;

/// How long a window may take to be there at all.
const LIMIT: Duration = Duration::from_secs(30);

/// When something was first drawn in the page, in milliseconds since 1970.
const FIRST_PAINT: &str = "const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
                           return paint ? performance.timeOrigin + paint.startTime : null";

/// Measures both, each on a desk of its own.
///
/// # Errors
/// If the window does not open.
pub(super) fn measure() -> Outcome {
    let app = built::program("backstop-app")?;
    let (mut mapped, mut painted) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        mapped.push(until_mapped(&app)?);
        painted.push(until_painted(&app)?);
    }
    println!("\nthe window, median of {STARTS} starts");
    println!("{:<34} {:>6.0} ms", "mapped", median(&mut mapped));
    println!("{:<34} {:>6.0} ms", "first contentful paint, driven", median(&mut painted));
    Ok(())
}

fn until_mapped(app: &Path) -> Outcome<f64> {
    let desk = Desk::new(Equipment::default())?;
    let command = desk.command(app);
    let started = Instant::now();
    let _running = Group::start(&command, &desk.file("app.log"))?;
    until(LIMIT, || desk.shows("Backstop"))?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

fn until_painted(app: &Path) -> Outcome<f64> {
    let window = Window::open_program(Desk::new(Equipment::default())?, "opening", app.to_owned())?;
    let painted_ms = until(LIMIT, || {
        let painted = window.ask(FIRST_PAINT, Vec::new())?.as_f64();
        painted.ok_or_else(|| Trouble::new("nothing was painted"))
    })?;
    Ok(painted_ms - started_ms(app)?)
}

/// When the running program was started, in milliseconds since 1970, as exactly as Linux keeps it: 10 ms.
fn started_ms(app: &Path) -> Outcome<f64> {
    let process = process_of(app)?;
    let started_s = meter::started_s(&process).ok_or_else(|| Trouble::new("no time of its start"))?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let up_s: f64 = uptime.split_whitespace().next().unwrap_or_default().parse()?;
    let now_s = SystemTime::UNIX_EPOCH.elapsed()?.as_secs_f64();
    Ok((now_s - (up_s - started_s)) * 1000.0)
}

/// The folder in `/proc` of a program that runs.
///
/// # Errors
/// If it does not.
pub(super) fn process_of(app: &Path) -> Outcome<PathBuf> {
    let app = fs::canonicalize(app)?;
    let processes = fs::read_dir("/proc")?.filter_map(Result::ok).map(|entry| entry.path());
    let mut ours = processes.filter(|process| fs::read_link(process.join("exe")).is_ok_and(|exe| exe == app));
    ours.next().ok_or_else(|| Trouble::new("the program is not running"))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
