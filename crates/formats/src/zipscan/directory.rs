//! The central directory, record by record.

use std::io::{BufReader, Read, Seek, SeekFrom};

use backstop_model::{FaultCode, FlowError};

use super::end::{End, mismatch};
use super::{Entry, Fields, Method, State};
use crate::limits;

const RECORD_SIGNATURE: u32 = 0x0201_4b50;
const RECORD_BYTES: usize = 46;
const WIDE_EXTRA: u16 = 0x0001;
const METHOD_STORED: u16 = 0;
const METHOD_DEFLATED: u16 = 8;

pub(super) fn read<R: Read + Seek>(input: &mut R, end: &End) -> Result<Vec<Entry>, FlowError> {
    input.seek(SeekFrom::Start(end.directory_at)).map_err(FlowError::from_read)?;
    let mut directory = BufReader::new(input.take(end.directory_end - end.directory_at));
    let mut entries = Vec::new();
    let mut names_bytes = 0;
    for _ in 0..end.entries {
        let entry = read_record(&mut directory, end.directory_at)?;
        names_bytes += entry.name.len();
        if names_bytes > limits::ALL_NAMES_BYTES {
            return Err(FlowError::archive(FaultCode::LimitExceeded, "The names in the zip are too long."));
        }
        entries.push(entry);
    }
    let mut rest = [0; 1];
    match directory.read(&mut rest).map_err(FlowError::from_read)? {
        0 => Ok(entries),
        _ => Err(mismatch("The zip's directory holds more than its end record says.")),
    }
}

/// Sizes and place of an entry as the record's 32-bit fields state them.
struct Narrow {
    size: u32,
    packed: u32,
    header_at: u32,
    disk: u16,
}

pub(super) fn read_record(directory: &mut impl Read, directory_at: u64) -> Result<Entry, FlowError> {
    let mut fixed = [0; RECORD_BYTES];
    read_all(directory, &mut fixed)?;
    let (mut entry, narrow, lengths) =
        parse_fixed(&fixed).ok_or_else(|| mismatch("A record of the zip's directory is not one."))?;
    let name = read_bytes(directory, lengths[0])?;
    let extra = read_bytes(directory, lengths[1])?;
    read_bytes(directory, lengths[2])?;
    if name.len() > limits::NAME_BYTES {
        return Err(FlowError::archive(FaultCode::LimitExceeded, "A name in the zip is too long."));
    }
    entry.name =
        String::from_utf8(name).map_err(|_| mismatch("A name in the zip is not text."))?.into_boxed_str();
    widen(&mut entry, &narrow, &extra)
        .ok_or_else(|| mismatch("A record of the zip's directory does not state its sizes just once."))?;
    if entry.header_at.checked_add(entry.packed_bytes).is_none_or(|end| end > directory_at) {
        return Err(mismatch("An entry of the zip lies outside of it."));
    }
    Ok(entry)
}

fn parse_fixed(fixed: &[u8]) -> Option<(Entry, Narrow, [u16; 3])> {
    let mut fields = Fields(fixed);
    if fields.u32()? != RECORD_SIGNATURE {
        return None;
    }
    fields.skip(4)?;
    let flags = fields.u16()?;
    let method = match fields.u16()? {
        METHOD_STORED => Method::Stored,
        METHOD_DEFLATED => Method::Deflated,
        other => Method::Other(other),
    };
    fields.skip(4)?;
    let crc32 = fields.u32()?;
    let (packed, size) = (fields.u32()?, fields.u32()?);
    let lengths = [fields.u16()?, fields.u16()?, fields.u16()?];
    let disk = fields.u16()?;
    fields.skip(6)?;
    let header_at = fields.u32()?;
    let entry = Entry {
        name: Box::default(),
        method,
        crc32,
        packed_bytes: 0,
        size_bytes: 0,
        readable: true,
        flags,
        header_at: 0,
        data_at: 0,
        state: State::Listed,
    };
    Some((entry, Narrow { size, packed, header_at, disk }, lengths))
}

/// Takes sizes and place from the record, or from its ZIP64 extra where the record has a marker.
fn widen(entry: &mut Entry, narrow: &Narrow, extra: &[u8]) -> Option<()> {
    let mut wide = Fields(wide_extra(extra).unwrap_or_default());
    let mut pick = |narrow: u32| if narrow == u32::MAX { wide.u64() } else { Some(u64::from(narrow)) };
    entry.size_bytes = pick(narrow.size)?;
    entry.packed_bytes = pick(narrow.packed)?;
    entry.header_at = pick(narrow.header_at)?;
    let disk = if narrow.disk == u16::MAX { wide.u32()? } else { u32::from(narrow.disk) };
    (disk == 0).then_some(())
}

/// The data of the ZIP64 extra field, if there is just one. Of two, some programs take the first and
/// others the last.
pub(super) fn wide_extra(extra: &[u8]) -> Option<&[u8]> {
    let mut wide = extra_fields(extra).filter(|(id, _)| *id == WIDE_EXTRA);
    let (_, data) = wide.next()?;
    wide.next().is_none().then_some(data?)
}

/// The extra fields: id and data, which may be cut.
fn extra_fields(extra: &[u8]) -> impl Iterator<Item = (u16, Option<&[u8]>)> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let mut fields = Fields(rest);
        let (id, length) = (fields.u16()?, usize::from(fields.u16()?));
        rest = fields.0.get(length..).unwrap_or_default();
        Some((id, fields.0.get(..length)))
    })
}

fn read_bytes(directory: &mut impl Read, length: u16) -> Result<Vec<u8>, FlowError> {
    let mut bytes = vec![0; usize::from(length)];
    read_all(directory, &mut bytes)?;
    Ok(bytes)
}

fn read_all(directory: &mut impl Read, bytes: &mut [u8]) -> Result<(), FlowError> {
    directory.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => mismatch("The zip's directory ends too early."),
        _ => FlowError::from_read(error),
    })
}
