//! Makes the notes that a new account may start with.
//!
//! `cargo run -p backstop-formats --example sample_notes` writes
//! `crates/engine/assets/sample-notes.nnbackupz`, an ordinary backup file: the engine restores it as
//! it restores any other. Run it after changing the words below.

use std::error::Error;
use std::fs::OpenOptions;

use backstop_formats::interpret;
use backstop_formats::notesnook::{NotesnookWriter, WriterOptions};
use backstop_model::{App, ItemId, ItemKey, Job, Kind, Native, Sink as _, TimeMs, Writer as _};
use backstop_testkit::notesnook::{body, note, notebook, relation, tag};

const GUIDE: &str = "5b0c00000000000000000001";
const TAG: &str = "5b0c00000000000000000002";

const NOTES: [(&str, &str, &str); 4] = [
    (
        "Welcome to Backstop",
        "5b0c00000000000000000010",
        "<p>These notes are here so that you can try everything without risk. Delete them whenever you like.</p>\
         <h2>Three things to try</h2>\
         <ol><li><p>Create a backup on the page <strong>Backup &amp; export</strong>.</p></li>\
         <li><p>Restore it. You see what would change before anything does.</p></li>\
         <li><p>Undo the restore. What it overwrote is kept for 30 days.</p></li></ol>",
    ),
    (
        "What a verified backup is",
        "5b0c00000000000000000011",
        "<p>After a backup is written, Backstop reads it back from the disk, decrypts it and compares it with \
         what went in. Only then does the file get its name.</p>\
         <blockquote><p>An attempt is not a backup.</p></blockquote>",
    ),
    (
        "Packing for a weekend",
        "5b0c00000000000000000012",
        "<ul class=\"checklist\"><li class=\"checklist--item checked\"><p>Tickets</p></li>\
         <li class=\"checklist--item\"><p>Rain jacket</p></li>\
         <li class=\"checklist--item\"><p>Book for the train</p></li></ul>",
    ),
    (
        "Your password and your recovery key",
        "5b0c00000000000000000013",
        "<p>Your backups open with your password or with your recovery key, and with nothing else. Nobody can \
         reset them for you, and nobody will ever ask you for them.</p>\
         <table><tbody><tr><th><p>Keep</p></th><th><p>Where</p></th></tr>\
         <tr><td><p>Password</p></td><td><p>in a password manager</p></td></tr>\
         <tr><td><p>Recovery key</p></td><td><p>printed, away from this computer</p></td></tr></tbody></table>",
    ),
];

fn rows() -> Vec<(Kind, String)> {
    let mut rows =
        vec![(Kind::Notebook, notebook(GUIDE, "Getting to know Backstop")), (Kind::Tag, tag(TAG, "sample"))];
    for (title, id, html) in NOTES {
        let body_id = format!("{}b{}", id.get(..8).unwrap_or_default(), id.get(9..).unwrap_or_default());
        rows.push((Kind::Note, note(id, title, Some(&body_id))));
        rows.push((Kind::Body, body(&body_id, id, html)));
        rows.push((Kind::Relation, relation(("notebook", GUIDE), ("note", id))));
        rows.push((Kind::Relation, relation(("tag", TAG), ("note", id))));
    }
    rows
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/assets/sample-notes.nnbackupz");
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let options = WriterOptions {
        attachments: false,
        encryption: None,
        archive_id: "sample-notes".to_owned(),
        created: TimeMs(1_795_334_595_000),
        created_by: "Backstop".to_owned(),
    };
    let mut writer = Box::new(NotesnookWriter::new(file, options)?);
    for (kind, json) in rows() {
        let id = serde_json::from_str::<serde_json::Value>(&json)?;
        let id = ItemId::new(id.get("id").and_then(|id| id.as_str()).unwrap_or_default())?;
        let key = ItemKey { app: App::Notesnook, kind, id };
        let native = Native { version: "6.1".to_owned(), json };
        writer.item(interpret(key, native))?;
    }
    writer.finish(&Job::new())?;
    Ok(())
}
