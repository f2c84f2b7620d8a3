//! Damaged archives on the command line: what stops, what comes out, and what is said of the rest.

use std::path::Path;
use std::{fs, io};

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, list, number, text};
use backstop_tests::foreign::{Part, chunk, marker, note, notes, write};

#[test]
fn what_is_odd_about_a_source_is_said_by_every_command() -> Outcome {
    let cli = Cli::with_account()?;
    let stray = ("readme.txt".to_owned(), b"not a part of any backup".to_vec());
    let items = note(1, "whole", "<p>harbour</p>");
    write(&cli.path("files/odd.nnbackupz"), &[marker(), chunk(0, &items)?, stray])?;
    let odd = "~/files/odd.nnbackupz";
    let converted = cli.json(3, &["convert", odd, "~/files/new.nnbackupz", "--no-encryption"])?;
    assert_eq!(number(&converted, "/notes")?, 1);
    for document in [converted, cli.json(3, &["inspect", odd])?, cli.as_anna(3, &["plan", odd])?] {
        let warnings = list(&document, "/warnings")?;
        assert_eq!((warnings.len(), &warnings[0]["code"]), (1, &"stray".into()), "{document}");
    }
    cli.json(0, &["verify", "~/files/new.nnbackupz"])?;
    Ok(())
}

/// Three parts of four notes, of which the middle one may be damaged.
fn parts() -> Outcome<Vec<Part>> {
    let part = |number: usize| chunk(number, &notes(number * 4, 4, |note| format!("<p>pier {note}</p>")));
    Ok(vec![marker(), part(0)?, part(1)?, part(2)?])
}

fn damage(path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Outcome {
    let mut bytes = fs::read(path)?;
    change(&mut bytes);
    Ok(fs::write(path, bytes)?)
}

#[test]
fn a_damaged_archive_stops_what_writes_and_salvage_takes_what_is_whole() -> Outcome {
    let cli = Cli::with_account()?;
    let path = cli.path("files/damaged.nnbackupz");
    write(&path, &parts()?)?;
    let middle = parts()?[2].1.clone();
    damage(&path, |bytes| {
        let zip = zip::ZipArchive::new(io::Cursor::new(bytes.clone()));
        let at = zip
            .ok()
            .and_then(|mut zip| zip.by_index(2).ok().and_then(|entry| entry.data_start()))
            .unwrap_or(0);
        let at = usize::try_from(at).unwrap_or(0) + 60;
        bytes[at..at + 8].fill(0xff);
        assert!(!middle.is_empty());
    })?;
    let file = "~/files/damaged.nnbackupz";
    let plain = ["convert", file, "~/files/new.nnbackupz", "--no-encryption"];
    for args in [&["plan", file][..], &["restore", file], &plain] {
        assert!(!text(&cli.as_anna(13, args)?, "/error/code")?.is_empty(), "{args:?}");
    }
    for args in [&["inspect", file][..], &["search", file, "pier"]] {
        let seen = cli.json(3, args)?;
        assert_eq!(list(&seen, "/notes")?.len(), 8, "{args:?}");
        assert!(!list(&seen, "/warnings")?.is_empty(), "{args:?}");
    }
    assert_eq!(cli.json(13, &["verify", file])?["ok"], false);
    let planned = cli.as_anna(3, &["plan", file, "--salvage"])?;
    let restored = cli.as_anna(3, &["restore", file, "--salvage"])?;
    let converted = cli.json(3, &[&plain[..], &["--salvage"]].concat())?;
    assert!(number(&restored, "/notes/added")? >= 8 && number(&converted, "/notes")? >= 8);
    for document in [&planned, &restored, &converted] {
        assert!(!list(document, "/warnings")?.is_empty());
        assert!(!list(document, "/recovery/lost")?.is_empty());
    }
    let exact = cli.as_anna(2, &["restore", file, "--salvage", "--mode", "exact"])?;
    assert_eq!(text(&exact, "/error/code")?, "usage");
    cli.json(0, &["verify", "~/files/new.nnbackupz"])?;
    cli.as_anna(3, &["restore", file, "--salvage"])?;
    let undone = cli.as_anna(0, &["undo", text(&restored, "/run")?])?;
    assert_eq!(number(&undone, "/removed")?, number(&restored, "/added")?);
    let spoken = cli.run(&["convert", file, "~/files/other.backstop", "--no-encryption", "--salvage"])?;
    spoken.expect(3)?;
    assert!(spoken.out.contains("can be recovered") && spoken.err.contains("damaged"), "{}", spoken.err);
    Ok(())
}

#[test]
fn of_our_own_archives_it_is_known_how_much_there_was() -> Outcome {
    let cli = Cli::with_account()?;
    write(&cli.path("files/whole.nnbackupz"), &parts()?)?;
    cli.as_anna(0, &["restore", "~/files/whole.nnbackupz"])?;
    for format in ["nnbackupz", "backstop"] {
        let made = cli.as_anna(0, &["backup", "--format", format, "--to", "~/files"])?;
        let path = text(&made, "/archives/0/path")?.to_owned();
        let cut = cli.path(&format!("files/cut.{format}"));
        let bytes = fs::read(&path)?;
        fs::write(&cut, &bytes[..bytes.len() - 30])?;
        let cut = cut.display().to_string();
        cli.as_anna(13, &["plan", &cut])?;
        let planned = cli.as_anna(3, &["plan", &cut, "--salvage"])?;
        assert_eq!(number(&planned, "/recovery/percent")?, 100, "{planned}");
        assert_eq!(number(&planned, "/recovery/notes_stated")?, 12);
        assert_eq!(number(&planned, "/identical")?, 24);
        let seen = cli.as_anna(3, &["inspect", &cut, "--archive-password-file", "@first"])?;
        assert_eq!(list(&seen, "/notes")?.len(), 12);
        fs::write(&cut, &bytes[..60])?;
        cli.as_anna(13, &["restore", &cut, "--salvage"])?;
    }
    Ok(())
}
