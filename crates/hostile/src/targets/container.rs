//! Our own container by its parts: each is fed in an archive that is otherwise right.

use std::io::Write as _;

use backstop_model::Severity;
use backstop_testkit::{RawEntry, RawZip};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::bases;
use crate::made::{self, notesnook_key, recovery_key};
use crate::reading::read_zip;

const HEADER: &str = r#"{"format":"backstop","version":1,"archive":"f0","encrypted":false,"keyslots":[]}"#;

/// The bytes are `backstop.json`, before entries that were sealed with another one.
pub(crate) fn header(bytes: &[u8]) {
    let mut entries = bases::small_container().clone();
    for (name, stored) in &mut entries {
        if name == "backstop.json" {
            *stored = bytes.to_vec();
        }
    }
    let zip = RawZip::of(entries.iter().map(|(name, stored)| RawEntry::stored(name, stored)));
    let read = read_zip(&zip, &[notesnook_key(), recovery_key()]);
    let genuine = bases::small_container().iter().any(|(_, stored)| stored == bytes);
    if let Ok(read) = read {
        assert!(genuine || !read.damage.is_empty(), "a head that was changed goes unnoticed");
    }
}

/// The first byte says whether the rest is a frame of items, or their lines; there is no manifest, or
/// one that fits.
pub(crate) fn items(bytes: &[u8]) {
    let Some((place, rest)) = bytes.split_first() else { return };
    let frame = if place % 2 == 0 { rest.to_vec() } else { packed(rest) };
    let zip = plain(&[("items/000000", &frame), ("attachments/000000", b"x")]);
    if read_zip(&zip, &[]).is_err() {
        return;
    }
    // Whatever the lines say, it can be backed up again, in either format.
    let given = made::contents(zip.bytes(), None);
    let again = made::contents(made::container(&given, "f0", false), None);
    assert_eq!(again.codes(Severity::Damage), [], "our own container is damaged: {:?}", again.findings);
    assert_eq!(again.items, given.items, "our container gives back something else");
    let again = made::contents(made::notesnook(&given, "f0", false), None);
    assert_eq!(again.codes(Severity::Damage), [], "our own backup is damaged: {:?}", again.findings);
}

/// The first byte says what the rest is: the manifest, the index, or a part of a later version.
pub(crate) fn lists(bytes: &[u8]) {
    let Some((place, rest)) = bytes.split_first() else { return };
    let line = br#"{"app":"joplin","kind":"note","id":"n","version":"1","row":{}}"#;
    let frame = packed(line);
    let text = packed(rest);
    let list = packed(listing(&[("items/000000", line), ("index", rest)]).to_string().as_bytes());
    let zip = match place % 4 {
        0 => plain(&[("items/000000", &frame), ("manifest", &text)]),
        1 => plain(&[("items/000000", &frame), ("index", &text), ("manifest", &list)]),
        2 => plain(&[("items/000000", &frame), ("index", &text)]),
        _ => plain(&[("items/000000", &frame), ("manifest", rest)]),
    };
    let _refused = read_zip(&zip, &[]);
}

fn plain(entries: &[(&str, &[u8])]) -> RawZip {
    let head = RawEntry::stored("backstop.json", HEADER.as_bytes());
    let entries = entries.iter().map(|(name, bytes)| RawEntry::stored(name, bytes));
    RawZip::of(std::iter::once(head).chain(entries))
}

/// A manifest that lists these.
fn listing(entries: &[(&str, &[u8])]) -> Value {
    let listed = entries
        .iter()
        .map(|(name, plain)| json!({"name": name, "size": plain.len(), "sha256": sha256_hex(plain)}));
    let header = json!({
        "name": "backstop.json", "size": HEADER.len(), "sha256": sha256_hex(HEADER.as_bytes()),
    });
    json!({
        "archive": "f0", "created": 0, "created_by": "t", "place": "", "attachments_included": true,
        "counts": {}, "left_out": [], "entries": std::iter::once(header).chain(listed).collect::<Vec<_>>(),
    })
}

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One zstd frame.
pub(crate) fn packed(plain: &[u8]) -> Vec<u8> {
    let frame = zstd::stream::write::Encoder::new(Vec::new(), 1).and_then(|mut encoder| {
        encoder.write_all(plain)?;
        encoder.finish()
    });
    frame.unwrap_or_default()
}
