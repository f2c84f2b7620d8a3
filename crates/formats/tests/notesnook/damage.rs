//! Small archives damaged in every way: the right code, or every item and byte as it was.

use std::io::Cursor;
use std::sync::LazyLock;

use crate::common::{cipher, code_of, encrypted, file, key, key_file, opened, read, read_bytes};
use backstop_crypto::{Kek, Key, RecoveryKey};
use backstop_formats::ArchiveSecret;
use backstop_formats::notesnook::{Encryption, NotesnookWriter, WriterOptions};
use backstop_model::{BytesSource, FaultCode, Job, Kind, Severity, Sink, TimeMs, Writer};
use backstop_testkit::damage::{
    Claim, Damage, Tally, damages, flips, flips_wanted, rearranged, reordered, seeds, walk, zip_edges,
};
use backstop_testkit::notesnook::{Chunk, archive, note, small_rows};
use backstop_testkit::{CollectingSink, RawEntry, RawZip};

const SALT: [u8; 16] = [1; 16];

/// A foreign full archive with one attachment.
fn foreign() -> RawZip {
    let (rows, entry) = rows_and_file();
    let mut zip = archive(&[Chunk::plain(0, &rows)]);
    zip.entries.extend([key_file(), entry]);
    zip
}

fn chunk() -> Chunk {
    Chunk::plain(0, &rows_and_file().0)
}

fn rows_and_file() -> (Vec<String>, RawEntry) {
    let bytes = b"an attached text".repeat(9);
    let hash = format!("{:016x}", xxhash_rust::xxh64::xxh64(&bytes, 0));
    let attached = file("a1", &hash, &bytes, 64, 5);
    let mut rows = small_rows();
    rows.push(attached.row);
    (rows, attached.entry)
}

fn source() -> CollectingSink {
    read(&foreign(), None).unwrap()
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

/// The archives that are damaged: plain and encrypted, of others and ours, and what each is held to.
fn archives() -> Vec<(&'static str, Vec<u8>, Claim)> {
    let (foreign, sealed) = (foreign(), sealed(&foreign()));
    vec![
        ("plain", foreign.bytes(), Claim::AsFarAsItTells),
        ("encrypted", sealed.bytes(), Claim::AsFarAsItTells),
        ("ours", ours(&source(), false, "ab"), Claim::Complete),
        ("ours, encrypted", ours(&source(), true, "ab"), Claim::Complete),
    ]
}

/// The foreign archive, encrypted as Notesnook does.
fn sealed(plain: &RawZip) -> RawZip {
    let cipher = |text: &str| cipher(text.as_bytes(), &key("pw", &SALT), &SALT);
    let mut sealed = RawZip::default();
    for (name, bytes) in entries_of(&plain.bytes()) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        sealed.entries.push(if name.starts_with("0-plain") {
            encrypted(&chunk(), "pw", &SALT).entry()
        } else if name.ends_with("_key") {
            RawEntry::deflated(&name, cipher(&text).to_string().as_bytes())
        } else {
            RawEntry::stored(&name, &bytes)
        });
    }
    sealed
}

/// Reads a copy with the key itself: deriving it each time would take longer than all the rest.
fn read_with_key(bytes: Vec<u8>) -> Result<CollectingSink, FaultCode> {
    let mut archive = opened(bytes)?;
    let secret = ArchiveSecret::NotesnookKey(key_once());
    archive.unlock(&secret, &Job::new()).map_err(|error| code_of(&error))?;
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &Job::new()).map_err(|error| code_of(&error))?;
    Ok(sink)
}

fn key_once() -> Key {
    static KEY: LazyLock<Key> = LazyLock::new(|| key("pw", &SALT));
    KEY.duplicate()
}

#[test]
fn cuts_and_a_flipped_bit_of_every_byte_are_noticed_or_harmless() {
    // Every byte of the smallest; of the others enough that the bits still vary.
    for ((what, file, claim), step) in archives().into_iter().zip([1, 5, 5, 11]) {
        let whole = read_with_key(file.clone()).unwrap();
        let tally = walk(damages(&file, &zip_edges(&file), step), &whole, claim, read_with_key);
        assert!(tally.noticed > tally.harmless, "{what}: {tally:?}");
    }
}

#[test]
fn flipped_bits_are_noticed_or_harmless() {
    for (what, file, claim) in archives() {
        let whole = read_with_key(file.clone()).unwrap();
        for seed in seeds() {
            let tally = walk(flips(&file, flips_wanted() / 2, seed), &whole, claim, read_with_key);
            assert!(tally.noticed > tally.harmless / 4, "{what}: {tally:?}");
        }
    }
}

#[test]
fn entries_with_right_checksums_in_the_wrong_places_are_noticed() {
    for (what, file, claim) in archives() {
        let entries = entries_of(&file);
        let whole = read_with_key(file).unwrap();
        let tally = walk(rearranged(&entries), &whole, claim, read_with_key);
        assert!(tally.noticed > tally.harmless / 2, "{what}: {tally:?}");
        let turned = walk(reordered(&entries), &whole, claim, read_with_key);
        assert_eq!(turned, Tally { noticed: 0, harmless: entries.len() - 1 }, "{what}");
    }
}

/// Pieces of the attached file, encrypted.
const PIECE_BYTES: usize = 64 + 17;

#[test]
fn content_cut_at_every_edge_of_a_piece_is_noticed() {
    for (what, file, _) in archives() {
        let entries = entries_of(&file);
        let whole = read_with_key(file).unwrap();
        for (place, (name, bytes)) in entries.iter().enumerate().filter(|(_, (_, bytes))| !bytes.is_empty()) {
            let edges = (0..bytes.len()).step_by(PIECE_BYTES).chain([bytes.len()]);
            let ends = edges.flat_map(|edge| [edge.saturating_sub(1), edge, edge + 1]);
            let cut = |end: usize| {
                let mut entries = entries.clone();
                entries[place].1.truncate(end);
                let entries = entries.iter().map(|(name, bytes)| RawEntry::stored(name, bytes));
                let bytes = RawZip::of(entries).bytes();
                Damage { what: format!("{what}: {name} cut at {end}"), bytes }
            };
            let cuts: Vec<Damage> = ends.filter(|end| *end < bytes.len()).map(cut).collect();
            // A cut of the last chunk of ours, which only counts the others, takes no item away: it is told of
            // all the same.
            for cut in &cuts {
                let codes = read_with_key(cut.bytes.clone()).map(|sink| sink.codes(Severity::Damage));
                assert!(codes.is_err() || codes.is_ok_and(|codes| !codes.is_empty()), "{}", cut.what);
            }
            walk(cuts.into_iter(), &whole, Claim::Complete, read_with_key);
        }
    }
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
    let entries = entries.iter().map(|(name, bytes)| RawEntry::deflated(name, bytes));
    RawZip::of(entries).bytes()
}

fn is_chunk(name: &str, number: u64) -> bool {
    name.starts_with(&format!("{number}-"))
}

/// Three chunks: two full of notes and the one with the end.
fn three_chunks(encrypted: bool, id: &str) -> Vec<u8> {
    let mut sink = source();
    let title = format!("{id} {}", "x".repeat(7 << 20));
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
