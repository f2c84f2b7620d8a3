//! The end of a zip: where its central directory lies and how many entries it has.

use std::io::{Read, Seek, SeekFrom};

use backstop_model::{FaultCode, FlowError};

use super::Fields;
use crate::limits;

const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const END_BYTES: usize = 22;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const LOCATOR_BYTES: usize = 20;
const END64_SIGNATURE: u32 = 0x0606_4b50;
const END64_BYTES: usize = 56;

/// What the end records agree on.
#[derive(Debug)]
pub(super) struct End {
    /// Entries in the central directory.
    pub(super) entries: u64,
    /// Where it begins.
    pub(super) directory_at: u64,
    /// Where it ends.
    pub(super) directory_end: u64,
    /// Whether bytes follow the zip's own comment.
    pub(super) comment_follows_bytes: bool,
}

/// The classic end record as it stands.
struct Classic {
    at: u64,
    disks: [u16; 2],
    entries: [u16; 2],
    directory_bytes: u32,
    directory_at: u32,
    end: u64,
}

pub(super) fn find<R: Read + Seek>(input: &mut R, length: u64) -> Result<End, FlowError> {
    let Some(classic) = find_classic(input, length)? else {
        return Err(no_end(input)?);
    };
    let wide = read_wide(input, &classic)?;
    if classic.disks.iter().any(|disk| !matches!(disk, 0 | 0xFFFF))
        || classic.entries[0] != classic.entries[1]
    {
        return Err(mismatch("The zip claims to be one of several volumes."));
    }
    let end = join(&classic, wide.as_ref(), length)?;
    if end.entries > limits::ZIP_ENTRIES {
        let message = format!("The zip has {} entries; {} are accepted.", end.entries, limits::ZIP_ENTRIES);
        return Err(FlowError::archive(FaultCode::LimitExceeded, message));
    }
    Ok(end)
}

/// A zip begins with an entry or, if it is empty, with its end.
fn no_end<R: Read + Seek>(input: &mut R) -> Result<FlowError, FlowError> {
    let mut first = [0; 4];
    input.rewind().map_err(FlowError::from_read)?;
    let read = read_up_to(input, &mut first)?;
    let begins_as_zip = first.get(..read).is_some_and(|first| first.starts_with(b"PK"));
    Ok(if begins_as_zip {
        FlowError::archive(FaultCode::ArchiveCut, "The end of the file is missing; it was cut off.")
    } else {
        FlowError::archive(FaultCode::NotAnArchive, "This is not a backup file of any kind we know.")
    })
}

fn find_classic<R: Read + Seek>(input: &mut R, length: u64) -> Result<Option<Classic>, FlowError> {
    let searched = length.min(limits::ZIP_END_SEARCH_BYTES);
    let start = length - searched;
    input.seek(SeekFrom::Start(start)).map_err(FlowError::from_read)?;
    let mut tail = Vec::new();
    input.by_ref().take(searched).read_to_end(&mut tail).map_err(FlowError::from_read)?;
    let places = tail.windows(END_BYTES).enumerate().rev();
    let mut candidates = places.filter(|(_, bytes)| bytes.starts_with(&END_SIGNATURE));
    Ok(candidates.find_map(|(offset, bytes)| {
        let classic = parse_classic(bytes, start + offset as u64)?;
        (classic.end <= length).then_some(classic)
    }))
}

fn parse_classic(bytes: &[u8], at: u64) -> Option<Classic> {
    let mut fields = Fields(bytes);
    fields.skip(4)?;
    let disks = [fields.u16()?, fields.u16()?];
    let entries = [fields.u16()?, fields.u16()?];
    let (directory_bytes, directory_at) = (fields.u32()?, fields.u32()?);
    let comment = fields.u16()?;
    let end = at + END_BYTES as u64 + u64::from(comment);
    Some(Classic { at, disks, entries, directory_bytes, directory_at, end })
}

/// The ZIP64 end record: where it is, entries, bytes and place of the directory.
struct Wide {
    at: u64,
    entries: u64,
    directory_bytes: u64,
    directory_at: u64,
}

fn read_wide<R: Read + Seek>(input: &mut R, classic: &Classic) -> Result<Option<Wide>, FlowError> {
    let Some(locator_at) = classic.at.checked_sub(LOCATOR_BYTES as u64) else { return Ok(None) };
    let mut locator = [0; LOCATOR_BYTES];
    read_at(input, locator_at, &mut locator)?;
    let mut fields = Fields(&locator);
    if fields.u32() != Some(LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    let broken = || mismatch("The ZIP64 end record is not where the zip says it is.");
    fields.skip(4).ok_or_else(broken)?;
    let at = fields.u64().ok_or_else(broken)?;
    if at.checked_add(END64_BYTES as u64).is_none_or(|end| end > locator_at) {
        return Err(broken());
    }
    let mut record = [0; END64_BYTES];
    read_at(input, at, &mut record)?;
    parse_wide(&record, at).map(Some).ok_or_else(broken)
}

fn parse_wide(record: &[u8], at: u64) -> Option<Wide> {
    let mut fields = Fields(record);
    if fields.u32()? != END64_SIGNATURE {
        return None;
    }
    fields.skip(8 + 2 + 2)?;
    let disks = [fields.u32()?, fields.u32()?];
    let (here, entries) = (fields.u64()?, fields.u64()?);
    let (directory_bytes, directory_at) = (fields.u64()?, fields.u64()?);
    (disks == [0, 0] && here == entries).then_some(Wide { at, entries, directory_bytes, directory_at })
}

fn join(classic: &Classic, wide: Option<&Wide>, length: u64) -> Result<End, FlowError> {
    let narrow =
        (u64::from(classic.entries[0]), u64::from(classic.directory_bytes), u64::from(classic.directory_at));
    let (entries, bytes, directory_at, ends_at) = match wide {
        Some(wide) => {
            let agrees = |narrow: u64, marker: u64, wide: u64| narrow == marker || narrow == wide;
            if !agrees(narrow.0, u64::from(u16::MAX), wide.entries)
                || !agrees(narrow.1, u64::from(u32::MAX), wide.directory_bytes)
                || !agrees(narrow.2, u64::from(u32::MAX), wide.directory_at)
            {
                return Err(mismatch("The two end records of the zip contradict each other."));
            }
            (wide.entries, wide.directory_bytes, wide.directory_at, wide.at)
        }
        None => (narrow.0, narrow.1, narrow.2, classic.at),
    };
    let directory_end = directory_at.checked_add(bytes);
    match directory_end {
        Some(directory_end) if directory_end == ends_at => {
            Ok(End { entries, directory_at, directory_end, comment_follows_bytes: classic.end < length })
        }
        _ => Err(mismatch("The zip's directory is not where its end record says.")),
    }
}

pub(super) fn mismatch(message: &str) -> FlowError {
    FlowError::archive(FaultCode::EntryMismatch, message)
}

fn read_at<R: Read + Seek>(input: &mut R, at: u64, bytes: &mut [u8]) -> Result<(), FlowError> {
    input.seek(SeekFrom::Start(at)).map_err(FlowError::from_read)?;
    input.read_exact(bytes).map_err(FlowError::from_read)
}

fn read_up_to<R: Read>(input: &mut R, bytes: &mut [u8]) -> Result<usize, FlowError> {
    let mut first = Vec::new();
    input.take(bytes.len() as u64).read_to_end(&mut first).map_err(FlowError::from_read)?;
    bytes.iter_mut().zip(&first).for_each(|(to, from)| *to = *from);
    Ok(first.len())
}
