//! The jobs of the command line on a made-up account.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use backstop_testkit::Corpus;
use backstop_tests::cli::Cli;
use backstop_tests::meter::{self, Cost};
use backstop_tests::{Outcome, Trouble, large};

/// Notes of the measured account: mean 4.2 KB of HTML each, 28 MB of JSON.
pub(super) const NOTES: usize = 5_000;

/// Measures every job once, and returns what making a `.backstop` took: the measure of the peers.
///
/// # Errors
/// If one does not succeed.
pub(super) fn measure() -> Outcome<Cost> {
    let cli = Cli::with_account()?;
    let plain = cli.path("made-up.nnbackupz");
    large::notes(&plain, Corpus::of(NOTES))?;
    let plain = plain.display().to_string();
    let [sealed, own] = ["sealed.nnbackupz", "own.backstop"].map(|name| cli.path(name).display().to_string());
    println!("{NOTES} made-up notes\n{:<34} {:>9} {:>9} {:>9}", "job", "clock", "cpu", "peak");
    let jobs: [(&str, Vec<&str>); 9] = [
        ("inspect, plain", vec!["inspect", &plain]),
        (
            "convert to .nnbackupz, encrypted",
            vec!["convert", &plain, &sealed, "--out-password-file", "@first"],
        ),
        ("verify, encrypted", vec!["verify", &sealed]),
        ("restore into the empty library", vec!["restore", &sealed]),
        ("restore again", vec!["restore", &sealed]),
        ("backup, encrypted", vec!["backup"]),
        ("search in the library", vec!["search", "--place", "library", "harbour", "plum"]),
        ("the key derivation of a login", vec!["account", "login"]),
        ("convert to .backstop, encrypted", vec!["convert", &plain, &own, "--out-password-file", "@first"]),
    ];
    let mut last = Cost::default();
    for (name, words) in jobs {
        last = run(&cli, &words).map_err(|trouble| trouble.during(name))?;
        show(name, &last);
    }
    println!("sizes: plain {}, .nnbackupz {}, .backstop {}", size(&plain)?, size(&sealed)?, size(&own)?);
    Ok(last)
}

/// One line of the table.
fn show(name: &str, cost: &Cost) {
    let (clock, peak) = (cost.clock.as_secs_f64(), cost.peak_mib());
    println!("{name:<34} {clock:>7.2} s {:>7.2} s {peak:>5} MiB", cost.processor_s);
}

fn size(path: &str) -> Outcome<String> {
    Ok(format!("{:.1} MB", fs::metadata(Path::new(path))?.len() as f64 / 1e6))
}

fn run(cli: &Cli, words: &[&str]) -> Outcome<Cost> {
    let account = ["--account", "anna", "--password-file", "@first"];
    let (status, cost) = meter::run(cli.command(&[&account, words].concat()).stdout(Stdio::null()))?;
    if status.success() { Ok(cost) } else { Err(Trouble::new(format!("it ended with {status}"))) }
}
