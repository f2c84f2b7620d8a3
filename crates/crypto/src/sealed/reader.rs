//! Reading a sealed stream. Not one byte is given out before its chunk is authenticated, and the
//! end is reported only after the last chunk was seen to be the last.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::{CHUNK_BYTES, START_BYTES, SealedError, Stream, TAG_BYTES};
use crate::secret::Key;

const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;

/// Opens a sealed stream while it is read.
pub struct SealedReader<R: Read> {
    inner: R,
    stream: Stream,
    /// The plain bytes of the current chunk.
    plain: Zeroizing<Vec<u8>>,
    taken: usize,
    /// The next sealed chunk, read ahead: only so is it known whether the current one is the last.
    ahead: Zeroizing<Vec<u8>>,
    chunk: u32,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Open,
    Ended,
    /// An error stays: a caller who tries again must not get the rest as if nothing had happened.
    Failed(SealedError),
}

impl<R: Read> SealedReader<R> {
    /// Starts reading; `info` must be the string the stream was sealed with.
    ///
    /// # Errors
    /// From the inner reader, or [`SealedError::CutOff`] when not even the start is there.
    pub fn new(mut inner: R, key: &Key, info: &str) -> io::Result<Self> {
        let mut start = [0; START_BYTES];
        inner.read_exact(&mut start).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof { SealedError::CutOff.into() } else { error }
        })?;
        // Both buffers have their full size before anything in them is opened, or hold the only
        // chunk there is: growing leaves no plain bytes behind, and a small stream costs little.
        let mut ahead = Zeroizing::new(Vec::new());
        fill(&mut inner, &mut ahead)?;
        Ok(Self {
            inner,
            stream: super::stream(key, &start, info),
            plain: Zeroizing::new(Vec::new()),
            taken: 0,
            ahead,
            chunk: 0,
            state: State::Open,
        })
    }

    /// Opens the next chunk into `plain`.
    fn next_chunk(&mut self) -> io::Result<()> {
        self.plain.clear();
        self.taken = 0;
        std::mem::swap(&mut self.plain, &mut self.ahead);
        fill(&mut self.inner, &mut self.ahead)?;
        let last = self.ahead.is_empty();
        if let Err(error) = self.open_chunk(last) {
            self.plain.clear();
            self.state = State::Failed(error);
            return Err(error.into());
        }
        if last {
            self.state = State::Ended;
        } else {
            self.chunk = self.chunk.checked_add(1).ok_or(SealedError::TooLong)?;
        }
        Ok(())
    }

    fn open_chunk(&mut self, last: bool) -> Result<(), SealedError> {
        let chunk = self.chunk;
        if self.plain.is_empty() {
            return Err(SealedError::CutOff);
        }
        let mut open = |last| super::open_chunk(&self.stream, chunk, last, &mut self.plain);
        if open(last) {
            // Only a stream without any content may end in an empty chunk.
            let stray = self.plain.is_empty() && chunk > 0;
            return if stray { Err(SealedError::Damaged { chunk }) } else { Ok(()) };
        }
        // The key is right if the chunk opens with the other flag; then the end is in the wrong place.
        if open(!last) {
            return Err(if last { SealedError::CutOff } else { SealedError::TrailingData });
        }
        Err(if chunk == 0 { SealedError::WrongKeyOrDamaged } else { SealedError::Damaged { chunk } })
    }
}

impl<R: Read> Read for SealedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.taken == self.plain.len() {
            match self.state {
                State::Open => self.next_chunk()?,
                State::Ended => return Ok(0),
                State::Failed(error) => return Err(error.into()),
            }
        }
        let mut rest = self.plain.get(self.taken..).unwrap_or_default();
        let count = rest.read(buffer)?;
        self.taken += count;
        Ok(count)
    }
}

/// Reads one sealed chunk, or what is left.
fn fill(inner: &mut impl Read, chunk: &mut Vec<u8>) -> io::Result<()> {
    chunk.clear();
    inner.by_ref().take(SEALED_CHUNK_BYTES as u64).read_to_end(chunk)?;
    Ok(())
}
