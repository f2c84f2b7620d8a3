//! A look over an archive: what can be told without reading every part.
//!
//! Opening has read the zip's directory and the head of every entry. Here the first part is read, and
//! of an archive of ours the last one, which says what parts and attachments there must be.

use std::collections::BTreeSet;

use backstop_crypto::secretstream::encrypted_len;
use backstop_model::{Fault, FaultCode, Finding, FlowError, Job, Severity};

use super::array::Piece;
use super::carrier::{self, Begin, End, Own};
use super::chunk::{self, Budget};
use super::keys::Opener;
use super::open::NotesnookArchive;
use super::parts::ChunkPart;
use super::reader::number_faults;
use super::wire::{OWN_TYPE, Row};
use crate::LookedOver;
use crate::limits;
use crate::zipscan::shown;

/// What encrypting adds to each piece of an attachment. Source: libsodium, secretstream's `ABYTES`.
const PIECE_TAG_BYTES: u64 = 17;

impl NotesnookArchive {
    /// Looks the archive over.
    pub(super) fn looked_over(
        &self,
        opener: Option<&mut Opener>,
        job: &Job,
    ) -> Result<LookedOver, FlowError> {
        let mut look = Look { archive: self, job, read: BTreeSet::new(), faults: Vec::new() };
        look.faults.extend(number_faults(self));
        let locked = self.head.encrypted && opener.is_none();
        if !locked {
            look.frame(opener)?;
        }
        let found = look.faults.into_iter().map(|fault| Finding { severity: Severity::Damage, fault });
        let findings = self.findings.iter().chain(&self.parts.findings).cloned().chain(found).collect();
        let unread = self.entries.iter().enumerate().filter(|(place, _)| !look.read.contains(place));
        let not_read = unread
            .filter(|(_, entry)| entry.packed_bytes > 0)
            .map(|(_, entry)| (shown(&entry.name), entry.packed_bytes))
            .collect();
        Ok(LookedOver { findings, not_read })
    }
}

/// The rows that an archive of ours begins and ends with, as far as they are in one part.
type Framing = (Option<Begin>, Option<End>);

struct Look<'a> {
    archive: &'a NotesnookArchive,
    job: &'a Job,
    /// Places of the entries whose bytes were read.
    read: BTreeSet<usize>,
    faults: Vec<Fault>,
}

impl Look<'_> {
    /// Reads the part an archive of ours begins with and the one it ends with, and compares.
    fn frame(&mut self, mut opener: Option<&mut Opener>) -> Result<(), FlowError> {
        let chunks = &self.archive.parts.chunks;
        let Some(first) = chunks.first() else { return Ok(()) };
        let Some((begin, end)) = self.own_rows(first, opener.as_deref_mut())? else { return Ok(()) };
        let Some(begin) = begin else { return Ok(()) };
        let last = chunks.iter().rfind(|chunk| chunk.number.is_some());
        let end = match last {
            Some(last) if last.entry != first.entry => match self.own_rows(last, opener)? {
                Some((_, end)) => end,
                None => return Ok(()),
            },
            _ => end,
        };
        match end {
            Some(end) => self.compare(&begin, &end),
            None if begin.expects_end => {
                self.fault(FaultCode::ChunkMissing, "The last part of the backup is missing.");
            }
            None => {}
        }
        Ok(())
    }

    /// The rows that frame an archive of ours, if they are in this part. `None` if it can't be read,
    /// which is a finding.
    fn own_rows(
        &mut self,
        part: &ChunkPart,
        opener: Option<&mut Opener>,
    ) -> Result<Option<Framing>, FlowError> {
        self.read.insert(part.entry);
        let read = self
            .archive
            .file_of(part, self.job)
            .and_then(|file| frame_in(&file, opener, self.archive.packed_bytes(part), self.job));
        match read {
            Ok(frame) => Ok(Some(frame)),
            Err(FlowError::Archive(fault)) => {
                let name = self.archive.entries.get(part.entry).map(|entry| shown(&entry.name));
                self.faults.push(Fault { part: fault.part.or(name), ..fault });
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    fn fault(&mut self, code: FaultCode, message: impl Into<String>) {
        self.faults.push(Fault::new(code, message));
    }

    fn compare(&mut self, begin: &Begin, end: &End) {
        if begin.archive != end.archive {
            self.fault(FaultCode::EntryMismatch, "The parts of the backup come from different backups.");
        }
        let chunks = &self.archive.parts.chunks;
        if begin.encrypted && chunks.iter().any(is_plain) {
            let message = "A part is not encrypted in a backup that was made encrypted; it was exchanged.";
            self.fault(FaultCode::EntryMismatch, message);
        }
        for (number, md5) in (0_u64..).zip(&end.chunks) {
            match chunks.iter().find(|chunk| chunk.number == Some(number)) {
                None => {
                    self.fault(FaultCode::ChunkMissing, format!("Part {number} of the backup is missing."));
                }
                Some(chunk)
                    if chunk.named_md5.as_ref().is_some_and(|named| !named.eq_ignore_ascii_case(md5)) =>
                {
                    let message = format!("Part {number} is not the one that the backup was made with.");
                    self.fault(FaultCode::EntryMismatch, message);
                }
                Some(_) => {}
            }
        }
        let expected = end.chunks.len() as u64;
        if chunks.iter().any(|chunk| chunk.number.is_none_or(|number| number > expected)) {
            self.fault(FaultCode::EntryMismatch, "A part was added that the backup was not made with.");
        }
        self.compare_attachments(end);
    }

    fn compare_attachments(&mut self, end: &End) {
        let here = &self.archive.parts.attachments;
        let mut faults = Vec::new();
        let mut at = |code, name: &str, message: &str| faults.push(Fault::at(code, shown(name), message));
        for stated in &end.attachments {
            let entry = here.get(&*stated.entry).and_then(|place| self.archive.entries.get(*place));
            match entry {
                None => at(
                    FaultCode::ChunkMissing,
                    &stated.entry,
                    "This attachment was in the backup and is gone.",
                ),
                Some(entry) if !can_hold(entry.size_bytes, stated.size) => at(
                    FaultCode::EntryMismatch,
                    &stated.entry,
                    "This attachment does not have the size it was backed up with.",
                ),
                Some(_) => {}
            }
        }
        let stated: BTreeSet<&str> = end.attachments.iter().map(|one| one.entry.as_str()).collect();
        for name in here.keys().filter(|name| !stated.contains(&***name)) {
            at(FaultCode::EntryMismatch, name, "This file was not in the backup when it was made.");
        }
        if !stated.is_empty() && self.archive.parts.key_file.is_none() {
            let message = "The key of the attachments was in the backup and is gone.";
            faults.push(Fault::new(FaultCode::ChunkMissing, message));
        }
        faults.truncate(limits::FINDINGS);
        self.faults.extend(faults);
    }
}

fn is_plain(chunk: &ChunkPart) -> bool {
    !chunk.peek.as_ref().and_then(|peek| peek.encrypted).unwrap_or(chunk.named_encrypted)
}

/// Whether so many encrypted bytes may hold so many plain ones, whatever the size of the pieces.
fn can_hold(encrypted: u64, plain: u64) -> bool {
    let added = encrypted.saturating_sub(plain);
    encrypted >= encrypted_len(plain, u64::MAX) && added.is_multiple_of(PIECE_TAG_BYTES)
}

/// The rows `begin` and `end` in one chunk file, whose checksums are compared on the way.
fn frame_in(
    file: &[u8],
    opener: Option<&mut Opener>,
    packed_bytes: u64,
    job: &Job,
) -> Result<Framing, FlowError> {
    let packed = chunk::open(file, opener)?;
    let budget = Budget::default();
    let mut rows = packed.rows(&budget, packed_bytes);
    let broken = || FlowError::archive(FaultCode::InvalidContent, "The rows in it are not whole.");
    let mut frame = (None, None);
    loop {
        job.check()?;
        match rows.next() {
            Ok(Some(Piece::Value(json))) => {
                let row = Row::parse(&json).filter(|row| row.text("type").as_deref() == Some(OWN_TYPE));
                match row.map(|row| carrier::read(&json, &row)) {
                    Some(Own::Begin(begin)) => frame.0 = Some(begin),
                    Some(Own::End(end)) => frame.1 = Some(end),
                    _ => {}
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(frame),
            Err(_) => return Err(broken()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fit_whatever_the_pieces() {
        for (plain, piece) in [(0, 524_288), (1, 524_288), (524_288, 524_288), (524_289, 524_288), (100, 7)] {
            assert!(can_hold(encrypted_len(plain, piece), plain), "{plain} {piece}");
        }
        for (encrypted, plain) in [(0, 0), (16, 0), (17, 1), (19, 1), (100, 100), (99, 100)] {
            assert!(!can_hold(encrypted, plain), "{encrypted} {plain}");
        }
    }
}
