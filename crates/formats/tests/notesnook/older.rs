//! Older backups, 5.0 to 6.0: the samples against the real core, what the samples lack, damage,
//! secrets, and the way through our writer into a file of version 6.1.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Cursor;

use backstop_crypto::{Password, RecoveryKey};
use backstop_formats::notesnook::{NotesnookWriter, WriterOptions};
use backstop_formats::{Archive, ArchiveSecret, open};
use backstop_model::{FaultCode, Item, Job, Kind, Severity, TimeMs, copy};
use backstop_testkit::notesnook::{Chunk, archive, md5_hex};
use backstop_testkit::{CollectingSink, conformance, fixture};
use serde_json::{Value, json};

use crate::common::{cipher, code_of, encrypted, file, key, key_file, opened, read_bytes, summary};
use crate::inventory::{compare_attachments, compare_counts, compare_notes, compare_rest, expected, row};

/// The folders of fixtures that are read here.
pub(crate) const FOLDERS: [&str; 5] = ["5.2", "5.6", "5.8", "5.9", "6.1-old-rows"];

const PASSWORD: &str = "orchard-gate-7";
const SALT: [u8; 16] = [5; 16];

/// File, format and version.
const SAMPLES: [(&str, &str, &str); 7] = [
    ("5.2/plain.nnbackup", "nnbackup", "5.2"),
    ("5.6/plain.nnbackup", "nnbackup", "5.6"),
    ("5.8/plain.nnbackup", "nnbackup", "5.8"),
    ("5.8/encrypted.nnbackup", "nnbackup", "5.8"),
    ("5.9/plain.nnbackupz", "nnbackupz", "5.9"),
    ("5.9/encrypted.nnbackupz", "nnbackupz", "5.9"),
    ("6.1-old-rows/plain.nnbackupz", "nnbackupz", "6.1"),
];

fn sample(name: &str) -> Box<dyn Archive> {
    let mut archive = open(Box::new(File::open(fixture(&format!("notesnook/{name}"))).unwrap())).unwrap();
    if archive.is_locked() {
        archive.unlock(&password(PASSWORD), &Job::new()).unwrap();
    }
    archive
}

fn password(text: &str) -> ArchiveSecret {
    ArchiveSecret::Password(Password::new(text).unwrap())
}

fn read(archive: &mut dyn Archive) -> CollectingSink {
    let mut sink = CollectingSink::strict();
    archive.read_into(&mut sink, &Job::new()).unwrap();
    sink
}

/// What the real core found, and what it lost: one note is in a notebook but in no topic of it,
/// and one is locked, which without its vault the core sees only in the text.
fn more_than_the_real_core(name: &str) -> Value {
    let mut expected = expected(name);
    assert_eq!(expected["notes"][1]["notebooks"], json!([]));
    expected["notes"][1]["notebooks"] = json!(["Workshop"]);
    assert_eq!(expected["notes"][2]["content"]["locked"], json!(true));
    expected["notes"][2]["locked"] = json!(true);
    let relations = expected["counts"]["relations"].as_u64().unwrap() + 1;
    expected["counts"]["relations"] = json!(relations);
    expected
}

fn compare(sink: &CollectingSink, name: &str) {
    let expected = more_than_the_real_core(name);
    compare_notes(sink, &expected, name);
    compare_counts(sink, &expected, name);
    compare_rest(sink, &expected, name);
    compare_attachments(sink, &expected, false, name);
    for theirs in expected["settings"].as_array().unwrap() {
        let of_key = |item: &&Item| item.title.as_deref() == theirs["key"].as_str();
        let ours = row(sink.of_kind(Kind::Setting).find(of_key).unwrap());
        let ours = match &ours["value"] {
            Value::String(text) => text.clone(),
            // The core's column is text, and numbers come out of it with a point.
            Value::Number(number) => format!("{number}.0"),
            other => other.to_string(),
        };
        assert_eq!(theirs["value"].as_str(), Some(ours.as_str()), "{name}");
    }
}

#[test]
fn every_sample_is_what_the_real_core_found_and_more() {
    for (name, format, version) in SAMPLES {
        let mut archive = sample(name);
        let head = archive.head().clone();
        assert_eq!((head.format.as_str(), head.format_version.as_str()), (format, version), "{name}");
        assert_eq!(
            (head.encrypted, head.attachments_included),
            (name.contains("encrypted"), false),
            "{name}"
        );
        assert!(head.created.is_some_and(|created| created.0 > 1_600_000_000_000), "{name}");
        let sink = read(&mut *archive);
        compare(&sink, name);
        let told: Vec<Option<&str>> =
            sink.findings.iter().map(|finding| finding.fault.part.as_deref()).collect();
        assert_eq!(told, [Some("62590a000000000000000001")], "{name}: {:?}", sink.findings);
        assert_eq!(sink.codes(Severity::Warning), [FaultCode::InvalidContent], "{name}");
    }
}

/// The archive as our writer writes it, opened.
fn converted(archive: &mut dyn Archive, attachments: bool) -> (Box<dyn Archive>, Vec<String>) {
    let mut made = Cursor::new(Vec::new());
    let (archive_id, created_by) = ("3c1e".to_owned(), "Backstop test".to_owned());
    let options = WriterOptions {
        attachments,
        encryption: None,
        archive_id,
        created: TimeMs(1_700_000_000_000),
        created_by,
    };
    let writer = NotesnookWriter::new(&mut made, options).unwrap();
    let written = copy(archive, Box::new(writer), &Job::new()).unwrap();
    let losses = written.losses.into_iter().map(|loss| loss.item.id.to_string()).collect();
    (open(Box::new(made)).unwrap(), losses)
}

#[test]
fn every_sample_goes_into_a_file_of_the_present_version() {
    for (name, ..) in SAMPLES {
        let (mut archive, losses) = converted(&mut *sample(name), false);
        assert_eq!((archive.head().format_version.as_str(), losses), ("6.1", vec![]), "{name}");
        let sink = read(&mut *archive);
        assert_eq!(sink.findings, [], "{name}");
        compare(&sink, name);
        assert_eq!(sink.items, read(&mut *sample(name)).items, "{name}");
    }
}

#[test]
fn every_folder_of_older_fixtures_is_read() {
    let named: BTreeSet<&str> =
        SAMPLES.iter().filter_map(|(name, ..)| Some(name.split_once('/')?.0)).collect();
    assert_eq!(named, FOLDERS.into());
    for folder in FOLDERS {
        for entry in std::fs::read_dir(fixture(&format!("notesnook/{folder}"))).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("{folder}/{}", name.trim_end_matches(".expect.json"));
            assert!(SAMPLES.iter().any(|(known, ..)| *known == path), "{path}");
        }
    }
}

conformance!(conformance_json, sample("5.6/plain.nnbackup"));
conformance!(conformance_sealed_json, sample("5.8/encrypted.nnbackup"));
conformance!(conformance_zip, sample("5.9/plain.nnbackupz"));

/// A plain `.nnbackup` with its hash.
fn backup(version: f64, data: &Value) -> String {
    let data = data.to_string();
    let hash = md5_hex(data.as_bytes());
    let version = if version.fract() == 0.0 { format!("{version:.0}") } else { version.to_string() };
    format!(
        r#"{{"version":{version},"type":"web","date":1650000000000,"data":{data},"hash":"{hash}","hash_type":"md5"}}"#
    )
}

fn read_json(text: &str) -> CollectingSink {
    read_bytes(text.as_bytes().to_vec(), None).unwrap()
}

fn titles(sink: &CollectingSink, kind: Kind) -> BTreeSet<String> {
    sink.of_kind(kind).map(|item| item.title.clone().unwrap_or_default()).collect()
}

/// Every relation as `kind:id>kind:id`.
fn links(sink: &CollectingSink) -> BTreeSet<String> {
    let end = |end: &backstop_model::Ref| format!("{}:{}", end.kind.as_str(), end.id);
    let links = sink.items.iter().flat_map(|item| &item.relations);
    links.map(|link| format!("{}>{}", end(&link.from), end(&link.to))).collect()
}

fn set(texts: &[String]) -> BTreeSet<String> {
    texts.iter().cloned().collect()
}

fn id_of(title: &str) -> String {
    md5_hex(title.as_bytes())
}

fn messages(sink: &CollectingSink) -> Vec<&str> {
    sink.findings.iter().map(|finding| finding.fault.message.as_str()).collect()
}

#[test]
fn every_accepted_version_is_read_in_both_containers() {
    let note = json!({"id":"n","type":"note","title":"x","dateCreated":1,"dateEdited":2,"tags":["a"]});
    for tenths in 50..=61 {
        let version = f64::from(tenths) / 10.0;
        let stated = format!("{}.{}", tenths / 10, tenths % 10);
        let text = backup(version, &json!({"n": note}));
        assert_eq!(opened(text.clone().into_bytes()).unwrap().head().format_version, stated);
        let zip =
            archive(&[Chunk::plain(0, &[note.to_string()]).with("version", Some(json!(version)))]).bytes();
        assert_eq!(opened(zip.clone()).unwrap().head().format_version, stated);
        for sink in [read_json(&text), read_bytes(zip, None).unwrap()] {
            assert_eq!(titles(&sink, Kind::Tag), set(&["a".to_owned()]), "{stated}");
            assert_eq!(links(&sink), set(&[format!("tag:{}>note:n", id_of("a"))]), "{stated}");
            assert_eq!(sink.findings, [], "{stated}");
            let row = row(sink.of_kind(Kind::Note).next().unwrap());
            assert_eq!((row.get("tags"), &row["spellcheck"]), (None, &json!(true)), "{stated}");
        }
    }
}

#[test]
fn what_is_no_row_is_passed_over() {
    let data = json!({
        "_uk_@somebody@example.invalid": {}, "_uk_@somebody@example.invalid@_k": {"iv": {"0": 1}, "cipher": {}},
        "token": {"access_token": "secret", "token_type": "Bearer"}, "user": {"id": "u", "email": "x"},
        "notes": ["n"], "content": [], "monographs": [], "hasConflicts": false, "lastSynced": 5, "nothing": null,
        "n": {"id": "n", "type": "note", "title": "x", "dateCreated": 1, "dateEdited": 2},
        "gone": {"id": "gone", "type": "note", "deleted": true},
        "gone2": {"id": "gone2", "deleted": true, "dateModified": 1},
        "t": {"id": "t", "type": "topic", "title": "a topic of its own"},
    });
    let sink = read_json(&backup(5.6, &data));
    assert_eq!(sink.items.len(), 1, "{:?}", sink.items);
    assert_eq!(sink.codes(Severity::Warning), [FaultCode::Stray]);
    let all: String = sink.items.iter().map(|item| item.native.json.as_str()).collect();
    assert!(!all.contains("secret"));
}

#[test]
fn a_tag_named_like_a_colour_stays_a_tag() {
    let note = |id: &str, more: Value| {
        let mut note = json!({"id": id, "type": "note", "title": id, "dateCreated": 1, "dateEdited": 2});
        note.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        note
    };
    let tag = |title: &str| json!({"id": id_of(title), "type": "tag", "title": title, "noteIds": [], "dateCreated": 1});
    let red = id_of("red");
    for (what, data, tags, colors) in [
        (
            "a colour that a note has",
            json!({"n": note("n", json!({"color": "red"})), red.clone(): tag("red")}),
            vec![],
            vec!["red"],
        ),
        (
            "a colour that no row tells of",
            json!({"n": note("n", json!({"color": "red"}))}),
            vec![],
            vec!["red"],
        ),
        (
            "a tag that a note has",
            json!({"n": note("n", json!({"tags": ["red"]})), red.clone(): tag("red")}),
            vec!["red"],
            vec![],
        ),
        (
            "a tag that no row tells of",
            json!({"n": note("n", json!({"tags": ["Gray"]}))}),
            vec!["Gray"],
            vec![],
        ),
        ("neither, unused", json!({red.clone(): tag("red")}), vec![], vec!["red"]),
        ("a tag by the list", json!({red.clone(): tag("red"), "tags": [red.clone()]}), vec!["red"], vec![]),
        ("a tag by its key", json!({format!("{red}_tags"): tag("red")}), vec!["red"], vec![]),
        ("a colour by its key", json!({format!("{red}_colors"): tag("red")}), vec![], vec!["red"]),
        (
            "both by their keys",
            json!({format!("{red}_colors"): tag("red"), format!("{red}_tags"): tag("red")}),
            vec!["red"],
            vec!["red"],
        ),
        (
            "both by a note",
            json!({red.clone(): tag("red"), "n": note("n", json!({"tags": ["red"], "color": "red"}))}),
            vec!["red"],
            vec!["red"],
        ),
    ] {
        let sink = read_json(&backup(5.8, &data));
        let found: Vec<BTreeSet<String>> = vec![titles(&sink, Kind::Tag), titles(&sink, Kind::Color)];
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
        let told = sink.findings.iter().filter(|finding| finding.fault.message.contains("colour")).count();
        assert_eq!(told, tags.len(), "{what}: {:?}", sink.findings);
        assert_eq!(found, [owned(tags), owned(colors)], "{what}");
        for color in sink.of_kind(Kind::Color) {
            assert_eq!(row(color)["colorCode"], "#f44336", "{what}");
        }
    }
}

#[test]
fn what_notesnook_would_lose_of_tags_and_colours_is_kept() {
    let note = |more: (&str, Value)| {
        let (field, value) = more;
        json!({"id": "n", "type": "note", "title": "n", "dateCreated": 1, "dateEdited": 2, field: value})
    };
    let own = read_json(&backup(5.9, &json!({"n": note(("color", json!("teal")))})));
    assert_eq!(titles(&own, Kind::Color), set(&["teal".to_owned()]));
    assert_eq!(messages(&own).len(), 1);
    // A tag that Notesnook would lose travels in a carrier and comes back.
    let red = id_of("red");
    let text = backup(
        5.8,
        &json!({"n": note(("tags", json!(["red"]))), red.clone(): {"id": red, "type": "tag", "title": "red"}}),
    );
    let (mut after, losses) = converted(&mut *opened(text.into_bytes()).unwrap(), false);
    assert_eq!(losses, [red]);
    assert_eq!(titles(&read(&mut *after), Kind::Tag), set(&["red".to_owned()]));
}

#[test]
fn tags_are_one_per_title_and_shortcuts_follow_them() {
    let tag = |id: &str, title: Value| json!({"id": id, "type": "tag", "title": title, "noteIds": ["n"], "dateCreated": 1, "dateModified": 2});
    let data = json!({
        "s": {"id": "s", "type": "shortcut", "item": {"type": "tag", "id": "other"}, "dateCreated": 1},
        "other": tag("other", json!("garden")), "again": tag("again", json!("garden")),
        "renamed": {"id": id_of("old"), "type": "tag", "title": "old", "alias": "new", "dateCreated": 1},
        "aliased": {"id": "k", "type": "tag", "alias": "only", "dateCreated": 1},
        "n": {"id": "n", "type": "note", "title": "x", "dateCreated": 1, "dateEdited": 2, "tags": ["garden", "fresh", "garden"]},
        "settings": {"type": "settings", "id": "set", "aliases": {id_of("fresh"): "Fresh", id_of("garden"): "garden", id_of("unknown"): "x"}, "dateModified": 1},
    });
    let sink = read_json(&backup(5.8, &data));
    let expected = ["garden", "old", "only", "fresh"].map(str::to_owned);
    assert_eq!(titles(&sink, Kind::Tag), set(&expected));
    for tag in sink.of_kind(Kind::Tag) {
        assert_eq!(tag.key.id.as_str(), id_of(tag.title.as_deref().unwrap()));
    }
    let expected = ["garden", "fresh"].map(|title| format!("tag:{}>note:n", id_of(title)));
    assert_eq!(links(&sink), set(&expected));
    let shortcut = row(sink.of_kind(Kind::Shortcut).next().unwrap());
    assert_eq!((&shortcut["itemId"], &shortcut["id"]), (&json!(id_of("garden")), &json!("s")));
    let told = messages(&sink);
    assert!(told.iter().any(|message| message.contains("twice")), "{told:?}");
    assert!(told.iter().any(|message| message.starts_with("2 tags were renamed")), "{told:?}");
    // What the single settings do not say stays in the file.
    let kept = sink.of_kind(Kind::Opaque).map(|item| item.key.id.to_string()).collect::<Vec<_>>();
    assert_eq!(kept, ["set"]);
    assert_eq!(
        row(sink.of_kind(Kind::Tag).find(|tag| tag.title.as_deref() == Some("old")).unwrap())["alias"],
        "new"
    );
}

#[test]
fn notes_keep_their_places() {
    let topic = |id: &str| json!({"type": "topic", "id": id, "notebookId": "b", "title": id, "dateCreated": 1, "dateEdited": 2});
    let note = |id: &str, notebooks: Value| json!({"id": id, "type": "note", "title": id, "dateCreated": 1, "dateEdited": 2, "notebooks": notebooks});
    for notebook_first in [true, false] {
        let mut rows = vec![
            note("in", json!([{"id": "b", "topics": ["t1", "t2"]}])),
            note("bare", json!([{"id": "b", "topics": []}, {"id": "c"}])),
            note("astray", json!([{"id": "b", "topics": ["gone"]}])),
            json!({"id": "binned", "type": "trash", "itemType": "note", "title": "binned", "dateDeleted": 3, "tags": ["a"], "notebooks": [{"id": "b", "topics": ["t1"]}]}),
        ];
        let books = [
            json!({"id": "b", "type": "notebook", "title": "B", "topics": [topic("t1"), topic("t2")], "dateCreated": 1}),
            json!({"id": "c", "type": "trash", "itemType": "notebook", "title": "C", "topics": [topic("t3")], "dateCreated": 1}),
        ];
        rows.splice(if notebook_first { 0..0 } else { 4..4 }, books);
        let rows: Vec<String> = rows.iter().map(Value::to_string).collect();
        let chunk = Chunk::plain(0, &rows).with("version", Some(json!(5.9)));
        let sink = read_bytes(archive(&[chunk]).bytes(), None).unwrap();
        let expected = [
            "notebook:b>notebook:t1",
            "notebook:b>notebook:t2",
            "notebook:c>notebook:t3",
            "notebook:t1>note:in",
            "notebook:t2>note:in",
            "notebook:b>note:bare",
            "notebook:c>note:bare",
            "notebook:gone>note:astray",
            "notebook:b>note:astray",
            "notebook:t1>note:binned",
        ];
        let mut expected: BTreeSet<String> = expected.map(str::to_owned).into();
        expected.insert(format!("tag:{}>note:binned", id_of("a")));
        assert_eq!(links(&sink), expected, "{notebook_first}");
        let state =
            |id: &str| sink.items.iter().find(|item| item.key.id.as_str() == id).unwrap().flags.trashed;
        assert_eq!((state("c"), state("t3"), state("binned")), (true, false, true));
        let told = messages(&sink);
        assert!(
            told[0].starts_with("2 notes are in a notebook") && told[1].starts_with("1 note is in a topic"),
            "{told:?}"
        );
        assert_eq!(told.len(), 2);
    }
}

#[test]
fn attachments_of_version_5_9_come_with_their_bytes() {
    let bytes = b"the harbour at low tide";
    let whole = file("a1", &format!("{:016x}", xxhash_rust::xxh64::xxh64(bytes, 0)), bytes, 524_288, 3);
    let mut old: Value = serde_json::from_str(&whole.row).unwrap();
    let fields = old.as_object_mut().unwrap();
    let take = |fields: &mut serde_json::Map<String, Value>, name: &str| fields.remove(name).unwrap();
    let metadata = json!({"hash": take(fields, "hash"), "hashType": take(fields, "hashType"), "filename": take(fields, "filename"), "type": take(fields, "mimeType")});
    fields.insert("metadata".into(), metadata);
    let size = take(fields, "size");
    fields.insert("length".into(), size);
    fields.insert("noteIds".into(), json!(["n1"]));
    let mut shut = old.clone();
    shut["id"] = json!("a2");
    shut["metadata"]["hash"] = json!("00112233445566e9");
    shut["key"] = cipher(b"not this account's", &key("other", &SALT), &SALT);
    let other_bytes = backstop_testkit::RawEntry::stored("attachments/00112233445566e9", b"0123456789");
    for version in [5.9, 6.1] {
        let chunk =
            Chunk::plain(0, &[old.to_string(), shut.to_string()]).with("version", Some(json!(version)));
        let mut zip = archive(&[chunk]);
        zip.entries.extend([key_file(), whole.entry.clone(), other_bytes.clone()]);
        let sink = read_bytes(zip.bytes(), None).unwrap();
        assert_eq!(sink.attachments.len(), 1);
        assert_eq!(sink.attachments[0].bytes, bytes);
        assert_eq!(sink.of_kind(Kind::Attachment).count(), 2);
        assert!(links(&sink).contains("note:n1>attachment:a1"));
        assert_eq!(sink.codes(Severity::Damage), [FaultCode::DecryptionFailed], "one bad key stops nothing");
    }
}

#[test]
fn the_hash_is_that_of_what_javascript_would_write() {
    let data = json!({"n": {"id": "n", "type": "note", "title": "a \"b\"\n\t/é 🚣", "dateCreated": 1, "dateEdited": 2}, "l": [1, null, true]});
    let compact = backup(5.6, &data);
    let whole: Value = serde_json::from_str(&compact).unwrap();
    let pretty = serde_json::to_string_pretty(&whole).unwrap();
    let escaped = compact.replace('é', "\\u00e9").replace('🚣', "\\ud83d\\udea3").replace("/", "\\/");
    let upper =
        compact.replace(whole["hash"].as_str().unwrap(), &whole["hash"].as_str().unwrap().to_uppercase());
    let none = compact.replace("\"hash\"", "\"hush\"");
    let inner = data.to_string();
    let as_text =
        json!({"version": 5.6, "data": inner, "hash": md5_hex(inner.as_bytes()), "type": "web"}).to_string();
    let bom = format!("\u{feff}{compact}");
    for text in [&compact, &pretty, &escaped, &upper, &none, &as_text, &bom] {
        let sink = read_json(text);
        assert_eq!((sink.items.len(), sink.findings.len()), (1, 0), "{text}");
        assert_eq!(sink.items[0].title.as_deref(), Some("a \"b\"\n\t/é 🚣"));
    }
    for text in [
        compact.replace("🚣", "🛶"),
        compact.replace("\"md5\"", "\"sha1\""),
        pretty.replace("🚣", "🛶"),
        as_text.replace("🚣", "🛶"),
    ] {
        let read = summary(read_bytes(text.clone().into_bytes(), None));
        assert_eq!(read, Ok((0, vec![FaultCode::ChecksumMismatch], vec![])), "{text}");
    }
}

/// An encrypted `.nnbackup`.
fn sealed(data: &str, password: &str) -> Value {
    json!({"version": 5.8, "type": "web", "date": 1_650_000_000_000_i64, "data": cipher(data.as_bytes(), &key(password, &SALT), &SALT)})
}

#[test]
fn what_opens_an_encrypted_one_and_what_does_not() {
    let text = std::fs::read_to_string(fixture("notesnook/5.8/encrypted.nnbackup")).unwrap();
    let unlock = |text: &str, secret: &ArchiveSecret| {
        let mut archive = opened(text.as_bytes().to_vec())?;
        archive.unlock(secret, &Job::new()).map_err(|error| {
            assert!(
                error.to_string().contains("or the file was changed")
                    || error.to_string().contains("recovery")
            );
            code_of(&error)
        })
    };
    let salt = json_salt(&text);
    let raw = backstop_formats::notesnook::derive_key(PASSWORD, &salt).unwrap();
    let ours = ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([1; 32]));
    for (what, text, secret, expected) in [
        ("the password", text.clone(), password(PASSWORD), Ok(())),
        ("Notesnook's recovery key", text.clone(), ArchiveSecret::NotesnookKey(raw), Ok(())),
        ("another password", text.clone(), password("orchard-gate-8"), Err(FaultCode::WrongSecret)),
        ("our recovery key", text.clone(), ours, Err(FaultCode::WrongSecret)),
        ("a changed file", text.replacen("7QVc", "7QVd", 1), password(PASSWORD), Err(FaultCode::WrongSecret)),
    ] {
        assert_eq!(unlock(&text, &secret), expected, "{what}");
    }
    let mut locked = opened(text.clone().into_bytes()).unwrap();
    assert!(locked.is_locked());
    let error = locked.read_into(&mut CollectingSink::tolerant(), &Job::new()).unwrap_err();
    assert_eq!(code_of(&error), FaultCode::SecretRequired);
    for end in [text.len() / 2, text.len() - 1] {
        assert_eq!(opened(text.as_bytes()[..end].to_vec()).err(), Some(FaultCode::ArchiveCut));
    }
    let note = json!({"n_notes": {"id": "n", "type": "note", "title": "x", "dateCreated": 1}}).to_string();
    for padded in [false, true] {
        let mut whole = sealed(&note, "pw");
        if padded {
            let cipher = whole["data"]["cipher"].as_str().unwrap().replace('-', "+").replace('_', "/");
            let fill = "=".repeat((4 - cipher.len() % 4) % 4);
            whole["data"]["cipher"] = json!(format!("{cipher}{fill}"));
        }
        let sink = read_bytes(whole.to_string().into_bytes(), Some("pw")).unwrap();
        assert_eq!(titles(&sink, Kind::Note), set(&["x".to_owned()]));
    }
    let nonsense = sealed("no rows at all", "pw").to_string();
    let read = summary(read_bytes(nonsense.into_bytes(), Some("pw")));
    assert_eq!(read, Ok((0, vec![FaultCode::InvalidContent], vec![FaultCode::Empty])));
}

fn json_salt(text: &str) -> [u8; 16] {
    use base64::Engine as _;
    let whole: Value = serde_json::from_str(text).unwrap();
    let salt = whole["data"]["salt"].as_str().unwrap();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(salt).unwrap().try_into().unwrap()
}

#[test]
fn a_part_of_a_newer_file_on_its_own_is_read_too() {
    let rows = [backstop_testkit::notesnook::note("n1", "alone", None)];
    for version in [5.9, 6.1] {
        let chunk = Chunk::plain(0, &rows).with("version", Some(json!(version)));
        for chunk in [chunk.clone(), encrypted(&chunk, "pw", &SALT)] {
            let bytes = chunk.text().into_bytes();
            let password = (chunk.kind == "encrypted").then_some("pw");
            let sink = read_bytes(bytes, password).unwrap();
            assert_eq!(titles(&sink, Kind::Note), set(&["alone".to_owned()]));
            assert_eq!(sink.findings, []);
        }
    }
}

#[test]
fn a_cut_or_foreign_file_is_told_apart() {
    let whole = std::fs::read(fixture("notesnook/5.6/plain.nnbackup")).unwrap();
    for part in 1..16 {
        let cut = opened(whole[..whole.len() * part / 16].to_vec());
        assert_eq!(cut.err(), Some(FaultCode::ArchiveCut), "{part}");
    }
    for (text, code) in [
        (r#"{"version":6.2,"type":"web","date":1,"data":{}}"#, FaultCode::NewerVersion),
        (r#"{"version":4.3,"type":"web","date":1,"data":{}}"#, FaultCode::UnsupportedVersion),
        (r#"{"type":"x","data":{}}"#, FaultCode::UnsupportedVersion),
        (r#"{"version":5.8,"type":"web","date":1,"data":7}"#, FaultCode::InvalidContent),
    ] {
        assert_eq!(opened(text.as_bytes().to_vec()).err(), Some(code), "{text}");
    }
    let empty = summary(read_bytes(br#"{"version":5.8,"type":"web","date":1,"data":{}}"#.to_vec(), None));
    assert_eq!(empty, Ok((0, vec![], vec![FaultCode::Empty])));
}

#[test]
fn no_flipped_bit_panics_or_passes_in_silence() {
    let whole = std::fs::read(fixture("notesnook/5.6/plain.nnbackup")).unwrap();
    let before = summary(read_bytes(whole.clone(), None)).unwrap();
    let mut silent = 0;
    for at in (0..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 7);
        let read = read_bytes(changed, None);
        if let Ok(sink) = read
            && sink.codes(Severity::Damage).is_empty()
        {
            assert_eq!(sink.items.len(), before.0, "byte {at}");
            silent += 1;
        }
    }
    // Only version, date, type and the names of fields stand outside what the hash covers.
    assert!(silent < 6, "{silent} changes were not noticed");
}

#[test]
fn a_stray_row_of_an_older_type_makes_no_older_file() {
    let mut rows = vec![
        r#"{"id":"p1","type":"topic","title":"from somewhere"}"#.to_owned(),
        r#"{"id":"s1","type":"settings","dateCreated":5}"#.to_owned(),
    ];
    let tag = backstop_testkit::notesnook::tag("6b02394dc7299e628bd2ab22", "todo");
    rows.push(tag.clone());
    let sink = read(opened(archive(&[Chunk::plain(0, &rows)]).bytes()).unwrap().as_mut());
    let tags: Vec<&str> = sink
        .items
        .iter()
        .filter(|item| item.key.kind == Kind::Tag)
        .map(|item| item.native.json.as_str())
        .collect();
    assert_eq!(tags, [tag.as_str()]);
}
