//! A second way into a zip: by the local headers, one by one, when its directory can't be believed.
//!
//! Touches only the stream it is handed. One pass finds every signature; then the file is walked from
//! front to back. Each part is tried in every way that its header, its record in the directory and the
//! descriptor behind it can be read, and one that unpacks to a checksum stated anywhere is whole. What
//! lies inside the extent of a part is never taken for a part of its own, so that a zip among the
//! attachments stays an attachment. A part that fits nothing is given out as damaged: it ends where the
//! next one begins, and its own seal or hash must prove what is in it.

mod extent;
mod places;
mod probe;
mod records;

use std::collections::{BTreeSet, HashMap};
use std::io::{BufReader, Read, Seek, SeekFrom};

use backstop_model::{FaultCode, FlowError};

use self::extent::{Found, Part};
use self::places::Places;
use self::probe::Probe;
use super::local::{Header, read_header};
use super::{Entry, Findings, Method, Scan, State, check_claims, names};
use crate::limits;

/// Longest a local header can be with the names and extra fields that are accepted.
const HEADER_BUFFER_BYTES: usize = 512;

/// Looks for every part of a zip whose directory is damaged or gone. Where a part has two names, one
/// in its head and one in the directory, that counts which is `known`.
///
/// # Errors
/// [`FaultCode::LimitExceeded`] above the [`limits`], and read errors. A file without a single part
/// is no error here: it has no entries.
pub fn salvage<R: Read + Seek>(input: &mut R, known: fn(&str) -> bool) -> Result<Scan, FlowError> {
    let length = input.seek(SeekFrom::End(0)).map_err(FlowError::from_read)?;
    let places = Places::find(input)?;
    let mut probe = Probe::new(input, length);
    let records = records::gather(&mut probe, &places)?;
    let starts: BTreeSet<u64> = places.headers.iter().chain(records.keys()).copied().collect();
    let mut findings = Findings::default();
    // Writers give every header the same extra fields.
    let (mut found, mut free_from, mut names_bytes, mut usual_extra) = (Vec::new(), 0, 0, 0);
    for at in starts {
        if at < free_from {
            continue;
        }
        let header = header_at(&mut probe, at)?;
        let part = Part { at, header, record: records.get(&at), length, usual_extra };
        let Some(one) = part.find(&mut probe, &places)? else { continue };
        free_from = one.free_from;
        names_bytes += one.entry.name.len();
        usual_extra = one.extra_bytes.unwrap_or(usual_extra);
        if found.len() as u64 >= limits::ZIP_ENTRIES || names_bytes > limits::ALL_NAMES_BYTES {
            let message = "The zip has more parts, or longer names, than are accepted.";
            return Err(FlowError::archive(FaultCode::LimitExceeded, message));
        }
        found.push(one);
    }
    tell(&mut found, known, !records.is_empty(), &mut findings);
    let mut entries: Vec<Entry> = found.into_iter().map(|one| one.entry).collect();
    names::check(&mut entries, &mut findings);
    for entry in &mut entries {
        check_claims(entry, &mut findings);
    }
    Ok(Scan { entries, findings: findings.into_list() })
}

fn header_at<R: Read + Seek>(probe: &mut Probe<'_, R>, at: u64) -> Result<Option<(Header, u64)>, FlowError> {
    read_header(&mut BufReader::with_capacity(HEADER_BUFFER_BYTES, probe.from(at)?))
}

/// Settles names that header and directory disagree about, and says what was damaged beside the
/// content itself.
fn tell(found: &mut [Found], known: fn(&str) -> bool, directory: bool, findings: &mut Findings) {
    let mut taken: HashMap<Box<str>, usize> = HashMap::new();
    found.iter().for_each(|one| *taken.entry(one.entry.name.clone()).or_default() += 1);
    for one in found {
        if let Some(other) = one.other_name.take() {
            let own = &*one.entry.name;
            let doubled = |name: &str| taken.get(name).copied().unwrap_or(0) > usize::from(name == own);
            let odd = |name: &str| (!names::is_safe(name), doubled(name), !known(name));
            if odd(own) > odd(&other) {
                one.entry.name = other;
            }
        }
        let sound = one.entry.state == State::Sound;
        let name = &one.entry.name;
        if sound && one.contradicted {
            let message = "One of the zip's two heads of this part is damaged. Its content is whole.";
            findings.warn(FaultCode::EntryMismatch, name, message);
        } else if sound && directory && !one.listed {
            let message =
                "The zip's list of contents does not have this part any more. Its content is whole.";
            findings.warn(FaultCode::EntryMismatch, name, message);
        }
    }
}

/// What a method is called in a header.
fn method_of(number: u16) -> Method {
    match number {
        0 => Method::Stored,
        8 => Method::Deflated,
        other => Method::Other(other),
    }
}

#[cfg(test)]
mod tests;
