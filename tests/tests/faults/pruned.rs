//! Killed between any two deletions: what was to stay is there, and the next call finishes the rest.

use std::path::PathBuf;

use backstop_testkit::Corpus;
use backstop_tests::cli::{Cli, list, text};
use backstop_tests::faults::{Act, Fault, Plan, trace};
use backstop_tests::{Outcome, large};

/// Archives that go each time.
const DOOMED: usize = 3;

const APPLY: [&str; 6] = ["--account", "anna", "--password-file", "@first", "prune", "--apply"];

/// Makes backups until so many go and one stays, and gives all of them and the newest.
fn fill(cli: &Cli) -> Outcome<(Vec<PathBuf>, PathBuf)> {
    let mut newest = PathBuf::new();
    while cli.archives()?.len() <= DOOMED {
        newest = text(&cli.as_anna(0, &["backup"])?, "/archives/0/path")?.into();
    }
    Ok((cli.archives()?, newest))
}

#[test]
fn a_kill_between_any_two_deletions() -> Outcome {
    let cli = Cli::with_account()?;
    let film = cli.path("files/film");
    large::archive(&film, Corpus::of(20), &[])?;
    cli.as_anna(0, &["restore", &film.display().to_string()])?;
    cli.as_anna(0, &["settings", "set", "keep", "1/0/0/0"])?;
    fill(&cli)?;
    let folder = cli.path("Documents/Backstop/backups");
    let rehearsed = trace(&cli, &APPLY, &Plan { below: &folder, fault: None })?;
    rehearsed.ended.expect(0)?;
    let steps = rehearsed.steps.len();
    let unlinked = rehearsed.steps.iter().filter(|step| step.act == Act::Unlink).count();
    assert_eq!((unlinked, cli.archives()?.len()), (DOOMED, 1));
    assert!(steps >= 2 * DOOMED, "each name that goes is synced: {:?}", rehearsed.steps);
    for step in 1..=steps {
        let (before, newest) = fill(&cli)?;
        let played = trace(&cli, &APPLY, &Plan { below: &folder, fault: Some((Fault::KillAfter, step)) })?;
        assert!(played.struck && played.ended.code == -1, "step {step}: {}", played.ended.err);
        let after = cli.archives()?;
        assert!(after.iter().all(|path| before.contains(path)), "step {step}: {after:?}");
        let kept = newest.display().to_string();
        cli.run(&["verify", &kept, "--archive-password-file", "@first"])?.expect(0)?;
        // The plan goes on with what is left, and the next call carries it out.
        let done = cli.as_anna(0, &["prune", "--apply"])?;
        assert_eq!(list(&done, "/deleted")?.len(), after.len() - 1, "step {step}: {done}");
        assert_eq!(cli.archives()?, [newest], "step {step}");
        let history = cli.as_anna(0, &["history"])?;
        let broken = list(&history, "/runs")?.iter().find(|run| run["outcome"] == "left_running");
        let reason = text(broken.expect("the killed run"), "/reason")?;
        assert!(reason.contains("are as they were"), "{reason}");
    }
    Ok(())
}
