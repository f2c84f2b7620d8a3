//! Reading: the key file, then the chunks in the order of their numbers, then the attachments.
//!
//! Always tolerant. What can't be read is a finding of its own; the sink decides whether to go on.

use backstop_model::{App, Fault, FaultCode, Finding, FlowError, Item, Job, Kind, Severity, Sink};

use super::array::{ArrayError, Piece};
use super::attachments::{AttachmentsKey, FileRow};
use super::carrier::{self, Own};
use super::chunk::{self, Budget, Packed};
use super::cipher::Cipher;
use super::envelope::Version;
use super::frame::Frame;
use super::keys::Opener;
use super::legacy::{Migration, Older};
use super::map::{item_of_row, with_row};
use super::oddities::Oddities;
use super::open::{NotesnookArchive, key_file_fault};
use super::parts::ChunkPart;
use super::presence::Presence;
use super::stored::FileRows;
use super::wire::{OWN_TYPE, Row};
use crate::doubt::Doubt;
use crate::zipscan::shown;
use crate::{Effort, Stated, limits};

/// One pass over an archive.
pub(super) struct Reading<'a> {
    pub(super) archive: &'a NotesnookArchive,
    pub(super) sink: &'a mut dyn Sink,
    pub(super) job: &'a Job,
    pub(super) keys: Vec<AttachmentsKey>,
    pub(super) rows: FileRows,
    pub(super) presence: Presence,
    pub(super) frame: Frame,
    /// Whether anything could not be read: then what is missing is no news.
    pub(super) damaged: bool,
    /// What comes out of a part that nothing proves to be whole, while that is read.
    pub(super) doubt: Option<Doubt>,
    /// Notes that came out.
    pub(super) notes: u64,
    budget: Budget,
    migration: Migration,
}

impl<'a> Reading<'a> {
    pub(super) fn new(archive: &'a NotesnookArchive, sink: &'a mut dyn Sink, job: &'a Job) -> Self {
        Self {
            archive,
            sink,
            job,
            keys: Vec::new(),
            rows: FileRows::default(),
            presence: match archive.effort {
                Effort::Usual => Presence::default(),
                Effort::Whole | Effort::Salvage => Presence::naming(),
            },
            frame: Frame::default(),
            damaged: false,
            doubt: None,
            notes: 0,
            budget: Budget::default(),
            migration: Migration::new(archive.head.created.map_or(0, |created| created.0)),
        }
    }

    pub(super) fn read(mut self, mut opener: Option<&mut Opener>) -> Result<Stated, FlowError> {
        let archive = self.archive;
        for finding in archive.findings.iter().chain(&archive.parts.findings) {
            self.report(finding.severity, finding.fault.clone())?;
        }
        // What a damaged structure costs is found out part by part.
        self.damaged &= archive.effort == Effort::Usual;
        self.key_file(opener.as_deref_mut())?;
        self.check_numbers()?;
        for chunk in &archive.parts.chunks {
            self.job.check()?;
            match self.chunk(chunk, opener.as_deref_mut()) {
                Err(FlowError::Archive(fault)) if fault.part.is_none() => {
                    let fault = Fault { part: Some(self.name_of(chunk.entry)), ..fault };
                    self.report(Severity::Damage, fault)?;
                }
                Err(FlowError::Archive(fault)) => self.report(Severity::Damage, fault)?,
                other => other?,
            }
        }
        self.finish_migration()?;
        self.check_frame()?;
        self.check_presence()?;
        let stated = self.stated();
        self.attachments()?;
        Ok(stated)
    }

    pub(super) fn report(&mut self, severity: Severity, fault: Fault) -> Result<(), FlowError> {
        self.damaged |= severity == Severity::Damage;
        self.sink.finding(Finding { severity, fault }).map_err(sealed)
    }

    pub(super) fn name_of(&self, place: usize) -> String {
        self.archive.entries.get(place).map(|entry| shown(&entry.name)).unwrap_or_default()
    }

    fn key_file(&mut self, opener: Option<&mut Opener>) -> Result<(), FlowError> {
        let Some(place) = self.archive.parts.key_file else { return Ok(()) };
        match self.open_key_file(place, opener) {
            Ok(key) => self.push_key(key),
            Err(FlowError::Archive(fault)) => {
                let fault = key_file_fault(fault.code, &fault.message);
                self.report(Severity::Damage, fault)
            }
            Err(other) => Err(other),
        }
    }

    fn open_key_file(&self, place: usize, opener: Option<&mut Opener>) -> Result<AttachmentsKey, FlowError> {
        let broken = || FlowError::archive(FaultCode::InvalidContent, "It holds no attachments key.");
        // Of a damaged one only what proves itself is taken: a wrong key opens no file.
        let file = match self.archive.effort {
            Effort::Usual => self.archive.entry_bytes(place, limits::KEY_FILE_BYTES, self.job)?,
            Effort::Whole | Effort::Salvage => {
                self.archive.entry_judged(place, limits::KEY_FILE_BYTES, self.job)?.0
            }
        };
        let text = std::str::from_utf8(&file).map_err(|_| broken())?;
        if let Some(key) = AttachmentsKey::parse(text) {
            return Ok(key);
        }
        let mut cipher = Cipher::parse(text).ok_or_else(broken)?;
        let required =
            || FlowError::archive(FaultCode::SecretRequired, "It is encrypted though the notes are not.");
        let opener = opener.ok_or_else(required)?;
        let salt = cipher.salt;
        let locked =
            || FlowError::archive(FaultCode::DecryptionFailed, "The key of the attachments does not open.");
        let plain = cipher.open(opener.key_for(&salt)?).map_err(|_| locked())?;
        let plain = backstop_crypto::Zeroizing::new(plain);
        std::str::from_utf8(&plain).ok().and_then(AttachmentsKey::parse).ok_or_else(broken)
    }

    fn push_key(&mut self, key: AttachmentsKey) -> Result<(), FlowError> {
        if self.keys.len() < limits::ATTACHMENT_KEYS && !self.keys.iter().any(|known| known.id() == key.id())
        {
            if let Some(item) = key.to_item() {
                self.sink.item(item).map_err(sealed)?;
            }
            self.keys.push(key);
        }
        Ok(())
    }

    fn check_numbers(&mut self) -> Result<(), FlowError> {
        let faults = number_faults(self.archive);
        faults.into_iter().try_for_each(|fault| self.report(Severity::Damage, fault))
    }

    fn chunk(&mut self, part: &ChunkPart, opener: Option<&mut Opener>) -> Result<(), FlowError> {
        if !self.archive.entries.get(part.entry).is_some_and(|entry| entry.readable) {
            // The pass over the zip has said why.
            return Ok(());
        }
        if self.archive.effort > Effort::Usual {
            return self.chunk_salvaged(part, opener);
        }
        let file = self.archive.file_of(part, self.job)?;
        let packed = chunk::open(&file, opener)?;
        self.opened(part, &packed)
    }

    /// Reads the rows of a chunk.
    pub(super) fn opened(&mut self, part: &ChunkPart, packed: &Packed<'_>) -> Result<(), FlowError> {
        if part.named_md5.as_ref().is_some_and(|named| !named.eq_ignore_ascii_case(&packed.md5)) {
            let message = "Its name states another hash than its content has.";
            let fault = Fault::at(FaultCode::EntryMismatch, self.name_of(part.entry), message);
            self.report(Severity::Warning, fault)?;
        }
        if self.archive.head.encrypted && !packed.encrypted {
            let message = "It is not encrypted, though other parts of the backup are.";
            let fault = Fault::at(FaultCode::EntryMismatch, self.name_of(part.entry), message);
            self.report(Severity::Warning, fault)?;
        }
        self.frame.chunk(part.number, packed);
        let odd = self.rows_of(part, packed)?;
        self.presence.last_was_full = odd.utf16_units >= limits::CHUNK_CLOSES_AT;
        let findings = odd.findings(Some(&self.name_of(part.entry)));
        findings.into_iter().try_for_each(|finding| self.report(finding.severity, finding.fault))
    }

    fn rows_of(&mut self, part: &ChunkPart, packed: &Packed<'_>) -> Result<Oddities, FlowError> {
        let mut odd = Oddities::default();
        // Taken out, because rows borrow it while the rest of this is in use.
        let budget = std::mem::take(&mut self.budget);
        let mut rows = packed.rows(&budget, self.archive.packed_bytes(part));
        let end = loop {
            match rows.next() {
                Ok(Some(Piece::Value(json))) => {
                    odd.rows += 1;
                    odd.utf16_units += utf16_units(&json);
                    if let Err(error) = self.row(json, packed.version, &mut odd) {
                        break Err(error);
                    }
                }
                Ok(Some(_)) => odd.too_large += 1,
                Ok(None) => break Ok(()),
                Err(error) => break Err(rows_end(error)),
            }
        };
        drop(rows);
        self.budget = budget;
        match end {
            Err(FlowError::Archive(fault)) => {
                let fault = Fault { part: Some(self.name_of(part.entry)), ..fault };
                self.report(Severity::Damage, fault)?;
                Ok(odd)
            }
            other => other.map(|()| odd),
        }
    }

    fn row(&mut self, json: String, stated: Version, odd: &mut Oddities) -> Result<(), FlowError> {
        self.job.check()?;
        let Some(row) = Row::parse(&json) else {
            odd.no_rows += 1;
            return Ok(());
        };
        let r#type = row.text("type");
        if r#type.as_deref() == Some(OWN_TYPE) {
            return self.own_row(&json, &row, odd);
        }
        if let Some(name) = r#type {
            self.frame.count(&name);
        }
        let version = self.migration.version_of(&row, stated);
        if version == Version::CURRENT {
            return match self.item(&row, odd) {
                Some(item) => self.hand_over(with_row(item, json)),
                None => Ok(()),
            };
        }
        let older = Older::of(&row);
        drop(json);
        let rows = self.migration.rows(version, None, older);
        rows.into_iter().try_for_each(|json| self.plain_row(json, odd))
    }

    fn plain_row(&mut self, json: String, odd: &mut Oddities) -> Result<(), FlowError> {
        self.job.check()?;
        let Some(row) = Row::parse(&json) else {
            odd.no_rows += 1;
            return Ok(());
        };
        match self.item(&row, odd) {
            Some(item) => self.hand_over(with_row(item, json)),
            None => Ok(()),
        }
    }

    /// The item of a row, still without the row's own text.
    fn item(&mut self, row: &Row<'_>, odd: &mut Oddities) -> Option<Item> {
        let item = item_of_row(row).map_err(|why| odd.count(why)).ok()?;
        self.see(&item, row);
        Some(item)
    }

    fn own_row(&mut self, json: &str, row: &Row<'_>, odd: &mut Oddities) -> Result<(), FlowError> {
        let own = carrier::read(json, row);
        if !matches!(own, Own::Begin(_) | Own::End(_)) {
            self.frame.count(OWN_TYPE);
        }
        match own {
            Own::Begin(begin) => self.frame.begin(begin),
            Own::End(end) => self.frame.end(end),
            Own::Item(item) => return self.push_carried(*item),
            Own::Key(key) => return self.push_key(key),
            Own::Broken => odd.broken_carriers += 1,
        }
        Ok(())
    }

    /// An item out of a carrier; only one of Notesnook has a row that means something here.
    fn push_carried(&mut self, item: Item) -> Result<(), FlowError> {
        if item.key.app == App::Notesnook
            && let Some(row) = Row::parse(&item.native.json)
        {
            self.see(&item, &row);
        }
        self.hand_over(item)
    }

    /// Takes what only the row tells.
    fn see(&mut self, item: &Item, row: &Row<'_>) {
        self.presence.see(item, row);
        if self.archive.head.attachments_included
            && let Some(head) = &item.attachment
        {
            self.rows.add(FileRow::read(head, row, &self.keys));
        }
    }

    fn hand_over(&mut self, item: Item) -> Result<(), FlowError> {
        self.job.add_items(1);
        self.notes += u64::from(item.key.kind == Kind::Note);
        if let Some(doubt) = &mut self.doubt {
            doubt.note(&item);
        }
        self.sink.item(item).map_err(sealed)
    }

    /// The rows that only all rows of older parts together tell.
    fn finish_migration(&mut self) -> Result<(), FlowError> {
        let (rows, findings) = std::mem::take(&mut self.migration).finish();
        let mut odd = Oddities::default();
        rows.into_iter().try_for_each(|json| self.plain_row(json, &mut odd))?;
        findings.into_iter().try_for_each(|(severity, fault)| self.report(severity, fault))
    }
}

/// Numbers must begin at 0 and leave none out.
pub(super) fn number_faults(archive: &NotesnookArchive) -> Vec<Fault> {
    let chunks = &archive.parts.chunks;
    let readable = |chunk: &&ChunkPart| archive.entries.get(chunk.entry).is_some_and(|entry| entry.readable);
    let numbers: Vec<u64> = chunks.iter().filter(readable).filter_map(|chunk| chunk.number).collect();
    let mut faults = Vec::new();
    let mut expected = 0;
    let all: Vec<u64> = chunks.iter().filter_map(|chunk| chunk.number).collect();
    for number in &all {
        if *number > expected {
            let message = match number - expected {
                1 => format!("Part {expected} of the backup is missing."),
                _ => format!("Parts {expected} to {} of the backup are missing.", number - 1),
            };
            faults.push(Fault::new(FaultCode::ChunkMissing, message));
        }
        expected = number.saturating_add(1);
    }
    for pair in numbers.windows(2) {
        if let [one, other] = pair
            && one == other
        {
            let message = format!("Part {one} of the backup is there twice.");
            faults.push(Fault::new(FaultCode::ChunkRepeated, message));
        }
    }
    faults
}

/// A refusal of the sink passes through untouched: only our own faults become findings.
pub(super) fn sealed(error: FlowError) -> FlowError {
    match error {
        FlowError::Archive(fault) => FlowError::Sink(Box::new(Refused(fault))),
        other => other,
    }
}

/// A fault on its way out: the sink was told and said no.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) Fault);

/// The opposite of [`sealed`], for whoever called the reader.
pub(super) fn unsealed(error: FlowError) -> FlowError {
    match error {
        FlowError::Sink(inner) => match inner.downcast::<Refused>() {
            Ok(refused) => FlowError::Archive(refused.0),
            Err(inner) => FlowError::Sink(inner),
        },
        other => other,
    }
}

fn rows_end(error: ArrayError) -> FlowError {
    let broken = || FlowError::archive(FaultCode::InvalidContent, "The rows in it are not whole.");
    match error {
        ArrayError::Malformed | ArrayError::CutOff => broken(),
        ArrayError::Read(error) => match FlowError::from_read(error) {
            // The bytes are all there and have the right hash, so this is no trouble of the disk.
            FlowError::Read(_) => broken(),
            other => other,
        },
    }
}

/// Length in UTF-16 units, in which Notesnook measures its chunks.
pub(super) fn utf16_units(text: &str) -> u64 {
    let lead = |byte: u8| u64::from(byte & 0xC0 != 0x80) + u64::from(byte >= 0xF0);
    text.bytes().map(lead).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_as_javascript_does() {
        for text in ["", "abc", "äöü", "日本", "🚣‍♀️x", "a\u{10ffff}"] {
            assert_eq!(utf16_units(text), text.encode_utf16().count() as u64, "{text}");
        }
    }
}
