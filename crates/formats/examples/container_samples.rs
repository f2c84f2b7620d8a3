//! Makes the archives under `tests/fixtures/backstop/v1`.
//!
//! `cargo run -p backstop-formats --example container_samples FOLDER` writes them into a new folder.
//! Those that are in the repository are never made again: they show that files of this version open
//! for ever. A later version gets a folder of its own.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use backstop_crypto::argon2id::Params;
use backstop_crypto::{Kek, Password, RecoveryKey, WrapKey};
use backstop_formats::backstop::{BackstopWriter, SLOT_PURPOSE, WriterOptions};
use backstop_formats::interpret;
use backstop_model::{
    App, AttachmentHead, Body, BytesSource, ContentHash, Flags, HashAlgorithm, Item, ItemId, ItemKey, Job,
    Kind, Markup, Native, Ref, Relation, Sink as _, TimeMs, Writer as _,
};
use backstop_testkit::notesnook::{body, note, notebook, relation, tag};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PASSWORD: &str = "Größe 12 – tide";
const RECOVERY: [u8; 32] = [0x5a; 32];
const CREATED: TimeMs = TimeMs(1_763_798_595_000);

type File = (AttachmentHead, Vec<u8>);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("Name a new folder.")?;
    let folder = Path::new(&folder);
    fs::create_dir(folder)?;
    let (items, files) = (items()?, files()?);
    let mut long = items.clone();
    long.push(notesnook(Kind::Body, &body("b9", "n9", &"A long note. ".repeat(400_000)))?);
    write(folder, "encrypted-full", &items, &files, wraps()?, true)?;
    write(folder, "plain-full", &items, &files, Vec::new(), true)?;
    write(folder, "encrypted-partial", &long, &files, wraps()?, false)?;
    write(folder, "encrypted-empty", &[], &[], wraps()?, true)
}

fn wraps() -> Result<Vec<WrapKey>, Box<dyn Error>> {
    let password = Kek::from_password(&Password::new(PASSWORD)?, Params::least_for_new())?;
    let recovery = Kek::from_recovery(&RecoveryKey::from_bytes(RECOVERY));
    Ok(vec![password.wrap_key(SLOT_PURPOSE), recovery.wrap_key(SLOT_PURPOSE)])
}

/// Writes an archive, and beside it what is in it.
fn write(
    folder: &Path,
    name: &str,
    items: &[Item],
    files: &[File],
    wraps: Vec<WrapKey>,
    attachments: bool,
) -> Result<(), Box<dyn Error>> {
    let new =
        |name: String| OpenOptions::new().read(true).write(true).create_new(true).open(folder.join(name));
    let options = WriterOptions {
        attachments,
        wraps,
        archive_id: format!("golden-{name}"),
        created: CREATED,
        created_by: "Backstop 0.1.0".to_owned(),
        place: "library".to_owned(),
    };
    let mut writer = Box::new(BackstopWriter::new(new(format!("{name}.backstop"))?, options)?);
    for item in items {
        writer.item(item.clone())?;
    }
    for (head, bytes) in files {
        writer.attachment(head, &BytesSource(bytes.clone()))?;
    }
    writer.finish(&Job::new())?;
    let files = files.iter().filter(|_| attachments);
    let expected = json!({
        "items": items.iter().map(told).collect::<Vec<Value>>(),
        "attachments": files.map(|(head, bytes)| json!({"head": head, "sha256": sha256(bytes)})).collect::<Vec<Value>>(),
    });
    let mut text = serde_json::to_string_pretty(&expected)?;
    text.push('\n');
    Ok(new(format!("{name}.backstop.expect.json"))?.write_all(text.as_bytes())?)
}

/// Everything of an item, its long texts as hashes.
fn told(item: &Item) -> Value {
    let body = item.body.as_ref().map(|body| match body {
        Body::Text { markup, text } => json!({"markup": markup, "sha256": sha256(text.as_bytes())}),
        Body::Locked => json!("locked"),
    });
    json!({
        "app": item.key.app, "kind": item.key.kind, "id": item.key.id, "title": item.title,
        "created": item.created, "edited": item.edited, "modified": item.modified, "flags": item.flags.to_bits(),
        "owner": item.owner, "body": body, "relations": item.relations, "attachment": item.attachment,
        "version": item.native.version, "row_sha256": sha256(item.native.json.as_bytes()),
    })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn notesnook(kind: Kind, row: &str) -> Result<Item, Box<dyn Error>> {
    let parsed: Value = serde_json::from_str(row)?;
    let id = parsed.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let key = ItemKey { app: App::Notesnook, kind, id: ItemId::new(id)? };
    Ok(interpret(key, Native { version: "6.1".to_owned(), json: row.to_owned() }))
}

fn foreign(app: App, kind: Kind, id: &str, version: &str, row: &str) -> Result<Item, Box<dyn Error>> {
    let key = ItemKey { app, kind, id: ItemId::new(id)? };
    let native = Native { version: version.to_owned(), json: row.to_owned() };
    Ok(interpret(key, native))
}

fn items() -> Result<Vec<Item>, Box<dyn Error>> {
    let odd = "{\"id\":\"n2\",  \"type\":\"note\",\"title\":\"\\u00e9 \u{2028} 日本\",\"contentId\":\"b2\",\"unknown\":{\"n\":1.50},\"pinned\":true,\"dateModified\":-5}";
    let trashed = r#"{"id":"n3","type":"trash","itemType":"note","title":"thrown away","dateDeleted":7}"#;
    let attachment = r#"{"id":"f1","type":"attachment","filename":"tide.txt","hash":"00000000000000f1","hashType":"xxh64","size":4250,"mimeType":"text/plain"}"#;
    let mut joplin =
        foreign(App::Joplin, Kind::Note, "0123456789abcdef0123456789abcdef", "3.4", "{\"body\":\"# Plan\"}")?;
    joplin.title = Some("Plan".to_owned());
    joplin.created = Some(TimeMs(1));
    joplin.edited = Some(TimeMs(2));
    joplin.modified = Some(TimeMs(3));
    joplin.flags = Flags { favorite: true, local_only: true, ..Flags::default() };
    joplin.body = Some(Body::Text { markup: Markup::Markdown, text: "# Plan\r\n\n".to_owned() });
    joplin.relations = vec![Relation {
        from: Ref { kind: Kind::Notebook, id: ItemId::new("nb")? },
        to: Ref { kind: Kind::Note, id: joplin.key.id.clone() },
    }];
    let mut locked = foreign(App::Markdown, Kind::Note, "notes/locked.md", "1", "---\ntitle: x\n---\n")?;
    locked.body = Some(Body::Locked);
    locked.owner = Some(ItemId::new("notes")?);
    let key = r#"{"key":"YWJj","salt":"c2FsdA"}"#;
    Ok(vec![
        foreign(App::Notesnook, Kind::AttachmentsKey, "k1", "6.1", key)?,
        notesnook(Kind::Note, &note("n1", "Harbour", Some("b1")))?,
        notesnook(Kind::Note, odd)?,
        notesnook(Kind::Note, trashed)?,
        notesnook(Kind::Notebook, &notebook("nb", "Boats"))?,
        notesnook(Kind::Body, &body("b1", "n1", "<p>The tide <b>turns</b> at four.</p>"))?,
        notesnook(Kind::Body, &body("b2", "n2", "<p>\u{1f6a4}</p>"))?,
        notesnook(Kind::Tag, &tag("t1", "sea"))?,
        notesnook(Kind::Tag, &tag("t2", "sea"))?,
        notesnook(Kind::Relation, &relation(("tag", "t1"), ("note", "n1")))?,
        notesnook(Kind::Attachment, attachment)?,
        foreign(App::Notesnook, Kind::Opaque, "o1", "6.1", r#"{"id":"o1","type":"monograph","html":"<p>"}"#)?,
        foreign(App::Backstop, Kind::Opaque, "o1", "9", "no JSON at all")?,
        joplin,
        locked,
    ])
}

fn files() -> Result<Vec<File>, Box<dyn Error>> {
    let file = |id: &str, name: &str, hash: Option<&str>, bytes: Vec<u8>| -> Result<File, Box<dyn Error>> {
        let head = AttachmentHead {
            id: ItemId::new(id)?,
            name: name.to_owned(),
            mime: "application/octet-stream".to_owned(),
            size_bytes: bytes.len() as u64,
            hash: hash.map(|hex| ContentHash { algorithm: HashAlgorithm::Xxh64, hex: hex.to_owned() }),
        };
        Ok((head, bytes))
    };
    let text = b"The tide turns at four. ".repeat(177);
    let noise: Vec<u8> = (0..35_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd];
    packed.extend_from_slice(noise.get(..500).unwrap_or_default());
    Ok(vec![
        file("f1", "tide.txt", Some("00000000000000f1"), text.clone())?,
        file("f2", "the same.txt", Some("00000000000000f1"), text)?,
        file("f3", "noise.bin", None, noise.get(..140_000).unwrap_or_default().to_vec())?,
        file("f4", "two chunks.bin", None, noise.get(..131_072).unwrap_or_default().to_vec())?,
        file("f5", "empty", None, Vec::new())?,
        file("f6", "../looks/packed.zst", None, packed)?,
    ])
}
