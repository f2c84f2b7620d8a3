//! Notesnook's files, older and newer, by their inner parts.

use backstop_crypto::{Key, xchacha};
use backstop_formats::fingerprint;
use backstop_model::{Item, ItemKey, Kind, Severity};
use backstop_testkit::notesnook::{Chunk, archive, marker};
use backstop_testkit::{CollectingSink, RawEntry, RawZip};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::made::{self, KEY, SALT, notesnook_key};
use crate::reading::{read, read_zip};

const PLAIN: &str = "0-plain-00000000000000000000000000000000";
const SEALED: &str = "0-encrypted-00000000000000000000000000000000";
const KEY_FILE: &str = "attachments/.attachments_key";

/// The bytes are a chunk file.
pub(crate) fn chunk(bytes: &[u8]) {
    let _refused = read_zip(&RawZip::of([marker(), RawEntry::stored(PLAIN, bytes)]), &[notesnook_key()]);
}

/// The bytes are a `.nnbackup`.
pub(crate) fn legacy(bytes: &[u8]) {
    let _refused = read(bytes.to_vec(), &[notesnook_key()]);
}

/// The bytes are the JSON text of rows, in a chunk whose checksums are right.
///
/// Every item comes back as it is from our container, and our backup of them for Notesnook is whole.
pub(crate) fn rows(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else { return };
    let zip = archive(&[Chunk::of_json(0, json)]);
    if read_zip(&zip, &[]).is_err() {
        return;
    }
    let given = made::contents(zip.bytes(), None);
    let again = made::contents(made::container(&given, "f0", false), None);
    assert_eq!(again.codes(Severity::Damage), [], "our own container is damaged: {:?}", again.findings);
    assert_eq!(again.items, given.items, "our container gives back something else");
    // Rows that lack what Notesnook needs get it once; after that nothing changes any more.
    let once = ours_again(&given);
    assert_eq!(keys(&once), keys(&given), "our backup for Notesnook holds other items");
    assert_eq!(prints(&ours_again(&once)), prints(&once), "a backup of our backup holds something else");
}

/// What comes back from our backup for Notesnook of what was read.
fn ours_again(given: &CollectingSink) -> CollectingSink {
    let again = made::contents(made::notesnook(given, "f0", false), None);
    assert_eq!(again.codes(Severity::Damage), [], "our own backup is damaged: {:?}", again.findings);
    again
}

fn rows_of(of: &CollectingSink) -> impl Iterator<Item = &Item> {
    of.items.iter().filter(|item| item.key.kind != Kind::AttachmentsKey)
}

fn keys(of: &CollectingSink) -> Vec<&ItemKey> {
    let mut keys: Vec<&ItemKey> = rows_of(of).map(|item| &item.key).collect();
    keys.sort_unstable();
    keys
}

/// What Notesnook can hold of each item, in any order.
fn prints(of: &CollectingSink) -> Vec<[u8; 32]> {
    let mut prints: Vec<[u8; 32]> = rows_of(of).map(|item| fingerprint(item).0).collect();
    prints.sort_unstable();
    prints
}

/// The first byte says where the rest stands: it is a cipher object, or what opens from one.
pub(crate) fn cipher(bytes: &[u8]) {
    let Some((place, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let chunk =
        |data: &str| RawEntry::stored(SEALED, format!(r#"{{"version":6.1,"data":{data}}}"#).as_bytes());
    let older = |data: &str| format!(r#"{{"version":5.8,"type":"web","date":1,"data":{data}}}"#).into_bytes();
    let row = |key: &str| {
        let row = format!(
            r#"[{{"id":"a","type":"attachment","iv":"{}","size":1,"chunkSize":9,"key":{key},"hash":"ab"}}]"#,
            URL_SAFE_NO_PAD.encode([1; 24])
        );
        RawZip::of([
            marker(),
            Chunk::of_json(0, &row).entry(),
            RawEntry::stored(KEY_FILE, key_json().as_bytes()),
            RawEntry::stored("attachments/ab", &[0; 18]),
        ])
    };
    let key_file = |text: &str| {
        let begin = Chunk::of_json(0, "[]").entry();
        RawZip::of([marker(), begin, RawEntry::stored(KEY_FILE, text.as_bytes())])
    };
    let sealed = || sealed(rest).to_string();
    let secrets = [notesnook_key()];
    let _refused = match place % 8 {
        0 => read_zip(&RawZip::of([marker(), chunk(&text)]), &secrets),
        1 => read_zip(&RawZip::of([marker(), chunk(&sealed())]), &secrets),
        2 => read(older(&text), &secrets),
        3 => read(older(&sealed()), &secrets),
        4 => read_zip(&row(&text), &secrets),
        5 => read_zip(&row(&sealed()), &secrets),
        6 => read_zip(&key_file(&text), &secrets),
        _ => {
            let mut zip = key_file(&sealed());
            zip.entries.push(chunk(&self::sealed(b"[]").to_string()));
            read_zip(&zip, &secrets)
        }
    };
}

/// A key as it stands in a key file.
pub(crate) fn key_json() -> String {
    format!(r#"{{"key":"{}","salt":"{}"}}"#, URL_SAFE_NO_PAD.encode(KEY), URL_SAFE_NO_PAD.encode(SALT))
}

/// A cipher object around these bytes.
pub(crate) fn sealed(plain: &[u8]) -> Value {
    let iv = [3; xchacha::NONCE_BYTES];
    let mut message = plain.to_vec();
    let fits = xchacha::seal_in_place(&Key::from_bytes(KEY), &iv, &[], &mut message);
    assert!(fits.is_ok(), "too long to be sealed");
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "format": "base64", "alg": "xcha-argon2i13-7", "cipher": text(&message), "iv": text(&iv),
        "salt": text(&SALT), "length": plain.len(),
    })
}
