//! A quick check: what it sees without reading the items, and what it says it did not read.

use std::io::Cursor;

use backstop_formats::{LookedOver, open};
use backstop_model::{FaultCode, Job, Severity};

use crate::common::*;
use crate::damage::{at, rebuilt, small};

fn looked(file: &[u8], unlocked: bool) -> LookedOver {
    let mut archive =
        if unlocked { opened(file) } else { open(Box::new(Cursor::new(file.to_vec()))) }.unwrap();
    archive.look_over(&Job::new()).unwrap().unwrap()
}

fn damage(looked: &LookedOver) -> Vec<FaultCode> {
    let damage = looked.findings.iter().filter(|finding| finding.severity == Severity::Damage);
    damage.map(|finding| finding.fault.code).collect()
}

fn not_read(looked: &LookedOver) -> Vec<&str> {
    looked.not_read.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_whole_archive_is_whole_and_the_unread_parts_are_named() {
    for encrypted in [false, true] {
        let file = made(&mut small(), true, encrypted);
        let seen = looked(&file, true);
        assert_eq!(damage(&seen), []);
        assert_eq!(not_read(&seen), ["attachments/000000", "attachments/000001", "items/000000", "index"]);
        assert!(seen.not_read.iter().all(|(_, bytes)| *bytes > 0));
    }
    let locked = looked(&made(&mut small(), true, true), false);
    assert_eq!(damage(&locked), []);
    assert!(not_read(&locked).contains(&"manifest"), "what is locked was not read");
}

#[test]
fn what_the_list_of_contents_tells_is_seen() {
    use FaultCode::{ChunkMissing, EntryMismatch};
    let file = made(&mut small(), true, true);
    let seen = |change: &dyn Fn(&mut crate::damage::Entries)| damage(&looked(&rebuilt(&file, change), true));
    for name in ["items/000000", "attachments/000001", "index"] {
        assert_eq!(seen(&|entries| entries.retain(|(known, _)| known != name)), [ChunkMissing], "{name}");
    }
    assert_eq!(seen(&|entries| entries.push(("items/000001".into(), vec![1]))), [EntryMismatch]);
    assert_eq!(seen(&|entries| at(entries, "attachments/000001").1.resize(5_000, 7)), [EntryMismatch]);
    assert_eq!(seen(&|entries| at(entries, "manifest").1[30] ^= 1), [FaultCode::DecryptionFailed]);
}

#[test]
fn without_a_secret_the_numbers_tell() {
    let file = made(&mut small(), true, true);
    let gap = rebuilt(&file, |entries| entries.push(("items/000002".into(), vec![1])));
    assert_eq!(damage(&looked(&gap, false)), [FaultCode::ChunkMissing], "number 1 is missing");
}
