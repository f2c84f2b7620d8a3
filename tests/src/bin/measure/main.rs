//! Measures release builds: what `cargo xtask bench` runs.
//!
//! For each job of the command line: time by the clock, processor time, and the largest memory it held, all as
//! Linux counts them; beside it what others take for the same notes, as files, in the same run. Then how long
//! the window takes to open. `BACKSTOP_PROGRAM` names the command line, `BACKSTOP_APP` the window's program.
#![expect(clippy::print_stdout, reason = "it tells a person what it measured")]

#[cfg(target_os = "linux")]
mod opening;
#[cfg(target_os = "linux")]
mod ours;
#[cfg(target_os = "linux")]
mod peers;

#[cfg(target_os = "linux")]
fn main() -> backstop_tests::Outcome {
    let made = ours::measure()?;
    peers::measure(&made)?;
    opening::measure()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("Processor time and memory are counted in Linux's way: measure there.");
}
