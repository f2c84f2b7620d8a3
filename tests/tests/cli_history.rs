//! The history on the command line: what it says, what is chosen, and years of it.

use std::fs;

use backstop_tests::cli::{Cli, list};
use backstop_tests::real::real;
use backstop_tests::{Outcome, Trouble, years};

/// Archives of the long history: as many as a folder should hold with ease.
const MANY: usize = 1_000;

/// An account with notes and one backup of them.
fn with_backup() -> Outcome<Cli> {
    let cli = Cli::with_account()?;
    cli.secret("real", "harbour-lantern-42")?;
    cli.as_anna(0, &["restore", &real("full-encrypted"), "--archive-password-file", "@real"])?;
    cli.as_anna(0, &["backup"])?;
    Ok(cli)
}

#[test]
fn a_run_says_what_it_made_and_runs_are_chosen() -> Outcome {
    let cli = with_backup()?;
    let all = cli.as_anna(0, &["history"])?;
    let runs = list(&all, "/runs")?;
    assert_eq!(runs.len(), 2);
    let backup = &runs[0];
    assert_eq!(
        (&backup["kind"], &backup["outcome"], &backup["trigger"]),
        (&"backup".into(), &"completed".into(), &"manual".into())
    );
    let archive = &cli.as_anna(0, &["list"])?["archives"][0];
    assert_eq!(
        (&backup["archives"][0]["id"], &backup["archives"][0]["path"]),
        (&archive["id"], &archive["path"])
    );
    assert_eq!((&backup["bytes"], &backup["notes"]), (&archive["bytes"], &archive["notes"]));
    assert!(backup["duration_ms"].is_u64() && backup["started"].is_string() && backup["ended"].is_string());
    for (words, count) in [
        (&["--kind", "restore"][..], 1),
        (&["--outcome", "failed"], 0),
        (&["--outcome", "done"], 2),
        (&["--limit", "1"], 1),
    ] {
        let chosen = cli.as_anna(0, &[&["history"], words].concat())?;
        assert_eq!(list(&chosen, "/runs")?.len(), count, "{words:?}");
    }
    cli.json(2, &["history", "--kind", "nonsense"]).map(drop)
}

#[test]
fn a_thousand_archives_are_listed_moved_deleted_and_made_anew() -> Outcome {
    let cli = with_backup()?;
    let newest = cli.archives()?.pop().ok_or_else(|| Trouble::new("no archive"))?;
    years::add(&years::account(&cli.path("data"))?, &newest, MANY)?;
    let listed = cli.as_anna(0, &["list"])?;
    assert_eq!(list(&listed, "/archives")?.len(), MANY + 1);
    let runs = cli.as_anna(0, &["history"])?;
    assert_eq!(list(&runs, "/runs")?.len(), MANY * years::RUNS_EACH + 2);
    let catalog = years::account(&cli.path("data"))?.join("catalog.json");
    let before = fs::read(&catalog)?;
    cli.as_anna(0, &["list"])?;
    assert_eq!(fs::read(&catalog)?, before, "nothing has changed, so nothing is written");
    // By hand: one is renamed, one deleted, one added.
    let archives = cli.archives()?;
    let folder = newest.parent().ok_or_else(|| Trouble::new("in no folder"))?;
    let [renamed, deleted] = [&archives[10], &archives[20]];
    let id = list(&listed, "/archives")?
        .iter()
        .find(|card| card["path"] == renamed.display().to_string())
        .and_then(|card| card["id"].as_str())
        .ok_or_else(|| Trouble::new("it is not listed"))?
        .to_owned();
    cli.as_anna(0, &["pin", &id])?;
    let kept = folder.join("kept for good.nnbackupz");
    fs::hard_link(renamed, &kept)?;
    fs::remove_file(renamed)?;
    fs::remove_file(deleted)?;
    fs::copy(&newest, folder.join("brought along.nnbackupz"))?;
    let listed = cli.as_anna(0, &["list"])?;
    let cards = list(&listed, "/archives")?;
    assert_eq!(cards.len(), MANY + 1);
    let kept = cards.iter().find(|card| card["path"] == kept.display().to_string());
    let kept = kept.ok_or_else(|| Trouble::new("the renamed one is not listed"))?;
    assert_eq!((&kept["id"], &kept["pinned"]), (&id.into(), &true.into()));
    fs::remove_file(&catalog)?;
    cli.as_anna(0, &["catalog", "rebuild"])?;
    let listed = cli.as_anna(0, &["list"])?;
    let verified = list(&listed, "/archives")?.iter().filter(|card| card["verified"] == "full").count();
    assert!(verified >= MANY - 2, "the runs say what was verified: {verified}");
    Ok(())
}
