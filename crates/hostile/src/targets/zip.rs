//! The pass over a zip.

use std::collections::BTreeSet;
use std::io::Cursor;

use backstop_formats::limits;
use backstop_formats::zipscan;

use crate::reading::refusal;

/// Scans it. Entries that are called readable can be read side by side: each name once, nothing
/// shared, all within the file. What has no fault at all is read alike by another zip library.
pub(crate) fn scan(bytes: &[u8]) {
    let found = match zipscan::scan(&mut Cursor::new(bytes)) {
        Ok(found) => found,
        Err(error) => {
            refusal(&error);
            return;
        }
    };
    assert!(found.entries.len() as u64 <= limits::ZIP_ENTRIES);
    assert!(found.findings.len() <= 2 * limits::FINDINGS);
    let readable = || found.entries.iter().filter(|entry| entry.readable);
    let names: BTreeSet<&str> = readable().map(|entry| &*entry.name).collect();
    assert_eq!(names.len(), readable().count(), "two readable entries bear one name");
    let packed: u64 = readable().map(|entry| entry.packed_bytes).sum();
    assert!(packed <= bytes.len() as u64, "entries share their bytes");
    for entry in readable() {
        assert!(!leads_out(&entry.name), "{:?} is called readable", entry.name);
        let most = limits::FREE_EXPANSION_BYTES + entry.packed_bytes * limits::RATIO;
        assert!(entry.size_bytes <= most, "a bomb is called readable");
    }
    if found.findings.is_empty() {
        read_alike(bytes, &found);
    }
}

/// Whether a name could lead out of a folder on some system, told apart from the scan's own rules.
fn leads_out(name: &str) -> bool {
    let mut parts = name.strip_suffix('/').unwrap_or(name).split('/');
    name.contains(['\\', ':', '\0']) || parts.any(|part| matches!(part, "" | "." | ".."))
}

fn read_alike(bytes: &[u8], found: &zipscan::Scan) {
    // Of several ends the other library takes the last that it likes, we the last that there is.
    if bytes.windows(4).filter(|four| four == b"PK\x05\x06").count() > 1 {
        return;
    }
    let Ok(mut other) = ::zip::ZipArchive::new(Cursor::new(bytes)) else { return };
    assert_eq!(other.len(), found.entries.len(), "another library sees other entries");
    for (place, entry) in found.entries.iter().enumerate() {
        let Ok(theirs) = other.by_index_raw(place) else { continue };
        let name = theirs.name().map(std::borrow::Cow::into_owned);
        assert_eq!(name.ok().as_deref(), Some(&*entry.name));
        assert_eq!((theirs.size(), theirs.compressed_size()), (entry.size_bytes, entry.packed_bytes));
        assert_eq!(theirs.crc32(), entry.crc32);
    }
}
