//! What is kept and what is deleted, from the outside: plans, deletions, pins, pauses, copies, the catalog.

use std::fs;
use std::path::{Path, PathBuf};

use backstop_tests::cli::{Cli, list, number, text};
use backstop_tests::foreign::{chunk, marker, note, write};
use backstop_tests::{Outcome, Trouble};
use serde_json::Value;

/// A home with notes in it and so many backups of them, oldest first.
fn home(backups: usize) -> Outcome<(Cli, Vec<PathBuf>)> {
    let cli = Cli::with_account()?;
    bring_in(&cli, "notes", 10, "merge")?;
    let mut made = Vec::new();
    for _ in 0..backups {
        made.push(backup(&cli)?);
    }
    Ok((cli, made))
}

fn bring_in(cli: &Cli, name: &str, notes: usize, mode: &str) -> Outcome {
    let items: Vec<Value> =
        (0..notes).flat_map(|at| note(at, &format!("Note {at}"), "<p>text</p>")).collect();
    let file = cli.path("files").join(name);
    write(&file, &[marker(), chunk(0, &items)?])?;
    cli.as_anna(0, &["restore", &file.display().to_string(), "--mode", mode]).map(drop)
}

fn backup(cli: &Cli) -> Outcome<PathBuf> {
    Ok(text(&cli.as_anna(0, &["backup"])?, "/archives/0/path")?.into())
}

fn keep(cli: &Cli, policy: &str) -> Outcome {
    cli.as_anna(0, &["settings", "set", "keep", policy]).map(drop)
}

/// The codes of the archive at a path, and whether it goes.
fn verdict(plan: &Value, path: &Path) -> Outcome<(bool, Vec<String>)> {
    let archives = list(plan, "/archives")?;
    let path = path.display().to_string();
    let found = archives.iter().find(|archive| archive["path"] == path.as_str());
    let archive = found.ok_or_else(|| Trouble::new(format!("{path} is not in {plan}")))?;
    let codes = list(archive, "/codes")?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok((archive["delete"] == true, codes))
}

#[test]
fn a_plan_deletes_nothing_and_applying_deletes_just_what_it_showed() -> Outcome {
    let (cli, made) = home(3)?;
    let everything = cli.as_anna(0, &["prune"])?;
    assert_eq!(
        (number(&everything, "/to_delete")?, number(&everything, "/to_keep")?),
        (2, 1),
        "{everything}"
    );
    keep(&cli, "all")?;
    let plan = cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!(verdict(&plan, &made[0])?, (false, vec!["everything".to_owned()]));
    keep(&cli, "1/0/0/0")?;
    let plan = cli.as_anna(0, &["prune"])?;
    assert_eq!((number(&plan, "/to_delete")?, &plan["agreed"]), (2, &Value::Bool(false)));
    assert_eq!(verdict(&plan, &made[0])?, (true, vec!["same_day".to_owned()]));
    assert_eq!(verdict(&plan, &made[2])?, (false, vec!["last_verified".to_owned(), "daily".to_owned()]));
    assert_eq!(cli.archives()?.len(), 3, "showing deletes nothing");
    let freed: u64 = made[..2].iter().map(|path| fs::metadata(path).expect("there").len()).sum();
    let done = cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!(number(&done, "/bytes_freed")?, freed);
    assert_eq!(list(&done, "/deleted")?.len(), 2);
    assert_eq!((&done["agreed"], cli.archives()?), (&Value::Bool(true), vec![made[2].clone()]));
    let history = cli.as_anna(0, &["history"])?;
    assert_eq!((text(&history, "/runs/0/kind")?, text(&history, "/runs/0/outcome")?), ("prune", "completed"));
    let listed = cli.as_anna(0, &["list"])?;
    assert_eq!(list(&listed, "/archives")?.len(), 1);
    // Again there is nothing to do, and no run is made of it.
    let again = cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!((number(&again, "/to_delete")?, &again["run"]), (0, &Value::Null));
    Ok(())
}

#[test]
fn pinned_renamed_and_foreign_archives_stay() -> Outcome {
    let (cli, made) = home(5)?;
    keep(&cli, "0/0/0/0")?;
    let pinned = made[0].file_name().expect("a name").to_string_lossy().into_owned();
    cli.as_anna(0, &["pin", &pinned])?;
    cli.as_anna(10, &["pin", "nothing"])?;
    let own_name = made[1].with_file_name("before the move.nnbackupz");
    fs::rename(&made[1], &own_name)?;
    // What a sync service makes of two writers, and what another program put there.
    let conflict = made[2].with_file_name(format!("{pinned} (conflicted copy).nnbackupz"));
    fs::copy(&made[2], &conflict)?;
    let foreign = made[2].with_file_name("library-2020-01-01-00-00-00.nnbackupz");
    write(&foreign, &[marker(), chunk(0, &note(1, "a", "<p>b</p>"))?])?;
    let done = cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!(list(&done, "/deleted")?.len(), 2, "{done}");
    let mut stay = vec![made[0].clone(), own_name, conflict, foreign, made[4].clone()];
    stay.sort();
    assert_eq!(cli.archives()?, stay);
    assert_eq!(verdict(&done, &made[0])?, (false, vec!["pinned".to_owned()]));
    cli.as_anna(0, &["pin", "--off", &made[0].display().to_string()])?;
    assert!(verdict(&cli.as_anna(0, &["prune"])?, &made[0])?.0);
    Ok(())
}

#[test]
fn archives_of_another_account_are_never_deleted_by_this_one() -> Outcome {
    let (cli, made) = home(2)?;
    let create = ["account", "create", "--name", "bea", "--password-file", "@second"];
    cli.json(0, &create)?;
    let bea = |args: &[&str]| {
        let call = [&["--account", "bea", "--password-file", "@second"][..], args].concat();
        cli.json(0, &call)
    };
    let anna = made[1].display().to_string();
    bea(&["restore", &anna, "--archive-password-file", "@first"])?;
    for _ in 0..2 {
        bea(&["backup"])?;
    }
    bea(&["settings", "set", "keep", "0/0/0/0"])?;
    keep(&cli, "0/0/0/0")?;
    let done = bea(&["prune", "--apply"])?;
    assert_eq!(list(&done, "/deleted")?.len(), 1, "{done}");
    assert_eq!(verdict(&done, &made[0])?, (false, vec!["not_ours".to_owned()]));
    assert!(made.iter().all(|path| path.exists()));
    // Rebuilt from the folder it is still not bea's.
    bea(&["catalog", "rebuild"])?;
    assert_eq!(list(&bea(&["prune", "--apply"])?, "/deleted")?.len(), 0);
    assert_eq!(list(&cli.as_anna(0, &["prune", "--apply"])?, "/deleted")?.len(), 1);
    assert_eq!(cli.archives()?.len(), 2, "the last one of each");
    Ok(())
}

#[test]
fn a_file_put_in_the_place_of_an_archive_is_not_deleted_for_it() -> Outcome {
    let (cli, made) = home(3)?;
    keep(&cli, "0/0/0/0")?;
    // Of the same name and size, but not what the run made.
    let mut bytes = fs::read(&made[1])?;
    bytes.truncate(fs::metadata(&made[0])?.len().try_into().expect("small"));
    bytes.resize(fs::metadata(&made[0])?.len().try_into().expect("small"), 0);
    fs::remove_file(&made[0])?;
    fs::write(&made[0], &bytes)?;
    cli.as_anna(0, &["prune"])?;
    let done = cli.run(&["--account", "anna", "--password-file", "@first", "--json", "prune", "--apply"])?;
    assert!([0, 3].contains(&done.code), "{}", done.out);
    assert!(made[0].exists() && !made[1].exists() && made[2].exists());
    Ok(())
}

#[test]
fn deleting_pauses_after_a_drop_until_it_was_seen() -> Outcome {
    let (cli, made) = home(2)?;
    keep(&cli, "1/0/0/0")?;
    bring_in(&cli, "fewer", 7, "exact")?;
    let small = backup(&cli)?;
    let paused = cli.as_anna(3, &["prune", "--apply"])?;
    assert_eq!(paused["paused"]["can_accept"], true, "{paused}");
    assert_eq!((number(&paused, "/to_delete")?, &paused["run"]), (2, &Value::Null));
    assert!(made.iter().all(|path| path.exists()));
    // Another small one does not hide it.
    let again = backup(&cli)?;
    cli.as_anna(3, &["prune", "--apply"])?;
    let done = cli.as_anna(0, &["prune", "--accept-drop", "--apply"])?;
    assert_eq!((list(&done, "/deleted")?.len(), &done["paused"]), (3, &Value::Null));
    assert!(!small.exists() && again.exists());
    // It stays seen.
    backup(&cli)?;
    cli.as_anna(0, &["prune"])?;
    Ok(())
}

#[test]
fn deleting_pauses_after_a_failed_backup() -> Outcome {
    let (cli, made) = home(3)?;
    keep(&cli, "1/0/0/0")?;
    // The folder is away for a moment.
    let (folder, aside) = (cli.path("Documents/Backstop"), cli.path("Documents/aside"));
    fs::rename(&folder, &aside)?;
    cli.as_anna(15, &["backup"])?;
    fs::rename(&aside, &folder)?;
    let paused = cli.as_anna(3, &["prune", "--apply"])?;
    assert_eq!(paused["paused"]["can_accept"], false, "{paused}");
    cli.as_anna(3, &["prune", "--accept-drop", "--apply"])?;
    assert!(made.iter().all(|path| path.exists()));
    backup(&cli)?;
    assert_eq!(list(&cli.as_anna(0, &["prune", "--apply"])?, "/deleted")?.len(), 3);
    Ok(())
}

#[test]
fn a_rebuilt_catalog_knows_what_it_knew() -> Outcome {
    let (cli, made) = home(3)?;
    cli.as_anna(0, &["pin", &made[1].display().to_string()])?;
    let sorted = |document: &Value| -> Outcome<Vec<Value>> {
        let mut archives = list(document, "/archives")?.clone();
        archives.sort_by_key(|archive| archive["path"].to_string());
        archives.iter_mut().for_each(|archive| archive["created"] = Value::Null);
        archives.iter_mut().for_each(|archive| archive["verified_at"] = Value::Null);
        Ok(archives)
    };
    let before = sorted(&cli.as_anna(0, &["list"])?)?;
    let counts = cli.as_anna(0, &["catalog", "rebuild"])?;
    assert_eq!((number(&counts, "/archives")?, number(&counts, "/pinned")?), (3, 1));
    assert_eq!((number(&counts, "/damaged")?, number(&counts, "/away")?), (0, 0));
    assert_eq!(sorted(&cli.as_anna(0, &["list"])?)?, before);
    // Out of reach it stays known.
    let (folder, aside) = (cli.path("Documents/Backstop"), cli.path("Documents/aside"));
    fs::rename(&folder, &aside)?;
    let counts = cli.as_anna(0, &["catalog", "rebuild"])?;
    assert_eq!((number(&counts, "/archives")?, number(&counts, "/away")?), (3, 3));
    fs::rename(&aside, &folder)?;
    fs::write(&made[0], b"no archive at all")?;
    let counts = cli.as_anna(0, &["catalog", "rebuild"])?;
    assert_eq!((number(&counts, "/damaged")?, number(&counts, "/pinned")?), (1, 1));
    // What the catalog has lost, the folder and the history give back, and deleting goes on.
    keep(&cli, "0/0/0/0")?;
    backup(&cli)?;
    cli.as_anna(0, &["catalog", "rebuild"])?;
    let done = cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!(list(&done, "/deleted")?.len(), 1, "{done}");
    assert!(made[0].exists() && made[1].exists() && !made[2].exists());
    Ok(())
}

#[test]
fn every_archive_is_copied_into_the_second_folder_and_what_it_missed_later() -> Outcome {
    let (cli, made) = home(1)?;
    let second = cli.path("second");
    let copies = second.join("Backstop/backups");
    fs::create_dir(&second)?;
    let folder = second.display().to_string();
    cli.as_anna(0, &["settings", "set", "copies_folder", &folder])?;
    cli.as_anna(2, &["settings", "set", "copies_folder", &cli.path("Documents").display().to_string()])?;
    let next = backup(&cli)?;
    for original in [&made[0], &next] {
        let copy = copies.join(original.file_name().expect("a name"));
        assert_eq!(fs::read(original)?, fs::read(copy)?, "the earlier one too");
    }
    // Away: the backup is made, with a warning; back again: all that it lacks.
    let aside = cli.path("aside");
    fs::rename(&second, &aside)?;
    for _ in 0..2 {
        let warned = cli.as_anna(3, &["backup"])?;
        assert_eq!(text(&warned, "/warnings/0/code")?, "disk_gone", "{warned}");
        assert_eq!(warned["archives"][0]["verified"], true);
    }
    let history = cli.as_anna(0, &["history"])?;
    assert_eq!((text(&history, "/runs/0/kind")?, text(&history, "/runs/0/outcome")?), ("copy", "failed"));
    assert_eq!(text(&history, "/runs/1/outcome")?, "completed", "the backup itself");
    fs::rename(&aside, &second)?;
    backup(&cli)?;
    assert_eq!(fs::read_dir(&copies)?.count(), 5);
    let listed = cli.as_anna(0, &["list"])?;
    assert_eq!(list(&listed, "/archives")?.len(), 10);
    assert!(list(&listed, "/archives")?.iter().all(|archive| archive["verified"] == "full"));
    // Kept there by the same choice, each folder for itself; and nothing is copied again.
    keep(&cli, "1/0/0/0")?;
    let done = cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!(list(&done, "/deleted")?.len(), 8, "{done}");
    assert_eq!((fs::read_dir(&copies)?.count(), cli.archives()?.len()), (1, 1));
    backup(&cli)?;
    assert_eq!((fs::read_dir(&copies)?.count(), cli.archives()?.len()), (2, 2));
    Ok(())
}

#[test]
fn what_was_agreed_to_goes_by_itself_after_the_next_backup() -> Outcome {
    let (cli, made) = home(3)?;
    for interval in ["backups", "backups_full"] {
        cli.as_anna(0, &["settings", "set", interval, "never"])?;
    }
    keep(&cli, "1/0/0/0")?;
    cli.as_anna(0, &["run-due"])?;
    assert_eq!(cli.archives()?.len(), 3, "nobody agreed");
    cli.as_anna(0, &["prune", "--apply"])?;
    assert_eq!(cli.archives()?, vec![made[2].clone()]);
    backup(&cli)?;
    cli.as_anna(0, &["run-due"])?;
    assert_eq!(cli.archives()?.len(), 1);
    // Another choice is another question.
    keep(&cli, "0/0/0/0")?;
    backup(&cli)?;
    cli.as_anna(0, &["run-due"])?;
    assert_eq!(cli.archives()?.len(), 2);
    Ok(())
}

#[test]
fn the_status_counts_only_backups_whose_files_are_there() -> Outcome {
    let (cli, made) = home(2)?;
    let shown = || cli.as_anna(0, &["schedule", "show"]);
    let before = shown()?;
    assert_eq!((text(&before, "/state")?, &before["missing"]), ("protected", &Value::Null));
    fs::remove_file(&made[1])?;
    let one = shown()?;
    let name = made[1].file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!((text(&one, "/missing/name")?, &one["missing"]["away"]), (name.as_str(), &Value::Bool(false)));
    assert!(text(&one, "/last_verified")? < text(&before, "/last_verified")?, "{one}");
    fs::remove_file(&made[0])?;
    let status = cli.as_anna(0, &["account", "status"])?;
    let none = &status["library"]["schedule"];
    assert_eq!((text(none, "/state")?, &none["last_verified"]), ("never", &Value::Null), "{status}");
    assert_eq!(cli.as_anna(0, &["run-due"])?["due"], true);
    let after = shown()?;
    assert_eq!((text(&after, "/state")?, &after["missing"]), ("protected", &Value::Null), "{after}");
    assert_eq!(cli.archives()?.len(), 1);
    Ok(())
}
