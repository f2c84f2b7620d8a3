//! Backstop's own container, `.backstop`, version 1. `docs/formats/backstop.md` describes it.
//!
//! A zip of stored entries. Writing goes item → `line` → `frames` (4 MiB of lines, compressed) →
//! `put` (sealed entry, hashed) and ends with `index` and `manifest`. Reading goes the same way
//! back: `open` (structure, `header`, unlocking, `manifest`) → `reader` (which entries there should
//! be, and their lines in order) → `stored` (bytes of attachments). `take` is the only file that
//! knows how an entry is unsealed and unpacked, `put` the only one that knows how it is made. What there
//! should be is `expected`'s to say; `contents` reaches single lines by the index, `look` checks quickly.

mod contents;
mod expected;
mod facts;
mod frames;
mod header;
mod index;
mod line;
mod look;
mod manifest;
mod open;
mod put;
mod reader;
mod stored;
mod take;
mod writer;

pub use open::BackstopArchive;
pub use writer::{BackstopWriter, WriterOptions};

use backstop_crypto::Key;

/// The purpose of the keyslots in archives.
pub const SLOT_PURPOSE: &str = "archive";

/// The entry that says what the file is and what opens it.
const HEADER: &str = "backstop.json";
/// The same bytes again near the end of the file: without its keyslots nothing of a sealed archive opens.
const HEADER_COPY: &str = "backstop.copy.json";
/// The entry that lists all others.
const MANIFEST: &str = "manifest";
/// The entry with one line for every item.
const INDEX: &str = "index";
/// The folder of items.
const ITEMS: &str = "items/";
/// The folder of attachments.
const ATTACHMENTS: &str = "attachments/";

/// Plain bytes at which a frame is closed. A longer line has a frame for itself.
const FRAME_BYTES: usize = 4 * 1024 * 1024;

/// What a zstd frame begins with. Source: RFC 8878, section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What seals the entries of one archive.
struct Seal {
    file_key: Key,
    archive: String,
}

impl Seal {
    /// The string that binds a sealed entry to its archive and its name.
    fn info(&self, name: &str) -> String {
        format!("backstop v1 {}/{name}", self.archive)
    }

    /// The key of the header's MAC.
    fn header_key(&self) -> Key {
        self.file_key.derive("backstop v1 header")
    }
}

/// Whether a zip's entries are those of a container of ours, also one that lost some of them.
pub(crate) fn is_backstop<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut manifest = false;
    let mut items = false;
    for name in names {
        match name {
            HEADER | HEADER_COPY => return true,
            MANIFEST => manifest = true,
            _ => items |= number_in(name, ITEMS).is_some(),
        }
    }
    manifest && items
}

/// Whether what was found of a damaged zip may be what is left of a container of ours.
pub(crate) fn is_rest_of_backstop<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| is_header(name) || number_in(name, ITEMS).is_some())
}

/// Whether a name is that of a part of a container.
pub(crate) fn is_part(name: &str) -> bool {
    let numbered = [ITEMS, ATTACHMENTS].into_iter().any(|folder| number_in(name, folder).is_some());
    numbered || is_header(name) || matches!(name, MANIFEST | INDEX)
}

/// Whether an entry is the header or its copy: those are neither compressed nor sealed.
fn is_header(name: &str) -> bool {
    matches!(name, HEADER | HEADER_COPY)
}

/// The name of a numbered entry.
fn numbered(folder: &str, number: u64) -> String {
    format!("{folder}{number:06}")
}

/// The number in the name of an entry of `folder`, which has six digits.
fn number_in(name: &str, folder: &str) -> Option<u64> {
    let digits = name.strip_prefix(folder)?;
    (digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_a_number_of_six_digits() {
        assert_eq!(numbered(ITEMS, 7), "items/000007");
        assert_eq!(number_in("items/000007", ITEMS), Some(7));
        for name in ["items/7", "items/+00007", "items/0000007", "attachments/000007", "items/"] {
            assert_eq!(number_in(name, ITEMS), None, "{name}");
        }
    }

    #[test]
    fn a_container_is_known_by_its_entries() {
        for (names, ours) in [
            (&["backstop.json"][..], true),
            (&["backstop.copy.json"], true),
            (&["items/000000", "manifest"], true),
            (&["manifest"], false),
            (&["items/000000"], false),
            (&[".nnbackup", "0-plain-ab"], false),
        ] {
            assert_eq!(is_backstop(names.iter().copied()), ours, "{names:?}");
        }
    }
}
