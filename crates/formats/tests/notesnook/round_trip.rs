//! What our writer makes: the real files through it and back, and what it adds of its own.

use std::fs::File;
use std::io::Cursor;

use backstop_crypto::{Kek, Key, Password, RecoveryKey};
use backstop_formats::notesnook::{Encryption, NotesnookWriter, Salt, WriterOptions, derive_key};
use backstop_formats::{Archive, ArchiveSecret, fingerprint, interpret, open};
use backstop_model::{
    App, FaultCode, Flags, FlowError, Item, ItemId, ItemKey, Job, Kind, Native, Reader, Sink, TimeMs, Writer,
    Written, copy,
};
use backstop_testkit::notesnook::{self, Chunk};
use backstop_testkit::{CollectingSink, conformance, fixture};
use proptest::prelude::*;

const PASSWORD: &str = "Größe 12 – tide";
const SALT: Salt = [9; 16];

/// Full or partial, encrypted or plain.
const SHAPES: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

fn options(attachments: bool, encryption: Option<Encryption>) -> WriterOptions {
    let (archive_id, created_by) = ("3c1e".to_owned(), "Backstop test".to_owned());
    WriterOptions { attachments, encryption, archive_id, created: TimeMs(1_700_000_000_000), created_by }
}

fn key() -> Key {
    derive_key(&Password::new(PASSWORD).unwrap().written(), &SALT).unwrap()
}

fn encryption() -> Encryption {
    Encryption { key: key(), salt: SALT, slots: Vec::new() }
}

fn write(reader: &mut dyn Reader, attachments: bool, encryption: Option<Encryption>) -> (Vec<u8>, Written) {
    let mut file = Cursor::new(Vec::new());
    let writer = NotesnookWriter::new(&mut file, options(attachments, encryption)).unwrap();
    let written = copy(reader, Box::new(writer), &Job::new()).unwrap();
    (file.into_inner(), written)
}

fn opened(file: &[u8]) -> Box<dyn Archive> {
    let mut archive = open(Box::new(Cursor::new(file.to_vec()))).unwrap();
    if archive.is_locked() {
        let password = Password::new(PASSWORD).unwrap();
        archive.unlock(&ArchiveSecret::Password(password), &Job::new()).unwrap();
    }
    archive
}

fn read(archive: &mut dyn Archive) -> CollectingSink {
    let mut sink = CollectingSink::strict();
    archive.read_into(&mut sink, &Job::new()).unwrap();
    assert_eq!(sink.findings, []);
    sink
}

fn sample(name: &str, password: &str) -> Box<dyn Archive> {
    let file = File::open(fixture(&format!("notesnook/6.1/{name}.nnbackupz"))).unwrap();
    let mut archive = open(Box::new(file)).unwrap();
    archive.unlock(&ArchiveSecret::Password(Password::new(password).unwrap()), &Job::new()).unwrap();
    archive
}

fn rows(sink: &CollectingSink) -> Vec<&Item> {
    sink.items.iter().filter(|item| item.key.kind != Kind::AttachmentsKey).collect()
}

/// Items handed over one by one.
struct Items(Vec<Item>);

impl Reader for Items {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        job.check()?;
        self.0.iter().cloned().try_for_each(|item| sink.item(item))
    }
}

/// Rows as our own reader reads them from somebody else's archive.
fn items_of(rows: &[String]) -> Vec<Item> {
    let file = notesnook::archive(&[Chunk::plain(0, rows)]).bytes();
    let mut sink = CollectingSink::tolerant();
    open(Box::new(Cursor::new(file))).unwrap().read_into(&mut sink, &Job::new()).unwrap();
    sink.items
}

#[test]
fn a_row_that_says_something_else_than_its_item_is_carried_and_comes_back() {
    // A container can pair any row with any item. Among Notesnook's rows it would be another item or
    // none, and every backup from then on would lack one.
    for json in [
        r#"{"id":"n"}"#,
        r#"{"id":"n","type":"note","deleted":true}"#,
        r#"{"id":"m","type":"note","title":"x"}"#,
        r#"{"id":"n","type":"tag","title":"x"}"#,
        r#"{"id":"n","type":"x-backstop","v":1,"kind":"end"}"#,
    ] {
        let key = ItemKey { app: App::Notesnook, kind: Kind::Note, id: ItemId::new("n").unwrap() };
        let item = interpret(key, Native { version: "6.1".to_owned(), json: json.to_owned() });
        let (file, written) = write(&mut Items(vec![item.clone()]), false, None);
        assert_eq!(read(&mut *opened(&file)).items, [item], "{json}");
        assert_eq!(written.losses.len(), 1, "{json}");
    }
}

#[test]
fn real_rows_come_out_byte_for_byte() {
    for (name, password) in
        [("full-encrypted", "harbour-lantern-42"), ("partial-plain", ""), ("full-plain", "")]
    {
        let mut original = sample(name, password);
        let before = read(&mut *original);
        for (attachments, encrypted) in SHAPES {
            let (file, written) = write(&mut *original, attachments, encrypted.then(encryption));
            assert_eq!(written.losses, [], "{name}");
            assert_eq!((written.notes, written.items), (17, before.items.len() as u64), "{name}");
            let mut copy = opened(&file);
            assert_eq!(copy.head().encrypted, encrypted);
            assert_eq!(copy.head().archive_id.as_deref(), Some("3c1e"));
            let after = read(&mut *copy);
            assert_eq!(rows(&before), rows(&after), "{name} {attachments} {encrypted}");
            let full = attachments && name.starts_with("full");
            assert_eq!(copy.head().attachments_included, full);
            assert_eq!(after.attachments.len(), if full { 6 } else { 0 });
            if full {
                assert_eq!(before.attachments, after.attachments);
            }
        }
    }
}

#[test]
fn the_accounts_key_of_attachments_stays_the_same() {
    let mut original = sample("full-encrypted", "harbour-lantern-42");
    let before = read(&mut *original);
    let known = |sink: &CollectingSink| sink.of_kind(Kind::AttachmentsKey).cloned().collect::<Vec<_>>();
    assert_eq!(known(&before).len(), 1);
    for (attachments, encrypted) in SHAPES {
        let (file, _) = write(&mut *original, attachments, encrypted.then(encryption));
        let after = read(&mut *opened(&file));
        // A plain partial archive has no place for it that nobody could look into.
        let kept = attachments || encrypted;
        assert_eq!(known(&after), if kept { known(&before) } else { Vec::new() });
    }
}

#[test]
fn our_recovery_key_opens_it_and_nothing_else_does() {
    let recovery = RecoveryKey::from_bytes([0x5a; 32]);
    let slot = Kek::from_recovery(&recovery).wrap_key("nnbackupz").seal(&key()).unwrap();
    let encryption = Encryption { slots: vec![slot], ..encryption() };
    let (file, _) = write(&mut *sample("partial-plain", ""), false, Some(encryption));
    let unlock = |secret: &ArchiveSecret| {
        let mut archive = open(Box::new(Cursor::new(file.clone()))).unwrap();
        archive.unlock(secret, &Job::new()).map(|()| read(&mut *archive).items.len())
    };
    let typed = |text: &str| ArchiveSecret::Password(Password::new(text).unwrap());
    assert_eq!(unlock(&ArchiveSecret::RecoveryKey(recovery)).unwrap(), 142);
    assert_eq!(unlock(&ArchiveSecret::NotesnookKey(key())).unwrap(), 142);
    assert_eq!(
        unlock(&typed("Gro\u{308}\u{df}e 12 \u{2013} tide")).unwrap(),
        142,
        "typed as other code points"
    );
    for wrong in [
        ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([0x5b; 32])),
        ArchiveSecret::NotesnookKey(Key::from_bytes([1; 32])),
        typed("Grösse 12 – tide"),
        typed(""),
    ] {
        let error = unlock(&wrong).unwrap_err();
        assert_eq!(error.fault().unwrap().code, FaultCode::WrongSecret);
    }
}

#[test]
fn an_archive_without_our_slot_says_that_a_recovery_key_is_no_use() {
    let mut archive =
        open(Box::new(File::open(fixture("notesnook/6.1/partial-encrypted.nnbackupz")).unwrap())).unwrap();
    let recovery = ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([1; 32]));
    assert_eq!(
        archive.unlock(&recovery, &Job::new()).unwrap_err().fault().unwrap().code,
        FaultCode::WrongSecret
    );
    let read = archive.read_into(&mut CollectingSink::tolerant(), &Job::new());
    assert_eq!(read.unwrap_err().fault().unwrap().code, FaultCode::SecretRequired);
}

#[test]
fn what_notesnook_has_no_place_for_comes_back_from_ours() {
    let mut items = items_of(&notesnook::small_rows());
    let odd = [
        notesnook::tag("t1", "the same id again"),
        notesnook::tag("t7", "Red"),
        r#"{"id":"m1","type":"monograph","html":"<p>é</p>"}"#.to_owned(),
    ];
    items.extend(items_of(&odd));
    let key = ItemKey { app: App::Joplin, kind: Kind::Note, id: ItemId::new("j1").unwrap() };
    let native = Native { version: "3".into(), json: r#"{"body":"x","n":1.0}"#.into() };
    let foreign = Item {
        key,
        native,
        title: Some("Joplin's".into()),
        created: None,
        edited: None,
        modified: Some(TimeMs(3)),
        flags: Flags::default(),
        owner: None,
        body: None,
        relations: Vec::new(),
        attachment: None,
    };
    items.push(foreign);
    for encrypted in [false, true] {
        let (file, written) = write(&mut Items(items.clone()), false, encrypted.then(encryption));
        let lost: Vec<&str> = written.losses.iter().map(|loss| loss.item.id.as_str()).collect();
        assert_eq!(lost, ["t1", "t7"]);
        let mut sink = CollectingSink::strict();
        opened(&file).read_into(&mut sink, &Job::new()).unwrap();
        assert_eq!(sink.items, items);
    }
}

#[test]
fn rows_that_lack_fields_get_them_and_stay_the_same_item() {
    let sparse = [
        r#"{"id":"n1","type":"note","title":"x","dateCreated":5,"dateModified":6,"dateEdited":6}"#.to_owned(),
        r#"{"id":"b1","type":"notebook","title":"y","dateCreated":5,"dateModified":6,"dateEdited":6}"#
            .to_owned(),
        r#"{"id":"t1","type":"tag","title":"z","dateCreated":5,"dateModified":6}"#.to_owned(),
    ];
    let items = items_of(&sparse);
    let (file, written) = write(&mut Items(items.clone()), false, None);
    assert_eq!(written.losses, []);
    let after = read(&mut *opened(&file));
    for (before, after) in items.iter().zip(&after.items) {
        assert_eq!(fingerprint(before), fingerprint(after), "{} {}", before.native.json, after.native.json);
    }
    assert!(after.items[0].native.json.contains(r#""spellcheck":true"#));
    let again = write(&mut Items(after.items.clone()), false, None).0;
    assert_eq!(read(&mut *opened(&again)).items, after.items, "what is complete is not touched");
}

#[test]
fn a_new_chunk_begins_after_ten_mebibytes() {
    let html = "harbour tide ".repeat(1 << 18);
    let rows: Vec<String> =
        (0..8).map(|n| notesnook::body(&format!("c{n}"), &format!("n{n}"), &html)).collect();
    let items = items_of(&rows);
    let (file, _) = write(&mut Items(items.clone()), false, Some(encryption()));
    let mut names: Vec<String> = names_in(&file);
    assert_eq!(names.remove(0), ".nnbackup");
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(
        names.iter().enumerate().all(|(n, name)| name.starts_with(&format!("{n}-encrypted-"))),
        "{names:?}"
    );
    assert_eq!(read(&mut *opened(&file)).items, items);
}

/// The names by the `zip` crate, a reader that is not ours.
fn names_in(file: &[u8]) -> Vec<String> {
    let zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

#[test]
fn the_file_has_the_form_notesnook_writes() {
    use std::io::Read as _;
    let (file, _) = write(&mut *sample("full-encrypted", "harbour-lantern-42"), true, None);
    let mut zip = zip::ZipArchive::new(Cursor::new(&file)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names[0], ".nnbackup");
    assert!(names.iter().skip(1).all(|name| name.contains("-plain-") || name.starts_with("attachments/")));
    assert!(names.contains(&"attachments/.attachments_key".to_owned()));
    let mut rows = Vec::new();
    for name in names.iter().filter(|name| name.contains("-plain-")) {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        let chunk: serde_json::Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&str> = text.lines().filter_map(|line| line.split('"').nth(1)).collect();
        assert_eq!(keys, ["version", "type", "date", "data", "hash", "hash_type", "compressed", "encrypted"]);
        assert_eq!((chunk["version"].as_f64(), chunk["type"].as_str()), (Some(6.1), Some("node")));
        let z = chunk["data"].as_str().unwrap();
        assert_eq!(chunk["hash"], notesnook::md5_hex(z.as_bytes()));
        assert!(name.ends_with(chunk["hash"].as_str().unwrap()));
        let gz = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, z).unwrap();
        let list: Vec<serde_json::Value> =
            serde_json::from_reader(flate2::read::GzDecoder::new(gz.as_slice())).unwrap();
        rows.extend(list);
    }
    assert_eq!((&rows[0]["kind"], &rows.last().unwrap()["kind"]), (&"begin".into(), &"end".into()));
    assert_eq!(rows.last().unwrap()["attachments"].as_array().unwrap().len(), 6);
    assert_eq!(rows.iter().filter(|row| row["type"] == "note").count(), 16);
}

#[test]
fn bytes_that_are_not_the_rows_are_refused_and_leave_no_trace() {
    let mut original = sample("full-plain", "");
    let before = read(&mut *original);
    let mut file = Cursor::new(Vec::new());
    let mut writer = Box::new(NotesnookWriter::new(&mut file, options(true, Some(encryption()))).unwrap());
    for item in &before.items {
        writer.item(item.clone()).unwrap();
    }
    let wrong = backstop_model::BytesSource(b"other bytes".to_vec());
    let error = writer.attachment(&before.attachments[0].head, &wrong).unwrap_err();
    assert_eq!(error.fault().unwrap().code, FaultCode::EntryMismatch);
    for stored in &before.attachments[1..] {
        writer.attachment(&stored.head, &backstop_model::BytesSource(stored.bytes.clone())).unwrap();
    }
    let written = writer.finish(&Job::new()).unwrap();
    assert_eq!(written.attachments, 5);
    let mut sink = CollectingSink::strict();
    opened(file.get_ref()).read_into(&mut sink, &Job::new()).unwrap();
    assert_eq!(sink.attachments.len(), 5);
    let codes: Vec<FaultCode> = sink.findings.iter().map(|finding| finding.fault.code).collect();
    assert_eq!(codes, [FaultCode::AttachmentMissing]);
}

#[test]
fn a_row_whose_key_nobody_has_never_stands_beside_a_key_file() {
    let before = read(&mut *sample("full-plain", ""));
    let mut items = before.items.clone();
    let stranger = items.iter_mut().find(|item| item.key.kind == Kind::Attachment).unwrap();
    let broken = stranger.native.json.replacen("\"cipher\":\"", "\"cipher\":\"AAAA", 1);
    stranger.native.json = broken;
    let stranger = stranger.clone();
    let (file, written) = write(&mut Items(items.clone()), true, Some(encryption()));
    assert_eq!(written.losses.len(), 1);
    assert_eq!(written.losses[0].item, stranger.key);
    let mut sink = CollectingSink::tolerant();
    opened(&file).read_into(&mut sink, &Job::new()).unwrap();
    assert!(sink.items.contains(&stranger), "it comes back as it was");
    // Without a key file there is nothing it could break.
    let (file, written) = write(&mut Items(items), false, Some(encryption()));
    assert_eq!(written.losses, []);
    assert!(read(&mut *opened(&file)).items.contains(&stranger));
}

#[test]
fn keys_of_two_accounts_end_under_one() {
    let one = read(&mut *sample("full-encrypted", "harbour-lantern-42"));
    let other = read(&mut *sample("reexport-mobile-full-encrypted", "a different account password"));
    let keys = |sink: &CollectingSink| sink.of_kind(Kind::AttachmentsKey).next().unwrap().clone();
    assert_ne!(keys(&one).key, keys(&other).key, "the second account has its own key");
    let mut file = Cursor::new(Vec::new());
    let mut writer = Box::new(NotesnookWriter::new(&mut file, options(true, Some(encryption()))).unwrap());
    writer.item(keys(&one)).unwrap();
    writer.item(keys(&other)).unwrap();
    for item in other.items.iter().filter(|item| item.key.kind == Kind::Attachment) {
        writer.item(item.clone()).unwrap();
    }
    for stored in &other.attachments {
        writer.attachment(&stored.head, &backstop_model::BytesSource(stored.bytes.clone())).unwrap();
    }
    let written = writer.finish(&Job::new()).unwrap();
    assert_eq!((written.attachments, written.losses.len()), (6, 0));
    let after = read(&mut *opened(file.get_ref()));
    assert_eq!(after.attachments, other.attachments);
    assert_eq!(after.of_kind(Kind::AttachmentsKey).cloned().collect::<Vec<_>>(), [keys(&one), keys(&other)]);
}

fn own(encrypted: bool) -> Box<dyn Archive> {
    opened(&write(&mut *sample("full-plain", ""), true, encrypted.then(encryption)).0)
}

conformance!(conformance_plain, own(false));
conformance!(conformance_encrypted, own(true));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_row_survives(
        rows in prop::collection::vec(("[a-z0-9]{1,24}", "\\PC{0,40}", prop::sample::select(vec![
            "note", "notebook", "tag", "color", "tiptap", "session", "reminder", "vault", "settingitem", "future",
        ])), 0..30),
        encrypted: bool,
    ) {
        let rows: Vec<String> = rows.into_iter().map(|(id, text, r#type)| {
            serde_json::json!({ "id": id, "type": r#type, "title": text, "data": text, "odd": { "x": [text, null, 1.5e3] },
                "dateCreated": 1, "dateModified": 2, "dateEdited": 3, "synced": true }).to_string()
        }).collect();
        let items = items_of(&rows);
        let (file, _) = write(&mut Items(items.clone()), true, encrypted.then(encryption));
        let after = read(&mut *opened(&file)).items;
        prop_assert_eq!(items.len(), after.len());
        for (before, after) in items.iter().zip(&after) {
            prop_assert_eq!(&before.key, &after.key);
            prop_assert_eq!(fingerprint(before), fingerprint(after));
        }
    }
}
