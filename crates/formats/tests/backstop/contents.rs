//! Single items and attachments by the index, beside the rest that is not read.

use backstop_formats::{Archive, Heading};
use backstop_model::{FaultCode, Job, Kind};
use backstop_testkit::CollectingSink;

use crate::common::*;
use crate::damage::{at, entries_of, rebuilt, small};

fn found(archive: &dyn Archive, wanted: &dyn Fn(&Heading<'_>) -> bool) -> Result<CollectingSink, FaultCode> {
    let mut sink = CollectingSink::strict();
    let contents = archive.contents().expect("an index");
    contents.items(wanted, &mut sink, &Job::new()).map_err(|error| code_of(&error))?;
    Ok(sink)
}

#[test]
fn every_item_and_attachment_is_reached_alone() {
    for encrypted in [false, true] {
        let given = small();
        let archive = opened(&made(&mut given.clone(), true, encrypted)).unwrap();
        for item in &given.items {
            let wanted = |heading: &Heading<'_>| {
                heading.id == item.key.id.as_str()
                    && (heading.app, heading.kind) == (item.key.app, item.key.kind)
            };
            let alone = found(archive.as_ref(), &wanted).unwrap();
            assert_eq!(alone.items, std::slice::from_ref(item));
        }
        for (head, bytes) in &given.attachments {
            let mut sink = CollectingSink::strict();
            let contents = archive.contents().unwrap();
            assert!(contents.attachment(head.id.as_str(), &mut sink, &Job::new()).unwrap());
            assert_eq!((&sink.attachments[0].head, &sink.attachments[0].bytes), (head, bytes));
            assert_eq!((sink.attachments.len(), sink.items.len()), (1, 0));
        }
        let mut sink = CollectingSink::strict();
        assert!(!archive.contents().unwrap().attachment("f3", &mut sink, &Job::new()).unwrap());
    }
}

#[test]
fn a_heading_tells_title_and_owner() {
    let given = small();
    let archive = opened(&made(&mut given.clone(), false, true)).unwrap();
    let note = given.items.iter().find(|item| item.key.kind == Kind::Note).unwrap();
    let titled = found(archive.as_ref(), &|heading| heading.title == note.title.as_deref()).unwrap();
    assert!(titled.items.contains(note));
    let owned = found(archive.as_ref(), &|heading| heading.owner == Some(note.key.id.as_str())).unwrap();
    assert!(!owned.items.is_empty());
    assert!(owned.items.iter().all(|item| item.owner.as_ref() == Some(&note.key.id)));
}

#[test]
fn a_locked_archive_gives_no_contents() {
    let file = made(&mut small(), false, true);
    let archive = backstop_formats::open(Box::new(std::io::Cursor::new(file))).unwrap();
    assert!(archive.contents().is_none());
}

#[test]
fn an_index_that_is_gone_or_damaged_is_told_of() {
    let file = made(&mut small(), false, true);
    let reach = |bytes: &[u8]| found(opened(bytes).unwrap().as_ref(), &|_| true).map(|sink| sink.items.len());
    assert_eq!(reach(&file), Ok(small().items.len()));
    let gone = rebuilt(&file, |entries| entries.retain(|(name, _)| name != "index"));
    assert_eq!(reach(&gone), Err(FaultCode::ChunkMissing));
    let flipped = rebuilt(&file, |entries| at(entries, "index").1[30] ^= 1);
    assert_eq!(reach(&flipped), Err(FaultCode::DecryptionFailed));
    let frame = rebuilt(&file, |entries| at(entries, "items/000000").1[30] ^= 1);
    assert_eq!(reach(&frame), Err(FaultCode::DecryptionFailed));
}

/// Without encryption anyone can write an index: it must not lead to another item than it names.
#[test]
fn an_index_that_lies_leads_nowhere() {
    let file = made(&mut small(), true, false);
    let lying = |from: &str, to: &str| {
        let bytes = rebuilt(&file, |entries| {
            let plain = zstd::decode_all(at(entries, "index").1.as_slice()).unwrap();
            let text = String::from_utf8(plain).unwrap();
            assert!(text.contains(from), "{text}");
            let lie = zstd::encode_all(text.replacen(from, to, 1).as_bytes(), 1).unwrap();
            at(entries, "index").1 = lie;
            // A manifest that knows nothing of it: who forges one writes the other.
            let manifest = zstd::decode_all(at(entries, "manifest").1.as_slice()).unwrap();
            let mut json: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
            json["entries"].as_array_mut().unwrap().retain(|entry| entry["name"] != "index");
            at(entries, "manifest").1 = zstd::encode_all(json.to_string().as_bytes(), 1).unwrap();
        });
        found(opened(&bytes).unwrap().as_ref(), &|_| true).map(|sink| sink.items.len())
    };
    assert_eq!(lying("\"at\":0", "\"at\":1"), Err(FaultCode::EntryMismatch));
    assert_eq!(lying("\"at\":0", "\"at\":99999999"), Err(FaultCode::EntryMismatch));
    assert_eq!(lying("\"frame\":0", "\"frame\":7"), Err(FaultCode::ChunkMissing));
    let id = small().items[0].key.id.to_string();
    assert_eq!(lying(&id, &format!("{id}x")), Err(FaultCode::EntryMismatch));
    assert_eq!(lying("\"kind\"", "\"sort\""), Ok(small().items.len() - 1), "a line of another sort");
    let index = entries_of(&file).into_iter().find(|(name, _)| name == "index").unwrap().1;
    let text = String::from_utf8(zstd::decode_all(index.as_slice()).unwrap()).unwrap();
    let first = text.lines().next().unwrap();
    let often = format!("{first}\n").repeat(500);
    assert_eq!(lying(first, often.trim_end()), Ok(small().items.len()), "a line that is named often");
    assert_eq!(lying("{", "["), Err(FaultCode::InvalidContent));
}
