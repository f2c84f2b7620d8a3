//! Handing out the bytes of attachments, each with its row.

use std::collections::{BTreeSet, HashMap};

use backstop_model::{Fault, FaultCode, FlowError, Severity};

use super::attachments::{FileRow, StoredAttachment};
use super::reader::{Reading, sealed};
use crate::limits;
use crate::zipscan::{Entry, shown};

/// The attachment rows of an archive, found by hash or by id.
#[derive(Default)]
pub(super) struct FileRows {
    rows: Vec<FileRow>,
    by_name: HashMap<Box<str>, Vec<usize>>,
    found: BTreeSet<usize>,
}

impl FileRows {
    pub(super) fn add(&mut self, row: FileRow) {
        let place = self.rows.len();
        let id = row.head.id.as_str();
        let hash = row.head.hash.as_ref().map(|hash| hash.hex.as_str());
        for name in [hash, Some(id).filter(|id| hash != Some(*id))].into_iter().flatten() {
            self.by_name.entry(name.into()).or_default().push(place);
        }
        self.rows.push(row);
    }

    /// The rows that an entry's name means; from now on they count as found.
    fn find(&mut self, name: &str) -> Vec<usize> {
        let places = self.by_name.get(name).cloned().unwrap_or_default();
        self.found.extend(&places);
        places
    }
}

impl Reading<'_> {
    /// Pushes every attachment whose bytes are here.
    pub(super) fn attachments(mut self) -> Result<(), FlowError> {
        if !self.archive.head.attachments_included {
            return Ok(());
        }
        self.check_stated()?;
        let archive = self.archive;
        let mut without_row = 0_usize;
        for (name, place) in &archive.parts.attachments {
            self.job.check()?;
            let rows = self.rows.find(name);
            let Some(entry) = archive.entries.get(*place).filter(|entry| entry.readable) else { continue };
            if rows.is_empty() {
                without_row += 1;
                self.report_stray(entry, without_row)?;
            } else {
                self.attachment(name, entry, &rows)?;
            }
        }
        if without_row > 0 && self.presence.last_was_full && !self.damaged {
            let message = "The last parts of the backup are missing: rows of its attachments are not in it.";
            self.report(Severity::Damage, Fault::new(FaultCode::ChunkMissing, message))?;
        }
        self.report_missing()
    }

    fn report_stray(&mut self, entry: &Entry, nth: usize) -> Result<(), FlowError> {
        if nth > limits::FINDINGS {
            return Ok(());
        }
        let message = "No row tells what this file is; it was passed over.";
        self.report(Severity::Warning, Fault::at(FaultCode::Stray, shown(&entry.name), message))
    }

    /// An archive of ours lists its attachments: none may be gone and none added.
    fn check_stated(&mut self) -> Result<(), FlowError> {
        let Some(end) = self.frame.stated() else { return Ok(()) };
        let here = &self.archive.parts.attachments;
        let stated: BTreeSet<&str> = end.attachments.iter().map(|one| one.entry.as_str()).collect();
        let gone = stated.iter().filter(|name| !here.contains_key(**name)).map(|name| {
            Fault::at(FaultCode::ChunkMissing, shown(name), "This attachment was in the backup and is gone.")
        });
        let added = here.keys().filter(|name| !stated.contains(&***name)).map(|name| {
            Fault::at(
                FaultCode::EntryMismatch,
                shown(name),
                "This file was not in the backup when it was made.",
            )
        });
        let no_key = (!stated.is_empty() && self.archive.parts.key_file.is_none()).then(|| {
            Fault::new(FaultCode::ChunkMissing, "The key of the attachments was in the backup and is gone.")
        });
        let faults: Vec<Fault> = gone.chain(added).chain(no_key).take(limits::FINDINGS).collect();
        faults.into_iter().try_for_each(|fault| self.report(Severity::Damage, fault))
    }

    fn attachment(&mut self, name: &str, entry: &Entry, places: &[usize]) -> Result<(), FlowError> {
        let rows = std::mem::take(&mut self.rows.rows);
        let same: Vec<&FileRow> = places.iter().filter_map(|place| rows.get(*place)).collect();
        let pushed = self.push_attachment(name, entry, &same);
        self.rows.rows = rows;
        pushed
    }

    /// Rows of one hash share their bytes; they were encrypted with one row's key.
    fn push_attachment(&mut self, name: &str, entry: &Entry, rows: &[&FileRow]) -> Result<(), FlowError> {
        let end = self.frame.stated();
        let stated = end.and_then(|end| end.attachments.iter().find(|one| one.entry == name));
        let sha256 = stated.map(|one| one.sha256.clone());
        let (input, job) = (&self.archive.input, self.job);
        let read = |row| FileRow::stored(row, input, entry, job, sha256.as_deref());
        let usable: Vec<StoredAttachment<'_>> = rows.iter().copied().filter_map(read).collect();
        let fitting = if usable.len() > 1 { usable.iter().find(|one| one.first_piece_opens()) } else { None };
        let Some(chosen) = fitting.or(usable.first()) else {
            let part = rows.first().map(|row| row.head.id.as_str()).unwrap_or_default();
            let message = "The key of this attachment does not open, so its bytes can't be read.";
            return self.report(Severity::Damage, Fault::at(FaultCode::DecryptionFailed, part, message));
        };
        for row in rows {
            let source = StoredAttachment { head: &row.head, ..*chosen };
            self.sink.attachment(&row.head, &source).map_err(sealed)?;
        }
        Ok(())
    }

    fn report_missing(&mut self) -> Result<(), FlowError> {
        let missing: Vec<String> = (0..self.rows.rows.len())
            .filter(|place| !self.rows.found.contains(place))
            .filter_map(|place| self.rows.rows.get(place))
            .map(|row| row.head.id.as_str().to_owned())
            .collect();
        let more = missing.len().saturating_sub(limits::FINDINGS);
        for id in missing.into_iter().take(limits::FINDINGS) {
            let message = "The bytes of this attachment are not in the backup.";
            self.report(Severity::Warning, Fault::at(FaultCode::AttachmentMissing, id, message))?;
        }
        if more > 0 {
            let message = format!("The bytes of {more} further attachments are not in the backup.");
            self.report(Severity::Warning, Fault::new(FaultCode::AttachmentMissing, message))?;
        }
        Ok(())
    }
}
