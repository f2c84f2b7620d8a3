//! Writing a sealed stream.

use std::io::{self, Write};

use zeroize::Zeroizing;

use super::{CHUNK_BYTES, START_BYTES, SealedError, Stream, TAG_BYTES};
use crate::random::random_array;
use crate::secret::Key;

/// Seals what is written to it. Only [`SealedWriter::finish`] writes the last chunk: a writer that
/// is dropped leaves a stream that no reader accepts.
pub struct SealedWriter<W: Write> {
    inner: W,
    stream: Stream,
    /// Plain bytes not yet sealed. A full buffer is kept until more comes: it may be the last.
    buffer: Zeroizing<Vec<u8>>,
    chunk: u32,
    /// Set while a chunk is on its way. Still set later, it means that the chunk was lost: going on
    /// would leave a stream that looks whole.
    broken: bool,
}

impl<W: Write> SealedWriter<W> {
    /// Starts a stream. `info` binds it to its purpose and place; a reader must give the same.
    ///
    /// # Errors
    /// From the inner writer, or [`SealedError::NoRandomness`].
    pub fn new(inner: W, key: &Key, info: &str) -> io::Result<Self> {
        let start = random_array().map_err(SealedError::from)?;
        Self::with_start(inner, key, info, &start)
    }

    /// As [`Self::new`] with chosen start bytes, which must never repeat for one key and info.
    pub(crate) fn with_start(
        mut inner: W,
        key: &Key,
        info: &str,
        start: &[u8; START_BYTES],
    ) -> io::Result<Self> {
        inner.write_all(start)?;
        let buffer = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES + TAG_BYTES));
        Ok(Self { inner, stream: super::stream(key, start, info), buffer, chunk: 0, broken: false })
    }

    /// Seals the last chunk and gives the inner writer back. Flushing it is up to the caller.
    ///
    /// # Errors
    /// From the inner writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal_chunk(true)?;
        Ok(self.inner)
    }

    fn seal_chunk(&mut self, last: bool) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier part of the sealed data was not written"));
        }
        self.broken = true;
        super::seal_chunk(&self.stream, self.chunk, last, &mut self.buffer)?;
        self.inner.write_all(&self.buffer)?;
        self.buffer.clear();
        if !last {
            self.chunk = self.chunk.checked_add(1).ok_or(SealedError::TooLong)?;
        }
        self.broken = false;
        Ok(())
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.broken || self.buffer.len() == CHUNK_BYTES {
            self.seal_chunk(false)?;
        }
        let room = CHUNK_BYTES.saturating_sub(self.buffer.len()).min(bytes.len());
        let taken = bytes.get(..room).unwrap_or_default();
        self.buffer.extend_from_slice(taken);
        Ok(taken.len())
    }

    /// Flushes what is sealed already; an unfinished chunk stays in memory.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
