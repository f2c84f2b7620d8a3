//! Small archives damaged in every way: the right code, or every item and byte as it was.

use std::io::{Cursor, Read as _};

use backstop_formats::{ArchiveSecret, open};
use backstop_model::{AttachmentHead, FaultCode, ItemId, Job, Kind, Severity};
use backstop_testkit::damage::{
    Claim, Tally, damages, flips, flips_wanted, is_damage, is_part_of, rearranged, reordered, seeds, walk,
    zip_edges,
};
use backstop_testkit::notesnook::{Chunk, archive, small_rows};
use backstop_testkit::{CollectingSink, RawEntry, RawZip};

use crate::common::*;

/// Bytes of a sealed stream: its start, and each of its chunks with its tag.
const START_BYTES: usize = 16;
const SEALED_CHUNK_BYTES: usize = 64 * 1024 + 16;

/// A few notes and two small files, one that compresses and one that does not.
pub(crate) fn small() -> Given {
    let rows = archive(&[Chunk::plain(0, &small_rows())]).bytes();
    let mut sink = CollectingSink::tolerant();
    open(Box::new(Cursor::new(rows))).unwrap().read_into(&mut sink, &Job::new()).unwrap();
    let file = |id: &str, bytes: Vec<u8>| {
        let id = ItemId::new(id).unwrap();
        let head = AttachmentHead {
            name: id.to_string(),
            mime: "text/plain".into(),
            size_bytes: bytes.len() as u64,
            hash: None,
            id,
        };
        (head, bytes)
    };
    let attachments = vec![file("f1", b"an attached text ".repeat(40)), file("f2", b"short".to_vec())];
    Given { items: sink.items, attachments }
}

/// Cuts it at every entry's edges and flips a bit of every byte.
fn check(file: &[u8]) {
    let whole = read(file).unwrap();
    let tally = walk(damages(file, &zip_edges(file), 1), &whole, Claim::Complete, |bytes| read(&bytes));
    // What the content depends on is never harmless; the list, the index and dates in the zip's heads are.
    let needed = |name: &str| name == "backstop.json" || name.contains('/');
    let held: usize =
        entries_of(file).iter().filter(|(name, _)| needed(name)).map(|(_, stored)| stored.len()).sum();
    assert!(tally.noticed >= held, "{tally:?}, {held} bytes of content");
}

#[test]
fn an_archive_that_anyone_can_read() {
    check(&made(&mut small(), true, false));
}

#[test]
fn an_encrypted_archive() {
    check(&made(&mut small(), true, true));
}

#[test]
fn flipped_bits_are_noticed_or_harmless() {
    for encrypted in [false, true] {
        let file = made(&mut small(), true, encrypted);
        let whole = read(&file).unwrap();
        for seed in seeds() {
            let flips = flips(&file, flips_wanted() / 2, seed);
            let tally = walk(flips, &whole, Claim::Complete, |bytes| read(&bytes));
            assert!(tally.noticed > tally.harmless / 4, "{tally:?}");
        }
    }
}

#[test]
fn entries_with_right_checksums_in_the_wrong_places_are_noticed() {
    for encrypted in [false, true] {
        let entries = entries_of(&made(&mut small(), true, encrypted));
        let whole = read(&zip_of(&entries)).unwrap();
        let tally = walk(rearranged(&entries), &whole, Claim::Complete, |bytes| read(&bytes));
        assert!(tally.noticed > tally.harmless / 2, "{tally:?}");
        let turned = walk(reordered(&entries), &whole, Claim::Complete, |bytes| read(&bytes));
        assert_eq!(turned, Tally { noticed: 0, harmless: entries.len() - 1 });
    }
}

pub(crate) type Entries = Vec<(String, Vec<u8>)>;

/// The entries of a zip, by the `zip` crate.
pub(crate) fn entries_of(file: &[u8]) -> Entries {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut entries = Vec::new();
    for place in 0..zip.len() {
        let mut entry = zip.by_index(place).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.push((entry.name().unwrap().into_owned(), bytes));
    }
    entries
}

fn zip_of(entries: &Entries) -> Vec<u8> {
    RawZip::of(entries.iter().map(|(name, bytes)| RawEntry::stored(name, bytes))).bytes()
}

/// A zip written anew, with right checksums, and its entries changed: damage that only we can see.
pub(crate) fn rebuilt(file: &[u8], change: impl FnOnce(&mut Entries)) -> Vec<u8> {
    let mut entries = entries_of(file);
    change(&mut entries);
    zip_of(&entries)
}

pub(crate) fn at<'a>(entries: &'a mut Entries, name: &str) -> &'a mut (String, Vec<u8>) {
    entries.iter_mut().find(|(known, _)| known == name).unwrap()
}

#[test]
fn content_cut_at_every_chunk_edge_of_a_sealed_stream_is_noticed() {
    // Three full chunks and a rest, of bytes that stay as long as they are.
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    let mut given = small();
    given.attachments[1].0.size_bytes = bytes.len() as u64;
    given.attachments[1].1 = bytes;
    let file = made(&mut given, true, true);
    let whole = read(&file).unwrap();
    let entries = entries_of(&file);
    for (name, stored) in entries.iter().filter(|(name, _)| name != "backstop.json") {
        let starts = (0..).map(|chunk| START_BYTES + chunk * SEALED_CHUNK_BYTES);
        let edges: Vec<usize> =
            starts.take_while(|edge| *edge < stored.len()).chain([0, stored.len()]).collect();
        for end in edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]) {
            if end == stored.len() {
                continue;
            }
            let cut = rebuilt(&file, |entries| at(entries, name).1.resize(end, 0));
            let sink = read(&cut).unwrap();
            let codes = sink.codes(Severity::Damage);
            assert!(!codes.is_empty(), "{name} at {end}");
            assert!(codes.iter().all(|code| is_damage(*code)), "{name} at {end}: {codes:?}");
            assert!(is_part_of(&sink, &whole), "{name} at {end}");
            let lost = name.starts_with("items/") || name.starts_with("attachments/");
            let same = sink.items == whole.items && sink.attachments == whole.attachments;
            assert_eq!(!same, lost, "{name} at {end}");
        }
    }
}

#[test]
fn parts_that_are_dropped_swapped_exchanged_or_repeated_are_noticed() {
    use FaultCode::{ChecksumMismatch, ChunkMissing, ChunkRepeated, DecryptionFailed, EntryMismatch};
    let (file, other) = (made(&mut small(), true, true), made(&mut small(), true, true));
    let codes = |bytes: Vec<u8>| read(&bytes).map(|sink| sink.codes(Severity::Damage));
    assert_eq!(codes(rebuilt(&file, |_| {})), Ok(vec![]), "the rebuilding itself is harmless");
    let without =
        |wanted: &'static str| codes(rebuilt(&file, |entries| entries.retain(|(name, _)| name != wanted)));
    assert_eq!(without("backstop.json"), Err(ChunkMissing));
    assert_eq!(without("items/000000").unwrap()[0], ChunkMissing);
    assert_eq!(without("attachments/000000"), Ok(vec![ChunkMissing, ChunkMissing]), "the entry, and its row");
    assert_eq!(without("index"), Ok(vec![ChunkMissing]));
    assert_eq!(without("manifest"), Ok(vec![ChunkMissing]));
    let swapped = rebuilt(&file, |entries| {
        let one = at(entries, "attachments/000000").1.clone();
        let two = std::mem::replace(&mut at(entries, "attachments/000001").1, one);
        at(entries, "attachments/000000").1 = two;
    });
    assert_eq!(codes(swapped), Ok(vec![DecryptionFailed, DecryptionFailed]));
    for name in ["items/000000", "attachments/000001", "index", "manifest", "backstop.json"] {
        let foreign = entries_of(&other).into_iter().find(|(known, _)| known == name).unwrap();
        let exchanged = rebuilt(&file, |entries| at(entries, name).1 = foreign.1);
        assert!(!codes(exchanged).unwrap().is_empty(), "{name} of another archive");
        let repeated = rebuilt(&file, |entries| {
            let again = at(entries, name).clone();
            entries.push(again);
        });
        assert_eq!(codes(repeated), Ok(vec![ChunkRepeated]), "{name} twice");
    }
    let added = rebuilt(&file, |entries| entries.push(("items/000001".into(), vec![1])));
    assert_eq!(codes(added), Ok(vec![EntryMismatch]));
    let stray = rebuilt(&file, |entries| entries.push(("Thumbs.db".into(), vec![1])));
    let stray = read(&stray).unwrap();
    assert_eq!(
        (stray.codes(Severity::Damage), stray.codes(Severity::Warning)),
        (vec![], vec![FaultCode::Stray])
    );
    let plain = made(&mut small(), true, false);
    let swapped = rebuilt(&plain, |entries| at(entries, "attachments/000001").1 = b"other".to_vec());
    assert_eq!(codes(swapped), Ok(vec![ChecksumMismatch]), "of the same length, with a right CRC");
}

#[test]
fn a_header_that_was_changed_is_noticed() {
    let file = made(&mut small(), true, true);
    let unlock = |bytes: &[u8], byte: u8| {
        let mut archive = open(Box::new(Cursor::new(bytes.to_vec()))).map_err(|error| code_of(&error))?;
        let recovery = backstop_crypto::RecoveryKey::from_bytes([byte; 32]);
        archive
            .unlock(&ArchiveSecret::RecoveryKey(recovery), &Job::new())
            .map_err(|error| code_of(&error))?;
        let mut sink = CollectingSink::tolerant();
        archive.read_into(&mut sink, &Job::new()).map_err(|error| code_of(&error))?;
        Ok(sink.codes(Severity::Damage))
    };
    let changed = |from: &str, to: &str| {
        rebuilt(&file, |entries| {
            let header = &mut at(entries, "backstop.json").1;
            let text = String::from_utf8(header.clone()).unwrap();
            assert!(text.contains(from), "{text}");
            *header = text.replacen(from, to, 1).into_bytes();
        })
    };
    let right = RECOVERY[0];
    assert_eq!(unlock(&changed("\"version\":1", "\"version\":2"), right), Err(FaultCode::NewerVersion));
    assert_eq!(unlock(&changed("\"3c1e\"", "\"3c1f\""), right).unwrap()[0], FaultCode::EntryMismatch);
    assert_eq!(unlock(&changed("\"mac\":\"", "\"mac\":\"A"), right).unwrap()[0], FaultCode::EntryMismatch);
    let slot = changed("\"nonce\":\"", "\"nonce\":\"A");
    assert!(matches!(unlock(&slot, right), Err(FaultCode::InvalidContent | FaultCode::ChecksumMismatch)));
    let added = changed("{\"format\"", "{\"x\":1,\"format\"");
    assert_eq!(unlock(&added, right).unwrap()[0], FaultCode::EntryMismatch);
    // The same damage with a wrong secret: what is whole still tells them apart.
    assert_eq!(unlock(&file, 1), Err(FaultCode::WrongSecret));
    assert_eq!(unlock(&added, 1), Err(FaultCode::WrongSecret));
}

#[test]
fn every_whole_part_of_a_damaged_archive_comes_out() {
    let mut given = small();
    // Bodies that fill three frames, and a file whose row is in the last.
    let long = given.items.iter().find(|item| item.key.kind == Kind::Note).unwrap().clone();
    let more = (0..3).map(|n| {
        let mut item = long.clone();
        item.key = backstop_model::ItemKey {
            app: backstop_model::App::Joplin,
            kind: Kind::Note,
            id: ItemId::new(format!("j{n}")).unwrap(),
        };
        item.native.json = format!("{{\"t\":\"{}\"}}", "x".repeat(4_193_500));
        item
    });
    given.items.extend(more);
    let file = made(&mut given, true, true);
    let frames = entries_of(&file).iter().filter(|(name, _)| name.starts_with("items/")).count();
    assert_eq!(frames, 4);
    for lost in 0..frames {
        for without_manifest in [false, true] {
            let damaged = rebuilt(&file, |entries| {
                at(entries, &format!("items/{lost:06}")).1[20] ^= 1;
                entries.retain(|(name, _)| !without_manifest || name != "manifest");
            });
            let sink = read(&damaged).unwrap();
            assert!(sink.codes(Severity::Damage).contains(&FaultCode::DecryptionFailed));
            assert!(sink.items.len() < given.items.len() && !sink.items.is_empty(), "frame {lost}");
            assert!(sink.items.iter().all(|item| given.items.contains(item)));
            assert_eq!(sink.attachments.len(), if lost == frames - 1 { 0 } else { 2 }, "frame {lost}");
        }
    }
}
