//! Sealed bytes: streams of any length in bounded memory, and small things in one piece.
//!
//! A stream is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015; crate
//! `aead-stream`, `StreamBE32` with a zero prefix) over AES-256-GCM:
//! - 16 random bytes, then chunks of 64 KiB of plain bytes, each followed by its 16-byte tag;
//! - key = HKDF-SHA-256(key given, salt = the 16 bytes, info = the string given);
//! - nonce = 7 zero bytes, the chunk's number (4 bytes, big-endian), 1 for the last chunk else 0;
//! - the last chunk is empty only if the whole stream is.
//!
//! So chunks cannot be changed, cut off, added, reordered, repeated or taken to another stream. The
//! limit is 2^32 chunks, 256 TiB.
//!
//! A small thing is a random 12-byte nonce, the ciphertext and AES-256-GCM's 16-byte tag.

mod reader;
mod small;
mod writer;

pub use reader::SealedReader;
#[cfg(test)]
pub(crate) use small::seal_with_nonce;
pub use small::{open_bytes, seal_bytes};
pub use writer::SealedWriter;

/// Plain bytes in each chunk but the last.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that each chunk's tag adds.
pub const TAG_BYTES: usize = 16;
/// Random bytes at the start of a stream.
pub const START_BYTES: usize = 16;

/// Why sealed bytes did not open. Inside an [`std::io::Error`] it is found by [`SealedError::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// The very first piece does not open: the key is wrong or the bytes were changed.
    #[error("the sealed data does not open: wrong key, or it was changed")]
    WrongKeyOrDamaged,
    /// The key is right and a later piece was changed, exchanged or cut in its middle.
    #[error("the sealed data is damaged at chunk {chunk}")]
    Damaged {
        /// Number of the chunk, from 0.
        chunk: u32,
    },
    /// The data ends before its last chunk.
    #[error("the sealed data is cut off")]
    CutOff,
    /// There is more after the last chunk.
    #[error("there is foreign data after the end of the sealed data")]
    TrailingData,
    /// The stream is longer than 2^32 chunks.
    #[error("the sealed data is too long")]
    TooLong,
    /// The system gave no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] crate::NoRandomness),
}

impl SealedError {
    /// The reason inside an I/O error that a sealed stream returned; `None` for any other error.
    #[must_use]
    pub fn of(error: &std::io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<SealedError> for std::io::Error {
    fn from(error: SealedError) -> Self {
        let kind = match error {
            SealedError::CutOff => std::io::ErrorKind::UnexpectedEof,
            SealedError::NoRandomness(_) => std::io::ErrorKind::Other,
            _ => std::io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// The length of the sealed form of a stream, in bytes.
#[must_use]
pub fn sealed_len(plain_bytes: u64) -> u64 {
    let chunks = plain_bytes.div_ceil(CHUNK_BYTES as u64).max(1);
    plain_bytes + chunks * TAG_BYTES as u64 + START_BYTES as u64
}

type Stream = aead_stream::StreamBE32<aes_gcm::Aes256Gcm>;

/// The stream cipher of one stream.
fn stream(key: &crate::Key, start: &[u8; START_BYTES], info: &str) -> Stream {
    use aead_stream::NewStream as _;
    let key = key.derive_salted(Some(start), info.as_bytes());
    Stream::new(key.expose().into(), &[0; 7].into())
}

/// Seals one chunk in place. Not generic, so that it is compiled with this room's optimisation
/// wherever a stream goes to.
fn seal_chunk(stream: &Stream, chunk: u32, last: bool, bytes: &mut Vec<u8>) -> Result<(), SealedError> {
    use aead_stream::StreamPrimitive as _;
    stream.encrypt_in_place(chunk, last, &[], bytes).map_err(|_| SealedError::TooLong)
}

/// Opens one chunk in place; on `false` the bytes are as they were.
fn open_chunk(stream: &Stream, chunk: u32, last: bool, bytes: &mut Vec<u8>) -> bool {
    use aead_stream::StreamPrimitive as _;
    stream.decrypt_in_place(chunk, last, &[], bytes).is_ok()
}

#[cfg(test)]
mod tests;
