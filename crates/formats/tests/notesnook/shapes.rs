//! Archives of every shape: such as other programs write, such as are incomplete, such as attack.

use crate::common::{cipher, encrypted, file, key, key_file, opened, read, read_bytes, summary};
use backstop_model::{FaultCode, Kind, Severity};
use backstop_testkit::notesnook::{self, Chunk, archive, marker, small_rows};
use backstop_testkit::{RawEntry, RawZip};
use serde_json::json;

const SALT: [u8; 16] = [1; 16];

/// Items, damage, warnings.
type Summary = Result<(usize, Vec<FaultCode>, Vec<FaultCode>), FaultCode>;

fn small() -> Chunk {
    Chunk::plain(0, &small_rows())
}

fn two() -> [Chunk; 2] {
    let rows = small_rows();
    [Chunk::plain(0, &rows[..3]), Chunk::plain(1, &rows[3..])]
}

fn with(extra: RawEntry) -> RawZip {
    let mut zip = archive(&[small()]);
    zip.entries.push(extra);
    zip
}

fn whole() -> Summary {
    Ok((8, vec![], vec![]))
}

#[test]
fn archives_of_other_programs_are_read() {
    let unmarked = RawZip::of([small().entry()]);
    let stored = RawZip::of([marker(), RawEntry::stored(&small().name(), small().text().as_bytes())]);
    let folders = RawZip::of([RawEntry::directory("attachments/"), marker(), small().entry()]);
    let commented = RawZip { comment: b"made by hand".to_vec(), ..archive(&[small()]) };
    let turned = RawZip::of(two().iter().rev().map(Chunk::entry));
    let object = Chunk::of_json(
        0,
        r#"{"a":{"id":"n","type":"note","title":"x"},"b":{"id":"t","type":"tag","title":"y"}}"#,
    );
    for (what, zip, expected) in [
        ("plain", archive(&[small()]), whole()),
        ("two chunks", archive(&two()), whole()),
        ("no marker", unmarked, whole()),
        ("stored", stored, whole()),
        ("with folders, as mobile zips it", folders, whole()),
        ("with a comment", commented, whole()),
        ("in another order", turned, whole()),
        ("no hash", archive(&[small().with("hash", None)]), whole()),
        ("unknown fields", archive(&[small().with("extra", Some(json!({"a": [1]})))]), whole()),
        ("an object instead of an array", archive(&[object]), Ok((2, vec![], vec![]))),
    ] {
        assert_eq!(summary(read(&zip, None)), expected, "{what}");
    }
}

#[test]
fn parts_that_are_missing_or_odd_are_told() {
    use FaultCode::{
        ChecksumMismatch, ChunkMissing, ChunkRepeated, Empty, EntryMismatch, InvalidContent, Stray,
    };
    let [first, second] = two();
    let renumbered = Chunk { number: 0, ..second.clone() };
    let misnamed = Chunk { named_md5: "0".repeat(32), ..small() };
    let far = Chunk { number: 7, ..second.clone() };
    let odd_rows = Chunk::of_json(
        0,
        r#"[null,[1],5,{"type":"note"},{"id":"n","type":"tag","title":"x"},{"id":"d","deleted":true,"type":"note"}]"#,
    );
    let dangling = Chunk::plain(0, &[notesnook::note("n1", "x", Some("c9"))]);
    for (what, zip, expected) in [
        (
            "the second is missing",
            archive(std::slice::from_ref(&first)),
            Ok((3, vec![], vec![InvalidContent])),
        ),
        ("the first is missing", archive(std::slice::from_ref(&second)), Ok((5, vec![ChunkMissing], vec![]))),
        ("a gap", archive(&[first.clone(), far]), Ok((8, vec![ChunkMissing], vec![]))),
        ("one number twice", archive(&[first.clone(), renumbered]), Ok((8, vec![ChunkRepeated], vec![]))),
        (
            "wrong MD5",
            archive(&[small().with("hash", Some(json!("0".repeat(32))))]),
            Ok((0, vec![ChecksumMismatch], vec![])),
        ),
        ("wrong MD5 in the name", archive(&[misnamed]), Ok((8, vec![], vec![EntryMismatch]))),
        ("no items", archive(&[Chunk::plain(0, &[])]), Ok((0, vec![], vec![Empty]))),
        ("odd rows", archive(&[odd_rows]), Ok((1, vec![], vec![Stray, Stray]))),
        ("a text that is nowhere", archive(&[dangling]), Ok((1, vec![], vec![InvalidContent]))),
        ("a stray file", with(RawEntry::stored("notes.txt", b"hello")), Ok((8, vec![], vec![Stray]))),
        ("a stray folder", with(RawEntry::directory("__MACOSX/")), Ok((8, vec![], vec![Stray]))),
        (
            "a chunk of another name",
            with(RawEntry::deflated(
                "chunk.json",
                Chunk::plain(1, &[notesnook::tag("t9", "x")]).text().as_bytes(),
            )),
            Ok((9, vec![], vec![Stray])),
        ),
    ] {
        assert_eq!(summary(read(&zip, None)), expected, "{what}");
    }
}

#[test]
fn what_is_no_backup_says_so_by_its_code() {
    use FaultCode::{
        ArchiveCut, ChunkMissing, NewerVersion, NotAnArchive, NothingInside, UnsupportedVersion,
    };
    let versioned = |version: serde_json::Value| archive(&[small().with("version", Some(version))]).bytes();
    let cut = archive(&[small()]).bytes();
    for (what, bytes, code) in [
        ("no bytes", Vec::new(), NotAnArchive),
        ("a text", b"dear diary".to_vec(), NotAnArchive),
        ("a PNG", b"\x89PNG\r\n\x1a\n".to_vec(), NotAnArchive),
        ("another zip", RawZip::of([RawEntry::stored("word/document.xml", b"<xml/>")]).bytes(), NotAnArchive),
        ("an empty zip", RawZip::default().bytes(), NothingInside),
        ("a marker alone", RawZip::of([marker()]).bytes(), NothingInside),
        ("attachments alone", RawZip::of([marker(), key_file()]).bytes(), ChunkMissing),
        ("cut in the middle", cut[..cut.len() / 2].to_vec(), ArchiveCut),
        ("cut by a byte", cut[..cut.len() - 1].to_vec(), ArchiveCut),
        ("two letters", b"PK".to_vec(), ArchiveCut),
        ("a newer version", versioned(json!(6.2)), NewerVersion),
        ("a much newer version", versioned(json!(7)), NewerVersion),
        ("a version too old", versioned(json!(4.9)), UnsupportedVersion),
        ("a version that never was", versioned(json!(5.95)), UnsupportedVersion),
        ("no such version", versioned(json!(0)), UnsupportedVersion),
    ] {
        assert_eq!(opened(bytes).map(|_| ()), Err(code), "{what}");
    }
}

#[test]
fn encrypted_chunks_of_other_programs_are_read() {
    use FaultCode::{DecryptionFailed, EntryMismatch, WrongSecret};
    let [first, second] = two();
    let (sealed, other) = (encrypted(&first, "pw", &SALT), encrypted(&second, "pw", &[9; 16]));
    let foreign = encrypted(&second, "another", &SALT);
    for (what, zip, password, expected) in [
        ("one salt", archive(&[sealed.clone(), encrypted(&second, "pw", &SALT)]), "pw", whole()),
        ("two salts", archive(&[sealed.clone(), other.clone()]), "pw", whole()),
        ("mixed", archive(&[first.clone(), other.clone()]), "pw", Ok((8, vec![], vec![EntryMismatch]))),
        (
            "one of another account",
            archive(&[sealed.clone(), foreign.clone()]),
            "pw",
            Ok((3, vec![DecryptionFailed], vec![])),
        ),
        (
            "the first of another account",
            archive(&[encrypted(&first, "x", &SALT), other.clone()]),
            "pw",
            Ok((5, vec![DecryptionFailed], vec![])),
        ),
        ("wrong password", archive(&[sealed.clone(), other.clone()]), "Pw", Err(WrongSecret)),
    ] {
        assert_eq!(summary(read(&zip, Some(password))), expected, "{what}");
    }
    assert_eq!(summary(read(&archive(&[sealed]), None)), Err(FaultCode::SecretRequired));
}

#[test]
fn a_password_is_tried_in_each_of_its_spellings() {
    let sealed = archive(&[encrypted(&small(), "Gr\u{f6}\u{df}e", &SALT)]);
    for typed in ["Gr\u{f6}\u{df}e", "Gro\u{308}\u{df}e"] {
        assert_eq!(summary(read(&sealed, Some(typed))), whole(), "{typed}");
    }
}

#[test]
fn damage_comes_before_the_secret() {
    use FaultCode::{ChecksumMismatch, WrongSecret};
    let [first, second] = two().map(|chunk| encrypted(&chunk, "pw", &SALT));
    let mut one_damaged = archive(&[first.clone(), second.clone()]);
    one_damaged.entries[1].crc32 ^= 1;
    one_damaged.entries[1].local_crc32 ^= 1;
    let mut all_damaged = one_damaged.clone();
    all_damaged.entries[2].crc32 ^= 1;
    assert_eq!(summary(read(&one_damaged, Some("pw"))), Ok((5, vec![ChecksumMismatch], vec![])));
    assert_eq!(summary(read(&one_damaged, Some("no"))), Err(WrongSecret));
    assert_eq!(summary(read(&all_damaged, Some("pw"))), Err(ChecksumMismatch));
}

#[test]
fn attachments_are_read_with_their_rows() {
    let bytes = vec![0x37; 2500];
    let hash = format!("{:016x}", xxhash_rust::xxh64::xxh64(&bytes, 0));
    let one = file("a1", &hash, &bytes, 1000, 5);
    let full = |rows: &[String], entries: Vec<RawEntry>| {
        let mut zip = archive(&[Chunk::plain(0, rows)]);
        zip.entries.extend(entries);
        zip
    };
    let rows = std::slice::from_ref(&one.row);
    let sink = read(&full(rows, vec![key_file(), one.entry.clone()]), None).unwrap();
    assert_eq!((sink.findings.len(), sink.attachments.len()), (0, 1));
    assert_eq!(sink.attachments[0].bytes, bytes);
    assert_eq!(sink.items[0].key.kind, Kind::AttachmentsKey);

    let two = file("a2", &hash, &bytes, 1000, 6);
    let both = [one.row.clone(), two.row.clone()];
    let sink = read(&full(&both, vec![key_file(), two.entry.clone()]), None).unwrap();
    assert_eq!(
        sink.attachments.iter().map(|stored| stored.head.id.as_str()).collect::<Vec<_>>(),
        ["a1", "a2"]
    );
    assert!(sink.attachments.iter().all(|stored| stored.bytes == bytes), "the bytes of either row's key");
}

#[test]
fn a_hash_of_another_kind_is_carried_and_not_compared() {
    let bytes = vec![0x37; 2500];
    // `xxh3` stands in rows of 2021; the value is no xxh64 of the bytes.
    for (hash, kind, damage) in [
        ("00000000000000aa", "xxh3", vec![]),
        ("0123456789abcdef0123456789abcdef", "xxh128", vec![]),
        ("00000000000000aa", "xxh64", vec![FaultCode::ChecksumMismatch]),
    ] {
        let one = file("a1", hash, &bytes, 1000, 5);
        let row = one.row.replace("\"xxh64\"", &format!("\"{kind}\""));
        let mut zip = archive(&[Chunk::plain(0, &[row])]);
        zip.entries.extend([key_file(), one.entry]);
        let sink = read(&zip, None).unwrap();
        assert_eq!(sink.codes(Severity::Damage), damage, "{kind}");
        assert_eq!(sink.attachments.len(), usize::from(damage.is_empty()), "{kind}");
    }
}

#[test]
fn one_bad_attachment_costs_itself_only() {
    use FaultCode::{AttachmentMissing, ChecksumMismatch, DecryptionFailed, EntryMismatch, Stray};
    let bytes = vec![0x37; 2500];
    let hash = format!("{:016x}", xxhash_rust::xxh64::xxh64(&bytes, 0));
    let good = file("a1", &hash, &bytes, 1000, 5);
    let wrong_hash = file("a2", "00000000000000aa", &bytes, 1000, 6);
    let wrong_size = file("a3", "00000000000000bb", &bytes, 1000, 7);
    let wrong_size_row = wrong_size.row.replace("2500", "2501");
    let locked_row =
        good.row.replacen("\"cipher\":\"", "\"cipher\":\"AAAA", 1).replace(&hash, "00000000000000cc");
    let damaged = |change: fn(&mut RawEntry)| {
        let mut entry = good.entry.clone();
        change(&mut entry);
        entry
    };
    let tampered = damaged(|entry| {
        let mut bytes = entry.packed.clone();
        bytes[20] ^= 1;
        *entry = RawEntry::stored(&entry.name, &bytes);
    });
    let cut_short =
        damaged(|entry| *entry = RawEntry::stored(&entry.name.clone(), &entry.packed.clone()[..1017]));
    let locked_entry = RawEntry::stored("attachments/00000000000000cc", &good.entry.packed);
    for (what, rows, entries, damage, warnings) in [
        (
            "a wrong hash",
            vec![good.row.clone(), wrong_hash.row],
            vec![good.entry.clone(), wrong_hash.entry],
            vec![ChecksumMismatch],
            vec![],
        ),
        ("a wrong size", vec![wrong_size_row], vec![wrong_size.entry], vec![EntryMismatch], vec![]),
        (
            "a flipped bit",
            vec![good.row.clone()],
            vec![damaged(|entry| entry.packed[20] ^= 1)],
            vec![ChecksumMismatch],
            vec![],
        ),
        (
            "a change with its checksum",
            vec![good.row.clone()],
            vec![tampered],
            vec![DecryptionFailed],
            vec![],
        ),
        ("an end that is gone", vec![good.row.clone()], vec![cut_short], vec![DecryptionFailed], vec![]),
        ("a key that does not open", vec![locked_row], vec![locked_entry], vec![DecryptionFailed], vec![]),
        ("no row", vec![], vec![good.entry.clone()], vec![], vec![FaultCode::Empty, Stray]),
        ("no bytes", vec![good.row.clone()], vec![], vec![], vec![AttachmentMissing]),
    ] {
        let mut zip = archive(&[Chunk::plain(0, &rows)]);
        zip.entries.push(key_file());
        zip.entries.extend(entries);
        let sink = read(&zip, None).unwrap();
        let found = (sink.codes(Severity::Damage), sink.codes(Severity::Warning));
        assert_eq!(found, (damage, warnings), "{what}");
    }
}

#[test]
fn an_encrypted_key_file_needs_the_secret_of_the_notes() {
    let sealed = cipher(
        br#"{"key":"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE","salt":"AgICAgICAgICAgICAgICAg"}"#,
        &key("pw", &SALT),
        &SALT,
    );
    let entry = RawEntry::deflated("attachments/.attachments_key", sealed.to_string().as_bytes());
    let mut zip = archive(&[encrypted(&small(), "pw", &SALT)]);
    zip.entries.push(entry.clone());
    let sink = read(&zip, Some("pw")).unwrap();
    assert_eq!(sink.of_kind(Kind::AttachmentsKey).count(), 1);
    // Clear notes beside an encrypted key: the notes are read, the key is a loss of its own.
    let mut zip = archive(&[small()]);
    zip.entries.push(entry);
    assert_eq!(summary(read(&zip, None)), Ok((8, vec![FaultCode::SecretRequired], vec![])));
}

#[test]
fn a_zip_that_lies_is_noticed() {
    use FaultCode::{ChunkRepeated, EntryMismatch, InvalidContent, LimitExceeded};
    let change = |change: fn(&mut RawEntry)| {
        let mut zip = archive(&[small()]);
        change(&mut zip.entries[1]);
        zip
    };
    for (what, zip, expected) in [
        (
            "another name inside",
            change(|e| e.local_name = e.name.replace("plain", "elain")),
            Ok((8, vec![EntryMismatch], vec![])),
        ),
        (
            "another CRC inside",
            change(|e| (e.descriptor, e.local_crc32) = (false, 5)),
            Ok((8, vec![EntryMismatch], vec![])),
        ),
        ("a name given twice", with(small().entry()), Ok((8, vec![ChunkRepeated], vec![]))),
        (
            "a way out of the folder",
            with(RawEntry::stored("../evil", b"x")),
            Ok((8, vec![EntryMismatch], vec![])),
        ),
        (
            "an absolute name",
            with(RawEntry::stored("/etc/cron.d/x", b"x")),
            Ok((8, vec![EntryMismatch], vec![])),
        ),
        (
            "a bomb by its own claim",
            with(RawEntry { size_bytes: 1 << 30, ..RawEntry::stored("0", b"x") }),
            Ok((8, vec![LimitExceeded], vec![])),
        ),
        ("a password of the zip's own", change(|e| e.flags |= 1), Ok((0, vec![InvalidContent], vec![]))),
        ("a method nobody uses", change(|e| e.method = 12), Ok((0, vec![InvalidContent], vec![]))),
        (
            "bytes of another entry",
            with(RawEntry { header_at: Some(0), ..RawEntry::stored("1", b"x") }),
            Ok((8, vec![EntryMismatch, EntryMismatch], vec![])),
        ),
    ] {
        assert_eq!(summary(read(&zip, None)), expected, "{what}");
    }
    let outside = with(RawEntry { header_at: Some(1 << 30), ..RawEntry::stored("1", b"x") });
    assert_eq!(summary(read(&outside, None)), Err(EntryMismatch));
    let mut longer = archive(&[small()]);
    longer.entries[1].size_bytes -= 1;
    assert_eq!(summary(read(&longer, None)), Ok((0, vec![EntryMismatch], vec![])));
}

#[test]
fn an_end_that_was_added_behind_the_file_is_a_warning() {
    let mut bytes = archive(&[small()]).bytes();
    bytes.extend_from_slice(b"\n");
    assert_eq!(summary(read_bytes(bytes, None)), Ok((8, vec![], vec![FaultCode::Stray])));
}

#[test]
fn a_last_chunk_that_is_full_with_texts_missing_has_lost_others() {
    let title = "x".repeat(1 << 20);
    let rows: Vec<String> = (0..11).map(|n| notesnook::note(&format!("n{n}"), &title, Some("c"))).collect();
    let read = summary(read(&archive(&[Chunk::plain(0, &rows)]), None));
    assert_eq!(read, Ok((11, vec![FaultCode::ChunkMissing], vec![])));
}
