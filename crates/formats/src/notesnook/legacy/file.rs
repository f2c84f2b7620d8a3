//! A `.nnbackup`: opening, unlocking and reading.

use std::fmt;
use std::io::{self, Read};

use backstop_crypto::Key;
use backstop_model::{
    App, ArchiveHead, Fault, FaultCode, Finding, FlowError, Item, Job, Reader, Severity, Sink,
};
use base64::engine::general_purpose::{GeneralPurpose, PAD_INDIFFERENT};
use base64::read::DecoderReader;
use flate2::read::MultiGzDecoder;

use super::super::array::{ArrayError, Entry, Piece, Splitter};
use super::super::envelope::Version;
use super::super::keys::Opener;
use super::super::map::{item_of_row, with_row};
use super::super::oddities::Oddities;
use super::super::presence::Presence;
use super::super::reader::{sealed, unsealed};
use super::super::wire::Row;
use super::gathered::{Migration, Older, key_text};
use super::outline::{Outline, Shape};
use super::sealed::{stretch, unsealing_failed};
use super::text::{StringBytes, plain_md5, stringified_md5};
use crate::doubt::Doubt;
use crate::{Archive, ArchiveSecret, Effort, ReadSeek, limits};

static BASE64: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, PAD_INDIFFERENT);

/// A `.nnbackup` of version 5.0 to 6.1: one JSON text.
pub(crate) struct LegacyArchive {
    input: Box<dyn ReadSeek>,
    outline: Outline,
    head: ArchiveHead,
    key: Option<Key>,
    effort: Effort,
    /// Why the file can't be followed to its end.
    fault: Option<Fault>,
}

impl fmt::Debug for LegacyArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyArchive").field("head", &self.head).finish_non_exhaustive()
    }
}

impl LegacyArchive {
    /// Opens a file that [`crate::detect`] found.
    ///
    /// # Errors
    /// As [`crate::open`].
    pub(crate) fn open(mut input: Box<dyn ReadSeek>, effort: Effort) -> Result<Self, FlowError> {
        let (outline, fault) = match effort {
            Effort::Usual | Effort::Whole => (Outline::read(&mut *input)?, None),
            Effort::Salvage => Outline::salvage(&mut *input)?,
        };
        let head = ArchiveHead {
            format: "nnbackup".to_owned(),
            format_version: outline.version.text(),
            app: App::Notesnook,
            encrypted: matches!(outline.shape, Shape::Sealed(_)),
            attachments_included: false,
            created: outline.created,
            archive_id: None,
        };
        Ok(Self { input, outline, head, key: None, effort, fault })
    }

    /// The text of the rows, packed or not.
    fn text(&mut self) -> io::Result<Box<dyn Read + '_>> {
        let (input, data) = (&mut *self.input, &self.outline.data);
        Ok(match (&self.outline.shape, &self.key) {
            (Shape::Sealed(sealed), Some(key)) => Box::new(sealed.plain(key, input)?),
            (Shape::Text, _) => Box::new(StringBytes::new(stretch(input, data)?)),
            _ => Box::new(stretch(input, data)?),
        })
    }

    /// Whether the rows have the hash that is stated. No hash: nothing to compare, as in Notesnook.
    fn hash_fits(&mut self, job: &Job) -> Result<bool, FlowError> {
        let Some(stated) = self.outline.hash.clone() else { return Ok(true) };
        let as_rows = matches!(self.outline.shape, Shape::Rows);
        let text = Stoppable { inner: self.text().map_err(FlowError::from_read)?, job };
        let found = if as_rows { stringified_md5(text) } else { plain_md5(text) };
        Ok(found.map_err(unsealing_failed)?.eq_ignore_ascii_case(&stated))
    }
}

impl Archive for LegacyArchive {
    fn head(&self) -> &ArchiveHead {
        &self.head
    }

    fn is_locked(&self) -> bool {
        self.head.encrypted && self.key.is_none()
    }

    fn unlock(&mut self, secret: &ArchiveSecret, job: &Job) -> Result<(), FlowError> {
        let Shape::Sealed(sealed) = &self.outline.shape else { return Ok(()) };
        let wrong = |message: &str| FlowError::archive(FaultCode::WrongSecret, message);
        let openers = match secret {
            ArchiveSecret::Password(password) => Opener::spellings(password),
            ArchiveSecret::NotesnookKey(key) => vec![Opener::Raw(key.duplicate())],
            ArchiveSecret::Kept(_) => Vec::new(),
            ArchiveSecret::RecoveryKey(_) => {
                let message =
                    "This backup has no part that a Backstop recovery key opens; it needs its password.";
                return Err(wrong(message));
            }
        };
        for mut opener in openers {
            job.check()?;
            let key = opener.key_for(&sealed.salt)?;
            if sealed.opens(key, &mut *self.input, job)? {
                self.key = Some(key.duplicate());
                return Ok(());
            }
        }
        Err(wrong("The password or key does not open this backup, or the file was changed."))
    }
}

impl Reader for LegacyArchive {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        if self.is_locked() {
            let message = "This backup is encrypted; it needs its password or a recovery key.";
            return Err(FlowError::archive(FaultCode::SecretRequired, message));
        }
        let version = self.outline.version;
        let now_ms = self.outline.created.map_or(0, |created| created.0);
        let reading = Reading {
            sink,
            job,
            version,
            odd: Oddities::default(),
            presence: Presence::default(),
            migration: Migration::new(now_ms),
            damaged: false,
            doubt: None,
        };
        reading.read(self).map_err(unsealed)
    }
}

/// One pass over the rows.
struct Reading<'a> {
    sink: &'a mut dyn Sink,
    job: &'a Job,
    version: Version,
    odd: Oddities,
    presence: Presence,
    migration: Migration,
    damaged: bool,
    /// What nothing proves to be whole, if that is so.
    doubt: Option<Doubt>,
}

impl Reading<'_> {
    fn read(mut self, archive: &mut LegacyArchive) -> Result<(), FlowError> {
        if let Some(fault) = archive.fault.clone() {
            self.report(Severity::Damage, fault)?;
            self.doubt = Some(Doubt::default());
        } else if !archive.hash_fits(self.job)? {
            let message = "Its hash does not fit; it is damaged.";
            self.report(Severity::Damage, Fault::new(FaultCode::ChecksumMismatch, message))?;
            if archive.effort < Effort::Salvage {
                return Ok(());
            }
            self.doubt = Some(Doubt::default());
        }
        match self.rows(archive) {
            Err(FlowError::Archive(fault)) => self.report(Severity::Damage, fault)?,
            other => other?,
        }
        let (rows, findings) = std::mem::take(&mut self.migration).finish();
        rows.into_iter().try_for_each(|json| self.plain_row(json))?;
        for Finding { severity, fault } in self.odd.findings(None) {
            self.report(severity, fault)?;
        }
        for (severity, fault) in findings {
            self.report(severity, fault)?;
        }
        if let Some(doubt) = self.doubt.take() {
            for Finding { severity, fault } in doubt.findings("the rows") {
                self.report(severity, fault)?;
            }
        }
        match self.presence.finding().filter(|_| !self.damaged) {
            Some((severity, fault)) => self.report(severity, fault),
            None => Ok(()),
        }
    }

    fn report(&mut self, severity: Severity, fault: Fault) -> Result<(), FlowError> {
        self.damaged |= severity == Severity::Damage;
        self.sink.finding(Finding { severity, fault }).map_err(sealed)
    }

    fn rows(&mut self, archive: &mut LegacyArchive) -> Result<(), FlowError> {
        let compressed = archive.outline.compressed;
        let packed_bytes = archive.outline.data.end.saturating_sub(archive.outline.data.start);
        // What opened with the user's own secret was made by somebody who has it.
        let trusted = archive.head.encrypted;
        let text = self.job.watch(archive.text().map_err(FlowError::from_read)?);
        let text: Box<dyn Read + '_> = if compressed {
            let gzip = MultiGzDecoder::new(DecoderReader::new(text, &BASE64));
            Box::new(Capped { inner: gzip, packed_bytes, given: 0, trusted })
        } else {
            Box::new(text)
        };
        let kept =
            if trusted { limits::ITEM_BYTES } else { limits::kept_at_once(packed_bytes, limits::ITEM_BYTES) };
        let mut rows = Splitter::with_limit(text, kept);
        loop {
            match rows.entry() {
                Ok(Some(entry)) => self.entry(entry)?,
                Ok(None) => return Ok(()),
                Err(ArrayError::Malformed | ArrayError::CutOff) => return Err(not_whole()),
                Err(ArrayError::Read(error)) => {
                    return Err(match unsealing_failed(error) {
                        // The bytes are all there and have the right hash, so this is no trouble of the disk.
                        FlowError::Read(_) if compressed => not_whole(),
                        other => other,
                    });
                }
            }
        }
    }

    fn entry(&mut self, entry: Entry<'_>) -> Result<(), FlowError> {
        self.job.check()?;
        let Piece::Value(json) = entry.piece else {
            self.odd.too_large += 1;
            return Ok(());
        };
        let key = key_text(entry.key);
        if json.starts_with('[') && !key.is_empty() {
            self.migration.list(&key, &json);
        }
        // Beside the rows there are lists of their ids, switches, and what belongs to the account.
        if !json.starts_with('{') || key.starts_with("_uk_@") {
            return Ok(());
        }
        let Some(row) = Row::parse(&json) else {
            self.odd.no_rows += 1;
            return Ok(());
        };
        if row.text("type").is_none() && row.raw("sessionContentId").is_none() {
            let is_row = row.text("id").is_some_and(|id| key.is_empty() || key.starts_with(&*id));
            self.odd.no_rows += u64::from(is_row);
            return Ok(());
        }
        self.odd.rows += 1;
        let version = self.migration.version_of(&row, self.version);
        if version == Version::CURRENT {
            return match self.item(&row) {
                Some(item) => self.hand_over(with_row(item, json)),
                None => Ok(()),
            };
        }
        let older = Older::of(&row);
        drop(json);
        let rows = self.migration.rows(version, Some(&key), older);
        rows.into_iter().try_for_each(|json| self.plain_row(json))
    }

    fn plain_row(&mut self, json: String) -> Result<(), FlowError> {
        self.job.check()?;
        let Some(row) = Row::parse(&json) else {
            self.odd.no_rows += 1;
            return Ok(());
        };
        match self.item(&row) {
            Some(item) => self.hand_over(with_row(item, json)),
            None => Ok(()),
        }
    }

    /// The item of a row, still without the row's own text.
    fn item(&mut self, row: &Row<'_>) -> Option<Item> {
        let item = item_of_row(row).map_err(|why| self.odd.count(why)).ok()?;
        self.presence.see(&item, row);
        Some(item)
    }

    fn hand_over(&mut self, item: Item) -> Result<(), FlowError> {
        if let Some(doubt) = &mut self.doubt {
            doubt.note(&item);
        }
        self.job.add_items(1);
        self.sink.item(item).map_err(sealed)
    }
}

fn not_whole() -> FlowError {
    FlowError::archive(FaultCode::InvalidContent, "The rows in it are not whole.")
}

/// A stream that stops with its job and counts nothing.
struct Stoppable<'a, R> {
    inner: R,
    job: &'a Job,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.job.check().map_err(io::Error::other)?;
        self.inner.read(buf)
    }
}

/// Unpacked rows, no more of them than an honest file would give.
struct Capped<R> {
    inner: R,
    packed_bytes: u64,
    given: u64,
    trusted: bool,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.given = self.given.saturating_add(read as u64);
        if !self.trusted && limits::expands_too_much(self.packed_bytes, self.given, limits::FREE_ROWS_BYTES) {
            let message = "It unpacks to far more than it holds.";
            return Err(io::Error::other(FlowError::archive(FaultCode::LimitExceeded, message)));
        }
        Ok(read)
    }
}
