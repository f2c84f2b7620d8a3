//! What is left of a central directory.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek};

use backstop_model::FlowError;

use super::super::Entry;
use super::super::directory::read_record;
use super::places::Places;
use super::probe::Probe;
use super::{HEADER_BUFFER_BYTES, header_at};

/// Every record that can be read and that belongs to this zip, by the place of its local header.
///
/// A zip that is stored as an attachment has records too, which speak of other places. So a record
/// must find its header where it says; one that finds none is believed only behind all that do, where
/// the directory is.
pub(super) fn gather<R: Read + Seek>(
    probe: &mut Probe<'_, R>,
    places: &Places,
) -> Result<BTreeMap<u64, Entry>, FlowError> {
    let mut gathered = BTreeMap::new();
    let mut homeless = Vec::new();
    for at in &places.records {
        let mut input = BufReader::with_capacity(HEADER_BUFFER_BYTES, probe.from(*at)?);
        let record = match read_record(&mut input, *at) {
            Ok(record) => record,
            Err(FlowError::Archive(_)) => continue,
            Err(other) => return Err(other),
        };
        if has_its_header(probe, &record)? {
            gathered.entry(record.header_at).or_insert(record);
        } else {
            homeless.push((*at, record));
        }
    }
    let behind_all = gathered.last_key_value().map(|(last, _)| *last);
    for (_, record) in homeless.into_iter().filter(|(at, _)| behind_all.is_some_and(|last| *at > last)) {
        gathered.entry(record.header_at).or_insert(record);
    }
    Ok(gathered)
}

/// Whether the header that a record speaks of is there, though it may be damaged in part.
fn has_its_header<R: Read + Seek>(probe: &mut Probe<'_, R>, record: &Entry) -> Result<bool, FlowError> {
    let Some((header, _)) = header_at(probe, record.header_at)? else { return Ok(false) };
    let same_sums = header.crc32 == record.crc32 && u64::from(header.packed) == record.packed_bytes;
    Ok(header.name == record.name.as_bytes() || same_sums)
}
