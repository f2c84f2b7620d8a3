//! Damaged zips: what is whole comes out with its own name and bytes, and nothing that never was there.

use std::io::Cursor;

use backstop_model::{Job, Severity};
use backstop_testkit::{RawEntry, RawZip};
use proptest::prelude::*;

use super::super::{EntryReader, SharedInput, scan};
use super::*;

/// Name, bytes if they are whole, and whether the file ends in it.
type Found = (String, Option<Vec<u8>>, bool);

fn is_known(name: &str) -> bool {
    entries().iter().any(|entry| entry.name == name)
}

fn salvaged(file: &[u8]) -> Vec<Found> {
    let found = salvage(&mut Cursor::new(file), is_known).expect("no limit is reached");
    let input = SharedInput::new(Box::new(Cursor::new(file.to_vec())));
    let job = Job::new();
    let readable = found.entries.iter().filter(|entry| entry.readable);
    readable
        .map(|entry| {
            let bytes = EntryReader::new(&input, entry, &job).read_whole(1 << 20).ok();
            (entry.name.to_string(), bytes, entry.is_cut())
        })
        .collect()
}

/// For messages: names, and whether each is whole.
fn names(found: &[Found]) -> Vec<(&str, bool)> {
    found.iter().map(|(name, bytes, _)| (&**name, bytes.is_some())).collect()
}

fn text(number: u8) -> Vec<u8> {
    format!("part {number} of the tide table, ").repeat(usize::from(number) * 40 + 1).into_bytes()
}

/// Entries of every form that apps write, with a zip among the stored ones.
fn entries() -> Vec<RawEntry> {
    let mut follows = RawEntry::deflated("1-plain-x", &text(1));
    follows.descriptor = true;
    let mut stored_follows = RawEntry::stored("attachments/b", &text(2));
    stored_follows.descriptor = true;
    let nested =
        RawZip::of([RawEntry::stored("inner", b"never a part"), RawEntry::deflated("deep", &text(3))]);
    vec![
        RawEntry::stored(".nnbackup", b""),
        RawEntry::deflated("0-plain-x", &text(0)),
        follows,
        RawEntry::stored("attachments/zip", &nested.bytes()),
        stored_follows,
        RawEntry::deflated("attachments/c", &text(4)),
    ]
}

fn whole(entries: &[RawEntry]) -> Vec<Found> {
    let file = RawZip::of(entries.to_vec()).bytes();
    let found = salvaged(&file);
    assert_eq!(found.len(), entries.len());
    assert!(found.iter().all(|(_, bytes, cut)| bytes.is_some() && !cut));
    found
}

/// Where the local header of each entry begins, and where the directory does.
fn extents(file: &[u8]) -> Vec<usize> {
    let scan = scan(&mut Cursor::new(file)).expect("a whole zip");
    let mut starts: Vec<usize> =
        scan.entries.iter().map(|entry| usize::try_from(entry.header_at).expect("small")).collect();
    let directory = file.windows(4).rposition(|four| four == b"PK\x05\x06").expect("an end");
    let place = file.get(directory + 16..directory + 20).expect("a record");
    starts.push(u32::from_le_bytes(place.try_into().expect("four")) as usize);
    starts
}

#[test]
fn parts_are_found_without_a_directory() {
    let entries = entries();
    let whole = whole(&entries);
    let file = RawZip::of(entries).bytes();
    let starts = extents(&file);
    let directory = *starts.last().expect("it");
    for cut in [directory, directory + 1, directory + 60, file.len() - 1] {
        assert_eq!(salvaged(&file[..cut]), whole, "cut at {cut}");
    }
    let mut noise = file.clone();
    noise[directory..].fill(0x5a);
    assert_eq!(salvaged(&noise), whole);
    let again = salvage(&mut Cursor::new(&noise), is_known).expect("entries");
    assert_eq!(again.findings, [], "headers that agree with themselves are no news");
}

#[test]
fn a_cut_file_gives_every_part_before_the_cut_and_the_cut_one_as_such() {
    let entries = entries();
    let whole = whole(&entries);
    let file = RawZip::of(entries).bytes();
    let starts = extents(&file);
    for cut in 0..*starts.last().expect("it") {
        let found = salvaged(&file[..cut]);
        for (place, pair) in starts.windows(2).enumerate() {
            let name = &whole[place].0;
            let here: Vec<_> = found.iter().filter(|(other, ..)| other == name).collect();
            if pair[1] <= cut {
                assert!(here == [&whole[place]], "cut at {cut}: {name} of {:?}", names(&found));
            } else {
                // Its bytes may be all there, and only its descriptor be cut.
                let bytes = here.first().and_then(|(_, bytes, _)| bytes.clone());
                assert!(bytes.is_none() || bytes == whole[place].1, "cut at {cut}: {name}");
            }
        }
        assert!(found.iter().all(|(name, ..)| whole.iter().any(|(known, ..)| known == name)), "cut at {cut}");
    }
}

#[test]
fn one_changed_byte_costs_no_part_but_its_own() {
    let entries = entries();
    let whole = whole(&entries);
    let file = RawZip::of(entries).bytes();
    let starts = extents(&file);
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        let found = salvaged(&changed);
        for (place, pair) in starts.windows(2).enumerate() {
            let inside = (pair[0]..pair[1]).contains(&at);
            let same = found.iter().filter(|one| **one == whole[place]).count();
            assert!(inside || same == 1, "byte {at}: {} is gone of {:?}", whole[place].0, names(&found));
        }
    }
}

/// With the directory whole, a part whose own bytes are untouched comes out whatever its head says.
#[test]
fn a_damaged_head_costs_nothing_while_the_directory_is_whole() {
    let entries = entries();
    let whole = whole(&entries);
    let file = RawZip::of(entries.clone()).bytes();
    let starts = extents(&file);
    for (place, entry) in entries.iter().enumerate() {
        let head = 30 + entry.name.len();
        let from = starts[place];
        let mut zeroed = file.clone();
        zeroed[from..from + head].fill(0);
        assert_eq!(salvaged(&zeroed)[place], whole[place], "{} zeroed", entry.name);
        for at in 0..head {
            let mut changed = file.clone();
            changed[from + at] ^= 0x11;
            let found = salvaged(&changed);
            let bytes: Vec<_> = found.iter().map(|(_, bytes, _)| bytes).collect();
            assert!(bytes.contains(&&whole[place].1), "{}: byte {at}", entry.name);
        }
    }
}

#[test]
fn a_part_that_fits_nothing_is_given_out_as_damaged() {
    let file = RawZip::of(entries()).bytes();
    let starts = extents(&file);
    let mut changed = file.clone();
    changed[starts[1] + 60] ^= 0x40;
    let found = salvage(&mut Cursor::new(&changed), is_known).expect("entries");
    let damaged: Vec<&str> =
        found.entries.iter().filter(|entry| entry.is_doubtful()).map(|entry| &*entry.name).collect();
    assert_eq!(damaged, ["0-plain-x"]);
}

/// Its checksum fits nowhere, and its size in the directory is wrong: the descriptor still tells its end.
#[test]
fn a_part_that_is_damaged_twice_hides_no_other() {
    let entries = entries();
    let whole = whole(&entries);
    let file = RawZip::of(entries).bytes();
    let starts = extents(&file);
    let records: Vec<usize> = (0..file.len()).filter(|at| file[*at..].starts_with(b"PK\x01\x02")).collect();
    for place in 1..whole.len() {
        let record = records[records.len() - whole.len() + place];
        for size_byte in 20..24 {
            let mut changed = file.clone();
            changed[(starts[place] + starts[place + 1]) / 2] ^= 0x40;
            changed[record + size_byte] ^= 0x08;
            let found = salvaged(&changed);
            for (other, one) in whole.iter().enumerate().filter(|(other, _)| *other != place) {
                assert!(
                    found.contains(one),
                    "{} and byte {size_byte}: {other} of {:?}",
                    whole[place].0,
                    names(&found)
                );
            }
        }
    }
}

#[test]
fn of_two_parts_with_one_name_the_whole_one_counts() {
    let mut first = RawEntry::deflated("0-plain-x", &text(1));
    first.packed[20] ^= 0x40;
    let second = RawEntry::deflated("0-plain-x", &text(1));
    let file = RawZip::of([first, second]).bytes();
    assert_eq!(salvaged(&file), [("0-plain-x".to_owned(), Some(text(1)), false)]);
    let found = salvage(&mut Cursor::new(&file), is_known).expect("entries");
    assert!(found.findings.iter().any(|finding| finding.fault.code == FaultCode::ChunkRepeated));
}

#[test]
fn no_part_and_noise_are_told_apart_from_parts() {
    for file in [&b""[..], b"PK", b"PK\x03\x04", b"not a zip at all", &b"PK\x03\x04".repeat(1000)] {
        assert!(salvaged(file).is_empty(), "{} bytes", file.len());
    }
}

#[test]
fn a_zip_of_many_damaged_parts_does_not_take_for_ever() {
    // Each part's size reaches to the end of the file and none of them fits.
    let mut file = Vec::new();
    for number in 0..20_000_u32 {
        let mut entry = RawEntry::stored(&format!("{number}-plain-x"), &[]);
        entry.size_bytes = 2_000_000;
        entry.local_crc32 = number;
        let zip = RawZip::of([entry]).bytes();
        file.extend_from_slice(&zip[..zip.windows(4).position(|four| four == b"PK\x01\x02").expect("one")]);
    }
    let found = salvage(&mut Cursor::new(&file), is_known).expect("entries");
    assert!(!found.entries.is_empty());
    assert!(found.findings.iter().all(|finding| finding.severity == Severity::Damage));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_damage_leaves_the_parts_that_it_does_not_touch(
        spots in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let entries = entries();
        let whole = whole(&entries);
        let mut file = RawZip::of(entries).bytes();
        let starts = extents(&file);
        // Without the directory a damaged head can hide where its part ends, so only bytes are changed.
        let heads: Vec<std::ops::Range<usize>> =
            starts.iter().zip(&whole).map(|(from, (name, ..))| *from..from + 30 + name.len()).collect();
        let mut touched = Vec::new();
        for (spot, by) in spots {
            let at = spot.index(file.len());
            if !heads.iter().any(|head| head.contains(&at)) {
                file[at] ^= by;
                touched.push(at);
            }
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let found = salvaged(&file);
        for (place, pair) in starts.windows(2).enumerate() {
            let untouched = pair[1] <= file.len() && !touched.iter().any(|at| (pair[0]..pair[1]).contains(at));
            if untouched {
                prop_assert!(found.contains(&whole[place]), "{} of {:?}", whole[place].0, names(&found));
            }
        }
    }
}
