//! libsodium's `crypto_secretstream_xchacha20poly1305` over bytes cut into pieces of one size.
//!
//! Each piece of `piece_bytes` becomes a message of 17 bytes more; tag MESSAGE on all but the last,
//! FINAL on the last, which is a whole piece when the length is an exact multiple. Nothing stands
//! between the messages; the 24-byte header travels elsewhere. An empty input becomes one empty
//! FINAL message. With the same key, header and bytes the output is the same, so that a stored
//! header can be used again for the very same bytes; it must never be used for others.

use std::io::{self, Read, Write};

use dryoc::classic::crypto_secretstream_xchacha20poly1305 as sodium;
use dryoc::constants::{
    CRYPTO_SECRETSTREAM_XCHACHA20POLY1305_ABYTES as ABYTES,
    CRYPTO_SECRETSTREAM_XCHACHA20POLY1305_TAG_FINAL as TAG_FINAL,
    CRYPTO_SECRETSTREAM_XCHACHA20POLY1305_TAG_MESSAGE as TAG_MESSAGE,
};
use zeroize::Zeroizing;

use crate::random::{NoRandomness, random_array};
use crate::secret::Key;

/// Bytes of the header that starts a stream.
pub const HEADER_BYTES: usize = 24;
/// Bytes that each message has more than its piece.
pub const MESSAGE_OVERHEAD_BYTES: usize = ABYTES;

/// Largest piece a reader or writer accepts: it is the size of the buffer.
pub const MAX_PIECE_BYTES: usize = 16 * 1024 * 1024;

/// A header for a new stream.
///
/// # Errors
/// [`NoRandomness`] when the system gives none.
pub fn random_header() -> Result<[u8; HEADER_BYTES], NoRandomness> {
    random_array()
}

/// Why a stream did not open. Inside an [`io::Error`] it is found by [`StreamError::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The very first message does not open: the key or header is wrong or the bytes were changed.
    #[error("the encrypted stream does not open: wrong key, or it was changed")]
    WrongKeyOrDamaged,
    /// The key is right and a later message was changed, exchanged or cut in its middle.
    #[error("the encrypted stream is damaged at piece {piece}")]
    Damaged {
        /// Number of the piece, from 0.
        piece: u64,
    },
    /// The stream ends before its final message.
    #[error("the encrypted stream is cut off")]
    CutOff,
    /// There is more after the final message.
    #[error("there is foreign data after the end of the encrypted stream")]
    TrailingData,
    /// A piece size of 0 or above [`MAX_PIECE_BYTES`].
    #[error("the encrypted stream has pieces of a size that is not accepted")]
    PieceSize,
}

impl StreamError {
    /// The reason inside an I/O error that a stream returned; `None` for any other error.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        let kind = match error {
            StreamError::CutOff => io::ErrorKind::UnexpectedEof,
            StreamError::PieceSize => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// The length of the encrypted form, in bytes.
#[must_use]
pub fn encrypted_len(plain_bytes: u64, piece_bytes: u64) -> u64 {
    plain_bytes + plain_bytes.div_ceil(piece_bytes.max(1)).max(1) * ABYTES as u64
}

/// The state after the header; the same for both directions, so that a header can be used again.
fn start(key: &Key, header: &[u8; HEADER_BYTES]) -> sodium::State {
    let mut state = sodium::State::new();
    sodium::crypto_secretstream_xchacha20poly1305_init_pull(&mut state, header, key.expose());
    state
}

fn check_piece(piece_bytes: usize) -> Result<usize, StreamError> {
    if (1..=MAX_PIECE_BYTES).contains(&piece_bytes) { Ok(piece_bytes) } else { Err(StreamError::PieceSize) }
}

/// Encrypts what is written to it. Only [`StreamWriter::finish`] writes the final message.
pub struct StreamWriter<W: Write> {
    inner: W,
    state: sodium::State,
    piece_bytes: usize,
    /// Plain bytes not yet encrypted. A full piece is kept until more comes: it may be the last.
    plain: Zeroizing<Vec<u8>>,
    message: Vec<u8>,
    /// Set while a message is on its way. Still set later, it means that the message was lost:
    /// going on would leave a stream that looks whole.
    broken: bool,
}

impl<W: Write> StreamWriter<W> {
    /// Starts a stream with a header that the caller keeps or kept.
    ///
    /// # Errors
    /// [`StreamError::PieceSize`].
    pub fn new(
        inner: W,
        key: &Key,
        header: &[u8; HEADER_BYTES],
        piece_bytes: usize,
    ) -> Result<Self, StreamError> {
        check_piece(piece_bytes)?;
        let plain = Zeroizing::new(Vec::with_capacity(piece_bytes));
        Ok(Self { inner, state: start(key, header), piece_bytes, plain, message: Vec::new(), broken: false })
    }

    /// Writes the final message and gives the inner writer back. Flushing it is up to the caller.
    ///
    /// # Errors
    /// From the inner writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.push(TAG_FINAL)?;
        Ok(self.inner)
    }

    fn push(&mut self, tag: u8) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier part of the encrypted stream was not written"));
        }
        self.broken = true;
        self.message.resize(self.plain.len() + ABYTES, 0);
        sodium::crypto_secretstream_xchacha20poly1305_push(
            &mut self.state,
            &mut self.message,
            &self.plain,
            None,
            tag,
        )
        .map_err(|_| StreamError::PieceSize)?;
        self.plain.clear();
        self.inner.write_all(&self.message)?;
        self.broken = false;
        Ok(())
    }
}

impl<W: Write> Write for StreamWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.broken || self.plain.len() == self.piece_bytes {
            self.push(TAG_MESSAGE)?;
        }
        let room = self.piece_bytes.saturating_sub(self.plain.len()).min(bytes.len());
        let taken = bytes.get(..room).unwrap_or_default();
        self.plain.extend_from_slice(taken);
        Ok(taken.len())
    }

    /// Flushes what is encrypted already; an unfinished piece stays in memory.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Decrypts a stream while it is read. Not one byte is given out before its piece is
/// authenticated, and the end is reported only after the final message and nothing behind it.
pub struct StreamReader<R: Read> {
    inner: R,
    state: sodium::State,
    piece_bytes: usize,
    message: Vec<u8>,
    plain: Zeroizing<Vec<u8>>,
    taken: usize,
    piece: u64,
    end: Option<Result<(), StreamError>>,
}

impl<R: Read> StreamReader<R> {
    /// Starts reading a stream whose header the caller has from elsewhere.
    ///
    /// # Errors
    /// [`StreamError::PieceSize`].
    pub fn new(
        inner: R,
        key: &Key,
        header: &[u8; HEADER_BYTES],
        piece_bytes: usize,
    ) -> Result<Self, StreamError> {
        check_piece(piece_bytes)?;
        Ok(Self {
            inner,
            state: start(key, header),
            piece_bytes,
            message: Vec::new(),
            plain: Zeroizing::new(Vec::new()),
            taken: 0,
            piece: 0,
            end: None,
        })
    }

    fn next_piece(&mut self) -> io::Result<()> {
        self.plain.clear();
        self.taken = 0;
        self.message.clear();
        let most = (self.piece_bytes + ABYTES) as u64;
        self.inner.by_ref().take(most).read_to_end(&mut self.message)?;
        let outcome = self.pull();
        if let Err(error) = outcome {
            self.plain.clear();
            self.end = Some(Err(error));
            return Err(error.into());
        }
        Ok(())
    }

    fn pull(&mut self) -> Result<(), StreamError> {
        if self.message.is_empty() {
            return Err(StreamError::CutOff);
        }
        let piece = self.piece;
        let refused =
            || if piece == 0 { StreamError::WrongKeyOrDamaged } else { StreamError::Damaged { piece } };
        let length = self.message.len().checked_sub(ABYTES).ok_or(StreamError::CutOff)?;
        self.plain.resize(length, 0);
        let mut tag = 0;
        sodium::crypto_secretstream_xchacha20poly1305_pull(
            &mut self.state,
            &mut self.plain,
            &mut tag,
            &self.message,
            None,
        )
        .map_err(|_| refused())?;
        self.piece += 1;
        if tag == TAG_FINAL {
            self.end = Some(Ok(()));
        } else if length < self.piece_bytes {
            // Authentic but shorter than a piece and not final: made by no writer of this form.
            return Err(StreamError::CutOff);
        }
        Ok(())
    }

    /// After the final message: nothing may follow.
    fn expect_end(&mut self) -> io::Result<usize> {
        let mut one = [0];
        loop {
            match self.inner.read(&mut one) {
                Ok(0) => return Ok(0),
                Ok(_) => {
                    self.end = Some(Err(StreamError::TrailingData));
                    return Err(StreamError::TrailingData.into());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl<R: Read> Read for StreamReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.taken == self.plain.len() {
            match self.end {
                None => self.next_piece()?,
                Some(Ok(())) => return self.expect_end(),
                Some(Err(error)) => return Err(error.into()),
            }
        }
        let mut rest = self.plain.get(self.taken..).unwrap_or_default();
        let count = rest.read(buffer)?;
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
