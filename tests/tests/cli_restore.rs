//! The main job on the command line: file into the library, library into an archive, archive into
//! another account, and every restore taken back.
#![expect(
    clippy::indexing_slicing,
    reason = "a document without the field is a failed test, and null says so"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, list, number, text};
use backstop_tests::foreign::{chunk, id, marker, note, note_edited, notebook, notes, write};
use backstop_tests::real::real;
use serde_json::Value;

/// What is in an archive, without how and when it was packed.
fn contents(mut inventory: Value) -> Value {
    for (name, value) in inventory.as_object_mut().into_iter().flatten() {
        if ["encrypted", "created", "warnings"].contains(&name.as_str()) {
            *value = Value::Null;
        }
    }
    inventory
}

/// The path of the one archive that a backup made.
fn made(document: &Value) -> Outcome<String> {
    assert_eq!(document["archives"][0]["verified"], true);
    Ok(text(document, "/archives/0/path")?.to_owned())
}

/// What the library holds, row by row: the contents of a full backup without encryption.
fn library(cli: &Cli) -> Outcome<Value> {
    let folder = tempfile::tempdir()?;
    let to = folder.path().display().to_string();
    let made = made(&cli.as_anna(0, &["backup", "--attachments", "--no-encryption", "--to", &to])?)?;
    Ok(contents(cli.json(0, &["inspect", &made])?))
}

#[test]
fn a_file_goes_through_the_library_into_a_second_account() -> Outcome {
    let cli = Cli::with_account()?;
    cli.secret("real", "harbour-lantern-42")?;
    let file = real("full-encrypted");
    let secret = ["--archive-password-file", "@real"];
    let before = contents(cli.json(0, &[&["inspect", &file], &secret[..]].concat())?);
    let planned = cli.as_anna(0, &[&["plan", &file], &secret[..]].concat())?;
    let restored = cli.as_anna(0, &[&["restore", &file], &secret[..]].concat())?;
    assert_eq!(text(&restored, "/outcome")?, "completed");
    for count in ["/added", "/updated", "/removed", "/identical"] {
        assert_eq!(number(&restored, count)?, number(&planned, count)?, "{count}");
    }
    assert!(number(&restored, "/added")? > 100);
    let backup = made(&cli.as_anna(0, &["backup", "--attachments"])?)?;
    let opened = ["inspect", &backup, "--archive-password-file", "@first"];
    assert_eq!(contents(cli.json(0, &opened)?), before, "file into library into archive");
    cli.json(12, &["inspect", &backup, "--archive-password-file", "@real"])?;

    for secret in [["--archive-password-file", "@first"], ["--recovery-key-file", "@recovery"]] {
        let account = ["--account", "bert", "--password-file", "@second"];
        cli.json(0, &["account", "create", "--name", "bert", "--password-file", "@second"])?;
        let wrong = |secret: &[&str]| cli.json(12, &[&account[..], &["restore", &backup], secret].concat());
        assert_eq!(text(&wrong(&["--archive-password-file", "@second"])?, "/error/code")?, "wrong_secret");
        assert_eq!(text(&wrong(&["--archive-password-file", "@wrong"])?, "/error/code")?, "wrong_secret");
        assert_eq!(text(&wrong(&[])?, "/error/code")?, "wrong_secret");
        let restored = cli.json(0, &[&account[..], &["restore", &backup], &secret[..]].concat())?;
        assert!(number(&restored, "/added")? > 100);
        let again = cli.json(0, &[&account[..], &["backup", "--attachments"]].concat())?;
        let inspected = cli.json(0, &["inspect", &made(&again)?, "--archive-password-file", "@second"])?;
        assert_eq!(contents(inspected), before, "{secret:?}");
        cli.json(0, &[&account[..], &["account", "delete"]].concat())?;
    }
    Ok(())
}

#[test]
fn a_restore_done_twice_changes_nothing_the_second_time() -> Outcome {
    let cli = Cli::with_account()?;
    for mode in ["merge", "overwrite"] {
        for file in [real("full-plain"), real("partial-plain")] {
            cli.as_anna(0, &["restore", &file, "--mode", mode])?;
            let state = library(&cli)?;
            let again = cli.as_anna(0, &["restore", &file, "--mode", mode])?;
            for count in ["/added", "/updated", "/removed", "/failed"] {
                assert_eq!(number(&again, count)?, 0, "{mode} {file} {count}");
            }
            assert!(number(&again, "/identical")? > 0);
            assert_eq!(library(&cli)?, state);
        }
    }
    Ok(())
}

/// An archive in the home: a notebook and notes whose third was edited at `edited_ms`.
fn archive(cli: &Cli, name: &str, text: &str, edited_ms: u64) -> Outcome<String> {
    let mut items = notes(1, 2, |number| format!("<p>Note {number}</p>"));
    items.push(notebook(900, "Harbour"));
    items.extend(note_edited(3, "Third", &format!("<p>{text}</p>"), edited_ms));
    let path = cli.path("files").join(name);
    write(&path, &[marker(), chunk(0, &items)?])?;
    Ok(path.display().to_string())
}

#[test]
fn undo_brings_the_state_before_back_byte_for_byte() -> Outcome {
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", "as it was", 1_749_500_000_000)?;
    let new = archive(&cli, "new", "as it became", 1_749_600_000_000)?;
    let empty = library(&cli)?;
    let first = cli.as_anna(0, &["restore", &old])?;
    let before = library(&cli)?;
    let before_raw = cli.as_anna(0, &["show", "--place", "library", &id(3), "--as", "raw"])?;
    let second = cli.as_anna(0, &["restore", &new])?;
    assert_eq!((number(&second, "/added")?, number(&second, "/updated")?), (0, 2), "{second}");
    assert_ne!(library(&cli)?, before);
    let undone = cli.as_anna(0, &["undo", text(&second, "/run")?])?;
    assert_eq!(text(&undone, "/outcome")?, "completed");
    assert_eq!(library(&cli)?, before);
    assert_eq!(cli.as_anna(0, &["show", "--place", "library", &id(3), "--as", "raw"])?, before_raw);
    cli.as_anna(0, &["undo", text(&first, "/run")?])?;
    assert_eq!(library(&cli)?, empty);
    let unknown = cli.as_anna(10, &["undo", "2020-01-01T00-00-00-nothing"])?;
    assert_eq!(text(&unknown, "/error/code")?, "not_found");
    Ok(())
}

#[test]
fn undo_of_a_real_file_leaves_an_empty_library() -> Outcome {
    let cli = Cli::with_account()?;
    let empty = library(&cli)?;
    let restored = cli.as_anna(0, &["restore", &real("full-plain")])?;
    assert!(number(&restored, "/attachments")? > 0);
    let undone = cli.as_anna(0, &["undo", text(&restored, "/run")?])?;
    assert_eq!(number(&undone, "/removed")?, number(&restored, "/added")?);
    assert_eq!(library(&cli)?, empty);
    Ok(())
}

#[test]
fn merge_keeps_the_newer_and_overwrite_the_archives() -> Outcome {
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", "as it was", 1_749_500_000_000)?;
    let new = archive(&cli, "new", "as it became", 1_749_600_000_000)?;
    let third = || -> Outcome<String> {
        let shown = cli.as_anna(0, &["show", "--place", "library", &id(3)])?;
        Ok(text(&shown, "/text")?.trim().to_owned())
    };
    cli.as_anna(0, &["restore", &new])?;
    let merged = cli.as_anna(0, &["restore", &old])?;
    assert_eq!(number(&merged, "/updated")?, 0, "{merged}");
    assert_eq!(number(&merged, "/kept")?, 2, "{merged}");
    assert_eq!(third()?, "as it became");
    let planned = cli.as_anna(0, &["plan", &old, "--mode", "overwrite"])?;
    assert_eq!(number(&planned, "/updated")?, 2);
    let titles: Vec<_> = list(&planned, "/items/updated")?.iter().map(|item| item["title"].clone()).collect();
    assert!(titles.contains(&Value::from("Third")), "{planned}");
    assert_eq!(third()?, "as it became", "a plan touches nothing");
    cli.as_anna(0, &["restore", &old, "--mode", "overwrite"])?;
    assert_eq!(third()?, "as it was");
    Ok(())
}

#[test]
fn a_damaged_archive_is_refused_before_anything_is_touched() -> Outcome {
    let cli = Cli::with_account()?;
    let path = cli.path("files/damaged");
    let first = chunk(0, &notes(0, 3, |number| format!("<p>{number}</p>")))?;
    let third = chunk(2, &notes(20, 3, |number| format!("<p>{number}</p>")))?;
    write(&path, &[marker(), first, third])?;
    let path = path.display().to_string();
    let empty = library(&cli)?;
    for command in ["plan", "restore"] {
        let document = cli.as_anna(13, &[command, &path])?;
        assert_eq!(text(&document, "/error/code")?, "chunk_missing");
    }
    assert_eq!(library(&cli)?, empty);
    Ok(())
}

#[test]
fn archives_runs_and_settings_are_told() -> Outcome {
    let cli = Cli::with_account()?;
    cli.as_anna(0, &["restore", &real("full-plain")])?;
    let first = made(&cli.as_anna(0, &["backup"])?)?;
    let second = made(&cli.as_anna(0, &["backup", "--attachments"])?)?;
    assert_ne!(first, second, "new means new");
    let known = cli.as_anna(0, &["list"])?;
    let known: BTreeMap<_, _> = list(&known, "/archives")?
        .iter()
        .map(|one| (one["path"].as_str().unwrap_or_default(), one))
        .collect();
    for (path, full) in [(&first, false), (&second, true)] {
        let one = known.get(path.as_str()).ok_or_else(|| backstop_tests::Trouble::new("not listed"))?;
        assert_eq!(one["attachments_included"], full);
        assert_eq!(one["encrypted"], true);
        assert_eq!(one["verified"], "full");
        assert_eq!(one["place"], "library");
        assert!(one["created"].as_str().is_some_and(|at| at.ends_with('Z')), "{one}");
    }
    let runs = cli.as_anna(0, &["history"])?;
    let kinds: Vec<_> = list(&runs, "/runs")?.iter().map(|run| run["kind"].clone()).collect();
    assert_eq!(kinds, ["backup", "backup", "restore"]);
    assert!(list(&runs, "/runs")?.iter().all(|run| run["outcome"] == "completed"));
    let nothing = cli.as_anna(0, &["run-due"])?;
    assert_eq!(nothing["due"], false);
    let set = cli.as_anna(0, &["schedule", "set", "--backups", "weekly"])?;
    assert_eq!(text(&set, "/backups")?, "weekly");
    assert_eq!(text(&cli.as_anna(0, &["schedule", "show"])?, "/backups")?, "weekly");
    assert_eq!(text(&cli.as_anna(0, &["settings", "get", "backups"])?, "/backups")?, "weekly");
    cli.as_anna(2, &["settings", "get", "weather"])?;
    cli.as_anna(2, &["settings", "set", "theme", "pink"])?;
    Ok(())
}

#[test]
fn what_is_due_is_made_once() -> Outcome {
    let cli = Cli::with_account()?;
    let made = cli.as_anna(0, &["run-due"])?;
    assert_eq!(made["due"], true, "{made}");
    assert_eq!(cli.archives()?.len(), 1);
    let again = cli.as_anna(0, &["run-due"])?;
    assert_eq!(again["due"], false);
    assert_eq!(cli.archives()?.len(), 1);
    Ok(())
}

/// Cron calls without a session bus, and nobody reads what it is told.
#[test]
fn what_is_due_without_a_login_is_a_failed_run_in_the_history() -> Outcome {
    let cli = Cli::with_account()?;
    let refused = cli.json(16, &["run-due"])?;
    assert_eq!(text(&refused, "/error/code")?, "not_logged_in");
    let runs = cli.as_anna(0, &["history"])?;
    assert_eq!(text(&runs, "/runs/0/kind")?, "backup");
    assert_eq!(text(&runs, "/runs/0/outcome")?, "failed");
    assert!(!text(&runs, "/runs/0/reason")?.is_empty());
    let status = cli.as_anna(0, &["schedule", "show"])?;
    assert_eq!((text(&status, "/state")?, text(&status, "/code")?), ("failed", "not_logged_in"));
    cli.as_anna(0, &["run-due"])?;
    assert_eq!(text(&cli.as_anna(0, &["schedule", "show"])?, "/state")?, "protected");
    let before = list(&cli.as_anna(0, &["history"])?, "/runs")?.len();
    cli.json(16, &["run-due"])?;
    assert_eq!(list(&cli.as_anna(0, &["history"])?, "/runs")?.len(), before, "nothing was due");
    Ok(())
}

#[test]
fn the_whole_schedule_is_set_at_once_or_not_at_all() -> Outcome {
    let cli = Cli::with_account()?;
    let set = ["schedule", "set", "--backups", "weekly", "--full", "never", "--reminders", "daily"];
    let shown = cli.as_anna(0, &[&set[..], &["--keep", "3/2/1/0"]].concat())?;
    for (field, value) in
        [("backups", "weekly"), ("full", "never"), ("reminders", "daily"), ("keep", "3/2/1/0")]
    {
        assert_eq!(shown[field], value, "{shown}");
    }
    cli.as_anna(2, &["schedule", "set", "--backups", "daily", "--keep", "few"])?;
    assert_eq!(text(&cli.as_anna(0, &["schedule", "show"])?, "/backups")?, "weekly");
    Ok(())
}

#[test]
fn encryption_goes_only_with_the_password_and_fails_closed() -> Outcome {
    let cli = Cli::with_account()?;
    cli.as_anna(0, &["restore", &real("partial-plain")])?;
    let sealed = made(&cli.as_anna(0, &["backup"])?)?;
    let plain = made(&cli.as_anna(0, &["backup", "--no-encryption"])?)?;
    cli.json(12, &["inspect", &sealed])?;
    assert_eq!(cli.json(0, &["inspect", &plain])?["encrypted"], false);
    cli.as_anna(0, &["settings", "set", "encryption", "off"])?;
    let off = made(&cli.as_anna(0, &["backup"])?)?;
    cli.json(0, &["inspect", &off])?;
    cli.as_anna(0, &["settings", "set", "encryption", "on"])?;
    let on = made(&cli.as_anna(0, &["backup"])?)?;
    cli.json(12, &["inspect", &on])?;
    Ok(())
}

#[test]
fn a_backup_goes_exactly_where_it_is_told_and_the_setting_into_a_folder_of_ours() -> Outcome {
    let cli = Cli::with_account()?;
    let there = made(&cli.as_anna(0, &["backup", "--to", "~/files"])?)?;
    assert_eq!(PathBuf::from(&there).parent(), Some(cli.path("files").as_path()));
    let folder = cli.path("elsewhere");
    std::fs::create_dir(&folder)?;
    cli.as_anna(0, &["settings", "set", "backups_folder", "~/elsewhere"])?;
    let set = made(&cli.as_anna(0, &["backup"])?)?;
    assert_eq!(PathBuf::from(&set).parent(), Some(folder.join("Backstop/backups").as_path()));
    let gone = cli.as_anna(15, &["settings", "set", "backups_folder", "/proc/nowhere"])?;
    assert!(["disk_gone", "read_only"].contains(&text(&gone, "/error/code")?), "{gone}");
    Ok(())
}

/// 1,000 strings that nothing else holds, in titles, texts, notebooks: readable nowhere on the disk while
/// encryption is on, and all of them in the archive once it is opened.
#[test]
fn a_thousand_canaries_are_readable_nowhere() -> Outcome {
    let cli = Cli::with_account()?;
    let canary = |number: usize| format!("canary{:08x}", number.wrapping_mul(2_654_435_761) & 0xffff_ffff);
    let source = tempfile::tempdir()?;
    let file = source.path().join("canaries.nnbackupz");
    let mut items = Vec::new();
    for number in 0..500 {
        items.extend(note(number, &canary(number * 2), &format!("<p>{}</p>", canary(number * 2 + 1))));
    }
    write(&file, &[marker(), chunk(0, &items)?])?;
    let restored = cli.as_anna(0, &["restore", &file.display().to_string()])?;
    let backup = made(&cli.as_anna(0, &["backup", "--attachments"])?)?;
    cli.as_anna(0, &["search", "--place", "library", &canary(7)])?;
    cli.json(0, &["verify", &backup, "--archive-password-file", "@first"])?;
    cli.as_anna(0, &["undo", text(&restored, "/run")?])?;
    let inspected = cli.json(0, &["inspect", &backup, "--archive-password-file", "@first"])?;
    assert_eq!(list(&inspected, "/notes")?.len(), 500);
    assert!(inspected.to_string().contains(&canary(0)), "the canaries are in the opened archive");
    for (path, bytes) in cli.every_file()? {
        // Every canary begins alike, in whatever letters: one look for that finds all of them.
        for wanted in [&b"canary"[..], b"c\0a\0n\0a\0r\0y\0", b"Y2FuYXJ5", b"NhbmFyeQ", b"jYW5hcn"] {
            let found = bytes.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted));
            assert!(!found, "readable in {}", path.display());
        }
    }
    Ok(())
}

/// Notebooks are listed in the order of their ids, which copies have others of.
fn in_any_order(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(list) = value.as_array_mut() {
        list.sort_by_key(Value::to_string);
    }
    value
}

/// Every note of the library with what is listed of it.
fn notes_of(cli: &Cli) -> Outcome<Vec<Value>> {
    Ok(list(&library(cli)?, "/notes")?.clone())
}

#[test]
fn added_as_new_a_real_file_is_there_twice_and_linked_within_itself() -> Outcome {
    let cli = Cli::with_account()?;
    let file = real("full-plain");
    cli.as_anna(0, &["restore", &file])?;
    let before = library(&cli)?;
    let planned = cli.as_anna(0, &["plan", &file, "--mode", "copy"])?;
    let copied = cli.as_anna(0, &["restore", &file, "--mode", "copy"])?;
    for count in ["/added", "/updated", "/removed", "/identical", "/notes/added"] {
        assert_eq!(number(&planned, count)?, number(&copied, count)?, "{count}");
    }
    assert_eq!((number(&copied, "/updated")?, number(&copied, "/removed")?), (0, 0));
    let old: Vec<&str> = list(&before, "/notes")?.iter().filter_map(|note| note["id"].as_str()).collect();
    let notes = notes_of(&cli)?;
    assert_eq!(notes.len(), 2 * old.len());
    let (originals, copies): (Vec<&Value>, Vec<&Value>) =
        notes.iter().partition(|note| note["id"].as_str().is_some_and(|id| old.contains(&id)));
    assert_eq!(originals.len(), copies.len());
    for original in list(&before, "/notes")? {
        assert!(originals.contains(&original), "untouched: {original}");
        let twins: Vec<_> = copies
            .iter()
            .filter(|copy| {
                ["title", "notebooks", "tags", "created", "modified", "locked", "attachments", "revisions"]
                    .iter()
                    .all(|field| in_any_order(&copy[field]) == in_any_order(&original[field]))
            })
            .collect();
        assert!(!twins.is_empty(), "no copy of {original}");
        let links = |note: &Value| note["links"].as_array().map_or(0, Vec::len);
        assert!(twins.iter().any(|twin| links(twin) == links(original)), "{original}");
    }
    for copy in copies {
        for link in list(copy, "/links")? {
            let inside = link.as_str().is_some_and(|id| !old.contains(&id));
            assert!(inside, "a copy links to an original: {copy}");
        }
    }
    cli.as_anna(0, &["undo", text(&copied, "/run")?])?;
    assert_eq!(library(&cli)?, before);
    Ok(())
}

#[test]
fn exactly_removes_what_the_archive_lacks_and_a_partial_one_no_attachment() -> Outcome {
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", "as it was", 1_749_500_000_000)?;
    cli.as_anna(0, &["restore", &real("full-plain")])?;
    let before = library(&cli)?;
    let planned = cli.as_anna(0, &["plan", &old, "--mode", "exact"])?;
    let done = cli.as_anna(0, &["restore", &old, "--mode", "exact"])?;
    assert_eq!(number(&planned, "/removed")?, number(&done, "/removed")?);
    assert_eq!(list(&planned, "/items/removed")?.len() as u64, number(&planned, "/removed")?);
    let now = library(&cli)?;
    let titles: Vec<_> = list(&now, "/notes")?.iter().map(|note| note["title"].clone()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert_eq!(now["attachments"], before["attachments"], "a partial archive knows nothing of them");
    cli.as_anna(0, &["undo", text(&done, "/run")?])?;
    assert_eq!(library(&cli)?, before);
    let same = cli.as_anna(0, &["restore", &real("full-plain"), "--mode", "exact"])?;
    assert_eq!((number(&same, "/added")?, number(&same, "/updated")?, number(&same, "/removed")?), (0, 0, 0));
    let part = cli.as_anna(2, &["restore", &old, "--mode", "exact", "--only", &id(3)])?;
    assert_eq!(text(&part, "/error/code")?, "usage");
    let damaged = cli.path("files/damaged");
    write(&damaged, &[marker(), chunk(1, &notes(0, 3, |number| format!("<p>{number}</p>")))?])?;
    let refused = cli.as_anna(13, &["restore", &damaged.display().to_string(), "--mode", "exact"])?;
    assert_eq!(text(&refused, "/error/code")?, "chunk_missing");
    assert_eq!(library(&cli)?, before);
    Ok(())
}

#[test]
fn only_what_is_named_comes_and_several_archives_are_one() -> Outcome {
    let cli = Cli::with_account()?;
    let old = archive(&cli, "old", "as it was", 1_749_500_000_000)?;
    let new = archive(&cli, "new", "as it became", 1_749_600_000_000)?;
    let one = cli.as_anna(0, &["restore", &old, "--only", &id(1)])?;
    assert_eq!((number(&one, "/added")?, number(&one, "/notes/added")?), (2, 1), "a note and its text");
    let unknown = cli.as_anna(10, &["plan", &old, "--only", "6845a1b0c7299e0000009999"])?;
    assert_eq!(text(&unknown, "/error/code")?, "not_found");
    for files in [[&old, &new], [&new, &old]] {
        let both = cli.as_anna(0, &["restore", files[0], files[1]])?;
        let shown = cli.as_anna(0, &["show", "--place", "library", &id(3)])?;
        assert_eq!(text(&shown, "/text")?.trim(), "as it became");
        cli.as_anna(0, &["undo", text(&both, "/run")?])?;
        cli.as_anna(10, &["show", "--place", "library", &id(3)])?;
    }
    Ok(())
}
