//! Our own pass over a zip before anything in it is believed, and our own way to its bytes.
//!
//! Touches only the stream it is handed. Source of the format: PKWARE APPNOTE.TXT 6.3.10.
//!
//! Zip states everything twice or three times (end records, central directory, local headers), and
//! libraries differ in what they believe, which is how one file shows two faces. So [`scan`] reads
//! all of it, compares, and the entries are read by what was compared: [`EntryReader`] uses no
//! second parser. Sizes, CRC and the expansion ratio are enforced while reading.

mod directory;
mod end;
mod entry;
mod local;
mod names;
mod salvage;

use std::io::{Read, Seek, SeekFrom};

use backstop_model::{Fault, FaultCode, Finding, FlowError, Severity};

pub(crate) use entry::{EntryReader, SharedInput};
pub(crate) use names::shown;
pub use salvage::salvage;

use crate::limits;

/// How an entry's bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As they are.
    Stored,
    /// Deflate.
    Deflated,
    /// Anything else; no app writes it.
    Other(u16),
}

/// One entry of the central directory, compared with its local header.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name. Only ever compared, never joined to a path.
    pub name: Box<str>,
    /// How it is packed.
    pub method: Method,
    /// CRC-32 of its bytes as stated.
    pub crc32: u32,
    /// Packed size as stated; lies within the file.
    pub packed_bytes: u64,
    /// Size as stated; enforced while reading.
    pub size_bytes: u64,
    /// Whether its bytes may be read. If not, a finding says why.
    pub readable: bool,
    flags: u16,
    header_at: u64,
    data_at: u64,
    state: State,
}

/// How much is known of an entry's bytes before they are read for use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Stated alike by directory and header, as in any whole zip.
    Listed,
    /// Found by [`salvage()`], with a checksum that fits.
    Sound,
    /// Found by [`salvage()`]; no checksum fits. The bytes are given out all the same, and only what
    /// proves itself by a seal or hash of its own is to be believed.
    Damaged,
    /// As [`State::Damaged`], and the file ends in the middle of it.
    Cut,
}

impl Entry {
    /// Whether no checksum of the zip speaks for its bytes.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.state >= State::Damaged
    }

    /// Whether the file ends in the middle of it.
    pub(crate) fn is_cut(&self) -> bool {
        self.state == State::Cut
    }

    /// Whether it is a directory entry: no bytes, only a name.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// What a pass over a zip found.
#[derive(Debug)]
pub struct Scan {
    /// The entries in the order of the central directory.
    pub entries: Vec<Entry>,
    /// What does not fit.
    pub findings: Vec<Finding>,
}

impl Scan {
    /// The first entry behind whose bytes neither the next entry begins nor its descriptor fits in
    /// between: its packed size may be wrong, though no head contradicts it. The last one can't be told.
    pub(crate) fn ends_astray(&self) -> Option<&Entry> {
        let mut in_file_order: Vec<&Entry> = self.entries.iter().collect();
        in_file_order.sort_by_key(|entry| entry.header_at);
        let pairs = in_file_order.iter().zip(in_file_order.iter().skip(1));
        let astray = pairs.filter(|(entry, next)| {
            let end = entry.data_at.saturating_add(entry.packed_bytes);
            let gap = next.header_at.checked_sub(end);
            !gap.is_some_and(|gap| DESCRIPTOR_BYTES.contains(&gap))
        });
        astray.map(|(entry, _)| *entry).next()
    }
}

/// Bytes of a descriptor, with and without its signature, in 32 and in 64 bits; or there is none.
const DESCRIPTOR_BYTES: [u64; 5] = [0, 12, 16, 20, 24];

/// Reads the end records, the central directory and every local header.
///
/// # Errors
/// [`FaultCode::NotAnArchive`] if it is no zip, [`FaultCode::ArchiveCut`] if it begins as one and
/// has no end, [`FaultCode::EntryMismatch`] if the directory contradicts itself,
/// [`FaultCode::LimitExceeded`] above the [`limits`], and read errors.
pub fn scan<R: Read + Seek>(input: &mut R) -> Result<Scan, FlowError> {
    let length = input.seek(SeekFrom::End(0)).map_err(FlowError::from_read)?;
    let end = end::find(input, length)?;
    let mut findings = Findings::default();
    let mut entries = directory::read(input, &end)?;
    names::check(&mut entries, &mut findings);
    local::check(input, &mut entries, &end, &mut findings)?;
    for entry in &mut entries {
        check_claims(entry, &mut findings);
    }
    if end.comment_follows_bytes {
        findings.warn(FaultCode::Stray, "the end of the file", "Bytes follow the end of the zip.");
    }
    Ok(Scan { entries, findings: findings.into_list() })
}

/// Refuses what no app writes and only a bomb or a locked zip would state.
fn check_claims(entry: &mut Entry, findings: &mut Findings) {
    let refusal = if entry.flags & 1 != 0 {
        Some((FaultCode::InvalidContent, "It is encrypted by the zip program, which no notes app does."))
    } else if matches!(entry.method, Method::Other(_)) {
        Some((FaultCode::InvalidContent, "It is packed by a method that no notes app uses."))
    } else if limits::expands_too_much(entry.packed_bytes, entry.size_bytes, limits::FREE_EXPANSION_BYTES) {
        Some((FaultCode::LimitExceeded, "It claims to unpack to far more than it holds."))
    } else {
        None
    };
    if let Some((code, message)) = refusal {
        entry.readable = false;
        findings.damage(code, &entry.name, message);
    }
}

/// Findings about entries, cut off at a number that still fits on a page.
#[derive(Debug, Default)]
struct Findings {
    list: Vec<Finding>,
    more: usize,
}

impl Findings {
    fn damage(&mut self, code: FaultCode, part: &str, message: &str) {
        self.push(Severity::Damage, code, part, message);
    }

    fn warn(&mut self, code: FaultCode, part: &str, message: &str) {
        self.push(Severity::Warning, code, part, message);
    }

    fn push(&mut self, severity: Severity, code: FaultCode, part: &str, message: &str) {
        if self.list.len() < limits::FINDINGS {
            self.list.push(Finding { severity, fault: Fault::at(code, shown(part), message) });
        } else {
            self.more += 1;
        }
    }

    fn into_list(mut self) -> Vec<Finding> {
        if self.more > 0 {
            let message = format!("{} further entries are at fault.", self.more);
            let fault = Fault::new(FaultCode::LimitExceeded, message);
            self.list.push(Finding { severity: Severity::Damage, fault });
        }
        self.list
    }
}

/// Little-endian fields out of a record that was read whole.
struct Fields<'bytes>(&'bytes [u8]);

impl Fields<'_> {
    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn take<const BYTES: usize>(&mut self) -> Option<[u8; BYTES]> {
        let (first, rest) = self.0.split_first_chunk::<BYTES>()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests;
