//! A wrong secret is never called damage, and damage never a wrong secret, where the format can tell.
#![expect(clippy::unwrap_used, reason = "a sample that cannot be read has nothing to tell")]

use std::io::Cursor;

use backstop_crypto::{Password, RecoveryKey};
use backstop_formats::{ArchiveSecret, open};
use backstop_model::{FaultCode, FlowError, Job, Severity};
use backstop_testkit::damage::{is_damage, zip_edges};
use backstop_testkit::{CollectingSink, fixture};

/// What opens a sample, and what does not.
struct Case {
    path: &'static str,
    right: fn() -> ArchiveSecret,
    wrong: fn() -> ArchiveSecret,
}

fn password(text: &str) -> ArchiveSecret {
    ArchiveSecret::Password(Password::new(text).unwrap())
}

/// One sample of every encrypted format that can tell. Deriving the keys of a container takes a second,
/// so most are opened by keys that cost nothing.
const CASES: [Case; 5] = [
    Case {
        path: "notesnook/5.9/encrypted.nnbackupz",
        right: || password("orchard-gate-7"),
        wrong: || password("Orchard-gate-7"),
    },
    Case {
        path: "notesnook/6.1/partial-encrypted.nnbackupz",
        right: || ArchiveSecret::parse_key("O-dc2UYbBG9PXoimHX61Cxd87M-NREjXFE5WNKEh5mU").unwrap(),
        wrong: || ArchiveSecret::parse_key("A-dc2UYbBG9PXoimHX61Cxd87M-NREjXFE5WNKEh5mU").unwrap(),
    },
    Case {
        path: "notesnook/6.1/partial-encrypted.nnbackupz",
        right: || password("harbour-lantern-42"),
        wrong: || password("harbour-lantern-43"),
    },
    Case {
        path: "backstop/v1/encrypted-partial.backstop",
        right: || recovery(0x5a),
        wrong: || recovery(0x5b),
    },
    Case { path: "backstop/v1/encrypted-empty.backstop", right: || recovery(0x5a), wrong: || recovery(0) },
];

fn recovery(byte: u8) -> ArchiveSecret {
    ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([byte; 32]))
}

/// Opens, unlocks and reads; the codes of damage.
fn read(bytes: &[u8], secret: &ArchiveSecret) -> Result<Vec<FaultCode>, FaultCode> {
    let code = |error: FlowError| error.fault().unwrap().code;
    let mut archive = open(Box::new(Cursor::new(bytes.to_vec()))).map_err(code)?;
    archive.unlock(secret, &Job::new()).map_err(code)?;
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &Job::new()).map_err(code)?;
    Ok(sink.codes(Severity::Damage))
}

/// A byte in the middle of what stands between each two signatures of the zip.
fn places(file: &[u8]) -> Vec<usize> {
    let edges = zip_edges(file);
    edges.iter().zip(edges.iter().skip(1)).map(|(one, next)| one.midpoint(*next)).collect()
}

#[test]
fn a_wrong_secret_on_a_whole_file_is_a_wrong_secret() {
    for Case { path, right, wrong } in &CASES {
        let file = std::fs::read(fixture(path)).unwrap();
        assert_eq!(read(&file, &right()), Ok(vec![]), "{path}");
        assert_eq!(read(&file, &wrong()), Err(FaultCode::WrongSecret), "{path}");
    }
}

#[test]
fn a_file_changed_at_any_part_is_damaged_with_the_right_secret() {
    for Case { path, right, .. } in &CASES {
        let file = std::fs::read(fixture(path)).unwrap();
        for at in places(&file) {
            let mut damaged = file.clone();
            damaged[at] ^= 0x10;
            let codes = read(&damaged, &right()).unwrap_or_else(|code| vec![code]);
            assert!(codes.iter().all(|code| is_damage(*code)), "{path} at {at}: {codes:?}");
        }
        for end in [file.len() / 4, file.len() / 2, file.len() - 1] {
            let codes = read(&file[..end], &right()).unwrap_or_else(|code| vec![code]);
            assert!(!codes.is_empty() && codes.iter().all(|code| is_damage(*code)), "{path} cut at {end}");
        }
    }
}

#[test]
fn a_wrong_secret_on_a_damaged_file_is_called_by_what_is_certain() {
    for Case { path, wrong, .. } in &CASES {
        let file = std::fs::read(fixture(path)).unwrap();
        for at in places(&file) {
            let mut damaged = file.clone();
            damaged[at] ^= 0x10;
            // Where a part is still whole, it did not open; where none is, the file is at fault. It is
            // never read.
            let code = read(&damaged, &wrong()).unwrap_err();
            assert!(code == FaultCode::WrongSecret || is_damage(code), "{path} at {at}: {code:?}");
        }
    }
}

#[test]
fn an_older_backup_cannot_tell_and_says_the_secret() {
    let file = std::fs::read(fixture("notesnook/5.8/encrypted.nnbackup")).unwrap();
    assert_eq!(read(&file, &password("orchard-gate-7")), Ok(vec![]));
    assert_eq!(read(&file, &password("orchard-gate-8")), Err(FaultCode::WrongSecret));
    // A changed letter of the ciphertext: nothing but the secret or the file can be at fault.
    let text = String::from_utf8(file).unwrap();
    let at = text.find("\"cipher\"").unwrap() + 40;
    let mut changed = text.into_bytes();
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(read(&changed, &password("orchard-gate-7")), Err(FaultCode::WrongSecret));
}
