//! The command line over years of backups.

use std::process::Stdio;

use backstop_tests::cli::Cli;
use backstop_tests::real::real;
use backstop_tests::{Outcome, Trouble, meter, years};

use crate::table::{self, Row};

/// Archives in the folder; the runs are five times as many.
const ARCHIVES: usize = 1_000;

/// Measures what looks at every archive or run.
///
/// # Errors
/// If one does not succeed.
pub(super) fn measure() -> Outcome {
    println!("\n## {ARCHIVES} archives, {} runs", ARCHIVES * years::RUNS_EACH);
    let cli = Cli::with_account()?;
    cli.secret("real", "harbour-lantern-42")?;
    cli.as_anna(0, &["restore", &real("full-encrypted"), "--archive-password-file", "@real"])?;
    cli.as_anna(0, &["backup"])?;
    let newest = cli.archives()?.pop().ok_or_else(|| Trouble::new("no archive"))?;
    years::add(&years::account(&cli.path("data"))?, &newest, ARCHIVES)?;
    table::head(&["job", "clock", "processor", "most memory"]);
    let jobs: [(&str, &[&str]); 6] = [
        ("the key derivation of a login", &["account", "login"]),
        ("list, the first time", &["list"]),
        ("list", &["list"]),
        ("history", &["history"]),
        ("prune, the plan", &["prune"]),
        ("catalog rebuild", &["catalog", "rebuild"]),
    ];
    for (name, words) in jobs {
        let account = ["--account", "anna", "--password-file", "@first"];
        let (status, cost) = meter::run(cli.command(&[&account, words].concat()).stdout(Stdio::null()))?;
        if !status.success() {
            return Err(Trouble::new(format!("it ended with {status}")).during(name));
        }
        Row::new(name).cost(&cost).show();
    }
    Ok(())
}
