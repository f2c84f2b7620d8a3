//! The real program on disks that fail, fill up, vanish and lose power. `cargo xtask test` tries a sample
//! of the steps at which that may happen; `cargo xtask soak` sets `BACKSTOP_FAULTS=all` and tries each.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod failing;
mod killed;
mod lost;
mod pruned;
mod together;

use backstop_tests::{Outcome, Trouble};

/// The numbers of the steps to try: each, those that the environment names (`BACKSTOP_FAULTS=80-96`), or so
/// many spread over the call, the first and the last among them.
fn numbers(steps: usize, sample: usize) -> Vec<usize> {
    if let Some((first, last)) = named() {
        return (first..=last.min(steps)).collect();
    }
    if all() || steps <= sample {
        return (1..=steps).collect();
    }
    let gaps = sample.saturating_sub(1).max(1);
    (0..sample).map(|at| 1 + at * (steps - 1) / gaps).collect()
}

/// Whether every fault is to be tried at each step.
fn all() -> bool {
    named().is_some() || std::env::var_os("BACKSTOP_FAULTS").is_some_and(|wish| wish == "all")
}

/// The first and the last step that somebody wants to see again.
fn named() -> Option<(usize, usize)> {
    let wish = std::env::var("BACKSTOP_FAULTS").ok()?;
    let (first, last) = wish.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// Fails with everything that was wrong, so that one run shows all of it.
fn none_wrong(wrong: &[Trouble], tried: usize) -> Outcome {
    assert!(tried > 0, "nothing was tried");
    let list: Vec<String> = wrong.iter().map(|trouble| format!("{trouble:?}")).collect();
    if list.is_empty() {
        return Ok(());
    }
    Err(Trouble::new(format!("{} of {tried} went wrong:\n{}", list.len(), list.join("\n"))))
}
