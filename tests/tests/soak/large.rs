//! Large archives take the memory of small ones.

use std::path::Path;
use std::process::Stdio;

use backstop_testkit::Corpus;
use backstop_tests::cli::{Cli, text};
use backstop_tests::meter::{self, Cost};
use backstop_tests::{Outcome, Trouble, large};

/// The most memory that any job may hold beyond the key derivation's own.
const BEYOND_DERIVATION_MIB: u64 = 128;

/// Runs a call that must succeed, says what it took, and claims its memory.
fn within_memory(cli: &Cli, name: &str, derivation_mib: u64, args: &[&str]) -> Outcome<Cost> {
    let (status, cost) = meter::run(cli.command(args).stdout(Stdio::null()))?;
    if !status.success() {
        return Err(Trouble::new(format!("{name} ended with {status}")));
    }
    let (clock, peak) = (cost.clock.as_secs_f64(), cost.peak_mib());
    println!("{name:<28} {clock:>7.1} s {:>7.1} s cpu {peak:>5} MiB", cost.processor_s);
    assert!(
        peak <= derivation_mib + BEYOND_DERIVATION_MIB,
        "{name} held {peak} MiB, {derivation_mib} of them for the key"
    );
    Ok(cost)
}

/// Takes one plain archive through everything that reads or writes it whole.
fn every_job(cli: &Cli, plain: &Path, attachments: &str) -> Outcome {
    let plain = plain.display().to_string();
    let sealed = cli.path("sealed.nnbackupz").display().to_string();
    let anna = |words: &[&str]| {
        let account = ["--account", "anna", "--password-file", "@first"];
        account.iter().chain(words).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let convert = ["convert", &plain, &sealed, "--out-password-file", "@first"];
    within_memory(cli, "inspect", 0, &["inspect", &plain])?;
    within_memory(cli, "convert, encrypted", 0, &convert)?;
    within_memory(cli, "verify", 0, &["verify", &sealed, "--archive-password-file", "@first"])?;
    let derivation_mib = derivation_mib(cli)?;
    for (name, words) in [
        ("restore", vec!["restore", &sealed]),
        ("restore again", vec!["restore", &sealed]),
        ("backup", vec!["backup", attachments]),
    ] {
        let words = anna(&words);
        within_memory(cli, name, derivation_mib, &words.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// The memory of the account's key derivation: what a call holds that does nothing else.
fn derivation_mib(cli: &Cli) -> Outcome<u64> {
    let login = ["--account", "anna", "--password-file", "@first", "account", "login"];
    let (status, cost) = meter::run(cli.command(&login).stdout(Stdio::null()))?;
    if status.success() {
        Ok(cost.peak_mib())
    } else {
        Err(Trouble::new(format!("login ended with {status}")))
    }
}

#[test]
fn a_hundred_thousand_notes_take_the_memory_of_a_few() -> Outcome {
    let cli = Cli::with_account()?;
    let plain = cli.path("many.nnbackupz");
    large::archive(&plain, Corpus::of(100_000), &[])?;
    every_job(&cli, &plain, "--no-attachments")
}

#[test]
fn an_attachment_of_five_gigabytes_takes_the_memory_of_a_small_one() -> Outcome {
    let cli = Cli::with_account()?;
    let plain = cli.path("film.nnbackupz");
    let sha256 = large::archive(&plain, Corpus::of(0), &[5_000_000_000])?.concat();
    every_job(&cli, &plain, "--attachments")?;
    let backup = cli.archives()?.pop().ok_or_else(|| Trouble::new("there is no backup"))?;
    let backup = backup.display().to_string();
    let inventory = cli.json(0, &["inspect", &backup, "--archive-password-file", "@first"])?;
    assert_eq!(text(&inventory, "/attachments/0/sha256")?, sha256);
    Ok(())
}
