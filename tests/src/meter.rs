//! What a program took: time by the clock, processor time and the most memory it held, as Linux counts them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Outcome, Trouble};

/// Clock ticks a second, as Linux reports processor time to programs on every machine.
const TICKS: f64 = 100.0;

/// How often a running program is looked at.
const PAUSE: Duration = Duration::from_millis(5);

/// What one program took from its start to its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// By the clock on the wall.
    pub clock: Duration,
    /// Seconds of all processors together.
    pub processor_s: f64,
    /// The most memory that it held at a time.
    pub peak_kib: u64,
}

impl Cost {
    /// The most memory that it held at a time, in whole MiB.
    #[must_use]
    pub fn peak_mib(&self) -> u64 {
        self.peak_kib.div_ceil(1024)
    }
}

/// Runs a program to its end.
///
/// # Errors
/// If it can't be started or asked.
pub fn run(command: &mut Command) -> Outcome<(ExitStatus, Cost)> {
    let started = Instant::now();
    let mut child = command.spawn()?;
    let mut cost = Cost::default();
    while is_running(&child) {
        cost.peak_kib = peak_kib(&child).unwrap_or(cost.peak_kib);
        thread::sleep(PAUSE);
    }
    // The counter of processor time outlives the process until it is waited for; the memory does not.
    cost.clock = started.elapsed();
    cost.processor_s = processor_s(&child).ok_or_else(|| Trouble::new("no processor time"))?;
    Ok((child.wait()?, cost))
}

/// How many seconds after the machine's own start a process was started; `process` is its folder in `/proc`.
#[must_use]
pub fn started_s(process: &Path) -> Option<f64> {
    Some(stat(process)?.get(19)?.parse::<f64>().ok()? / TICKS)
}

/// The fields of a process from its state on.
pub(crate) fn stat(process: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(process.join("stat")).ok()?;
    // The name in brackets may hold spaces; what follows it does not.
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

fn folder(child: &Child) -> PathBuf {
    PathBuf::from(format!("/proc/{}", child.id()))
}

fn is_running(child: &Child) -> bool {
    stat(&folder(child)).is_some_and(|fields| fields.first().is_some_and(|state| state != "Z"))
}

/// Of the program and of the children that it waited for.
fn processor_s(child: &Child) -> Option<f64> {
    let fields = stat(&folder(child))?;
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)? + ticks(13)? + ticks(14)?) / TICKS)
}

fn peak_kib(child: &Child) -> Option<u64> {
    let text = fs::read_to_string(folder(child).join("status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
