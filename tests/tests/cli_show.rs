//! One note and one attachment out of a file or the library, and the search that finds them.

use std::fs;

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, list, number, text};
use backstop_tests::foreign::{chunk, hex, marker, note, notes, write};
use backstop_tests::real::{expected, real};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

#[test]
fn items_and_attachments_are_taken_out_one_by_one() -> Outcome {
    let cli = Cli::opening("harbour-lantern-42")?;
    let secret = ["--archive-password-file", "@real"];
    let with =
        |args: &[&str]| [args, &secret[..]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let run = |code, args: &[&str]| {
        let args = with(args);
        cli.json(code, &args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let file = real("full-encrypted");
    let wanted = expected("full-encrypted")?;
    let note = &wanted["notes"][0];
    let id = text(note, "/id")?;
    let shown = run(0, &["show", &file, id])?;
    assert_eq!(shown["title"], note["title"]);
    let text_of_it = text(&shown, "/text")?;
    assert!(text_of_it.contains("Row on, row on, the tide is long."), "{shown}");
    assert!(!text_of_it.contains('<'), "{shown}");
    let raw = run(0, &["show", &file, id, "--as", "raw"])?;
    assert!(text(&raw, "/text")?.contains("\"dateCreated\""));
    let html = run(0, &["show", &file, id, "--as", "html"])?;
    assert!(text(&html, "/text")?.contains("<p"));
    run(10, &["show", &file, "000000000000000000000000"])?;
    run(2, &["show", &file])?;
    for (at, wanted) in list(&wanted, "/attachments")?.iter().enumerate() {
        let out = cli.path(&format!("files/attachment-{at}"));
        let hash = text(wanted, "/hash")?;
        let taken = run(0, &["show", &file, "--attachment", hash, "--out", &out.display().to_string()])?;
        let bytes = fs::read(&out)?;
        assert_eq!(number(&taken, "/bytes")?, bytes.len() as u64);
        let sha256 = hex(&Sha256::digest(&bytes));
        assert_eq!(text(wanted, "/sha256")?, sha256);
        run(2, &["show", &file, "--attachment", hash, "--out", &out.display().to_string()])?;
        assert_eq!(fs::read(&out)?, bytes);
    }
    run(10, &["show", &file, "--attachment", "0000000000000000", "--out", "~/files/none"])?;
    assert!(!cli.path("files/none").exists());
    Ok(())
}

#[test]
fn a_search_finds_all_notes_with_all_the_words() -> Outcome {
    let cli = Cli::new()?;
    let items: Vec<Value> = [
        note(1, "Rowing", "<p>The boat is in the harbour</p>"),
        note(2, "Boat", "<p>Paint for the winter</p>"),
        note(3, "Kitchen", "<p>Bread and b\u{f6}rek</p>"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let path = cli.path("files/some");
    write(&path, &[marker(), chunk(0, &items)?])?;
    let file = path.display().to_string();
    for (words, titles) in [
        (&["boat"][..], &["Boat", "Rowing"][..]),
        (&["BOAT", "harbour"], &["Rowing"]),
        (&["b\u{f6}rek"], &["Kitchen"]),
        (&["submarine"], &[]),
        (&["\"", "boat", "(*"], &["Boat", "Rowing"]),
    ] {
        let found = cli.json(0, &[&["search", file.as_str()], words].concat())?;
        let mut found: Vec<_> = list(&found, "/notes")?.iter().map(|note| note["title"].clone()).collect();
        found.sort_by_key(ToString::to_string);
        assert_eq!(found, titles.iter().map(|title| json!(title)).collect::<Vec<_>>(), "{words:?}");
    }
    cli.json(2, &["search", &file])?;
    Ok(())
}

/// A search that stopped at a round number would say of the rest that it is not there.
#[test]
fn a_search_of_a_file_finds_every_note() -> Outcome {
    let cli = Cli::new()?;
    let path = cli.path("files/many");
    write(&path, &[marker(), chunk(0, &notes(0, 1_200, |number| format!("<p>harbour {number}</p>")))?])?;
    let found = cli.json(0, &["search", &path.display().to_string(), "harbour"])?;
    assert_eq!(list(&found, "/notes")?.len(), 1_200);
    Ok(())
}

#[test]
fn a_locked_note_opens_with_the_password_of_its_vault_only() -> Outcome {
    let cli = Cli::opening("harbour-lantern-42")?;
    cli.secret("vault", "keel & ballast")?;
    let (file, note) = (real("full-encrypted"), "6b02394ec7299e628b01ac22");
    let show = |code, vault: &[&str]| {
        cli.json(code, &[&["show", &file, note, "--archive-password-file", "@real"], vault].concat())
    };
    let locked = show(12, &[])?;
    assert_eq!(text(&locked, "/error/code")?, "secret_required");
    assert_eq!(text(&show(12, &["--vault-password-file", "@wrong"])?, "/error/code")?, "wrong_secret");
    assert!(text(&show(0, &["--vault-password-file", "@vault"])?, "/text")?.contains("4711"));
    Ok(())
}

#[test]
fn an_attachment_of_the_library_goes_into_a_new_file_only() -> Outcome {
    let cli = Cli::with_account()?;
    let inventory = cli.json(0, &["inspect", &real("full-plain")])?;
    cli.as_anna(0, &["restore", &real("full-plain")])?;
    let attachments = list(&inventory, "/attachments")?;
    assert_eq!(attachments.len(), 6);
    for (number, attachment) in attachments.iter().enumerate() {
        let out = cli.path("files").join(number.to_string());
        let path = out.display().to_string();
        let id = text(attachment, "/id")?;
        let take = ["show", "--place", "library", "--attachment", id, "--out", &path];
        cli.as_anna(0, &take)?;
        let sha256 = hex(&Sha256::digest(fs::read(&out)?));
        assert_eq!(text(attachment, "/sha256")?, sha256);
        cli.as_anna(2, &take)?;
    }
    cli.as_anna(10, &["show", "--place", "library", "--attachment", "none", "--out", "~/files/none"])?;
    assert!(!cli.path("files/none").exists());
    Ok(())
}
