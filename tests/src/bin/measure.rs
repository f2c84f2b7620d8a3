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
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use backstop_testkit::{Corpus, notesnook};
    use backstop_tests::cli::Cli;
    use backstop_tests::{Outcome, Trouble};

    /// Notes of the measured account: mean 4.2 KB of HTML each, 28 MB of JSON.
    const NOTES: usize = 5_000;
    /// Rows of one chunk file: Notesnook closes a chunk at about 10 MB.
    const ROWS: usize = 4_000;
    /// Clock ticks a second, as Linux reports processor time to programs on every machine.
    const TICKS: f64 = 100.0;

    /// What one job took.
    #[derive(Default)]
    struct Cost {
        clock: Duration,
        processor_s: f64,
        peak_kib: u64,
    }

    pub(super) fn measure() -> Outcome {
        let cli = Cli::with_account()?;
        let plain = cli.path("made-up.nnbackupz");
        let rows: Vec<String> = Corpus::of(NOTES).rows().collect();
        let chunks = rows.chunks(ROWS).zip(0..).map(|(rows, number)| notesnook::Chunk::plain(number, rows));
        fs::write(&plain, notesnook::archive(&chunks.collect::<Vec<_>>()).bytes())?;
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
            let (clock, peak) = (cost.clock.as_secs_f64(), cost.peak_kib / 1024);
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
        let mut command: Command = cli.command(&[&account, words].concat());
        command.stdout(Stdio::null());
        let started = Instant::now();
        let mut child = command.spawn()?;
        let mut cost = Cost::default();
        while is_running(&child) {
            cost.peak_kib = peak_kib(&child).unwrap_or(cost.peak_kib);
            thread::sleep(Duration::from_millis(5));
        }
        // The counter of processor time outlives the process until it is waited for; the memory does not.
        cost.clock = started.elapsed();
        cost.processor_s = processor_s(&child).ok_or_else(|| Trouble::new("no processor time"))?;
        let status = child.wait()?;
        if status.success() { Ok(cost) } else { Err(Trouble::new(format!("it ended with {status}"))) }
    }

    fn stat(child: &Child) -> Option<Vec<String>> {
        let text = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
        // The name in brackets may hold spaces; what follows it does not.
        let (_, rest) = text.rsplit_once(')')?;
        Some(rest.split_whitespace().map(str::to_owned).collect())
    }

    fn is_running(child: &Child) -> bool {
        stat(child).is_some_and(|fields| fields.first().is_some_and(|state| state != "Z"))
    }

    fn processor_s(child: &Child) -> Option<f64> {
        let fields = stat(child)?;
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS)
    }

    fn peak_kib(child: &Child) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }
}
