//! Damaged containers, salvaged: what no damage touches comes out as it was, each loss is told, and what
//! nothing proves is named.

use std::collections::BTreeSet;
use std::io::Cursor;

use backstop_crypto::RecoveryKey;
use backstop_formats::{ArchiveSecret, Effort, Stated, open_with};
use backstop_model::{App, FaultCode, Item, ItemId, ItemKey, Job, Kind, Native, Severity};
use backstop_testkit::CollectingSink;
use backstop_testkit::damage::is_damage;

use crate::common::*;

/// Notes so large that a few of them fill a frame.
const NOTES: usize = 12;

fn given() -> Given {
    let item = |n: usize| {
        let id = format!("note{n}.");
        let mut seed = n as u64 + 1;
        let noise: String = (0..60_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                format!("{seed:016x}")
            })
            .collect();
        let json = format!(r#"{{"id":"{id}","type":"note","title":"{noise}"}}"#);
        let key = ItemKey { app: App::Notesnook, kind: Kind::Note, id: ItemId::new(id).unwrap() };
        backstop_formats::interpret(key, Native { version: "6.1".into(), json })
    };
    let file = |id: &str, bytes: Vec<u8>| {
        let id = ItemId::new(id).unwrap();
        let (name, mime) = (id.to_string(), "text/plain".into());
        let head =
            backstop_model::AttachmentHead { name, mime, size_bytes: bytes.len() as u64, hash: None, id };
        (head, bytes)
    };
    let attachments = vec![file("f1", b"an attached text ".repeat(40)), file("f2", b"short".to_vec())];
    Given { items: (0..NOTES).map(item).collect(), attachments }
}

fn salvaged(file: &[u8], effort: Effort) -> Result<(CollectingSink, Stated), FaultCode> {
    let mut archive =
        open_with(Box::new(Cursor::new(file.to_vec())), effort).map_err(|error| code_of(&error))?;
    let recovery = ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes(RECOVERY));
    archive.unlock(&recovery, &Job::new()).map_err(|error| code_of(&error))?;
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &Job::new()).map_err(|error| code_of(&error))?;
    Ok((sink, archive.stated()))
}

fn ids(sink: &CollectingSink) -> BTreeSet<String> {
    sink.items.iter().map(|item| item.key.id.to_string()).collect()
}

/// Where the local header of an entry begins and its bytes end.
fn extent(file: &[u8], name: &str) -> std::ops::Range<usize> {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let entry = zip.by_name(name).unwrap();
    let place = |at: u64| usize::try_from(at).unwrap();
    place(entry.header_start())..place(entry.data_start().unwrap() + entry.compressed_size())
}

/// Everything that came out is as it went in, or named.
fn nothing_altered_in_silence(what: &str, sink: &CollectingSink, whole: &[Item]) {
    let named: BTreeSet<&str> = sink.findings.iter().filter_map(|one| one.fault.part.as_deref()).collect();
    for item in &sink.items {
        let same = whole.contains(item);
        assert!(
            same || named.contains(item.key.id.as_str()),
            "{what}: {} was changed in silence",
            item.key.id
        );
    }
}

#[test]
fn a_file_without_its_end_gives_everything() {
    for encrypted in [false, true] {
        let given = given();
        let file = made(&mut given.clone(), true, encrypted);
        let directory = extent(&file, "manifest").end;
        for cut in [file.len() - 1, directory + 10, directory] {
            let (sink, stated) = salvaged(&file[..cut], Effort::Whole).unwrap();
            assert_eq!((sink.items.len(), sink.attachments.len()), (NOTES, 2), "{encrypted} {cut}");
            assert_eq!(sink.codes(Severity::Damage), [FaultCode::ArchiveCut], "{:?}", sink.findings);
            assert_eq!((stated.notes, stated.attachments), (Some(NOTES as u64), Some(2)));
        }
        let (sink, stated) = salvaged(&file[..directory - 1], Effort::Whole).unwrap();
        assert_eq!((sink.items.len(), sink.attachments.len(), stated.notes), (NOTES, 2, None), "{encrypted}");
    }
}

#[test]
fn cuts_and_flips_cost_no_more_than_what_they_touch() {
    for encrypted in [false, true] {
        let given = given();
        let file = made(&mut given.clone(), true, encrypted);
        let (whole, _) = salvaged(&file, Effort::Salvage).unwrap();
        assert!(whole.findings.is_empty() && whole.items.len() == NOTES);
        let frames: Vec<_> = (0..3).map(|number| extent(&file, &format!("items/{number:06}"))).collect();
        for (number, frame) in frames.iter().enumerate() {
            let middle = usize::midpoint(frame.start, frame.end);
            let mut flipped = file.clone();
            flipped[middle] ^= 0x10;
            let (sink, _) = salvaged(&flipped, Effort::Salvage).unwrap();
            nothing_altered_in_silence("flip", &sink, &whole.items);
            // What the files are stands behind the last notes.
            assert!(sink.attachments.len() == 2 || number == 2, "{encrypted} {number}");
            assert!(!sink.codes(Severity::Damage).is_empty());
            // Half of the frame's notes lie before the flip, and all of the others' come out.
            let found = ids(&sink).len();
            assert!((NOTES - 3..=NOTES).contains(&found), "{encrypted} {number}: {found}");
            let (sink, _) = salvaged(&file[..middle], Effort::Salvage).unwrap();
            nothing_altered_in_silence("cut", &sink, &whole.items);
            let before: usize = ids(&sink).len();
            assert!(
                before >= number * 4 + usize::from(encrypted),
                "{encrypted} cut in frame {number}: {before}"
            );
            if encrypted {
                assert!(
                    sink.items.iter().all(|item| whole.items.contains(item)),
                    "seals prove what comes out"
                );
            }
        }
    }
}

#[test]
fn parts_that_are_gone_or_without_names_cost_themselves() {
    for encrypted in [false, true] {
        let given = given();
        let file = made(&mut given.clone(), true, encrypted);
        for (name, notes, attachments) in [
            ("items/000001", NOTES - 4, 2),
            ("attachments/000000", NOTES, 1),
            ("manifest", NOTES, 2),
            ("index", NOTES, 2),
        ] {
            let mut gone = file.clone();
            gone[extent(&file, name)].fill(0);
            let (sink, _) = salvaged(&gone, Effort::Salvage).unwrap();
            assert!(
                sink.items.len() >= notes && sink.items.len() <= notes + 1,
                "{encrypted} {name}: {}",
                sink.items.len()
            );
            assert_eq!(sink.attachments.len(), attachments, "{encrypted} {name}");
            assert!(!sink.codes(Severity::Damage).is_empty(), "{encrypted} {name}");
        }
        let head = extent(&file, "backstop.json");
        let mut headless = file.clone();
        headless[head.clone()].fill(0);
        let (sink, _) = salvaged(&headless, Effort::Salvage).unwrap();
        assert_eq!((sink.items.len(), sink.attachments.len()), (NOTES, 2), "{encrypted}: its copy is read");
        assert!(!sink.codes(Severity::Damage).is_empty());
        headless[extent(&file, "backstop.copy.json")].fill(0);
        match salvaged(&headless, Effort::Salvage) {
            Ok((sink, _)) => assert!(!encrypted && sink.items.len() == NOTES && sink.attachments.len() == 2),
            // Its keyslots are lost, and no secret was wrong.
            Err(code) => assert!(encrypted && is_damage(code), "{code:?}"),
        }
        // A head of the zip that is damaged hides nothing while its directory is whole.
        for name in [
            "backstop.json",
            "backstop.copy.json",
            "items/000000",
            "items/000002",
            "attachments/000001",
            "manifest",
        ] {
            let start = extent(&file, name).start;
            let mut changed = file.clone();
            changed[start..start + 30 + name.len()].fill(0);
            let (sink, _) = salvaged(&changed, Effort::Whole).unwrap();
            assert_eq!((sink.items.len(), sink.attachments.len()), (NOTES, 2), "{encrypted} {name}");
        }
    }
}

#[test]
fn a_head_that_is_damaged_anywhere_costs_nothing() {
    for encrypted in [false, true] {
        let file = made(&mut given(), true, encrypted);
        let (whole, _) = salvaged(&file, Effort::Salvage).unwrap();
        for name in ["backstop.json", "backstop.copy.json"] {
            let head = extent(&file, name);
            for at in head.clone().step_by(7).chain(head.start..head.start + 30) {
                let mut flipped = file.clone();
                flipped[at] ^= 1 << (at % 8);
                let (sink, _) = salvaged(&flipped, Effort::Salvage)
                    .unwrap_or_else(|code| panic!("{encrypted} {name} {at}: {code:?}"));
                let same = sink.items == whole.items && sink.attachments == whole.attachments;
                assert!(same, "{encrypted} {name} {at}");
            }
        }
    }
}
