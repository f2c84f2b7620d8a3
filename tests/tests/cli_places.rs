//! Folders of Notesnook backups as places, from the command line: found, added, listed, removed, never touched.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use backstop_testkit::fixture;
use backstop_tests::cli::{Cli, text};
use backstop_tests::{Outcome, Trouble};

/// What opens the sample files.
const SECRET: &str = "harbour-lantern-42";

/// A home in which Notesnook has written backups, one with attachments and one without, on other days.
fn home() -> Outcome<Cli> {
    let cli = Cli::with_account()?;
    cli.secret("real", SECRET)?;
    put(&cli, "2026-11-01-08-00-0-full.nnbackupz", &sample("full-encrypted")?, 3)?;
    put(&cli, "2026-11-02-08-00-5.nnbackupz", &sample("partial-encrypted")?, 2)?;
    Ok(cli)
}

fn sample(name: &str) -> Outcome<Vec<u8>> {
    Ok(fs::read(fixture(&format!("notesnook/6.1/{name}.nnbackupz")))?)
}

/// Puts a file into Notesnook's own folder, as it would look some days later.
fn put(cli: &Cli, name: &str, bytes: &[u8], days: u64) -> Outcome<PathBuf> {
    let folder = cli.path("Documents/Notesnook/backups");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    let mut file = File::create_new(&path)?;
    std::io::Write::write_all(&mut file, bytes)?;
    let now = SystemTime::now();
    file.set_modified(now - Duration::from_secs(days * 86_400))?;
    Ok(path)
}

fn add(cli: &Cli, code: i32, secret: &str) -> Outcome<serde_json::Value> {
    let folder = "~/Documents/Notesnook/backups";
    cli.as_anna(code, &["place", "add", "notesnook-backups", folder, "--archive-password-file", secret])
}

#[test]
fn notesnooks_folder_is_found_added_checked_and_listed() -> Outcome {
    let cli = home()?;
    let found = cli.as_anna(0, &["place", "discover"])?;
    let folder = text(&found, "/found/0/folder")?.to_owned();
    assert!(folder.ends_with("Documents/Notesnook/backups"), "{folder}");
    assert_eq!(found["found"][0]["files"], 2);

    let before = files(&cli)?;
    let added = add(&cli, 0, "@real")?;
    let place = &added["place"];
    assert_eq!((&place["verified"], &place["damaged"]), (&2.into(), &0.into()), "{added}");
    assert_eq!((text(place, "/kind")?, text(place, "/password")?), ("notesnook-backups", "kept"));
    let id = text(place, "/id")?.to_owned();
    assert!(text(place, "/newest")?.ends_with('Z'), "{added}");

    let listed = cli.as_anna(0, &["list", "--place", &id])?;
    assert_eq!(listed["archives"].as_array().map(Vec::len), Some(2));
    assert_eq!(text(&listed, "/archives/0/verified")?, "full");
    assert_eq!(text(&listed, "/archives/0/place")?, id);
    let own = cli.as_anna(0, &["list"])?;
    assert_eq!(own["archives"].as_array().map(Vec::len), Some(0), "they are not Backstop's own");
    let places = cli.as_anna(0, &["place", "list"])?;
    assert_eq!((text(&places, "/places/0/id")?, text(&places, "/places/1/id")?), ("library", id.as_str()));
    let history = cli.as_anna(0, &["history"])?;
    assert_eq!(
        (text(&history, "/runs/0/kind")?, text(&history, "/runs/0/places/0")?),
        ("verify", id.as_str())
    );
    let none = cli.as_anna(0, &["place", "discover"])?;
    assert_eq!(none["found"].as_array().map(Vec::len), Some(0), "it is a place now");
    let again = add(&cli, 2, "@real")?;
    assert_eq!(text(&again, "/error/code")?, "usage");

    let plan =
        cli.as_anna(0, &["plan", "~/Documents/Notesnook/backups/2026-11-01-08-00-0-full.nnbackupz"])?;
    assert!(plan["added"].as_u64() > Some(0), "its password is known: {plan}");
    assert_eq!(files(&cli)?, before, "nothing in the folder was touched");
    Ok(())
}

#[test]
fn a_password_is_asked_for_and_a_wrong_one_is_said_to_be_wrong() -> Outcome {
    let cli = home()?;
    let wrong = add(&cli, 12, "@wrong")?;
    assert_eq!(text(&wrong, "/error/code")?, "wrong_secret");
    assert_eq!(cli.as_anna(0, &["place", "list"])?["places"].as_array().map(Vec::len), Some(1));
    let folder = "~/Documents/Notesnook/backups";
    let without = cli.as_anna(3, &["place", "add", "notesnook-backups", folder])?;
    assert_eq!(text(&without, "/place/password")?, "needed");
    assert_eq!((&without["place"]["verified"], &without["place"]["damaged"]), (&0.into(), &0.into()));
    let id = text(&without, "/place/id")?.to_owned();
    // Its password can be given later; a wrong one changes nothing.
    let give =
        |code, secret: &[&str]| cli.as_anna(code, &[&["place", "password", id.as_str()], secret].concat());
    assert_eq!(text(&give(12, &[])?, "/error/code")?, "secret_required");
    give(12, &["--archive-password-file", "@wrong"])?;
    let given = give(0, &["--archive-password-file", "@real"])?;
    assert_eq!(
        (text(&given, "/place/password")?, &given["place"]["damaged"]),
        ("kept", &0.into()),
        "{given}"
    );
    assert!(given["place"]["verified"].as_u64() > Some(0), "{given}");
    cli.as_anna(10, &["place", "password", "notesnook-none", "--archive-password-file", "@real"])?;
    let before = files(&cli)?;
    cli.as_anna(0, &["place", "remove", &id])?;
    assert_eq!(files(&cli)?, before, "removing a place removes no file");
    let none = cli.as_anna(10, &["place", "remove", &id])?;
    assert_eq!(text(&none, "/error/code")?, "not_found");
    cli.as_anna(2, &["place", "remove", "library"])?;
    let gone = cli.as_anna(10, &["place", "add", "notesnook-backups", "~/nowhere"])?;
    assert_eq!(text(&gone, "/error/code")?, "not_found");
    cli.as_anna(10, &["list", "--place", &id])?;
    cli.as_anna(10, &["backup", "--place", &id])?;
    Ok(())
}

#[test]
fn run_due_takes_in_new_files_flags_damaged_ones_and_merges_what_is_new() -> Outcome {
    let cli = home()?;
    let folder = "~/Documents/Notesnook/backups";
    let added = cli.as_anna(
        0,
        &["place", "add", "notesnook-backups", folder, "--archive-password-file", "@real", "--merge"],
    )?;
    let id = text(&added, "/place/id")?.to_owned();
    let notes = |cli: &Cli| -> Outcome<u64> {
        let status = cli.as_anna(0, &["account", "status"])?;
        status["library"]["notes"].as_u64().ok_or_else(|| Trouble::new(format!("no count: {status}")))
    };
    assert!(notes(&cli)? > 0, "merged: {added}");
    let merged = text(&added, "/taken_in/0/merged/run")?.to_owned();

    let mut bytes = sample("full-encrypted")?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 0xff;
    }
    put(&cli, "2026-11-03-08-00-0-full.nnbackupz", &bytes, 1)?;
    let due = cli.as_anna(3, &["run-due"])?;
    assert_eq!(text(&due, "/warnings/0/code")?, "damaged_file", "{due}");
    let places = cli.as_anna(0, &["place", "list"])?;
    let place = &places["places"][1];
    assert_eq!((&place["files"], &place["damaged"]), (&3.into(), &1.into()), "{places}");
    assert_eq!(place["damaged_names"][0], "2026-11-03-08-00-0-full.nnbackupz");
    let history = cli.as_anna(0, &["history"])?;
    let runs = history["runs"].as_array().ok_or_else(|| Trouble::new("no runs"))?;
    let checked = runs.iter().find(|run| run["kind"] == "verify" && run["places"][0] == id.as_str());
    assert_eq!(checked.map(|run| &run["outcome"]), Some(&"completed_with_warnings".into()), "{history}");

    let undone = cli.as_anna(0, &["undo", &merged])?;
    assert!(undone["removed"].as_u64() > Some(0), "{undone}");
    assert_eq!(notes(&cli)?, 0);
    cli.as_anna(0, &["run-due"])?;
    assert_eq!(notes(&cli)?, 0, "what was taken back does not come again by itself");
    Ok(())
}

/// Every file in Notesnook's folder with its bytes and its time.
fn files(cli: &Cli) -> Outcome<Vec<(PathBuf, Vec<u8>, SystemTime)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(cli.path("Documents/Notesnook/backups"))? {
        let path = entry?.path();
        found.push((path.clone(), fs::read(&path)?, fs::metadata(&path)?.modified()?));
    }
    found.sort();
    Ok(found)
}
