//! The jobs of the command line on a made-up account.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use backstop_tests::cli::Cli;
use backstop_tests::meter::{self, Cost};
use backstop_tests::{Outcome, Trouble};

use crate::corpora::Shape;
use crate::table::{self, Row};

/// What the peers are held against.
pub(super) struct Made {
    /// Backing a library up as `.backstop`, without the key derivation: read, written, read back, compared.
    pub(super) processor_s: f64,
    /// The size of that file.
    pub(super) bytes: u64,
}

/// Measures every job once.
///
/// # Errors
/// If one does not succeed.
pub(super) fn measure(shape: Shape) -> Outcome<Made> {
    let cli = Cli::with_account()?;
    let plain = cli.path("made-up.nnbackupz");
    shape.archive(&plain)?;
    let plain_bytes = fs::metadata(&plain)?.len();
    let plain = plain.display().to_string();
    let [sealed, own] = ["sealed.nnbackupz", "own.backstop"].map(|name| cli.path(name).display().to_string());
    table::head(&["job", "clock", "processor", "most memory"]);
    let login = run(&cli, &["account", "login"])?;
    Row::new("the key derivation of a login").cost(&login).show();
    let as_backstop = ["backup", "--attachments", "--format", "backstop"];
    let jobs: [(&str, Vec<&str>); 10] = [
        ("inspect, plain", vec!["inspect", &plain]),
        ("convert to `.nnbackupz`", vec!["convert", &plain, &sealed, "--out-password-file", "@first"]),
        ("verify it", vec!["verify", &sealed]),
        ("restore into the empty library", vec!["restore", &sealed]),
        ("restore again", vec!["restore", &sealed]),
        ("back up as `.nnbackupz`", vec!["backup", "--attachments"]),
        ("search in the library", vec!["search", "--place", "library", "harbour", "plum"]),
        ("convert to `.backstop`", vec!["convert", &plain, &own, "--out-password-file", "@first"]),
        ("verify that", vec!["verify", &own]),
        ("back up as `.backstop`", as_backstop.to_vec()),
    ];
    let mut last = Cost::default();
    for (name, words) in jobs {
        last = run(&cli, &words).map_err(|trouble| trouble.during(name))?;
        Row::new(name).cost(&last).show();
    }
    let bytes = fs::metadata(newest(&cli)?)?.len();
    let sizes = [plain_bytes, fs::metadata(Path::new(&sealed))?.len(), bytes].map(table::megabytes);
    let [plain, sealed, own] = sizes;
    println!("\nSizes: plain {plain}, `.nnbackupz` {sealed}, `.backstop` {own}.");
    Ok(Made { processor_s: (last.processor_s - login.processor_s).max(0.01), bytes })
}

/// The archive that was made last.
fn newest(cli: &Cli) -> Outcome<PathBuf> {
    let own = cli.archives()?.into_iter().filter(|path| path.extension().is_some_and(|it| it == "backstop"));
    own.max().ok_or_else(|| Trouble::new("there is no archive of our own"))
}

/// Runs one job as the account's owner.
fn run(cli: &Cli, words: &[&str]) -> Outcome<Cost> {
    let account = ["--account", "anna", "--password-file", "@first"];
    let (status, cost) = meter::run(cli.command(&[&account, words].concat()).stdout(Stdio::null()))?;
    if status.success() { Ok(cost) } else { Err(Trouble::new(format!("it ended with {status}"))) }
}
