//! Reading entries: unsealed, unpacked, and compared with what is stated of them.

use std::io::{self, BufReader, Read};

use backstop_crypto::sealed::{SealedError, SealedReader};
use backstop_model::{Fault, FaultCode, FlowError, Job};
use zstd::stream::read::Decoder;

use super::facts::{Facts, Sums};
use super::{Seal, ZSTD_MAGIC};
use crate::limits;
use crate::zipscan::{Entry, EntryReader, SharedInput, shown};

const BUFFER_BYTES: usize = 128 * 1024;

/// Where entries are read from.
#[derive(Clone, Copy)]
pub(super) struct Access<'a> {
    pub(super) input: &'a SharedInput,
    pub(super) seal: Option<&'a Seal>,
    pub(super) job: &'a Job,
}

impl<'a> Access<'a> {
    /// The plain bytes of a small compressed entry, all at once. Its checksum is looked at first, so
    /// a damaged file is not taken for a forged one.
    pub(super) fn whole(
        self,
        entry: &Entry,
        stated: Option<&Facts>,
        limit: usize,
    ) -> Result<Vec<u8>, FlowError> {
        let name = &*entry.name;
        let stored = EntryReader::new(self.input, entry, self.job).read_whole(limit)?;
        let packed = match self.seal {
            Some(seal) => unsealed(&stored, seal, name)?,
            None => stored,
        };
        if !packed.starts_with(&ZSTD_MAGIC) {
            return Err(not_what_it_must_be(name));
        }
        let plain = unpacked(&packed, name, self.kept_of(entry, limit))?;
        if stated.is_some_and(|stated| *stated != Facts::of(&plain)) {
            return Err(not_as_stated(name));
        }
        Ok(plain)
    }

    /// How much of an entry may be in memory at once. What opened with the user's own secret was made by
    /// somebody who has it.
    fn kept_of(self, entry: &Entry, limit: usize) -> usize {
        if self.seal.is_some() { limit } else { limits::kept_at_once(entry.packed_bytes, limit) }
    }

    /// As much of a small compressed entry as can be made out.
    pub(super) fn salvage(
        self,
        entry: &Entry,
        stated: Option<&Facts>,
        limit: usize,
    ) -> Result<Taken, FlowError> {
        let name = &*entry.name;
        let (stored, mut fault) = EntryReader::new(self.input, entry, self.job).read_judged(limit)?;
        let mut complete = true;
        let mut packed = Vec::new();
        match self.seal {
            Some(seal) => {
                let sealed = SealedReader::new(&*stored, &seal.file_key, &seal.info(name));
                // What was opened before an error is genuine: each piece has a seal of its own.
                let opened = sealed.and_then(|mut sealed| sealed.read_to_end(&mut packed));
                if let Err(error) = opened {
                    complete = false;
                    note(&mut fault, FlowError::from_read(fault_of(error, name)))?;
                }
            }
            None => packed = stored,
        }
        let limit = self.kept_of(entry, limit);
        let mut plain = Vec::new();
        let unpacked =
            Decoder::with_buffer(&*packed).and_then(|zstd| zstd.take(limit as u64).read_to_end(&mut plain));
        if unpacked.is_err() || plain.len() == limit {
            complete = false;
            note(&mut fault, not_what_it_must_be(name))?;
        }
        let as_stated = complete && stated.is_some_and(|stated| *stated == Facts::of(&plain));
        if complete && !as_stated && stated.is_some() {
            note(&mut fault, not_as_stated(name))?;
        }
        let proven = self.seal.is_some() || as_stated || fault.is_none();
        Ok(Taken { plain, fault, proven, complete })
    }

    /// The plain bytes of an entry as a stream, which ends in an error rather than in wrong bytes.
    pub(super) fn stream(self, entry: &'a Entry, stated: Option<Facts>) -> io::Result<Plain<'a>> {
        let stored = EntryReader::new(self.input, entry, self.job);
        let mut packed: Box<dyn Read + 'a> = match self.seal {
            Some(seal) => {
                let name = &entry.name;
                let sealed = SealedReader::new(stored, &seal.file_key, &seal.info(name));
                Box::new(sealed.map_err(|error| fault_of(error, name))?)
            }
            None => Box::new(stored),
        };
        let mut first = Vec::with_capacity(ZSTD_MAGIC.len());
        packed
            .by_ref()
            .take(ZSTD_MAGIC.len() as u64)
            .read_to_end(&mut first)
            .map_err(|error| fault_of(error, &entry.name))?;
        let compressed = first == ZSTD_MAGIC;
        let packed = io::Cursor::new(first).chain(packed);
        let plain: Box<dyn Read + 'a> = if compressed {
            let packed = BufReader::with_capacity(BUFFER_BYTES, packed);
            Box::new(Decoder::with_buffer(packed)?)
        } else {
            Box::new(packed)
        };
        let most = if self.seal.is_some() { u64::MAX } else { most_for(entry.packed_bytes) };
        Ok(Plain { inner: plain, name: &entry.name, stated, most, sums: Sums::default(), found: None })
    }
}

/// What came out of an entry that may be damaged.
pub(super) struct Taken {
    /// Its plain bytes, or the first of them.
    pub(super) plain: Vec<u8>,
    /// What is wrong with it.
    pub(super) fault: Option<Fault>,
    /// Whether a seal or a hash says that these bytes are as they were written.
    pub(super) proven: bool,
    /// Whether these are all of them.
    pub(super) complete: bool,
}

impl Taken {
    /// All of its bytes, proven.
    pub(super) fn all_of_it(self) -> Result<Vec<u8>, FlowError> {
        match self.fault {
            Some(fault) if !self.proven || !self.complete => Err(fault.into()),
            _ => Ok(self.plain),
        }
    }
}

/// Keeps the first fault; what is none is handed back.
fn note(first: &mut Option<Fault>, error: FlowError) -> Result<(), FlowError> {
    match error {
        FlowError::Archive(fault) => {
            first.get_or_insert(fault);
            Ok(())
        }
        other => Err(other),
    }
}

/// What an entry that nobody vouches for may unpack to.
fn most_for(packed_bytes: u64) -> u64 {
    limits::FREE_EXPANSION_BYTES.saturating_add(packed_bytes.saturating_mul(limits::RATIO))
}

/// Plain bytes, compared with what is stated of them.
pub(super) struct Plain<'a> {
    inner: Box<dyn Read + 'a>,
    name: &'a str,
    stated: Option<Facts>,
    most: u64,
    sums: Sums,
    /// What they sum up to, once they have ended.
    found: Option<Facts>,
}

impl Plain<'_> {
    /// Whoever reads on after the end is told the same again.
    fn end(&mut self) -> io::Result<usize> {
        let found = *self.found.get_or_insert_with(|| std::mem::take(&mut self.sums).facts());
        match &self.stated {
            Some(stated) if *stated != found => Err(io::Error::other(not_as_stated(self.name))),
            _ => Ok(0),
        }
    }
}

impl Read for Plain<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = match self.inner.read(buf) {
            Ok(0) => return self.end(),
            Ok(read) => read,
            Err(error) => return Err(fault_of(error, self.name)),
        };
        self.sums.add(buf.get(..read).unwrap_or_default());
        let most = self.stated.map_or(self.most, |stated| stated.size.min(self.most));
        if self.sums.size() > most {
            return Err(io::Error::other(not_as_stated(self.name)));
        }
        Ok(read)
    }
}

fn unsealed(stored: &[u8], seal: &Seal, name: &str) -> Result<Vec<u8>, FlowError> {
    let mut packed = Vec::with_capacity(stored.len());
    SealedReader::new(stored, &seal.file_key, &seal.info(name))
        .and_then(|mut sealed| sealed.read_to_end(&mut packed))
        .map_err(|error| FlowError::from_read(fault_of(error, name)))?;
    Ok(packed)
}

/// Grows with what is really there, whatever the frame says of its size.
fn unpacked(packed: &[u8], name: &str, limit: usize) -> Result<Vec<u8>, FlowError> {
    let mut plain = Vec::new();
    let limit = limit as u64;
    Decoder::with_buffer(packed)
        .and_then(|decoder| decoder.take(limit + 1).read_to_end(&mut plain))
        .map_err(|_| not_what_it_must_be(name))?;
    if plain.len() as u64 > limit {
        let fault = Fault::at(FaultCode::LimitExceeded, shown(name), "It is larger than we accept.");
        return Err(fault.into());
    }
    Ok(plain)
}

/// An error on the way to plain bytes, as a fault of the entry; errors of the disk stay what they are.
fn fault_of(error: io::Error, name: &str) -> io::Error {
    if SealedError::of(&error).is_some() {
        let message = "It does not open though the secret is right; it was damaged or exchanged.";
        let fault = Fault::at(FaultCode::DecryptionFailed, shown(name), message);
        return io::Error::other(FlowError::Archive(fault));
    }
    let ours = error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<FlowError>);
    let below = error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted;
    if ours || below { error } else { io::Error::other(not_what_it_must_be(name)) }
}

fn not_what_it_must_be(name: &str) -> FlowError {
    Fault::at(FaultCode::InvalidContent, shown(name), "It does not unpack; it is damaged.").into()
}

fn not_as_stated(name: &str) -> FlowError {
    let message = "Its content is not what the list of contents says; it was damaged or exchanged.";
    Fault::at(FaultCode::ChecksumMismatch, shown(name), message).into()
}
