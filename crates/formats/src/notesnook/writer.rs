//! Writing: rows stream into chunks, attachments go straight into the zip. FORMAT.md, "Writing".

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io::{self, BufWriter, Seek, Write};

use backstop_model::{
    App, AttachmentHead, FlowError, Item, Job, Kind, Loss, Sink, Source, TimeMs, Writer, Written,
};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::attachments::AttachmentsKey;
use super::carrier::{Begin, End, OwnRows};
use super::complete::{completed, refusal};
use super::envelope::VERSION_TEXT;
use super::frame::counted_as;
use super::ledger::{Ledger, RowFate};
use super::map::is_row_of;
use super::pack::{Encryption, MODE, OpenChunk, zip_failed};
use super::parts::MARKER;
use super::wire::{OWN_TYPE, Row};
use crate::stay_failed::StayFailed;

const BUFFER_BYTES: usize = 1024 * 1024;

/// What an archive is to be.
pub struct WriterOptions {
    /// Whether the bytes of attachments go in: a full backup. If not, bytes that are handed over
    /// are not read.
    pub attachments: bool,
    /// How it is encrypted, if it is.
    pub encryption: Option<Encryption>,
    /// Its random id, for its manifest and its frame.
    pub archive_id: String,
    /// When it is made.
    pub created: TimeMs,
    /// Program and version, as `Backstop 0.1.0`.
    pub created_by: String,
}

/// Writes a `.nnbackupz` of version 6.1.
///
/// Rows of Notesnook come out as they went in. What Notesnook has no place for travels in rows of
/// Backstop's own and comes back from our reader; where Notesnook would have shown it, that is a
/// [`Loss`]. Keys of attachments must come before attachment rows, as readers push them.
pub struct NotesnookWriter<W: Write + Seek> {
    zip: ZipWriter<BufWriter<StayFailed<W>>>,
    options: WriterOptions,
    chunk: OpenChunk,
    own: OwnRows,
    counts: BTreeMap<String, u64>,
    chunk_md5s: Vec<String>,
    seen: HashSet<[u8; 16]>,
    color_codes: HashSet<String>,
    ledger: Ledger,
    written: Written,
}

impl<W: Write + Seek> fmt::Debug for NotesnookWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotesnookWriter")
            .field("archive_id", &self.options.archive_id)
            .finish_non_exhaustive()
    }
}

impl<W: Write + Seek> NotesnookWriter<W> {
    /// Begins an archive at the start of `to`, which must be empty.
    ///
    /// # Errors
    /// [`FlowError::Write`].
    pub fn new(to: W, options: WriterOptions) -> Result<Self, FlowError> {
        let mut zip = ZipWriter::new(BufWriter::with_capacity(BUFFER_BYTES, StayFailed::new(to)));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(MARKER, stored.unix_permissions(MODE)).map_err(zip_failed)?;
        let mut own = OwnRows::new(&options.archive_id);
        let begin = Begin {
            archive: options.archive_id.clone(),
            expects_end: true,
            encrypted: options.encryption.is_some(),
            created_by: options.created_by.clone(),
        };
        let begin = own.begin(&begin).map_err(no_json)?;
        let mut chunk = OpenChunk::new();
        chunk.add(&begin)?;
        Ok(Self {
            zip,
            options,
            chunk,
            own,
            counts: BTreeMap::new(),
            chunk_md5s: Vec::new(),
            seen: HashSet::new(),
            color_codes: HashSet::new(),
            ledger: Ledger::default(),
            written: Written::default(),
        })
    }

    /// Adds one row to the open chunk; a full chunk goes into the zip.
    fn add(&mut self, json: &str, r#type: &str) -> Result<(), FlowError> {
        *self.counts.entry(counted_as(r#type).to_owned()).or_default() += 1;
        if self.chunk.add(json)? { self.close_chunk() } else { Ok(()) }
    }

    /// Packs the open chunk and writes it. A chunk without rows would look like a lost one.
    fn close_chunk(&mut self) -> Result<(), FlowError> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let packed = std::mem::replace(&mut self.chunk, OpenChunk::new()).pack()?;
        let number = self.chunk_md5s.len() as u64;
        self.chunk_md5s.push(packed.md5.clone());
        packed.write(number, self.options.created, self.options.encryption.as_ref(), &mut self.zip)
    }

    fn lose(&mut self, item: &Item, what: &str) {
        self.written.losses.push(Loss { item: item.key.clone(), what: what.to_owned() });
    }

    fn notesnook_row(&mut self, item: &Item) -> Result<(), FlowError> {
        let json = &item.native.json;
        let Some(row) = Row::parse(json) else {
            self.lose(item, "Its row is not readable.");
            return Ok(());
        };
        let kind = item.key.kind;
        if !is_row_of(&row, &item.key) {
            // Out of a container that somebody else wrote, or of a damaged library.
            self.lose(item, "Its row says nothing that Notesnook could read.");
            return self.carry_item(item);
        }
        if kind == Kind::Opaque {
            return self.carry_row(json);
        }
        if !self.seen.insert(short_hash(&format!("{} {}", kind.as_str(), item.key.id))) {
            // It goes in like the first: Notesnook keeps the last, as it does with the file it came from.
            self.lose(item, "Another item has the same id; Notesnook keeps only the last of them.");
        }
        if let Some(what) = self.why_not_plain(item, &row) {
            self.lose(item, what);
            return self.carry_row(json);
        }
        let complete = completed(json, &row, kind, self.options.created.0);
        let r#type = row.text("type").unwrap_or_default();
        if let Some(head) = item.attachment.as_ref().filter(|_| self.options.attachments) {
            return self.attachment_row(item, &complete, head);
        }
        self.add(&complete, &r#type)
    }

    /// Why a row must travel in a carrier though Notesnook would know its type.
    fn why_not_plain(&mut self, item: &Item, row: &Row<'_>) -> Option<&'static str> {
        let code = row.text("colorCode").filter(|_| item.key.kind == Kind::Color);
        if code.is_some_and(|code| !self.color_codes.insert(code.to_lowercase())) {
            return Some("Another colour has the same code; Notesnook can keep only one of them.");
        }
        refusal(row, item.key.kind)
    }

    fn attachment_row(&mut self, item: &Item, json: &str, head: &AttachmentHead) -> Result<(), FlowError> {
        let Some(row) = Row::parse(json) else { return self.carry_row(json) };
        match self.ledger.row(json, &row, head)? {
            RowFate::Kept => self.add(json, "attachment"),
            RowFate::Rewrapped(json) => self.add(&json, "attachment"),
            RowFate::Shut => {
                self.lose(item, "The key of this file can't be opened, so Notesnook could not restore it.");
                self.carry_row(&item.native.json)
            }
        }
    }

    fn carry_row(&mut self, json: &str) -> Result<(), FlowError> {
        let carried = self.own.row(json).map_err(no_json)?;
        self.add(&carried, OWN_TYPE)
    }

    fn carry_item(&mut self, item: &Item) -> Result<(), FlowError> {
        match self.own.item(item) {
            Ok(carried) => self.add(&carried, OWN_TYPE),
            Err(_) => {
                self.lose(item, "Its row is not readable.");
                Ok(())
            }
        }
    }

    /// The first key goes into the key file of a full archive. Others, and those of a partial one,
    /// travel only if they are encrypted: a plain archive would give them away.
    fn attachments_key(&mut self, item: &Item) -> Result<(), FlowError> {
        let Some(key) = AttachmentsKey::parse(&item.native.json) else {
            self.lose(item, "It is no key of attachments.");
            return Ok(());
        };
        let in_key_file = self.options.attachments && self.ledger.archive_key().is_none();
        let carried = self.own.key(&key).map_err(no_json)?;
        let new = self.ledger.add_key(key);
        if new && !in_key_file && self.options.encryption.is_some() {
            return self.add(&carried, OWN_TYPE);
        }
        Ok(())
    }

    fn write_attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let Some(name) = self.ledger.entry_name(head) else {
            let key =
                backstop_model::ItemKey { app: App::Notesnook, kind: Kind::Attachment, id: head.id.clone() };
            let what = "The key of this file is not known, so its bytes are not in the backup.".to_owned();
            self.written.losses.push(Loss { item: key, what });
            return Ok(());
        };
        if !self.ledger.is_written(&name) {
            if self.ledger.written().next().is_none() {
                // So that the chunks with notes come before the attachments, as in Notesnook's own.
                self.close_chunk()?;
                self.ledger.write_key_file(self.options.encryption.as_ref(), &mut self.zip)?;
            }
            self.ledger.write_bytes(&name, head, body, &mut self.zip)?;
        }
        self.written.attachments += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<(), FlowError> {
        let end = End {
            archive: self.options.archive_id.clone(),
            counts: std::mem::take(&mut self.counts),
            chunks: self.chunk_md5s.clone(),
            attachments: self.ledger.written().cloned().collect(),
        };
        let end = self.own.end(&end).map_err(no_json)?;
        self.chunk.add(&end)?;
        self.close_chunk()?;
        if self.options.attachments {
            self.ledger.write_key_file(self.options.encryption.as_ref(), &mut self.zip)?;
        }
        Ok(())
    }
}

impl<W: Write + Seek> Sink for NotesnookWriter<W> {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.written.items += 1;
        self.written.notes += u64::from(item.key.kind == Kind::Note);
        match item.key.app {
            App::Notesnook if item.key.kind == Kind::AttachmentsKey => self.attachments_key(&item),
            App::Notesnook if item.native.version == VERSION_TEXT => self.notesnook_row(&item),
            _ => self.carry_item(&item),
        }
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        if self.options.attachments { self.write_attachment(head, body) } else { Ok(()) }
    }
}

impl<W: Write + Seek> Writer for NotesnookWriter<W> {
    fn finish(mut self: Box<Self>, job: &Job) -> Result<Written, FlowError> {
        job.check()?;
        self.end()?;
        let mut file = self.zip.finish().map_err(zip_failed)?;
        file.flush().map_err(FlowError::from_write)?;
        Ok(self.written)
    }
}

fn short_hash(text: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.iter_mut().zip(Sha256::digest(text.as_bytes())).for_each(|(to, from)| *to = from);
    short
}

fn no_json(error: serde_json::Error) -> FlowError {
    FlowError::Write(io::Error::other(error))
}
