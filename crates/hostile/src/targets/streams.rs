//! Encrypted streams. What is fed can hardly have been made with the key, unless it is a seed: so
//! whatever comes out must be what the seeds hold, and all of it.

use std::io::{self, Cursor, Read};

use backstop_crypto::Key;
use backstop_crypto::sealed::{SealedError, SealedReader, SealedWriter, sealed_len};
use backstop_crypto::secretstream::{HEADER_BYTES, StreamError, StreamReader, StreamWriter, encrypted_len};

use crate::made::KEY;

const INFO: &str = "fuzz";
const HEADER: [u8; HEADER_BYTES] = [9; HEADER_BYTES];
/// Small, so that a short stream has many pieces.
const PIECE_BYTES: usize = 61;

/// What every seed's plain bytes are the beginning of: bytes that no compression shortens.
fn pattern() -> impl Iterator<Item = u8> {
    (0_u32..).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
}

/// A sealed stream of so many bytes, for seeds.
pub(crate) fn sealed_of(bytes: usize) -> io::Result<Vec<u8>> {
    let plain: Vec<u8> = pattern().take(bytes).collect();
    let mut writer = SealedWriter::new(Vec::new(), &Key::from_bytes(KEY), INFO)?;
    io::copy(&mut Cursor::new(plain), &mut writer)?;
    writer.finish()
}

/// An attachment of so many bytes, for seeds.
pub(crate) fn attachment_of(bytes: usize) -> io::Result<Vec<u8>> {
    let plain: Vec<u8> = pattern().take(bytes).collect();
    let mut writer = StreamWriter::new(Vec::new(), &Key::from_bytes(KEY), &HEADER, PIECE_BYTES)?;
    io::copy(&mut Cursor::new(plain), &mut writer)?;
    writer.finish()
}

/// The bytes are a sealed stream.
pub(crate) fn sealed(bytes: &[u8]) {
    let opened = SealedReader::new(bytes, &Key::from_bytes(KEY), INFO).map(given);
    match opened.unwrap_or_else(|error| (Vec::new(), Some(error))) {
        (_, Some(error)) => assert!(SealedError::of(&error).is_some(), "no fault of the stream: {error}"),
        (plain, None) => assert_eq!(sealed_len(plain.len() as u64), bytes.len() as u64, "a part is missing"),
    }
}

/// The bytes are an attachment's.
pub(crate) fn attachment(bytes: &[u8]) {
    let opened = StreamReader::new(bytes, &Key::from_bytes(KEY), &HEADER, PIECE_BYTES);
    match opened.map_err(io::Error::from).map_or_else(|error| (Vec::new(), Some(error)), given) {
        (_, Some(error)) => assert!(StreamError::of(&error).is_some(), "no fault of the stream: {error}"),
        (plain, None) => {
            let whole = encrypted_len(plain.len() as u64, PIECE_BYTES as u64);
            assert_eq!(whole, bytes.len() as u64, "a part is missing");
        }
    }
}

/// What a stream gives, in small bites, and how it ends. All of it is what was sealed.
fn given(mut stream: impl Read) -> (Vec<u8>, Option<io::Error>) {
    let (mut plain, mut bite) = (Vec::new(), [0; 1000]);
    let end = loop {
        match stream.read(&mut bite) {
            Ok(0) => break None,
            Ok(read) => plain.extend(bite.iter().take(read)),
            Err(error) => break Some(error),
        }
    };
    assert!(plain.iter().copied().eq(pattern().take(plain.len())), "bytes that nobody sealed");
    if end.is_some() {
        assert!(stream.read(&mut bite).is_err(), "after its error it goes on as if nothing had happened");
    }
    (plain, end)
}
