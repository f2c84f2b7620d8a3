use std::io::{self, Read as _, Write as _};

use proptest::prelude::*;

use super::*;

const PIECE: usize = 100;
const HEADER: [u8; HEADER_BYTES] = [7; HEADER_BYTES];

fn key() -> Key {
    Key::from_bytes([9; 32])
}

fn encrypt(plain: &[u8], piece: usize) -> Vec<u8> {
    let mut writer = StreamWriter::new(Vec::new(), &key(), &HEADER, piece).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn decrypt(bytes: &[u8]) -> Result<Vec<u8>, StreamError> {
    let mut plain = Vec::new();
    StreamReader::new(bytes, &key(), &HEADER, PIECE)?
        .read_to_end(&mut plain)
        .map_err(|error: io::Error| StreamError::of(&error).unwrap())?;
    Ok(plain)
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

#[test]
fn every_length_around_a_piece_survives_and_has_the_promised_size() {
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * PIECE + 3] {
        let encrypted = encrypt(&bytes(length), PIECE);
        assert_eq!(encrypted.len() as u64, encrypted_len(length as u64, PIECE as u64), "{length}");
        assert_eq!(decrypt(&encrypted).unwrap(), bytes(length), "{length}");
    }
}

#[test]
fn the_last_full_piece_is_the_final_message() {
    let encrypted = encrypt(&bytes(2 * PIECE), PIECE);
    assert_eq!(encrypted.len(), 2 * (PIECE + MESSAGE_OVERHEAD_BYTES));
    let mut state = start(&key(), &HEADER);
    let mut tags = Vec::new();
    for message in encrypted.chunks(PIECE + MESSAGE_OVERHEAD_BYTES) {
        let (mut plain, mut tag) = ([0; PIECE], 0);
        sodium::crypto_secretstream_xchacha20poly1305_pull(&mut state, &mut plain, &mut tag, message, None)
            .unwrap();
        tags.push(tag);
    }
    assert_eq!(tags, [TAG_MESSAGE, TAG_FINAL]);
}

#[test]
fn a_stored_header_gives_the_same_bytes_again() {
    assert_eq!(encrypt(&bytes(333), PIECE), encrypt(&bytes(333), PIECE));
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let encrypted = encrypt(&bytes(2 * PIECE + 10), PIECE);
    let message = PIECE + MESSAGE_OVERHEAD_BYTES;
    for at in 0..encrypted.len() {
        let mut changed = encrypted.clone();
        changed[at] ^= 4;
        let expected = match at / message {
            0 => StreamError::WrongKeyOrDamaged,
            piece => StreamError::Damaged { piece: piece as u64 },
        };
        assert_eq!(decrypt(&changed), Err(expected), "byte {at}");
        let cut = decrypt(&encrypted[..at]).unwrap_err();
        if at % message == 0 {
            assert_eq!(cut, StreamError::CutOff, "cut at {at}");
        } else {
            assert_ne!(cut, StreamError::TrailingData, "cut at {at}");
        }
    }
}

#[test]
fn what_follows_the_final_message_is_noticed() {
    let mut encrypted = encrypt(&bytes(PIECE), PIECE);
    encrypted.push(0);
    assert_eq!(decrypt(&encrypted), Err(StreamError::TrailingData));
}

#[test]
fn swapped_pieces_are_noticed() {
    let encrypted = encrypt(&bytes(3 * PIECE), PIECE);
    let message = PIECE + MESSAGE_OVERHEAD_BYTES;
    let mut swapped = encrypted[message..2 * message].to_vec();
    swapped.extend_from_slice(&encrypted[..message]);
    swapped.extend_from_slice(&encrypted[2 * message..]);
    assert_eq!(decrypt(&swapped), Err(StreamError::WrongKeyOrDamaged));
}

#[test]
fn piece_sizes_are_bounded() {
    for piece in [0, MAX_PIECE_BYTES + 1] {
        assert!(StreamReader::new(io::empty(), &key(), &HEADER, piece).is_err());
        assert!(StreamWriter::new(io::sink(), &key(), &HEADER, piece).is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_portions_survive(plain: Vec<u8>, portion in 1_usize..300) {
        let mut writer = StreamWriter::new(Vec::new(), &key(), &HEADER, PIECE).unwrap();
        for part in plain.chunks(portion) {
            writer.write_all(part).unwrap();
        }
        prop_assert_eq!(decrypt(&writer.finish().unwrap()).unwrap(), plain);
    }

    #[test]
    fn junk_never_opens_and_never_panics(junk: Vec<u8>) {
        prop_assert!(decrypt(&junk).is_err());
    }
}
