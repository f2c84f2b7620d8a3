//! Which entry of the zip is what.

use std::collections::BTreeMap;

use backstop_model::{Fault, FaultCode, Finding, FlowError, Job, Severity};
use std::io::Read as _;

use super::attachments::{FOLDER, KEY_FILE};
use super::envelope::Peek;
use crate::zipscan::{Entry, EntryReader, SharedInput, shown};

/// The empty entry that every archive since version 6 begins with.
pub(crate) const MARKER: &str = ".nnbackup";

/// How much of a chunk file is looked at before it is read.
const PEEK_BYTES: u64 = 16 * 1024;

/// How many entries of unknown names in the root are looked into.
const MOST_UNKNOWN: usize = 1000;

/// One chunk file.
#[derive(Debug)]
pub(crate) struct ChunkPart {
    /// Its place among the entries.
    pub(crate) entry: usize,
    /// The number in its name, if its name is a chunk's.
    pub(crate) number: Option<u64>,
    /// The MD5 in its name.
    pub(crate) named_md5: Option<String>,
    /// Whether its name says that it is encrypted.
    pub(crate) named_encrypted: bool,
    /// Its first bytes, if they unpack.
    pub(crate) peek: Option<Peek>,
}

/// The entries, sorted by what they are for.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// The chunks in the order of their numbers, those without one last.
    pub(crate) chunks: Vec<ChunkPart>,
    pub(crate) key_file: Option<usize>,
    /// Entries below `attachments/`, by their name there.
    pub(crate) attachments: BTreeMap<Box<str>, usize>,
    pub(crate) marker: bool,
    pub(crate) findings: Vec<Finding>,
}

impl Parts {
    /// Sorts the entries and looks at the first bytes of every chunk.
    pub(crate) fn sort(input: &SharedInput, entries: &[Entry]) -> Result<Self, FlowError> {
        let mut parts = Self::default();
        let mut unknown = 0;
        for (place, entry) in entries.iter().enumerate() {
            if entry.is_directory() {
                parts.directory(entry);
            } else if &*entry.name == MARKER {
                parts.marker = true;
            } else if &*entry.name == KEY_FILE {
                parts.key_file = parts.key_file.or(Some(place));
            } else if let Some(name) = entry.name.strip_prefix(FOLDER) {
                parts.attachments.entry(name.into()).or_insert(place);
            } else if let Some(chunk) = chunk_name(&entry.name) {
                let (number, encrypted, md5) = chunk;
                let peek = peek(input, entry, number == 0)?;
                let (number, named_md5) = (Some(number), Some(md5.to_owned()));
                parts.chunks.push(ChunkPart {
                    entry: place,
                    number,
                    named_md5,
                    named_encrypted: encrypted,
                    peek,
                });
            } else if entry.readable {
                unknown += 1;
                parts.unknown(input, entry, place, unknown)?;
            }
        }
        parts.chunks.sort_by_key(|chunk| (chunk.number.is_none(), chunk.number, chunk.entry));
        Ok(parts)
    }

    /// Programs that zip a folder write entries for folders; only other folders are odd.
    fn directory(&mut self, entry: &Entry) {
        if &*entry.name != FOLDER {
            self.stray(
                &entry.name,
                "This folder does not belong into a Notesnook backup; it was passed over.",
            );
        }
    }

    /// Notesnook itself reads every entry in the root as a chunk, whatever its name.
    fn unknown(
        &mut self,
        input: &SharedInput,
        entry: &Entry,
        place: usize,
        unknown: usize,
    ) -> Result<(), FlowError> {
        let peek = if unknown <= MOST_UNKNOWN { peek(input, entry, false)? } else { None };
        if peek.is_some() {
            self.stray(&entry.name, "It has not the name of a chunk, but is one; it was read.");
            let chunk =
                ChunkPart { entry: place, number: None, named_md5: None, named_encrypted: false, peek };
            self.chunks.push(chunk);
        } else if unknown <= MOST_UNKNOWN {
            self.stray(&entry.name, "This does not belong into a Notesnook backup; it was passed over.");
        }
        Ok(())
    }

    fn stray(&mut self, name: &str, message: &str) {
        let fault = Fault::at(FaultCode::Stray, shown(name), message);
        self.findings.push(Finding { severity: Severity::Warning, fault });
    }

    /// Whether anything here could have come from Notesnook or a program that knows its format.
    pub(crate) fn is_notesnook(&self) -> bool {
        self.marker || self.key_file.is_some() || !self.chunks.is_empty()
    }
}

/// Whether a name is one that only parts of Notesnook's archives have.
pub(crate) fn is_part(name: &str) -> bool {
    // Attachments are named by a hash of 16 digits.
    let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let attachment = name.strip_prefix(FOLDER).is_some_and(is_hash);
    name == MARKER || name == KEY_FILE || attachment || chunk_name(name).is_some()
}

/// Number, encryption and MD5 out of a chunk's name: `<i>-plain-<md5>`, `<i>-encrypted-<md5>`.
fn chunk_name(name: &str) -> Option<(u64, bool, &str)> {
    let (number, rest) = name.split_once('-')?;
    let (kind, md5) = rest.split_once('-')?;
    let encrypted = match kind {
        "plain" => false,
        "encrypted" => true,
        _ => return None,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let hex = md5.len() == 32 && md5.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits && hex).then_some((number.parse().ok()?, encrypted, md5))
}

/// The first bytes of the rows are kept only of the `first` chunk: no other can begin an archive of
/// ours, and of many chunks they would fill the memory.
fn peek(input: &SharedInput, entry: &Entry, first: bool) -> Result<Option<Peek>, FlowError> {
    let mut peek = first_bytes(input, entry)?.as_deref().and_then(Peek::of);
    if let Some(peek) = peek.as_mut().filter(|_| !first) {
        peek.z = Vec::new();
    }
    Ok(peek)
}

/// The first bytes of an entry; nothing if they do not unpack.
fn first_bytes(input: &SharedInput, entry: &Entry) -> Result<Option<Vec<u8>>, FlowError> {
    if !entry.readable {
        return Ok(None);
    }
    let job = Job::new();
    let mut first = Vec::new();
    match EntryReader::new(input, entry, &job).take(PEEK_BYTES).read_to_end(&mut first) {
        Ok(_) => Ok(Some(first)),
        Err(error) => match FlowError::from_read(error) {
            FlowError::Archive(_) => Ok(None),
            other => Err(other),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_names_are_told_from_others() {
        let md5 = "525201c134036727b3190b0c09100544";
        assert_eq!(chunk_name(&format!("0-plain-{md5}")), Some((0, false, md5)));
        assert_eq!(chunk_name(&format!("12-encrypted-{md5}")), Some((12, true, md5)));
        for other in
            ["x-plain", "-plain-", "0-plain-", "0-plain-525201c134036727b3190b0c0910054g", "0-sealed-00", "a"]
        {
            assert_eq!(chunk_name(other), None, "{other}");
        }
        assert_eq!(chunk_name(&format!("99999999999999999999-plain-{md5}")), None);
    }
}
