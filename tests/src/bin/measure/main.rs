//! Measures release builds: what `cargo xtask bench` runs.
//!
//! For each job of the command line: time by the clock, processor time, and the largest memory it held, all as
//! Linux counts them; beside it what others take for the same notes, as files, in the same run. Then how long
//! the window takes to open. `BACKSTOP_PROGRAM` names the command line, `BACKSTOP_APP` the window's program.
//! The arguments name the corpora to measure, `years` or `window`; without any it is all of them.
#![expect(clippy::print_stdout, reason = "it tells a person what it measured")]

#[cfg(target_os = "linux")]
mod corpora;
#[cfg(target_os = "linux")]
mod history;
#[cfg(target_os = "linux")]
mod opening;
#[cfg(target_os = "linux")]
mod ours;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(target_os = "linux")]
mod table;
#[cfg(target_os = "linux")]
mod years;

/// What the window's own figures are asked for by.
#[cfg(target_os = "linux")]
const WINDOW: &str = "window";

/// What years of backups are asked for by.
#[cfg(target_os = "linux")]
const YEARS: &str = "years";

#[cfg(target_os = "linux")]
fn main() -> backstop_tests::Outcome {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.is_empty() {
        let every = corpora::SHAPES.iter().map(|shape| shape.name).chain([YEARS, WINDOW]);
        wanted = every.map(str::to_owned).collect();
    }
    for name in wanted {
        if name == WINDOW {
            opening::measure()?;
            continue;
        }
        if name == YEARS {
            years::measure()?;
            history::measure()?;
            continue;
        }
        let shape = corpora::Shape::named(&name)?;
        println!("\n## {name}: {} notes, {} files of {} bytes", shape.notes, shape.files, shape.file_bytes);
        let made = ours::measure(shape)?;
        peers::measure(shape, &made)?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("Processor time and memory are counted in Linux's way: measure there.");
}
