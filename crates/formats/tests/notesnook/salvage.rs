//! Damaged archives, salvaged: every note that the damage does not touch comes out as it was, and what
//! may have been changed is named.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::ops::Range;

use backstop_crypto::Password;
use backstop_formats::{ArchiveSecret, Effort, Stated, open_with};
use backstop_model::{FaultCode, Item, Job, Kind, Severity};
use backstop_testkit::notesnook::{Chunk, archive, body, note};
use backstop_testkit::{CollectingSink, RawEntry, RawZip};
use proptest::prelude::*;

use crate::common::{encrypted, file, key_file};

const SALT: [u8; 16] = [1; 16];

fn salvaged(
    file: &[u8],
    password: Option<&str>,
    effort: Effort,
) -> Result<(CollectingSink, Stated), FaultCode> {
    let code = |error: backstop_model::FlowError| error.fault().expect("a fault of the archive").code;
    let mut archive = open_with(Box::new(Cursor::new(file.to_vec())), effort).map_err(code)?;
    let job = Job::new();
    if let Some(password) = password {
        let secret = ArchiveSecret::Password(Password::new(password).expect("short"));
        archive.unlock(&secret, &job).map_err(code)?;
    }
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &job).map_err(code)?;
    Ok((sink, archive.stated()))
}

/// The rows of note number `n` and of its text.
fn rows(n: usize) -> [String; 2] {
    let text = format!("<p>the tide at the {n}th pier</p>").repeat(20 + n);
    let (id, content) = (format!("note{n}."), format!("note{n}.body"));
    [note(&id, &format!("Note {n}"), Some(&content)), body(&content, &id, &text)]
}

/// Four chunks of five notes each, and two files.
fn chunks(password: Option<&str>) -> RawZip {
    let chunk = |number: usize| {
        let of_this: Vec<String> = (number * 5..number * 5 + 5).flat_map(rows).collect();
        let chunk = Chunk::plain(number as u64, &of_this);
        password.map_or(chunk.clone(), |password| encrypted(&chunk, password, &SALT))
    };
    let mut all: Vec<Chunk> = (0..3).map(chunk).collect();
    let files = [file("a1", "00000000000000a1", b"x", 64, 5), file("a2", "00000000000000a2", b"y", 64, 6)];
    // Their hashes are of another kind, so that only seal and size are compared.
    let files = files.map(|one| (one.row.replace("xxh64", "xxh3"), one.entry));
    all.push(Chunk::plain(3, &files.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>()));
    let mut zip = archive(&all);
    zip.entries.extend([key_file(), files[0].1.clone(), files[1].1.clone()]);
    zip
}

/// Items by key, with their rows.
fn items(sink: &CollectingSink) -> BTreeMap<String, &Item> {
    let named = |item: &Item| format!("{} {}", item.key.kind.as_str(), item.key.id);
    sink.items.iter().map(|item| (named(item), item)).collect()
}

/// Where each entry lies, with the notes that are in it.
fn extents(zip: &RawZip) -> Vec<(Range<usize>, String)> {
    let file = zip.bytes();
    let mut at = 0;
    let mut extents = Vec::new();
    for entry in &zip.entries {
        let follows = if entry.descriptor { 20 } else { 0 };
        let end = at + 30 + entry.local_name.len() + entry.packed.len() + follows;
        assert!(file[at..].starts_with(b"PK\x03\x04"));
        extents.push((at..end, entry.name.clone()));
        at = end;
    }
    extents
}

/// Every item of untouched chunks is there, and everything that is not as it was is named.
fn check(what: &str, zip: &RawZip, damaged: &[u8], touched: &[Range<usize>], password: Option<&str>) {
    let (whole, _) = salvaged(&zip.bytes(), password, Effort::Salvage).expect("a whole archive");
    let whole = items(&whole);
    let untouched: Vec<usize> = extents(zip)
        .iter()
        .filter(|(extent, name)| {
            name.contains("-plain-") || name.contains("-encrypted-") || extent.is_empty()
        })
        .enumerate()
        .filter(|(_, (extent, _))| {
            extent.end <= damaged.len()
                && !touched.iter().any(|at| at.start < extent.end && extent.start < at.end)
        })
        .map(|(place, _)| place)
        .collect();
    let (sink, _) = match salvaged(damaged, password, Effort::Salvage) {
        Ok(read) => read,
        Err(code) => return assert!(untouched.is_empty(), "{what}: {code:?}"),
    };
    let found = items(&sink);
    for number in untouched.iter().filter(|number| **number < 3).flat_map(|chunk| chunk * 5..chunk * 5 + 5) {
        for key in [format!("note note{number}."), format!("body note{number}.body")] {
            assert!(whole.contains_key(&key) && found.get(&key) == whole.get(&key), "{what}: {key}");
        }
    }
    let named: BTreeSet<&str> = sink.findings.iter().filter_map(|one| one.fault.part.as_deref()).collect();
    for (key, item) in &found {
        let owner = item.owner.as_ref().map_or("", |id| id.as_str());
        let said = named.contains(item.key.id.as_str()) || named.contains(owner);
        let other = !matches!(item.key.kind, Kind::Note | Kind::Body);
        assert!(whole.get(key) == Some(item) || said || other, "{what}: {key} was changed in silence");
    }
}

#[test]
fn cuts_at_every_edge_and_elsewhere() {
    for password in [None, Some("pw")] {
        let zip = chunks(password);
        let file = zip.bytes();
        let edges: Vec<usize> = extents(&zip).iter().flat_map(|(at, _)| [at.start, at.end]).collect();
        let near = edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]);
        let elsewhere = (1..40).map(|step| file.len() * step / 40);
        let step = if password.is_some() { 4 } else { 1 };
        for cut in near.chain(elsewhere).step_by(step) {
            check(&format!("cut at {cut}"), &zip, &file[..cut.min(file.len())], &[], password);
        }
    }
}

#[test]
fn a_directory_that_is_gone_costs_nothing() {
    for (password, effort) in [(None, Effort::Whole), (Some("pw"), Effort::Whole), (None, Effort::Salvage)] {
        let zip = chunks(password);
        let file = zip.bytes();
        let end = extents(&zip).last().expect("entries").0.end;
        let (whole, _) = salvaged(&file, password, effort).expect("whole");
        assert_eq!((whole.codes(Severity::Damage).len(), whole.attachments.len()), (0, 2));
        let (sink, _) = salvaged(&file[..end], password, effort).expect("what is whole");
        assert_eq!(sink.items, whole.items);
        assert_eq!(sink.attachments, whole.attachments);
        assert_eq!(sink.codes(Severity::Damage), [FaultCode::ArchiveCut]);
    }
}

#[test]
fn a_changed_chunk_is_given_out_by_name_or_not_at_all() {
    // A row that is changed and packed again, under the hash of the one it was.
    let zip = chunks(None);
    let changed =
        Chunk::plain(1, &(5..10).flat_map(rows).map(|row| row.replace("pier", "bier")).collect::<Vec<_>>());
    let mut other = zip.clone();
    other.entries[2].packed =
        archive(&[changed.with("hash", Some("0".repeat(32).into()))]).entries[1].packed.clone();
    let file = other.bytes();
    let (sink, _) = salvaged(&file, None, Effort::Salvage).expect("notes");
    let named: Vec<&str> = sink.findings.iter().filter_map(|one| one.fault.part.as_deref()).collect();
    assert!((5..10).all(|n| named.contains(&&*format!("note{n}."))), "{named:?}");
    assert_eq!(sink.of_kind(Kind::Note).count(), 15);
    let (sink, _) = salvaged(&file, None, Effort::Whole).expect("notes");
    assert_eq!(sink.of_kind(Kind::Note).count(), 10);
}

#[test]
fn entries_dropped_swapped_and_repeated() {
    for password in [None, Some("pw")] {
        let zip = chunks(password);
        let at = extents(&zip);
        let mut dropped = zip.clone();
        dropped.entries.remove(2);
        check(
            "dropped",
            &zip,
            &[dropped.bytes(), vec![0; 4000]].concat(),
            std::slice::from_ref(&at[2].0),
            password,
        );
        let mut swapped = zip.clone();
        swapped.entries.swap(1, 3);
        check("swapped", &zip, &swapped.bytes(), &[], password);
        let mut repeated = zip.clone();
        repeated.entries.insert(2, zip.entries[1].clone());
        check("repeated", &zip, &repeated.bytes(), &[], password);
        let mut damaged_first = repeated.clone();
        damaged_first.entries[1].packed[30] ^= 0x20;
        check("repeated, the first damaged", &zip, &damaged_first.bytes(), &[], password);
    }
}

#[test]
fn one_bad_file_or_row_never_stops_the_rest() {
    let zip = chunks(None);
    let mut damaged = zip.clone();
    let place = damaged.entries.iter().position(|entry| entry.name.ends_with("a1")).expect("the file");
    damaged.entries[place].packed[3] ^= 1;
    let (sink, _) = salvaged(&damaged.bytes(), None, Effort::Salvage).expect("the rest");
    assert_eq!((sink.of_kind(Kind::Note).count(), sink.attachments.len()), (15, 1));
    let mut locked = zip.clone();
    locked.entries[5] = RawEntry::deflated("attachments/.attachments_key", b"{\"key\":\"short\"}");
    let (sink, _) = salvaged(&locked.bytes(), None, Effort::Salvage).expect("the rest");
    assert_eq!((sink.of_kind(Kind::Note).count(), sink.attachments.len()), (15, 0));
    assert_eq!(sink.codes(Severity::Damage).len(), 3, "{:?}", sink.findings);
}

#[test]
fn an_older_file_is_followed_as_far_as_it_goes() {
    let row = |n: usize| {
        format!(
            r#""n{n}_notes":{{"id":"n{n}","type":"note","title":"Note {n}","dateCreated":1,"dateModified":2,"dateEdited":2}}"#
        )
    };
    let all: Vec<String> = (0..9).map(row).collect();
    let whole = format!(r#"{{"version":5.8,"type":"web","date":5,"data":{{{}}}}}"#, all.join(","));
    for cut in whole.find("\"n4_").expect("it")..whole.len() {
        let (sink, _) = salvaged(&whole.as_bytes()[..cut], None, Effort::Salvage).expect("the first rows");
        let notes = sink.of_kind(Kind::Note).count();
        let complete = whole[..cut].matches('}').count().min(9);
        assert_eq!(notes, complete, "cut at {cut}");
        let named =
            |n: usize| sink.findings.iter().any(|one| one.fault.part.as_deref() == Some(&*format!("n{n}")));
        assert!((0..notes).all(named), "cut at {cut}: {:?}", sink.findings);
        assert_eq!(
            salvaged(&whole.as_bytes()[..cut], None, Effort::Whole).err(),
            Some(FaultCode::ArchiveCut)
        );
    }
    let hashed = whole.replace("\"date\"", "\"hash\":\"00\",\"date\"");
    let (sink, _) = salvaged(hashed.as_bytes(), None, Effort::Salvage).expect("the rows");
    assert_eq!(sink.of_kind(Kind::Note).count(), 9);
    let (sink, _) = salvaged(hashed.as_bytes(), None, Effort::Whole).expect("nothing proven");
    assert_eq!(sink.items.len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_damage_leaves_what_it_does_not_touch(
        spots in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let zip = chunks(None);
        let mut file = zip.bytes();
        let heads: Vec<Range<usize>> =
            extents(&zip).iter().map(|(at, name)| at.start..at.start + 30 + name.len()).collect();
        let end = extents(&zip).last().expect("entries").0.end;
        let mut touched = Vec::new();
        for (spot, by) in spots {
            let at = spot.index(file.len());
            // Without a directory a damaged head may hide where its part lies; one of both must be left.
            if cut.is_some() && (heads.iter().any(|head| head.contains(&at)) || at >= end) {
                continue;
            }
            file[at] ^= by;
            let head = heads.iter().any(|head| head.contains(&at));
            if !head && at < end {
                touched.push(at..at + 1);
            } else if head || at >= end {
                touched.extend(heads.iter().filter(|head| head.contains(&at)).cloned());
            }
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        check("random", &zip, &file, &touched, None);
    }
}
