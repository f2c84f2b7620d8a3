//! Every local header against its record in the central directory.
//!
//! A header that says something else is damage, but the entry is still read by its record: one
//! flipped bit in a header must not cost a chunk of notes. Bytes that two entries share are never
//! read twice.

use std::io::{BufReader, Read, Seek, SeekFrom};

use backstop_model::{FaultCode, FlowError};

use super::directory::wide_extra;
use super::end::End;
use super::{Entry, Fields, Findings, Method};

const HEADER_SIGNATURE: u32 = 0x0403_4b50;
pub(super) const HEADER_BYTES: usize = 30;
/// Encrypted, sizes follow the data, names are UTF-8: the flags that change how an entry is read.
const TELLING_FLAGS: u16 = 1 | SIZES_FOLLOW | 1 << 11;
pub(super) const SIZES_FOLLOW: u16 = 1 << 3;

/// A local header as it stands.
pub(super) struct Header {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
}

pub(super) fn check<R: Read + Seek>(
    input: &mut R,
    entries: &mut [Entry],
    end: &End,
    findings: &mut Findings,
) -> Result<(), FlowError> {
    let mut in_file_order: Vec<&mut Entry> = entries.iter_mut().collect();
    in_file_order.sort_by_key(|entry| entry.header_at);
    let mut input = BufReader::new(input);
    input.seek(SeekFrom::Start(0)).map_err(FlowError::from_read)?;
    let (mut position, mut free_from) = (0, 0);
    for entry in in_file_order {
        seek(&mut input, position, entry.header_at)?;
        let header = read_header(&mut input)?;
        position = header.as_ref().map_or(u64::MAX, |(_, bytes)| entry.header_at + bytes);
        check_entry(entry, header, findings);
        let ends_at = entry.data_at.saturating_add(entry.packed_bytes);
        if entry.readable && (entry.header_at < free_from || ends_at > end.directory_at) {
            entry.readable = false;
            findings.damage(FaultCode::EntryMismatch, &entry.name, "Its bytes overlap with something else.");
        }
        free_from = free_from.max(ends_at);
    }
    Ok(())
}

/// Moves on within the buffer where it can, because most entries are small.
fn seek<R: Read + Seek>(input: &mut BufReader<R>, from: u64, to: u64) -> Result<(), FlowError> {
    let step = if from == u64::MAX { None } else { i64::try_from(i128::from(to) - i128::from(from)).ok() };
    match step {
        Some(step) => input.seek_relative(step),
        None => input.seek(SeekFrom::Start(to)).map(|_| ()),
    }
    .map_err(FlowError::from_read)
}

/// The header and its length, or nothing if there is none at this place.
pub(super) fn read_header(input: &mut impl Read) -> Result<Option<(Header, u64)>, FlowError> {
    let mut fixed = [0; HEADER_BYTES];
    if !read_all(input, &mut fixed)? {
        return Ok(None);
    }
    let Some((mut header, name, extra)) = parse_header(&fixed) else { return Ok(None) };
    header.name = vec![0; name];
    header.extra = vec![0; extra];
    if !read_all(input, &mut header.name)? || !read_all(input, &mut header.extra)? {
        return Ok(None);
    }
    let bytes = HEADER_BYTES + name + extra;
    Ok(Some((header, bytes as u64)))
}

fn parse_header(fixed: &[u8]) -> Option<(Header, usize, usize)> {
    let mut fields = Fields(fixed);
    if fields.u32()? != HEADER_SIGNATURE {
        return None;
    }
    fields.skip(2)?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.skip(4)?;
    let (crc32, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name, extra) = (usize::from(fields.u16()?), usize::from(fields.u16()?));
    Some((Header { flags, method, crc32, packed, size, name: Vec::new(), extra: Vec::new() }, name, extra))
}

fn check_entry(entry: &mut Entry, header: Option<(Header, u64)>, findings: &mut Findings) {
    let Some((header, bytes)) = header else {
        entry.readable = false;
        findings.damage(FaultCode::EntryMismatch, &entry.name, "Its header in the zip is damaged.");
        return;
    };
    entry.data_at = entry.header_at + bytes;
    if !agrees(entry, &header) {
        let message = "Its header and the zip's directory contradict each other.";
        findings.damage(FaultCode::EntryMismatch, &entry.name, message);
    }
}

fn agrees(entry: &Entry, header: &Header) -> bool {
    let method = match entry.method {
        Method::Stored => 0,
        Method::Deflated => 8,
        Method::Other(other) => other,
    };
    header.name == entry.name.as_bytes()
        && header.method == method
        && (header.flags ^ entry.flags) & TELLING_FLAGS == 0
        && sizes_agree(entry, header)
}

fn sizes_agree(entry: &Entry, header: &Header) -> bool {
    if header.flags & SIZES_FOLLOW != 0 && (header.crc32, header.packed, header.size) == (0, 0, 0) {
        return true;
    }
    let mut wide = Fields(wide_extra(&header.extra).unwrap_or_default());
    let mut pick = |narrow: u32| if narrow == u32::MAX { wide.u64() } else { Some(u64::from(narrow)) };
    let (size, packed) = (pick(header.size), pick(header.packed));
    if header.flags & SIZES_FOLLOW != 0 {
        // Some writers leave a marker or zero in part of the fields; what they do state must fit.
        let fits =
            |stated: Option<u64>, known: u64| stated.is_none_or(|stated| stated == 0 || stated == known);
        return matches!(header.crc32, 0) | (header.crc32 == entry.crc32)
            && fits(size, entry.size_bytes)
            && fits(packed, entry.packed_bytes);
    }
    header.crc32 == entry.crc32 && size == Some(entry.size_bytes) && packed == Some(entry.packed_bytes)
}

/// Whether `bytes` could be filled; the file may end before.
fn read_all(input: &mut impl Read, bytes: &mut [u8]) -> Result<bool, FlowError> {
    match input.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(FlowError::from_read(error)),
    }
}
