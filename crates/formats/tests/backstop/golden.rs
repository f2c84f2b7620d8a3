//! Archives of earlier days. They open for ever; no change may touch them.

use std::fs;
use std::path::PathBuf;

use backstop_crypto::{Password, RecoveryKey};
use backstop_formats::{ArchiveSecret, open};
use backstop_model::{Body, FaultCode, Item, Job, Severity};
use backstop_testkit::{CollectingSink, fixture, fixture_folders};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::common::{PASSWORD, RECOVERY, code_of};

/// The folders this version reads, oldest first.
const VERSIONS: [&str; 1] = ["v1"];
/// The SHA-256 of each archive: whoever changes one must say so here.
const GOLDEN: [(&str, &str); 4] = [
    ("v1/encrypted-empty", "318fe699cbe78b84185164d41e14349a5a01d0c977af32d3edea69b54d877fdf"),
    ("v1/encrypted-full", "6d838040928fb3e0eb5f98b81a58607adf6d40a64a048b8a1338b09ad141bd3b"),
    ("v1/encrypted-partial", "fd41260221162d44d1a2826a8286303a1b227f9b352c47806927b94210f32417"),
    ("v1/plain-full", "d58950ad99b2afa6471270954c204cad81c8abae82800841d8d25ddede96a395"),
];

/// Where an archive lies.
pub(crate) fn path(name: &str) -> PathBuf {
    fixture(&format!("backstop/{name}.backstop"))
}

/// The archives.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    GOLDEN.into_iter().map(|(name, _)| name)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn secrets() -> [ArchiveSecret; 2] {
    let recovery = RecoveryKey::from_bytes(RECOVERY);
    [ArchiveSecret::Password(Password::new(PASSWORD).unwrap()), ArchiveSecret::RecoveryKey(recovery)]
}

/// Reads one; `None` if the secret is none.
pub(crate) fn read(name: &str, secret: &ArchiveSecret) -> CollectingSink {
    let mut archive = open(Box::new(fs::File::open(path(name)).unwrap())).unwrap();
    archive.unlock(secret, &Job::new()).unwrap();
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &Job::new()).unwrap();
    assert_eq!(sink.codes(Severity::Damage), [], "{name}");
    sink
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

#[test]
fn every_folder_and_file_is_known_and_unchanged() {
    assert_eq!(fixture_folders("backstop").unwrap(), VERSIONS);
    let mut here: Vec<String> = Vec::new();
    for version in VERSIONS {
        for entry in fs::read_dir(fixture(&format!("backstop/{version}"))).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            here.extend(name.strip_suffix(".backstop").map(|name| format!("{version}/{name}")));
        }
    }
    here.sort();
    assert_eq!(here, names().collect::<Vec<_>>());
    for (name, sum) in GOLDEN {
        assert_eq!(sha256(&fs::read(path(name)).unwrap()), sum, "{name} is published and must not change");
    }
}

#[test]
fn every_item_and_byte_is_what_was_put_in() {
    for name in names() {
        let expected = fs::read(fixture(&format!("backstop/{name}.backstop.expect.json"))).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        for secret in &secrets() {
            let sink = read(name, secret);
            let items: Vec<Value> = sink.items.iter().map(told).collect();
            assert_eq!(json!(items), expected["items"], "{name}");
            let files = sink.attachments.iter();
            let files = files.map(|file| json!({"head": file.head, "sha256": sha256(&file.bytes)}));
            assert_eq!(json!(files.collect::<Vec<_>>()), expected["attachments"], "{name}");
        }
    }
}

#[test]
fn another_secret_is_wrong_and_not_damage() {
    for name in names().filter(|name| name.contains("encrypted")) {
        for secret in [
            ArchiveSecret::Password(Password::new("Größe 12 - tide").unwrap()),
            ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([0; 32])),
        ] {
            let mut archive = open(Box::new(fs::File::open(path(name)).unwrap())).unwrap();
            let error = archive.unlock(&secret, &Job::new()).unwrap_err();
            assert_eq!(code_of(&error), FaultCode::WrongSecret);
        }
    }
}
