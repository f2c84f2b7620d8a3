//! Reading a stretch of a damaged zip only to see what it unpacks to.

use std::io::{Read, Seek, SeekFrom};

use backstop_model::FlowError;
use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};

use super::super::Method;
use crate::limits;

const BUFFER_BYTES: usize = 64 * 1024;
/// What is read at first of deflated bytes, whose end is not known: most entries are small.
const FIRST_BYTES: usize = 4 * 1024;
/// So often may every byte of a file be looked at, so that no file makes this go on for ever.
const PASSES: u64 = 12;
/// Unpacked bytes that cost as much as one packed byte.
const UNPACKED_PER_STEP: u64 = 8;

/// What a stretch unpacks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sums {
    /// CRC-32 of the unpacked bytes.
    pub(super) crc32: u32,
    /// How many there are.
    pub(super) size_bytes: u64,
    /// How many packed bytes they came from.
    pub(super) packed_bytes: u64,
}

/// A file that stretches are tried of.
pub(super) struct Probe<'a, R> {
    input: &'a mut R,
    length: u64,
    steps_left: u64,
}

impl<'a, R: Read + Seek> Probe<'a, R> {
    pub(super) fn new(input: &'a mut R, length: u64) -> Self {
        let steps_left = length.saturating_mul(PASSES).saturating_add(limits::FREE_ROWS_BYTES);
        Self { input, length, steps_left }
    }

    /// So many bytes from a place, fewer where the file ends.
    pub(super) fn bytes(&mut self, at: u64, count: usize) -> Result<Vec<u8>, FlowError> {
        let mut bytes = Vec::new();
        self.input.seek(SeekFrom::Start(at)).map_err(FlowError::from_read)?;
        self.input.by_ref().take(count as u64).read_to_end(&mut bytes).map_err(FlowError::from_read)?;
        Ok(bytes)
    }

    /// The file, read from a place on.
    pub(super) fn from(&mut self, at: u64) -> Result<&mut R, FlowError> {
        self.input.seek(SeekFrom::Start(at)).map_err(FlowError::from_read)?;
        Ok(self.input)
    }

    /// What the bytes at `at` unpack to. Deflated ones tell their end themselves, stored ones need
    /// `packed_bytes`. `None` if they are not whole, or too much was tried already.
    pub(super) fn sums(
        &mut self,
        method: Method,
        at: u64,
        packed_bytes: Option<u64>,
    ) -> Result<Option<Sums>, FlowError> {
        match (method, packed_bytes) {
            (Method::Deflated, _) => self.inflated(at),
            (Method::Stored, Some(bytes)) if at.checked_add(bytes).is_some_and(|end| end <= self.length) => {
                self.stored(at, bytes)
            }
            _ => Ok(None),
        }
    }

    fn stored(&mut self, at: u64, bytes: u64) -> Result<Option<Sums>, FlowError> {
        if !self.pay(bytes) {
            return Ok(None);
        }
        self.input.seek(SeekFrom::Start(at)).map_err(FlowError::from_read)?;
        let (mut crc, mut left) = (Hasher::new(), bytes);
        let mut buffer = vec![0; BUFFER_BYTES];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(BUFFER_BYTES).min(BUFFER_BYTES);
            let read = self
                .input
                .read(buffer.get_mut(..wanted).unwrap_or_default())
                .map_err(FlowError::from_read)?;
            if read == 0 {
                return Ok(None);
            }
            crc.update(buffer.get(..read).unwrap_or_default());
            left -= read as u64;
        }
        Ok(Some(Sums { crc32: crc.finalize(), size_bytes: bytes, packed_bytes: bytes }))
    }

    fn inflated(&mut self, at: u64) -> Result<Option<Sums>, FlowError> {
        self.input.seek(SeekFrom::Start(at)).map_err(FlowError::from_read)?;
        let (mut inflate, mut crc) = (Decompress::new(false), Hasher::new());
        let (mut packed, mut plain) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES]);
        let mut wanted = FIRST_BYTES;
        loop {
            let read = self
                .input
                .read(packed.get_mut(..wanted).unwrap_or_default())
                .map_err(FlowError::from_read)?;
            wanted = BUFFER_BYTES;
            let mut rest = packed.get(..read).unwrap_or_default();
            if rest.is_empty() {
                return Ok(None);
            }
            loop {
                let (took, gave) = (inflate.total_in(), inflate.total_out());
                let Ok(status) = inflate.decompress(rest, &mut plain, FlushDecompress::None) else {
                    return Ok(None);
                };
                let took = usize::try_from(inflate.total_in() - took).unwrap_or(0);
                let gave = usize::try_from(inflate.total_out() - gave).unwrap_or(0);
                crc.update(plain.get(..gave).unwrap_or_default());
                rest = rest.get(took..).unwrap_or_default();
                let (packed_bytes, size_bytes) = (inflate.total_in(), inflate.total_out());
                if status == Status::StreamEnd {
                    return Ok(Some(Sums { crc32: crc.finalize(), size_bytes, packed_bytes }));
                }
                let free = limits::FREE_EXPANSION_BYTES;
                let bomb = limits::expands_too_much(packed_bytes, size_bytes, free);
                if bomb || !self.pay(took as u64 + gave as u64 / UNPACKED_PER_STEP) {
                    return Ok(None);
                }
                if gave < plain.len() && rest.is_empty() {
                    break;
                }
                if took == 0 && gave == 0 {
                    return Ok(None);
                }
            }
        }
    }

    fn pay(&mut self, steps: u64) -> bool {
        let left = self.steps_left.checked_sub(steps);
        self.steps_left = left.unwrap_or(0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::*;

    #[test]
    fn a_stretch_is_summed_up_to_its_own_end() {
        let plain = b"tide ".repeat(50_000);
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        deflate.write_all(&plain).expect("in memory");
        let packed = deflate.finish().expect("in memory");
        let mut crc = Hasher::new();
        crc.update(&plain);
        let (crc32, size_bytes) = (crc.finalize(), plain.len() as u64);
        let file = [b"head", &*packed, b"PK and more"].concat();
        let mut input = Cursor::new(file.clone());
        let mut probe = Probe::new(&mut input, file.len() as u64);
        let packed_bytes = packed.len() as u64;
        let deflated = Sums { crc32, size_bytes, packed_bytes };
        assert_eq!(probe.sums(Method::Deflated, 4, None).expect("read"), Some(deflated));
        assert_eq!(probe.sums(Method::Deflated, 5, None).expect("read"), None);
        let end = file.len() as u64 - 4;
        let stored = probe.sums(Method::Stored, 4, Some(packed_bytes)).expect("read").expect("whole");
        assert_eq!((stored.size_bytes, stored.packed_bytes), (packed_bytes, packed_bytes));
        assert!(probe.sums(Method::Stored, 4, Some(end)).expect("read").is_some());
        assert_eq!(probe.sums(Method::Stored, 4, Some(end + 1)).expect("read"), None);
        let cut = &file[..packed.len() / 2];
        let mut input = Cursor::new(cut);
        let mut probe = Probe::new(&mut input, cut.len() as u64);
        assert_eq!(probe.sums(Method::Deflated, 4, None).expect("read"), None);
    }

    #[test]
    fn no_file_is_tried_for_ever() {
        let file = vec![0; 100_000];
        let mut input = Cursor::new(&file);
        let mut probe = Probe::new(&mut input, 100_000);
        probe.steps_left = 250_000;
        let tried = (0..10).filter_map(|_| probe.sums(Method::Stored, 0, Some(100_000)).expect("read"));
        assert_eq!(tried.count(), 2);
    }
}
