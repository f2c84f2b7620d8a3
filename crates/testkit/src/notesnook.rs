//! Rows, chunks and archives as Notesnook writes them, and as it could not.
//!
//! Source: the description of the format in `crates/formats/src/notesnook/FORMAT.md`; written
//! apart from the reader and writer there, so that a mistake would have to be made twice.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use crate::{RawEntry, RawZip};

/// The empty entry every archive begins with.
pub const MARKER: &str = ".nnbackup";

/// A live note with every field of its row.
#[must_use]
pub fn note(id: &str, title: &str, content_id: Option<&str>) -> String {
    json!({
        "id": id, "type": "note", "dateModified": 1_700_000_000_003_i64, "dateCreated": 1_700_000_000_001_i64,
        "synced": false, "deleted": false, "dateDeleted": null, "itemType": null, "deletedBy": null,
        "title": title, "headline": title, "contentId": content_id, "pinned": false, "favorite": false,
        "localOnly": false, "conflicted": false, "readonly": false, "dateEdited": 1_700_000_000_002_i64,
        "isGeneratedTitle": false, "archived": false, "expiryDate": null, "spellcheck": true,
    })
    .to_string()
}

/// The body of a note.
#[must_use]
pub fn body(id: &str, note_id: &str, html: &str) -> String {
    json!({
        "id": id, "type": "tiptap", "dateModified": 1_700_000_000_003_i64, "dateCreated": 1_700_000_000_001_i64,
        "synced": false, "deleted": false, "noteId": note_id, "data": html, "locked": false, "localOnly": false,
        "conflicted": null, "dateEdited": 1_700_000_000_002_i64, "dateResolved": null, "sessionId": null,
    })
    .to_string()
}

/// A notebook.
#[must_use]
pub fn notebook(id: &str, title: &str) -> String {
    json!({
        "id": id, "type": "notebook", "dateModified": 1_700_000_000_003_i64, "dateCreated": 1_700_000_000_001_i64,
        "synced": false, "deleted": false, "dateDeleted": null, "itemType": null, "deletedBy": null, "title": title,
        "description": null, "dateEdited": 1_700_000_000_002_i64, "pinned": false,
    })
    .to_string()
}

/// A tag.
#[must_use]
pub fn tag(id: &str, title: &str) -> String {
    json!({
        "id": id, "type": "tag", "dateModified": 1_700_000_000_001_i64, "dateCreated": 1_700_000_000_001_i64,
        "synced": false, "deleted": false, "title": title,
    })
    .to_string()
}

/// A relation; its id is the MD5 of its ends.
#[must_use]
pub fn relation(from: (&str, &str), to: (&str, &str)) -> String {
    let id = md5_hex(format!("{}{}{}{}", from.1, to.1, from.0, to.0).as_bytes());
    json!({
        "id": id, "type": "relation", "dateModified": 1_700_000_000_001_i64, "dateCreated": 1_700_000_000_001_i64,
        "synced": false, "deleted": false, "fromType": from.0, "fromId": from.1, "toType": to.0, "toId": to.1,
    })
    .to_string()
}

/// One chunk file, ready to be changed before it is written.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The fields of the file, in order.
    pub fields: Vec<(&'static str, Value)>,
    /// Number in its name.
    pub number: u64,
    /// What its name says of encryption.
    pub kind: &'static str,
    /// MD5 in its name.
    pub named_md5: String,
}

impl Chunk {
    /// A plain chunk of these rows.
    #[must_use]
    pub fn plain(number: u64, rows: &[String]) -> Self {
        Self::of_json(number, &format!("[{}]", rows.join(",")))
    }

    /// A plain chunk of any JSON text.
    #[must_use]
    pub fn of_json(number: u64, json: &str) -> Self {
        let z = packed(json.as_bytes());
        let md5 = md5_hex(z.as_bytes());
        let fields = vec![
            ("version", json!(6.1)),
            ("type", json!("web")),
            ("date", json!(1_700_000_000_000_i64)),
            ("data", json!(z)),
            ("hash", json!(md5)),
            ("hash_type", json!("md5")),
            ("compressed", json!(true)),
            ("encrypted", json!(false)),
        ];
        Self { fields, number, kind: "plain", named_md5: md5 }
    }

    /// Sets a field, or takes it out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<Value>) -> Self {
        match (self.fields.iter().position(|(field, _)| *field == name), value) {
            (Some(at), None) => {
                self.fields.remove(at);
            }
            (Some(at), Some(value)) => {
                if let Some(field) = self.fields.get_mut(at) {
                    field.1 = value;
                }
            }
            (None, Some(value)) => self.fields.push((name, value)),
            (None, None) => {}
        }
        self
    }

    /// The text that is hashed: base64 of the packed rows.
    #[must_use]
    pub fn z(&self) -> String {
        let data = self.fields.iter().find(|(name, _)| *name == "data");
        data.and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned()
    }

    /// Its name in the zip.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}-{}", self.number, self.kind, self.named_md5)
    }

    /// The text of the file, one field per line as Notesnook writes it.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<String> =
            self.fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{\n{}\n}}", lines.join(",\n"))
    }

    /// Its entry in the zip.
    #[must_use]
    pub fn entry(&self) -> RawEntry {
        RawEntry { descriptor: true, ..RawEntry::deflated(&self.name(), self.text().as_bytes()) }
    }
}

/// The entry of the marker.
#[must_use]
pub fn marker() -> RawEntry {
    RawEntry { descriptor: true, ..RawEntry::deflated(MARKER, &[]) }
}

/// An archive: the marker and these chunks.
#[must_use]
pub fn archive(chunks: &[Chunk]) -> RawZip {
    RawZip::of(std::iter::once(marker()).chain(chunks.iter().map(Chunk::entry)))
}

/// A small whole archive: two notes with bodies, a notebook, a tag and their relations, one chunk.
#[must_use]
pub fn small_rows() -> Vec<String> {
    vec![
        note("n1", "First", Some("c1")),
        note("n2", "Zweite – größer", Some("c2")),
        notebook("b1", "Work"),
        body("c1", "n1", "<p data-block-id=\"abcdefgh\">One &amp; two</p>"),
        body("c2", "n2", "<h1>Ü</h1><p>🚣</p>"),
        tag("t1", "plans"),
        relation(("notebook", "b1"), ("note", "n1")),
        relation(("tag", "t1"), ("note", "n2")),
    ]
}

/// Base64 of a gzip: the packed form of rows.
#[must_use]
pub fn packed(json: &[u8]) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    let bytes = gzip.write_all(json).and_then(|()| gzip.finish()).unwrap_or_default();
    STANDARD.encode(bytes)
}

/// MD5 as lower-case hex.
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
