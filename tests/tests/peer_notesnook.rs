//! The real Notesnook core restores what Backstop wrote exactly as it restores the file that Backstop read.
//!
//! Equal means: every row of every table with all its columns, the SHA-256 of every attachment and the key
//! it opens with, and what the vault password makes of every locked note. The core's clock stands still, so
//! there is nothing to leave out of a comparison.

use std::path::{Path, PathBuf};

use backstop_testkit::fixture;
use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, FIRST_PASSWORD, SECOND_PASSWORD, list, number, text};
use backstop_tests::peer::{Peer, Restore, VAULT_PASSWORD, differences};
use serde_json::Value;

/// The real files, each with its password.
const REAL: [(&str, Option<&str>); 5] = [
    ("partial-plain", None),
    ("partial-encrypted", Some("harbour-lantern-42")),
    ("full-plain", None),
    ("full-encrypted", Some("harbour-lantern-42")),
    ("reexport-mobile-full-encrypted", Some("a different account password")),
];
const VAULT: &str = "keel & ballast";

fn real(name: &str) -> PathBuf {
    fixture(&format!("notesnook/6.1/{name}.nnbackupz"))
}

/// Older files, each with its password.
const OLDER: [(&str, Option<&str>); 7] = [
    ("5.2/plain.nnbackup", None),
    ("5.6/plain.nnbackup", None),
    ("5.8/plain.nnbackup", None),
    ("5.8/encrypted.nnbackup", Some("orchard-gate-7")),
    ("5.9/plain.nnbackupz", None),
    ("5.9/encrypted.nnbackupz", Some("orchard-gate-7")),
    ("6.1-old-rows/plain.nnbackupz", None),
];

/// Claims that a restore of ours gave what the restore of the original gave.
fn same(original: &Value, ours: &Value, what: &str) {
    let differences = differences(original, ours);
    assert!(differences.is_empty(), "{what}: {differences:#?}");
}

/// Claims that a dump has something in each table and that every locked note opened.
fn filled(dump: &Value) -> Outcome {
    for table in
        ["notes", "notebooks", "content", "notehistory", "sessioncontent", "tags", "relations", "vaults"]
    {
        assert!(!list(dump, &format!("/{table}"))?.is_empty(), "{table}");
    }
    let locked = dump.pointer("/locked").and_then(Value::as_object);
    let opened = |html: &Value| html.as_str().is_some_and(|html| html.starts_with("<p"));
    assert!(locked.is_some_and(|notes| !notes.is_empty() && notes.values().all(opened)), "{locked:?}");
    Ok(())
}

/// Writes a file anew, encrypted with the second password or not at all.
fn converted(cli: &Cli, from: &Path, secret: &[&str], to: &str, encrypted: bool) -> Outcome<PathBuf> {
    let from = from.display().to_string();
    let how: &[&str] = if encrypted { &["--out-password-file", "@second"] } else { &["--no-encryption"] };
    let to = cli.path(&format!("files/{to}"));
    let ended = cli.run(&[&["convert", &from, &to.display().to_string()], secret, how].concat())?;
    // What an older file lost in the app itself is a warning.
    assert!([0, 3].contains(&ended.code), "{from}: {}", ended.err);
    Ok(to)
}

/// Writes a file anew as our own container, encrypted, and that as a plain file of Notesnook's.
fn through_ours(cli: &Cli, from: &Path, secret: &[&str], name: &str) -> Outcome<PathBuf> {
    let own = converted(cli, from, secret, &format!("{name}.backstop"), true)?;
    converted(cli, &own, &["--archive-password-file", "@second"], &format!("{name}-back.nnbackupz"), false)
}

/// Whether ours says more than the original: the core gives a row that it makes itself the time of the
/// restore (1 January 2026, where its clock stands) and ours the note's; a switch that older rows lack is
/// off in ours; and ours keeps the notebook of a note that lay in none of its topics.
fn says_more(difference: &str) -> bool {
    let [at_the_restore, unset] = [": 1767225600000 became 1", ": null became 0"];
    difference.contains(at_the_restore)
        || difference.ends_with(unset)
        || (difference.starts_with("/relations/") && difference.contains(": nothing became "))
}

#[test]
fn every_older_file_restores_the_same_or_more_once_converted() -> Outcome {
    let (cli, peer) = (Cli::new()?, Peer::new()?);
    let mut files = Vec::new();
    for (number, (name, password)) in OLDER.into_iter().enumerate() {
        let original = fixture(&format!("notesnook/{name}"));
        cli.secret("older", password.unwrap_or_default())?;
        let secret: &[&str] = if password.is_some() { &["--archive-password-file", "@older"] } else { &[] };
        let ours = converted(&cli, &original, secret, &format!("{number}.nnbackupz"), false)?;
        let through = through_ours(&cli, &original, secret, &format!("older-{number}"))?;
        files.extend([(original, password), (ours, None), (through, None)]);
    }
    let vault = "old vault pw";
    let restores =
        files.iter().map(|(file, password)| Restore { file, password: *password, vault, bytes: true });
    let dumps = peer.restored(&restores.collect::<Vec<_>>())?;
    for (dumps, (name, _)) in dumps.chunks(3).zip(OLDER) {
        let [original, ours, through] = dumps else { panic!("three restores of {name}") };
        assert_eq!(list(original, "/notes")?.len(), 5, "{name}");
        for ours in [ours, through] {
            let less: Vec<String> =
                differences(original, ours).into_iter().filter(|difference| !says_more(difference)).collect();
            assert!(less.is_empty(), "{name}: {less:#?}");
        }
    }
    Ok(())
}

/// A backup of the library, in a folder of its own.
fn backed_up(cli: &Cli, to: &str, how: &[&str]) -> Outcome<PathBuf> {
    let made = cli.as_anna(0, &[&["backup", "--to", to], how].concat())?;
    Ok(text(&made, "/archives/0/path")?.into())
}

#[test]
fn every_real_file_restores_the_same_once_converted() -> Outcome {
    let (cli, peer) = (Cli::new()?, Peer::new()?);
    let mut files = Vec::new();
    for (name, password) in REAL {
        cli.secret(name, password.unwrap_or_default())?;
        let secret = format!("@{name}");
        let secret: &[&str] = if password.is_some() { &["--archive-password-file", &secret] } else { &[] };
        files.push((real(name), password));
        let plain = converted(&cli, &real(name), secret, &format!("{name}-0.nnbackupz"), false)?;
        let encrypted = converted(&cli, &real(name), secret, &format!("{name}-1.nnbackupz"), true)?;
        let through = through_ours(&cli, &real(name), secret, name)?;
        files.extend([(plain, None), (encrypted, Some(SECOND_PASSWORD)), (through, None)]);
    }
    let restores =
        files.iter().map(|(file, password)| Restore { file, password: *password, vault: VAULT, bytes: true });
    let dumps = peer.restored(&restores.collect::<Vec<_>>())?;
    for (dumps, (name, _)) in dumps.chunks(4).zip(REAL) {
        let [original, plain, encrypted, through] = dumps else { panic!("four restores of {name}") };
        filled(original)?;
        let held = list(original, "/attachments")?
            .iter()
            .filter(|row| row.get("sha256").is_some_and(Value::is_string));
        assert_eq!(held.count(), if name.contains("full") { 6 } else { 0 }, "{name}");
        same(original, plain, &format!("{name}, plain"));
        same(original, encrypted, &format!("{name}, encrypted"));
        same(original, through, &format!("{name}, through our own container"));
    }
    Ok(())
}

/// Restores a file into the library of a new account; it must bring items.
fn library_of(file: &Path, password: &str) -> Outcome<Cli> {
    let cli = Cli::with_account()?;
    cli.secret("archive", password)?;
    let file = file.display().to_string();
    let restore = ["restore", &file, "--archive-password-file", "@archive"];
    let call = [&["--json", "--account", "anna", "--password-file", "@first"], &restore[..]].concat();
    let restored = cli.run(&call)?;
    // An attachment whose bytes were on another device is a warning, and the rest is restored.
    assert!([0, 3].contains(&restored.code), "{}", restored.err);
    assert!(number(&restored.document()?, "/added")? > 100);
    Ok(cli)
}

#[test]
fn a_real_file_restores_the_same_from_the_library() -> Outcome {
    let (file, password) = (real("full-encrypted"), "harbour-lantern-42");
    let (cli, peer) = (library_of(&file, password)?, Peer::new()?);
    let full = backed_up(&cli, "~/files/full", &["--attachments"])?;
    let full_plain = backed_up(&cli, "~/files/full-plain", &["--attachments", "--no-encryption"])?;
    let partial = backed_up(&cli, "~/files/partial", &["--no-attachments"])?;
    let partial_plain = backed_up(&cli, "~/files/partial-plain", &["--no-attachments", "--no-encryption"])?;
    let of = |file, password, bytes| Restore { file, password, vault: VAULT, bytes };
    let dumps = peer.restored(&[
        of(&file, Some(password), true),
        of(&full, Some(FIRST_PASSWORD), true),
        of(&full_plain, None, true),
        of(&file, Some(password), false),
        of(&partial, Some(FIRST_PASSWORD), true),
        of(&partial_plain, None, true),
    ])?;
    let [with, full, full_plain, without, partial, partial_plain] = dumps.as_slice() else {
        panic!("six restores")
    };
    filled(with)?;
    same(with, full, "with attachments, encrypted");
    same(with, full_plain, "with attachments, plain");
    same(without, partial, "without attachments, encrypted");
    same(without, partial_plain, "without attachments, plain");
    Ok(())
}

/// Notes in many scripts, notebooks in notebooks, one body above the size of a chunk, 120 revisions of one
/// note, a conflict, reminders of every kind, locked notes, attachments around the size of a piece.
#[test]
fn what_the_core_makes_of_notes_nobody_has_seen_restores_the_same() -> Outcome {
    let (folder, peer) = (tempfile::tempdir()?, Peer::new()?);
    let made = folder.path().join("made.nnbackupz");
    peer.corpus(&made, 20_260_819, SECOND_PASSWORD)?;
    let cli = library_of(&made, SECOND_PASSWORD)?;
    let backup = backed_up(&cli, "~/files/full", &["--attachments"])?;
    let secret = ["--archive-password-file", "@second"];
    let ours = converted(&cli, &made, &secret, "ours.nnbackupz", true)?;
    let through = through_ours(&cli, &made, &secret, "through")?;
    let plain = |file| Restore { file, password: None, vault: VAULT_PASSWORD, bytes: true };
    let of = |file, password| Restore { password: Some(password), ..plain(file) };
    let [second, first] = [SECOND_PASSWORD, FIRST_PASSWORD];
    let restores = [of(&made, second), of(&ours, second), of(&backup, first), plain(&through)];
    let dumps = peer.restored(&restores)?;
    let [original, ours_restored, backup_restored, through_restored] = dumps.as_slice() else {
        panic!("four restores")
    };
    filled(original)?;
    same(original, ours_restored, "converted");
    same(original, through_restored, "through our own container");
    same(original, backup_restored, "from the library");

    // And the way back: what the core makes of ours, Backstop reads as it read the core's own.
    let again = cli.path("files/again.nnbackupz");
    peer.restored_and_backed_up(of(&ours, second), &again, SECOND_PASSWORD)?;
    let inspect =
        |file: &Path| cli.json(3, &[&["inspect", &file.display().to_string()], &secret[..]].concat());
    let [before, after] = [inspect(&made)?, inspect(&again)?];
    for part in ["/counts", "/notes", "/notebooks", "/tags", "/attachments", "/warnings"] {
        assert_eq!(before.pointer(part), after.pointer(part), "{part}");
    }
    assert!(number(&after, "/counts/notes")? > 70);
    Ok(())
}
