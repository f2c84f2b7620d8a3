use std::io::{self, Read as _, Write as _};

use proptest::prelude::*;

use super::*;
use crate::Key;

const INFO: &str = "test entry";

fn key() -> Key {
    Key::from_bytes([9; 32])
}

fn seal(plain: &[u8]) -> Vec<u8> {
    let mut writer = SealedWriter::new(Vec::new(), &key(), INFO).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn open(sealed: &[u8]) -> Result<Vec<u8>, SealedError> {
    open_as(sealed, &key(), INFO)
}

fn open_as(sealed: &[u8], key: &Key, info: &str) -> Result<Vec<u8>, SealedError> {
    let told = |error: io::Error| SealedError::of(&error).unwrap();
    let mut plain = Vec::new();
    SealedReader::new(sealed, key, info).map_err(told)?.read_to_end(&mut plain).map_err(told)?;
    Ok(plain)
}

/// Bytes that differ from chunk to chunk.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from((i / 251 + i) % 256).unwrap()).collect()
}

/// Where the sealed chunk number `chunk` starts.
fn chunk_at(chunk: usize) -> usize {
    START_BYTES + chunk * (CHUNK_BYTES + TAG_BYTES)
}

#[test]
fn every_length_around_a_chunk_survives() {
    for length in [0, 1, 15, 16, 17, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
        let plain = bytes(length);
        let sealed = seal(&plain);
        assert_eq!(sealed.len() as u64, sealed_len(length as u64), "{length}");
        assert!(open(&sealed).unwrap() == plain, "{length}");
    }
}

#[test]
fn the_same_bytes_are_sealed_differently_each_time() {
    assert_ne!(seal(b"same"), seal(b"same"));
}

#[test]
fn a_stream_opens_only_for_its_key_and_place() {
    let sealed = seal(b"text");
    let refused = Err(SealedError::WrongKeyOrDamaged);
    assert_eq!(open_as(&sealed, &Key::from_bytes([8; 32]), INFO), refused);
    assert_eq!(open_as(&sealed, &key(), "another entry"), refused);
}

#[test]
fn every_flipped_byte_of_a_short_stream_is_noticed() {
    let sealed = seal(&bytes(300));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 0x80;
        assert_eq!(open(&changed), Err(SealedError::WrongKeyOrDamaged), "byte {at}");
    }
}

#[test]
fn every_cut_of_a_short_stream_is_noticed() {
    let sealed = seal(&bytes(300));
    for length in 0..sealed.len() {
        let error = open(&sealed[..length]).unwrap_err();
        if length <= START_BYTES {
            assert_eq!(error, SealedError::CutOff, "{length}");
        } else {
            assert_eq!(error, SealedError::WrongKeyOrDamaged, "{length}");
        }
    }
}

#[test]
fn damage_behind_the_first_chunk_proves_the_key_right() {
    let sealed = seal(&bytes(3 * CHUNK_BYTES + 5));
    for (at, chunk) in [(chunk_at(1), 1), (chunk_at(2) - 1, 1), (chunk_at(2) + 7, 2), (sealed.len() - 1, 3)] {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(open(&changed), Err(SealedError::Damaged { chunk }), "byte {at}");
    }
    let cut_in_a_chunk = &sealed[..chunk_at(2) + 100];
    assert_eq!(open(cut_in_a_chunk), Err(SealedError::Damaged { chunk: 2 }));
}

#[test]
fn a_cut_between_chunks_is_a_cut() {
    let sealed = seal(&bytes(3 * CHUNK_BYTES));
    for chunk in 1..3 {
        assert_eq!(open(&sealed[..chunk_at(chunk)]), Err(SealedError::CutOff), "{chunk}");
    }
}

#[test]
fn reordered_repeated_dropped_and_added_chunks_are_noticed() {
    let sealed = seal(&bytes(4 * CHUNK_BYTES));
    let chunk = |number: usize| &sealed[chunk_at(number)..chunk_at(number + 1)];
    let start = &sealed[..START_BYTES];
    let made = |chunks: &[usize]| {
        chunks.iter().fold(start.to_vec(), |mut all, number| {
            all.extend_from_slice(chunk(*number));
            all
        })
    };
    assert!(open(&made(&[0, 1, 2, 3])).is_ok());
    assert_eq!(open(&made(&[0, 2, 1, 3])), Err(SealedError::Damaged { chunk: 1 }));
    assert_eq!(open(&made(&[0, 1, 1, 2, 3])), Err(SealedError::Damaged { chunk: 2 }));
    assert_eq!(open(&made(&[0, 2, 3])), Err(SealedError::Damaged { chunk: 1 }));
    assert_eq!(open(&made(&[1, 2, 3])), Err(SealedError::WrongKeyOrDamaged));
    assert_eq!(open(&made(&[0, 1, 2, 3, 3])), Err(SealedError::TrailingData));
    let mut longer = sealed.clone();
    longer.push(0);
    assert_eq!(open(&longer), Err(SealedError::TrailingData));
}

#[test]
fn an_empty_last_chunk_after_others_is_refused() {
    // Made with the same cipher, but not as this construction allows.
    use aead_stream::StreamPrimitive as _;
    let start = [4; START_BYTES];
    let stream = stream(&key(), &start, INFO);
    let mut sealed = start.to_vec();
    for (number, last, plain) in [(0, false, bytes(CHUNK_BYTES)), (1, true, Vec::new())] {
        let mut chunk = plain;
        stream.encrypt_in_place(number, last, &[], &mut chunk).unwrap();
        sealed.extend(chunk);
    }
    assert_eq!(open(&sealed), Err(SealedError::Damaged { chunk: 1 }));
}

#[test]
fn an_error_stays_an_error() {
    let mut sealed = seal(&bytes(3 * CHUNK_BYTES));
    sealed[chunk_at(1)] ^= 1;
    let mut reader = SealedReader::new(sealed.as_slice(), &key(), INFO).unwrap();
    let mut plain = Vec::new();
    assert!(reader.read_to_end(&mut plain).is_err());
    assert_eq!(plain.len(), CHUNK_BYTES);
    assert!(reader.read(&mut [0; 10]).is_err());
}

#[test]
fn a_stream_without_finish_does_not_open() {
    for length in [0, 10, CHUNK_BYTES + 10] {
        let mut sealed = Vec::new();
        let mut writer = SealedWriter::new(&mut sealed, &key(), INFO).unwrap();
        writer.write_all(&bytes(length)).unwrap();
        drop(writer);
        assert_eq!(open(&sealed), Err(SealedError::CutOff), "{length}");
    }
}

/// Takes `room` bytes, then fails once, then goes on.
struct FailsOnce {
    taken: Vec<u8>,
    room: usize,
}

impl io::Write for FailsOnce {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.taken.len() + bytes.len() > self.room {
            self.room = usize::MAX;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_lost_a_chunk_never_finishes() {
    let inner = FailsOnce { taken: Vec::new(), room: 100_000 };
    let mut writer = SealedWriter::new(inner, &key(), INFO).unwrap();
    assert!(writer.write_all(&bytes(4 * CHUNK_BYTES)).is_err());
    assert!(writer.write_all(b"more").is_err());
    assert!(writer.finish().is_err());
}

#[test]
fn small_things_are_bound_to_their_purpose() {
    let sealed = seal_bytes(&key(), b"vault", b"small").unwrap();
    assert_eq!(open_bytes(&key(), b"vault", &sealed).unwrap().as_slice(), b"small");
    assert_eq!(open_bytes(&key(), b"other", &sealed).err(), Some(SealedError::WrongKeyOrDamaged));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(open_bytes(&key(), b"vault", &changed).is_err(), "{at}");
        assert!(open_bytes(&key(), b"vault", &sealed[..at]).is_err(), "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_bytes_in_any_portions_survive(
        length in 0..3 * CHUNK_BYTES,
        portion in 1..2 * CHUNK_BYTES,
        read in 1..2 * CHUNK_BYTES,
    ) {
        let plain = bytes(length);
        let mut writer = SealedWriter::new(Vec::new(), &key(), INFO).unwrap();
        for part in plain.chunks(portion) {
            writer.write_all(part).unwrap();
        }
        let sealed = writer.finish().unwrap();
        let mut reader = SealedReader::new(sealed.as_slice(), &key(), INFO).unwrap();
        let (mut back, mut part) = (Vec::new(), vec![0; read]);
        loop {
            match reader.read(&mut part).unwrap() {
                0 => break,
                count => back.extend_from_slice(&part[..count]),
            }
        }
        prop_assert!(back == plain);
    }

    #[test]
    fn junk_never_opens_and_never_panics(junk: Vec<u8>) {
        prop_assert!(open(&junk).is_err());
        prop_assert!(open_bytes(&key(), b"", &junk).is_err());
    }
}
