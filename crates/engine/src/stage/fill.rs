//! The sink that fills a stage.

use std::io::{self, Read, Write};

use backstop_formats::limits;
use backstop_model::{
    AttachmentHead, Fault, FaultCode, Finding, FlowError, Item, Job, Kind, Reader, Severity, Sink, Source,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::store::{Keep, Rows, Store, StoreError};

/// What to do when part of an archive can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// Stop at the first damage: what is not whole is not restored.
    Strict,
    /// Go on, and list it: for inventories and checks.
    List,
}

/// What to do with the bytes of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// Note that they are there.
    Pass,
    /// Read every one and note only those that are whole.
    Check,
    /// Read every one and keep its SHA-256.
    Digest,
}

/// How an archive is read into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Which parts of items are kept.
    pub keep: Keep,
    /// What to do about damage.
    pub tolerance: Tolerance,
    /// What to do with attachments.
    pub bytes: Bytes,
}

/// What came out of filling besides the rows.
pub(super) struct Filled {
    pub(super) findings: Vec<Finding>,
    pub(super) bytes_read: u64,
    pub(super) items_read: u64,
}

pub(super) fn fill(
    store: &Store,
    reader: &mut dyn Reader,
    how: Reading,
    job: &Job,
) -> Result<Filled, FlowError> {
    store.db.execute_batch("BEGIN").map_err(StoreError::from)?;
    let mut filling = Filling {
        rows: Rows::new(&store.db, how.keep)?,
        db: &store.db,
        how,
        job,
        filled: Filled { findings: Vec::new(), bytes_read: 0, items_read: 0 },
        twice: 0,
    };
    reader.read_into(&mut filling, job)?;
    filling.tell_further_twins()?;
    let filled = filling.filled;
    store.db.execute_batch("COMMIT").map_err(StoreError::from)?;
    Ok(filled)
}

struct Filling<'a> {
    rows: Rows<'a>,
    db: &'a Connection,
    how: Reading,
    job: &'a Job,
    filled: Filled,
    /// Items whose key had come before.
    twice: usize,
}

impl Sink for Filling<'_> {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.job.check()?;
        if self.rows.put(&item)? {
            self.twin(&item)?;
        }
        self.filled.items_read += 1;
        Ok(())
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let digest = match self.how.bytes {
            Bytes::Pass => Vec::new(),
            how @ (Bytes::Check | Bytes::Digest) => match self.digest(body) {
                Ok((sha256, bytes)) => {
                    self.filled.bytes_read += bytes;
                    if how == Bytes::Digest { sha256 } else { Vec::new() }
                }
                Err(FlowError::Archive(fault)) => {
                    return self.finding(Finding { severity: Severity::Damage, fault });
                }
                Err(other) => return Err(other),
            },
        };
        self.note_bytes(head, &digest)?;
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        if self.how.tolerance == Tolerance::Strict && finding.severity == Severity::Damage {
            return Err(FlowError::Archive(finding.fault));
        }
        self.filled.findings.push(finding);
        Ok(())
    }
}

impl Filling<'_> {
    /// Tells of an item that is there twice: by name, unless they are too many for anybody to read.
    fn twin(&mut self, item: &Item) -> Result<(), FlowError> {
        self.twice += 1;
        if self.twice > limits::FINDINGS {
            return Ok(());
        }
        let what = format!("The {} is in the archive twice; the last one counts.", item.key.kind.as_str());
        let fault = Fault::at(FaultCode::Stray, item.key.id.as_str(), what);
        self.finding(Finding { severity: Severity::Warning, fault })
    }

    fn tell_further_twins(&mut self) -> Result<(), FlowError> {
        let more = self.twice.saturating_sub(limits::FINDINGS);
        if more == 0 {
            return Ok(());
        }
        let what = format!("{more} further items are in the archive twice; the last one counts each time.");
        self.finding(Finding { severity: Severity::Warning, fault: Fault::new(FaultCode::Stray, what) })
    }

    fn digest(&self, body: &dyn Source) -> Result<(Vec<u8>, u64), FlowError> {
        let mut hasher = HashWriter(Sha256::new());
        // The reader counts the bytes of its file as they are read.
        let mut bytes = body.open().map_err(FlowError::from_read)?;
        let read = copy_through(&mut bytes, &mut hasher)?;
        Ok((hasher.0.finalize().to_vec(), read))
    }

    fn note_bytes(&self, head: &AttachmentHead, sha256: &[u8]) -> Result<(), StoreError> {
        let hash = head.hash.as_ref().map_or(head.id.as_str(), |hash| hash.hex.as_str());
        let size = i64::try_from(head.size_bytes).unwrap_or(i64::MAX);
        self.db.prepare_cached("INSERT OR REPLACE INTO blobs VALUES (?1, ?2, ?3, ?4)")?.execute((
            head.id.as_str(),
            hash,
            sha256,
            size,
        ))?;
        Ok(())
    }
}

impl Store {
    /// Marks every note as touched, for its words to be indexed.
    pub(crate) fn touch_every_note(&self) -> Result<(), StoreError> {
        self.db.execute_batch(&format!(
            "DROP TABLE IF EXISTS temp.touched;
             CREATE TEMP TABLE touched(note INTEGER PRIMARY KEY, was_there INTEGER NOT NULL);
             INSERT INTO touched SELECT rowid, 0 FROM main.items WHERE kind = {};",
            crate::store::kind_code(Kind::Note)
        ))?;
        Ok(())
    }
}

/// Copies with a buffer of its own size and tells reading from writing when it fails.
pub(crate) fn copy_through(from: &mut dyn Read, to: &mut dyn Write) -> Result<u64, FlowError> {
    let mut buffer = vec![0; 256 * 1024];
    let mut copied = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FlowError::from_read(error)),
        };
        to.write_all(buffer.get(..read).unwrap_or_default()).map_err(FlowError::from_write)?;
        copied += read as u64;
    }
}

struct HashWriter(Sha256);

impl Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
