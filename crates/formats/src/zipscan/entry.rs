//! The bytes of one entry, checked on the way.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use backstop_model::{Fault, FaultCode, FlowError, Job};
use crc32fast::Hasher;
use flate2::read::DeflateDecoder;

use super::{Entry, Method, shown};
use crate::{ReadSeek, limits};

const BUFFER_BYTES: usize = 64 * 1024;

/// The file, shared by readers of its parts that take turns.
pub(crate) struct SharedInput(RefCell<Box<dyn ReadSeek>>);

impl fmt::Debug for SharedInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedInput")
    }
}

impl SharedInput {
    pub(crate) fn new(input: Box<dyn ReadSeek>) -> Self {
        Self(RefCell::new(input))
    }
}

/// A stretch of the file. Counts into the job and stops with it.
struct Stretch<'a> {
    input: &'a SharedInput,
    job: &'a Job,
    at: u64,
    left: u64,
}

impl Read for Stretch<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.job.check().map_err(io::Error::other)?;
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        let Some(buf) = buf.get_mut(..wanted).filter(|buf| !buf.is_empty()) else { return Ok(0) };
        let mut input = self.input.0.try_borrow_mut().map_err(io::Error::other)?;
        input.seek(SeekFrom::Start(self.at))?;
        let read = input.read(buf)?;
        if read == 0 {
            let fault = Fault::new(FaultCode::ArchiveCut, "The file ends in the middle of an entry.");
            return Err(io::Error::other(FlowError::Archive(fault)));
        }
        self.at += read as u64;
        self.left -= read as u64;
        self.job.add_bytes(read as u64);
        Ok(read)
    }
}

enum Unpacked<'a> {
    Stored(Stretch<'a>),
    Deflated(Box<DeflateDecoder<BufReader<Stretch<'a>>>>),
}

/// Reads one entry. Ends in an error rather than in wrong bytes: size and CRC are checked at the
/// end, and no more than the stated size is ever given out.
pub(crate) struct EntryReader<'a> {
    unpacked: Unpacked<'a>,
    entry: &'a Entry,
    crc: Hasher,
    given: u64,
}

impl<'a> EntryReader<'a> {
    pub(crate) fn new(input: &'a SharedInput, entry: &'a Entry, job: &'a Job) -> Self {
        let stretch = Stretch { input, job, at: entry.data_at, left: entry.packed_bytes };
        let unpacked = match entry.method {
            Method::Deflated => {
                let buffered = BufReader::with_capacity(BUFFER_BYTES, stretch);
                Unpacked::Deflated(Box::new(DeflateDecoder::new(buffered)))
            }
            Method::Stored | Method::Other(_) => Unpacked::Stored(stretch),
        };
        Self { unpacked, entry, crc: Hasher::new(), given: 0 }
    }

    /// Reads all of it, at most `limit` bytes, and no more than its packed size vouches for.
    pub(crate) fn read_whole(self, limit: usize) -> Result<Vec<u8>, FlowError> {
        match self.read_judged(limit)? {
            (bytes, None) => Ok(bytes),
            (_, Some(fault)) => Err(FlowError::Archive(fault)),
        }
    }

    /// Reads as much of it as there is, as [`EntryReader::read_whole`], and tells what is wrong. What
    /// was read before a fault may be damaged as well: a checksum says that something is wrong, not
    /// where.
    pub(crate) fn read_judged(mut self, limit: usize) -> Result<(Vec<u8>, Option<Fault>), FlowError> {
        let mut bytes = Vec::new();
        let doubtful = self.entry.is_doubtful();
        let limit = limits::kept_at_once(self.entry.packed_bytes, limit) as u64;
        let too_large = self.fault(FaultCode::LimitExceeded, "It is larger than we accept.");
        if !doubtful && self.entry.size_bytes > limit {
            return Ok((bytes, Some(too_large)));
        }
        let read = self.by_ref().take(limit + 1).read_to_end(&mut bytes).map_err(FlowError::from_read);
        if bytes.len() as u64 > limit {
            bytes.clear();
            return Ok((bytes, Some(too_large)));
        }
        match read {
            Ok(_) if self.entry.is_cut() => {
                Ok((bytes, Some(self.fault(FaultCode::ArchiveCut, "The file ends in the middle of it."))))
            }
            Ok(_) if doubtful => Ok((bytes, Some(self.damaged()))),
            Ok(_) => Ok((bytes, None)),
            Err(FlowError::Archive(fault)) => Ok((bytes, Some(fault))),
            Err(other) => Err(other),
        }
    }

    fn damaged(&self) -> Fault {
        self.fault(FaultCode::ChecksumMismatch, "Its checksum does not fit; it is damaged.")
    }

    fn fault(&self, code: FaultCode, message: &str) -> Fault {
        Fault::at(code, shown(&self.entry.name), message)
    }

    fn failed(&self, code: FaultCode, message: &str) -> io::Error {
        io::Error::other(FlowError::Archive(self.fault(code, message)))
    }

    fn end(&self) -> io::Result<usize> {
        if self.entry.is_doubtful() {
            Ok(0)
        } else if self.crc.clone().finalize() != self.entry.crc32 {
            Err(io::Error::other(FlowError::Archive(self.damaged())))
        } else if self.given != self.entry.size_bytes {
            Err(self.failed(FaultCode::EntryMismatch, "It is shorter than the zip says."))
        } else {
            Ok(0)
        }
    }
}

impl Read for EntryReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.unpacked {
            Unpacked::Stored(stretch) => stretch.read(buf)?,
            Unpacked::Deflated(decoder) => match decoder.read(buf) {
                Err(error) if is_ours(&error) => return Err(error),
                Err(_) => {
                    return Err(
                        self.failed(FaultCode::ChecksumMismatch, "It does not unpack; it is damaged.")
                    );
                }
                Ok(read) => read,
            },
        };
        if read == 0 {
            return self.end();
        }
        self.given += read as u64;
        if self.given > self.entry.size_bytes {
            return Err(self.failed(FaultCode::EntryMismatch, "It is longer than the zip says."));
        }
        self.crc.update(buf.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Whether an error came from below (the disk, a cancel) rather than from unpacking.
fn is_ours(error: &io::Error) -> bool {
    let unpacking = matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    );
    !unpacking || error.get_ref().and_then(|inner| inner.downcast_ref::<FlowError>()).is_some()
}
