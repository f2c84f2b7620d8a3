//! Measures the command line: what `cargo xtask bench` runs, with a release build of `backstop`.
//!
//! For each job: time by the clock, processor time, and the largest memory it held, all as Linux counts
//! them. `BACKSTOP_PROGRAM` names the program. The key derivation's own memory (64 to 256 MiB, by its
//! design) is in the figures of the jobs that open an account.
#![expect(clippy::print_stdout, reason = "it tells a person what it measured")]

#[cfg(target_os = "linux")]
fn main() -> backstop_tests::Outcome {
    linux::measure()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("Processor time and memory are counted in Linux's way: measure there.");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;
    use std::process::Stdio;

    use backstop_testkit::Corpus;
    use backstop_tests::cli::Cli;
    use backstop_tests::meter::{self, Cost};
    use backstop_tests::{Outcome, Trouble, large};

    /// Notes of the measured account: mean 4.2 KB of HTML each, 28 MB of JSON.
    const NOTES: usize = 5_000;
    pub(super) fn measure() -> Outcome {
        let cli = Cli::with_account()?;
        let plain = cli.path("made-up.nnbackupz");
        large::notes(&plain, Corpus::of(NOTES))?;
        let plain = plain.display().to_string();
        let sealed = cli.path("sealed.nnbackupz").display().to_string();
        println!("{NOTES} made-up notes\n{:<34} {:>9} {:>9} {:>9}", "job", "clock", "cpu", "peak");
        let jobs: [(&str, Vec<&str>); 7] = [
            ("inspect, plain", vec!["inspect", &plain]),
            ("convert to encrypted", vec!["convert", &plain, &sealed, "--out-password-file", "@first"]),
            ("verify, encrypted", vec!["verify", &sealed]),
            ("restore into the empty library", vec!["restore", &sealed]),
            ("restore again", vec!["restore", &sealed]),
            ("backup, encrypted", vec!["backup"]),
            ("search in the library", vec!["search", "--place", "library", "harbour", "plum"]),
        ];
        for (name, words) in jobs {
            let cost = run(&cli, &words).map_err(|trouble| trouble.during(name))?;
            let (clock, peak) = (cost.clock.as_secs_f64(), cost.peak_mib());
            println!("{name:<34} {clock:>7.2} s {:>7.2} s {peak:>5} MiB", cost.processor_s);
        }
        println!("sizes: plain {}, encrypted {}", size(&plain)?, size(&sealed)?);
        Ok(())
    }

    fn size(path: &str) -> Outcome<String> {
        Ok(format!("{:.1} MB", fs::metadata(Path::new(path))?.len() as f64 / 1e6))
    }

    fn run(cli: &Cli, words: &[&str]) -> Outcome<Cost> {
        let account = ["--account", "anna", "--password-file", "@first"];
        let (status, cost) = meter::run(cli.command(&[&account, words].concat()).stdout(Stdio::null()))?;
        if status.success() { Ok(cost) } else { Err(Trouble::new(format!("it ended with {status}"))) }
    }
}
