//! Zips by the `zip` crate, which knows ZIP64, and zips with one field changed.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

fn code(bytes: &[u8]) -> Option<FaultCode> {
    scan(&mut Cursor::new(bytes)).err().and_then(|error| error.fault().map(|fault| fault.code))
}

/// A zip of many small entries, with ZIP64 sizes in each local header.
fn zip_of(entries: usize, wide: bool) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(wide);
    for number in 0..entries {
        zip.start_file(format!("attachments/{number}"), options).expect("in memory");
        zip.write_all(b"x").expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

#[test]
fn wide_and_narrow_zips_are_the_same() {
    for wide in [false, true] {
        let found = scan(&mut Cursor::new(zip_of(3, wide))).expect("a zip");
        assert_eq!(found.findings, []);
        let sizes: Vec<(&str, u64, u64)> =
            found.entries.iter().map(|entry| (&*entry.name, entry.size_bytes, entry.packed_bytes)).collect();
        assert_eq!(sizes, [("attachments/0", 1, 1), ("attachments/1", 1, 1), ("attachments/2", 1, 1)]);
    }
}

#[test]
fn more_entries_than_a_narrow_zip_can_count_are_read() {
    let found = scan(&mut Cursor::new(zip_of(70_000, false))).expect("a zip with a ZIP64 end");
    assert_eq!((found.entries.len(), found.findings.len()), (70_000, 0));
}

#[test]
fn ends_that_contradict_each_other_are_refused() {
    let file = zip_of(70_000, false);
    let end = file.len() - 22;
    let wide = file.windows(4).rposition(|four| four == b"PK\x06\x06").expect("a ZIP64 end");
    for (what, at, value, expected) in [
        ("the number of volumes", end + 4, 1, FaultCode::EntryMismatch),
        ("entries here", end + 8, 1, FaultCode::EntryMismatch),
        ("entries in the ZIP64 end", wide + 32, 0x71, FaultCode::EntryMismatch),
        ("the directory's size", wide + 40, 0, FaultCode::EntryMismatch),
        ("the signature of the ZIP64 end", wide, 0, FaultCode::EntryMismatch),
        ("the place of the ZIP64 end", end - 20 + 8, 0, FaultCode::EntryMismatch),
        ("the length of the comment", end + 20, 9, FaultCode::ArchiveCut),
    ] {
        let mut changed = file.clone();
        changed[at] = value;
        assert_eq!(code(&changed), Some(expected), "{what}");
    }
}

#[test]
fn too_many_entries_are_refused_before_they_are_read() {
    let mut file = zip_of(70_000, false);
    let wide = file.windows(4).rposition(|four| four == b"PK\x06\x06").expect("a ZIP64 end");
    let claimed = (limits::ZIP_ENTRIES + 1).to_le_bytes();
    file[wide + 24..wide + 32].copy_from_slice(&claimed);
    file[wide + 32..wide + 40].copy_from_slice(&claimed);
    assert_eq!(code(&file), Some(FaultCode::LimitExceeded));
}

#[test]
fn sizes_that_are_stated_twice_are_not_believed() {
    let (other, one, two): (&[u8], &[u8], &[u8]) = (b"UT\x01\0x", b"\x01\0\x02\0ab", b"\x01\0\x02\0cd");
    for (extra, found) in [
        ([other, one].concat(), Some(&b"ab"[..])),
        ([one, other].concat(), Some(b"ab")),
        ([one, b"\x0a"].concat(), Some(b"ab")),
        ([one, two].concat(), None),
        ([one, other, one].concat(), None),
        ([one, b"\x01\0\x09\0x"].concat(), None),
        (other.to_vec(), None),
        (b"\x01\0\x03\0ab".to_vec(), None),
    ] {
        assert_eq!(directory::wide_extra(&extra), found, "{extra:?}");
    }
}
