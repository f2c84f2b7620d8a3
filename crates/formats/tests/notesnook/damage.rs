//! Small archives damaged in every way: the right code, or every item and byte as it was.

use std::io::Cursor;

use crate::common::{file, key, key_file, read, read_bytes};
use backstop_crypto::{Kek, RecoveryKey};
use backstop_formats::notesnook::{Encryption, NotesnookWriter, WriterOptions};
use backstop_model::{BytesSource, FaultCode, Item, Job, Kind, Severity, Sink, TimeMs, Writer};
use backstop_testkit::notesnook::{Chunk, archive, note, small_rows};
use backstop_testkit::{CollectedAttachment, CollectingSink, damages};

const SALT: [u8; 16] = [1; 16];

/// Everything that was read, and whether anything was said to be wrong.
type Contents = (Vec<Item>, Vec<CollectedAttachment>);

fn contents(sink: &CollectingSink) -> Contents {
    (sink.items.clone(), sink.attachments.clone())
}

/// A foreign full archive with one attachment.
fn source() -> CollectingSink {
    let bytes = b"an attached text".repeat(9);
    let hash = format!("{:016x}", xxhash_rust::xxh64::xxh64(&bytes, 0));
    let attached = file("a1", &hash, &bytes, 64, 5);
    let mut rows = small_rows();
    rows.push(attached.row);
    let mut zip = archive(&[Chunk::plain(0, &rows)]);
    zip.entries.extend([key_file(), attached.entry]);
    read(&zip, None).unwrap()
}

/// An archive of ours with these items.
fn ours(source: &CollectingSink, encrypted: bool, archive_id: &str) -> Vec<u8> {
    let slot = || {
        Kek::from_recovery(&RecoveryKey::from_bytes([1; 32])).wrap_key("nnbackupz").seal(&key("pw", &SALT))
    };
    let encryption =
        encrypted.then(|| Encryption { key: key("pw", &SALT), salt: SALT, slots: vec![slot().unwrap()] });
    let (archive_id, created_by) = (archive_id.to_owned(), "test".to_owned());
    let options = WriterOptions { attachments: true, encryption, archive_id, created: TimeMs(7), created_by };
    let mut file = Cursor::new(Vec::new());
    let mut writer = Box::new(NotesnookWriter::new(&mut file, options).unwrap());
    source.items.iter().for_each(|item| writer.item(item.clone()).unwrap());
    for stored in &source.attachments {
        writer.attachment(&stored.head, &BytesSource(stored.bytes.clone())).unwrap();
    }
    writer.finish(&Job::new()).unwrap();
    file.into_inner()
}

/// The edges of the entries: where a signature stands.
fn edges(file: &[u8]) -> Vec<usize> {
    let signatures =
        file.windows(4).enumerate().filter(|(_, four)| matches!(four, [b'P', b'K', 1..=6, 1..=6]));
    signatures.map(|(at, _)| at).collect()
}

/// What damage may be called.
const DAMAGE: [FaultCode; 14] = [
    FaultCode::NotAnArchive,
    FaultCode::NothingInside,
    FaultCode::ArchiveCut,
    FaultCode::ChecksumMismatch,
    FaultCode::ChunkMissing,
    FaultCode::ChunkRepeated,
    FaultCode::EntryMismatch,
    FaultCode::DecryptionFailed,
    FaultCode::InvalidContent,
    FaultCode::LimitExceeded,
    FaultCode::Stray,
    FaultCode::AttachmentMissing,
    FaultCode::SecretRequired,
    FaultCode::Empty,
];

/// A damaged copy either says so, or reads as if nothing had happened.
fn check(file: &[u8], password: Option<&str>, step: usize) {
    let whole = contents(&read_bytes(file.to_vec(), password).unwrap());
    let (mut noticed, mut harmless) = (0, 0);
    for damage in damages(file, &edges(file), step) {
        match read_bytes(damage.bytes, password) {
            Err(code) => {
                assert!(DAMAGE.contains(&code), "{}: {code:?}", damage.what);
                noticed += 1;
            }
            Ok(sink) if contents(&sink) == whole => harmless += 1,
            Ok(sink) => {
                let codes = sink.codes(Severity::Damage);
                assert!(!codes.is_empty(), "{}: content changed, only {:?}", damage.what, sink.findings);
                assert!(codes.iter().all(|code| DAMAGE.contains(code)), "{}: {codes:?}", damage.what);
                noticed += 1;
            }
        }
    }
    assert!(noticed > harmless, "{noticed} noticed, {harmless} harmless");
}

#[test]
fn a_foreign_plain_archive() {
    check(&archive(&[Chunk::plain(0, &small_rows())]).bytes(), None, 1);
}

#[test]
fn a_plain_archive_of_ours() {
    check(&ours(&source(), false, "ab"), None, 3);
}

#[test]
fn an_encrypted_archive_of_ours() {
    // Each try costs a key derivation, so a few bytes must do; the bits still vary.
    check(&ours(&source(), true, "ab"), Some("pw"), 29);
}

type Entries = Vec<(String, Vec<u8>)>;

/// The entries of a zip, by the `zip` crate.
fn entries_of(file: &[u8]) -> Entries {
    use std::io::Read as _;
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

/// A zip written anew with its entries changed.
fn rebuilt(file: &[u8], change: impl Fn(&mut Entries)) -> Vec<u8> {
    let mut entries = entries_of(file);
    change(&mut entries);
    let entries = entries.iter().map(|(name, bytes)| backstop_testkit::RawEntry::deflated(name, bytes));
    backstop_testkit::RawZip::of(entries).bytes()
}

fn is_chunk(name: &str, number: u64) -> bool {
    name.starts_with(&format!("{number}-"))
}

/// Three chunks: two full of notes and the one with the end.
fn three_chunks(encrypted: bool, id: &str) -> Vec<u8> {
    let mut sink = source();
    let title = format!("{id} {}", "x".repeat(11 << 20));
    let rows = [note("big", &title, None), note("small", id, None)];
    let more = read(&archive(&[Chunk::plain(0, &rows)]), None).unwrap();
    sink.items.splice(1..1, more.items);
    ours(&sink, encrypted, id)
}

#[test]
fn parts_that_are_dropped_swapped_or_exchanged_are_noticed() {
    use FaultCode::{ChunkMissing, EntryMismatch};
    let (file, other) = (three_chunks(true, "ab"), three_chunks(true, "cd"));
    let theirs = entries_of(&other);
    let codes = |bytes: Vec<u8>| read_bytes(bytes, Some("pw")).unwrap().codes(Severity::Damage);
    assert_eq!(codes(rebuilt(&file, |_| {})), [], "the rebuilding itself is harmless");
    let drop = |wanted: &'static str| {
        rebuilt(&file, move |entries| entries.retain(|(name, _)| !name.starts_with(wanted)))
    };
    assert_eq!(codes(drop("2-")), [ChunkMissing]);
    assert_eq!(codes(drop("1-")), [ChunkMissing]);
    assert_eq!(codes(drop("0-")), [ChunkMissing]);
    assert_eq!(codes(drop("attachments/.")), [ChunkMissing, FaultCode::DecryptionFailed]);
    let without_bytes = rebuilt(&file, |entries| {
        entries.retain(|(name, _)| !name.starts_with("attachments/") || name.ends_with("_key"));
    });
    assert_eq!(codes(without_bytes), [ChunkMissing]);
    let swapped = rebuilt(&file, |entries| {
        let at = |number| entries.iter().position(|(name, _)| is_chunk(name, number)).unwrap();
        let (one, two) = (at(0), at(1));
        let names = (entries[one].0.replacen('0', "1", 1), entries[two].0.replacen('1', "0", 1));
        (entries[one].0, entries[two].0) = names;
    });
    assert_eq!(codes(swapped), [EntryMismatch, EntryMismatch]);
    for number in 0..3 {
        let exchanged = rebuilt(&file, |entries| {
            let foreign = theirs.iter().find(|(name, _)| is_chunk(name, number)).unwrap().clone();
            let ours = entries.iter_mut().find(|(name, _)| is_chunk(name, number)).unwrap();
            *ours = foreign;
        });
        assert!(codes(exchanged).contains(&EntryMismatch), "chunk {number} of another archive");
    }
    let added = rebuilt(&file, |entries| {
        let chunk = Chunk::plain(3, &small_rows());
        entries.push((chunk.name(), chunk.text().into_bytes()));
    });
    assert!(codes(added).contains(&EntryMismatch));
}

#[test]
fn an_attachment_that_is_not_the_one_backed_up_is_noticed() {
    let source = source();
    let file = ours(&source, false, "ab");
    let added = rebuilt(&file, |entries| entries.push(("attachments/00000000000000ff".into(), vec![1])));
    let sink = read_bytes(added, None).unwrap();
    assert_eq!(sink.codes(Severity::Damage), [FaultCode::EntryMismatch]);
    assert_eq!(sink.of_kind(Kind::Attachment).count(), 1);
}
