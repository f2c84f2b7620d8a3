//! What goes in comes out: real files through our container and back, and items of every shape.

use std::io::Cursor;

use backstop_crypto::{Password, RecoveryKey};
use backstop_formats::notesnook::{NotesnookWriter, WriterOptions as NotesnookOptions};
use backstop_formats::{ArchiveSecret, fingerprint, interpret, open};
use backstop_model::{
    App, AttachmentHead, Body, ContentHash, FaultCode, Flags, HashAlgorithm, Item, ItemId, ItemKey, Job,
    Kind, Markup, Native, Ref, Relation, TimeMs, copy,
};
use backstop_testkit::{CollectingSink, conformance};
use proptest::prelude::*;

use crate::common::*;

/// Full or partial, encrypted or plain.
const SHAPES: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[test]
fn real_archives_come_back_byte_for_byte() {
    for (name, password) in
        [("full-encrypted", "harbour-lantern-42"), ("partial-plain", ""), ("full-plain", "")]
    {
        let before = sound(&mut *sample(name, password));
        for (attachments, encrypted) in SHAPES {
            let file = made(&mut *sample(name, password), attachments, encrypted);
            let mut archive = opened(&file).unwrap();
            assert_eq!(archive.head().encrypted, encrypted);
            assert_eq!(archive.head().attachments_included, attachments);
            assert_eq!(archive.head().archive_id.as_deref(), Some("3c1e"));
            assert_eq!(archive.head().created, Some(TimeMs(1_700_000_000_000)));
            let mut after = CollectingSink::tolerant();
            archive.read_into(&mut after, &Job::new()).unwrap();
            let keys_stay = attachments || encrypted;
            let kept = |item: &&Item| keys_stay || item.key.kind != Kind::AttachmentsKey;
            let expected: Vec<&Item> = before.items.iter().filter(kept).collect();
            assert_eq!(after.items.iter().collect::<Vec<_>>(), expected, "{name} {attachments} {encrypted}");
            let bytes = if attachments { before.attachments.clone() } else { Vec::new() };
            assert_eq!(after.attachments, bytes, "{name}");
            let files_missing = attachments && before.attachments.is_empty();
            assert_eq!(after.findings.is_empty(), !files_missing, "{:?}", after.findings);
        }
    }
}

#[test]
fn a_real_archive_through_the_container_is_the_same_archive() {
    let notesnook = |reader: &mut dyn backstop_model::Reader| {
        let mut file = Cursor::new(Vec::new());
        let options = NotesnookOptions {
            attachments: true,
            encryption: None,
            archive_id: "aa".to_owned(),
            created: TimeMs(5),
            created_by: "test".to_owned(),
        };
        let writer = NotesnookWriter::new(&mut file, options).unwrap();
        let written = copy(reader, Box::new(writer), &Job::new()).unwrap();
        assert_eq!(written.losses, []);
        file.into_inner()
    };
    let direct = notesnook(&mut *sample("full-encrypted", "harbour-lantern-42"));
    let container = made(&mut *sample("full-encrypted", "harbour-lantern-42"), true, true);
    let through = notesnook(&mut *opened(&container).unwrap());
    let read = |file: Vec<u8>| sound(&mut *open(Box::new(Cursor::new(file))).unwrap());
    let (direct, through) = (read(direct), read(through));
    assert_eq!(direct.items, through.items);
    assert_eq!(direct.attachments, through.attachments);
    for (one, other) in direct.items.iter().zip(&through.items) {
        assert_eq!(fingerprint(one), fingerprint(other));
    }
}

#[test]
fn the_password_in_any_spelling_and_the_recovery_key_open_it_and_nothing_else_does() {
    let wraps = vec![password_wrap(PASSWORD), recovery_wrap()];
    let (file, _) = write(&mut *sample("partial-plain", ""), options(false, wraps));
    let unlock = |secret: ArchiveSecret| {
        let mut archive = open(Box::new(Cursor::new(file.clone()))).unwrap();
        assert!(archive.is_locked() && archive.head().created.is_none());
        archive.unlock(&secret, &Job::new()).map(|()| sound(&mut *archive).items.len())
    };
    let typed = |text: &str| ArchiveSecret::Password(Password::new(text).unwrap());
    for right in [
        typed(PASSWORD),
        typed("Gro\u{308}\u{df}e 12 \u{2013} tide"),
        ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes(RECOVERY)),
        ArchiveSecret::Kept(recovery_wrap()),
    ] {
        assert_eq!(unlock(right).unwrap(), 142);
    }
    for wrong in [
        typed("Grösse 12 – tide"),
        typed(""),
        ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([0x5b; 32])),
        ArchiveSecret::Kept(password_wrap("another")),
        ArchiveSecret::NotesnookKey(backstop_crypto::Key::from_bytes([1; 32])),
    ] {
        assert_eq!(code_of(&unlock(wrong).unwrap_err()), FaultCode::WrongSecret);
    }
    let mut locked = open(Box::new(Cursor::new(file.clone()))).unwrap();
    let read = locked.read_into(&mut CollectingSink::tolerant(), &Job::new());
    assert_eq!(code_of(&read.unwrap_err()), FaultCode::SecretRequired);
}

fn head(id: &str, bytes: &[u8], hash: Option<&str>) -> AttachmentHead {
    AttachmentHead {
        id: ItemId::new(id).unwrap(),
        name: format!("{id}.bin"),
        mime: "application/octet-stream".to_owned(),
        size_bytes: bytes.len() as u64,
        hash: hash.map(|hex| ContentHash { algorithm: HashAlgorithm::Xxh64, hex: hex.to_owned() }),
    }
}

/// Bytes that no compressor makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn attachments_of_every_sort_come_back() {
    let text = b"tide and harbour ".repeat(40_000);
    let zstd = zstd::bulk::compress(&text, 1).unwrap();
    let mut odd = vec![0x28, 0xb5, 0x2f, 0xfd];
    odd.extend(noise(200_000));
    let mut given = Given::default();
    for (n, bytes) in [
        Vec::new(),
        vec![7],
        b"\x28\xb5\x2f\xfd".to_vec(),
        text,
        zstd,
        odd,
        noise(65_536),
        noise(128 * 1024),
        noise(300_001),
    ]
    .into_iter()
    .enumerate()
    {
        given.attachments.push((head(&format!("a{n}"), &bytes, None), bytes));
    }
    for encrypted in [false, true] {
        let file = made(&mut given.clone(), true, encrypted);
        assert_eq!(sound(&mut *opened(&file).unwrap()).attachments, given.collected());
        assert!(file.len() < 1_200_000, "what can be compressed is: {}", file.len());
    }
}

#[test]
fn an_attachment_of_zeros_is_no_bomb_to_our_own_reader() {
    // More than is free of the ratio, and a thousand times smaller when packed; the other begins as any file.
    let zeros = vec![0; 12_000_000];
    let late = [noise(50_000), vec![0; 25_000_000]].concat();
    let attachments = vec![(head("z", &zeros, None), zeros), (head("l", &late, None), late)];
    for encrypted in [false, true] {
        let mut given = Given { attachments: attachments.clone(), ..Given::default() };
        let sink = sound(&mut *opened(&made(&mut given, true, encrypted)).unwrap());
        let same = sink.attachments.iter().zip(&attachments).all(|(out, (_, bytes))| out.bytes == *bytes);
        assert!(same && sink.attachments.len() == 2, "encrypted: {encrypted}");
    }
}

#[test]
fn the_same_bytes_are_stored_once_and_a_hash_that_lies_costs_nothing_else() {
    let (one, other) = (noise(100_000), noise(100_001)[1..].to_vec());
    let mut given = Given::default();
    given.attachments.push((head("a", &one, Some("00ff")), one.clone()));
    given.attachments.push((head("b", &one, Some("00ff")), one.clone()));
    given.attachments.push((head("c", &other, Some("00ff")), other.clone()));
    let (file, written) = write(&mut given.clone(), options(true, Vec::new()));
    assert_eq!(written.attachments, 3);
    assert_eq!(sound(&mut *opened(&file).unwrap()).attachments, given.collected());
    assert!(file.len() < 210_000, "{}", file.len());
}

#[test]
fn an_attachment_without_bytes_is_told_of() {
    let row = r#"{"id":"a1","type":"attachment","filename":"x","hash":"00ff","hashType":"xxh64","size":1}"#;
    let key = ItemKey { app: App::Notesnook, kind: Kind::Attachment, id: ItemId::new("a1").unwrap() };
    let native = Native { version: "6.1".to_owned(), json: row.to_owned() };
    let given = Given { items: vec![interpret(key, native)], ..Given::default() };
    let sink = read(&made(&mut given.clone(), true, true)).unwrap();
    assert_eq!(sink.codes(backstop_model::Severity::Warning), [FaultCode::AttachmentMissing]);
    assert_eq!(read(&made(&mut given.clone(), false, true)).unwrap().findings, []);
}

#[test]
fn an_item_larger_than_a_frame_and_an_empty_archive_come_back() {
    let bare = |id: &str, json: String| {
        let key = ItemKey { app: App::Joplin, kind: Kind::Note, id: ItemId::new(id).unwrap() };
        let mut item = interpret(key, Native { version: "3".to_owned(), json });
        item.title = Some(id.to_owned());
        item
    };
    let long = |letter: &str, mebibytes: usize| format!("{{\"t\":\"{}\"}}", letter.repeat(mebibytes << 20));
    let items = vec![
        bare("a", long("x", 3)),
        bare("b", long("y", 9)),
        bare("c", "{}".into()),
        bare("d", long("z", 2)),
    ];
    let mut given = Given { items, ..Given::default() };
    let file = made(&mut given, false, true);
    assert_eq!(sound(&mut *opened(&file).unwrap()).items, given.items);
    assert!(sound(&mut *opened(&made(&mut Given::default(), true, true)).unwrap()).items.is_empty());
}

fn id() -> impl Strategy<Value = ItemId> {
    "\\PC{1,12}".prop_filter_map("an id", |text| ItemId::new(text).ok())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::all().collect::<Vec<_>>())
}

fn foreign_item() -> impl Strategy<Value = Item> {
    let app = prop::sample::select(vec![App::Joplin, App::Markdown, App::Backstop]);
    let body = prop_oneof![
        Just(None),
        Just(Some(Body::Locked)),
        "(?s).{0,60}".prop_map(|text| Some(Body::Text { markup: Markup::Markdown, text })),
    ];
    let end = || (kind(), id()).prop_map(|(kind, id)| Ref { kind, id });
    let relations = prop::collection::vec((end(), end()).prop_map(|(from, to)| Relation { from, to }), 0..3);
    let head = (id(), "\\PC{0,9}", any::<u32>()).prop_map(|(id, name, size)| AttachmentHead {
        id,
        name: name.clone(),
        mime: name,
        size_bytes: size.into(),
        hash: None,
    });
    let times = prop::array::uniform3(prop::option::of(any::<i64>().prop_map(TimeMs)));
    let native = ("\\PC{0,6}", "(?s).{0,80}").prop_map(|(version, json)| Native { version, json });
    let rest = (prop::option::of("(?s).{0,20}"), prop::option::of(id()), prop::option::of(head), 0..256_i64);
    (app, kind(), id(), times, body, relations, native, rest).prop_map(
        |(app, kind, id, [created, edited, modified], body, relations, native, rest)| {
            let (title, owner, attachment, flags) = rest;
            let flags = Flags::from_bits(flags);
            let key = ItemKey { app, kind, id };
            Item { key, title, created, edited, modified, flags, owner, body, relations, attachment, native }
        },
    )
}

fn notesnook_item() -> impl Strategy<Value = Item> {
    let kinds = prop::sample::select(vec![
        (Kind::Note, "note"),
        (Kind::Body, "tiptap"),
        (Kind::Tag, "tag"),
        (Kind::Notebook, "notebook"),
        (Kind::Opaque, "future"),
    ]);
    (kinds, id(), "(?s).{0,60}", any::<f64>(), any::<bool>()).prop_map(|((kind, r#type), id, text, n, spaced)| {
        let row = serde_json::json!({
            "id": id.as_str(), "type": r#type, "title": text, "data": text, "noteId": "n", "odd": [n, {"x": text}],
        });
        let json = if spaced { serde_json::to_string_pretty(&row) } else { serde_json::to_string(&row) };
        let native = Native { version: "6.1".to_owned(), json: json.unwrap() };
        interpret(ItemKey { app: App::Notesnook, kind, id }, native)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_item_and_byte_comes_back(
        items in prop::collection::vec(prop_oneof![foreign_item(), notesnook_item()], 0..12),
        files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..3),
        encrypted: bool,
    ) {
        let attachments = files.into_iter().enumerate().map(|(n, bytes)| (head(&format!("a{n}"), &bytes, None), bytes));
        let given = Given { items, attachments: attachments.collect() };
        let read = read(&made(&mut given.clone(), true, encrypted)).unwrap();
        prop_assert_eq!(&read.items, &given.items);
        prop_assert_eq!(read.attachments, given.collected());
        prop_assert!(conformance::only_warnings(&read.findings), "{:?}", read.findings);
    }
}

backstop_testkit::conformance!(
    container,
    opened(&made(&mut *sample("full-encrypted", "harbour-lantern-42"), true, true)).unwrap()
);
