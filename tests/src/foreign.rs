//! Notesnook archives that Backstop did not make, written from the description of the format alone
//! (`crates/formats/src/notesnook/FORMAT.md`), so that a reader and a writer of ours that are wrong in the
//! same way are still caught. Plain ones only: real encrypted ones are among the fixtures.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Outcome;

/// The moment that everything in these archives was made: 2025-06-09, in milliseconds since 1970.
const MADE_MS: u64 = 1_749_427_200_000;

/// The name and the bytes of one file in the zip.
pub type Part = (String, Vec<u8>);

/// The empty file that a backup of Notesnook begins with.
#[must_use]
pub fn marker() -> Part {
    (".nnbackup".to_owned(), Vec::new())
}

/// A chunk of items as the app writes it.
///
/// # Errors
/// If compressing fails.
pub fn chunk(number: usize, items: &[Value]) -> Outcome<Part> {
    chunk_of_version(number, &json!(6.1), items)
}

/// A chunk that claims another version.
///
/// # Errors
/// If compressing fails.
pub fn chunk_of_version(number: usize, version: &Value, items: &[Value]) -> Outcome<Part> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&serde_json::to_vec(items)?)?;
    let data = STANDARD.encode(gzip.finish()?);
    let hash = hex(&Md5::digest(data.as_bytes()));
    let file = json!({
        "version": version, "type": "node", "date": MADE_MS, "data": data, "hash": hash, "hash_type": "md5",
        "compressed": true, "encrypted": false,
    });
    Ok((format!("{number}-plain-{hash}"), serde_json::to_vec(&file)?))
}

/// Writes a zip with these parts, in this order.
///
/// # Errors
/// If it can't be written, or is there already.
pub fn write(path: &Path, parts: &[Part]) -> Outcome {
    let mut zip = ZipWriter::new(File::create_new(path)?);
    for (name, bytes) in parts {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    zip.finish()?;
    Ok(())
}

/// An id as the app makes them: 24 hex digits.
#[must_use]
pub fn id(number: usize) -> String {
    format!("6845a1b0c7299e{number:010x}")
}

/// A note and its body.
#[must_use]
pub fn note(number: usize, title: &str, html: &str) -> [Value; 2] {
    note_edited(number, title, html, MADE_MS + 1)
}

/// A note and its body, last edited at a moment.
#[must_use]
pub fn note_edited(number: usize, title: &str, html: &str, edited_ms: u64) -> [Value; 2] {
    let (note, body) = (id(number), id(number + 500_000_000));
    [
        json!({
            "id": note, "type": "note", "dateModified": edited_ms, "dateCreated": MADE_MS, "synced": false,
            "deleted": false, "dateDeleted": null, "itemType": null, "deletedBy": null, "title": title,
            "headline": title, "contentId": body, "pinned": false, "favorite": false, "localOnly": false,
            "conflicted": false, "readonly": false, "dateEdited": edited_ms, "isGeneratedTitle": false,
            "archived": false, "expiryDate": null, "spellcheck": true,
        }),
        json!({
            "id": body, "type": "tiptap", "dateModified": edited_ms, "dateCreated": MADE_MS, "synced": false,
            "deleted": false, "noteId": note, "data": html, "dateEdited": edited_ms, "dateResolved": null,
            "localOnly": false, "conflicted": null, "locked": false, "sessionId": null,
        }),
    ]
}

/// A notebook.
#[must_use]
pub fn notebook(number: usize, title: &str) -> Value {
    json!({
        "id": id(number), "type": "notebook", "dateModified": MADE_MS, "dateCreated": MADE_MS, "synced": false,
        "deleted": false, "dateDeleted": null, "itemType": null, "deletedBy": null, "title": title,
        "description": null, "dateEdited": MADE_MS, "pinned": false,
    })
}

/// Many notes with their bodies, from `first` on.
#[must_use]
pub fn notes(first: usize, count: usize, html: impl Fn(usize) -> String) -> Vec<Value> {
    (first..first + count).flat_map(|number| note(number, &format!("Note {number}"), &html(number))).collect()
}

/// Writes an archive of so many thousand notes: jobs with it last long enough to be met in the middle.
///
/// # Errors
/// As [`write`].
pub fn write_long_one(path: &Path, thousands: usize) -> Outcome {
    let filling = "All work is play. ".repeat(150);
    let mut parts = vec![marker()];
    for part in 0..thousands {
        parts.push(chunk(part, &notes(part * 1000, 1000, |number| format!("<p>{number} {filling}</p>")))?);
    }
    write(path, &parts)
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
