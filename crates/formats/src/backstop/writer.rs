//! Writing an archive: items into frames, attachments straight into the zip, the manifest last.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::{self, Read as _, Seek, Write};

use backstop_crypto::{Key, Keyslots, WrapKey};
use backstop_model::{
    AttachmentHead, ContentHash, FlowError, Item, Job, Kind, Sink, Source, TimeMs, Writer, Written,
};

use super::facts::{Facts, Sums};
use super::frames::Frames;
use super::header::Header;
use super::line::Attached;
use super::manifest::{LeftOut, Manifest};
use super::put::Entries;
use super::{ATTACHMENTS, HEADER, HEADER_COPY, INDEX, MANIFEST, Seal, numbered};

/// What an archive is to be.
pub struct WriterOptions {
    /// Whether the bytes of attachments go in: a full backup. If not, bytes that are handed over
    /// are not read.
    pub attachments: bool,
    /// What the archive's key is wrapped with, at most four; none leaves it readable to anyone.
    pub wraps: Vec<WrapKey>,
    /// Its random id.
    pub archive_id: String,
    /// When it is made.
    pub created: TimeMs,
    /// Program and version, as `Backstop 0.1.0`.
    pub created_by: String,
    /// The place it is a backup of, empty for none.
    pub place: String,
}

/// Writes a `.backstop` file of version 1. Everything the model can say comes back from it.
pub struct BackstopWriter<W: Write + Seek> {
    entries: Entries<W>,
    /// The header, which is written twice.
    header: Vec<u8>,
    frames: Frames,
    options: WriterOptions,
    counts: BTreeMap<String, u64>,
    /// Entries by the hash and size that were stated of their bytes.
    known: HashMap<(ContentHash, u64), (String, Facts)>,
    attachment_entries: u64,
    written: Written,
}

impl<W: Write + Seek> fmt::Debug for BackstopWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackstopWriter").field("archive_id", &self.options.archive_id).finish_non_exhaustive()
    }
}

impl<W: Write + Seek> BackstopWriter<W> {
    /// Begins an archive at the start of `to`, which must be empty.
    ///
    /// # Errors
    /// [`FlowError::Write`], also if the system gives no randomness or there are too many wraps.
    pub fn new(to: W, options: WriterOptions) -> Result<Self, FlowError> {
        let archive = &options.archive_id;
        let file_key = Key::random().map_err(other)?;
        let slots: Result<Vec<_>, _> = options.wraps.iter().map(|wrap| wrap.seal(&file_key)).collect();
        let slots = Keyslots::try_from(slots.map_err(other)?).map_err(other)?;
        let seal = (!options.wraps.is_empty()).then(|| Seal { file_key, archive: archive.clone() });
        let header = Header::new(archive, slots).to_bytes(seal.as_ref()).map_err(other)?;
        let mut entries = Entries::new(to, seal)?;
        entries.put_open(HEADER, &header)?;
        Ok(Self {
            entries,
            header,
            frames: Frames::new()?,
            options,
            counts: BTreeMap::new(),
            known: HashMap::new(),
            attachment_entries: 0,
            written: Written::default(),
        })
    }

    /// The entry with these bytes, which several attachments may share.
    fn entry_of(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(String, Facts), FlowError> {
        let stated = head.hash.clone().map(|hash| (hash, head.size_bytes));
        if let Some(known) = stated.as_ref().and_then(|stated| self.known.get(stated)) {
            // A stated hash may be weak, or a lie: what is left out is compared.
            if facts_of(body)? == known.1 {
                return Ok(known.clone());
            }
        }
        let name = numbered(ATTACHMENTS, self.attachment_entries);
        let mut bytes = body.open().map_err(FlowError::from_read)?;
        let facts = self.entries.put_stream(&name, head.size_bytes, &mut bytes)?;
        self.attachment_entries += 1;
        if let Some(stated) = stated {
            self.known.insert(stated, (name.clone(), facts));
        }
        Ok((name, facts))
    }

    fn manifest(&mut self) -> Manifest {
        let left_out = (!self.options.attachments).then(|| LeftOut {
            what: "attachments".to_owned(),
            why: "The backup was made without attachments.".to_owned(),
        });
        self.counts.insert("attached".to_owned(), self.written.attachments);
        Manifest {
            archive: self.options.archive_id.clone(),
            created: self.options.created,
            created_by: self.options.created_by.clone(),
            place: self.options.place.clone(),
            attachments_included: self.options.attachments,
            counts: std::mem::take(&mut self.counts),
            left_out: left_out.into_iter().collect(),
            entries: self.entries.listed().to_vec(),
        }
    }
}

impl<W: Write + Seek> Sink for BackstopWriter<W> {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        let readable_to_anyone = self.options.wraps.is_empty() && !self.options.attachments;
        if item.key.kind == Kind::AttachmentsKey && readable_to_anyone {
            // It opens nothing in here, and would open the files in their own app's cloud.
            return Ok(());
        }
        self.written.items += 1;
        self.written.notes += u64::from(item.key.kind == Kind::Note);
        let kind = item.key.kind.as_str();
        match self.counts.get_mut(kind) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(kind.to_owned(), 1);
            }
        }
        self.frames.item(&item, &mut self.entries)
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        if !self.options.attachments {
            return Ok(());
        }
        let (entry, facts) = self.entry_of(head, body)?;
        self.written.attachments += 1;
        self.frames.attached(&Attached { attachment: head.clone(), entry, facts }, &mut self.entries)
    }
}

impl<W: Write + Seek> Writer for BackstopWriter<W> {
    fn finish(mut self: Box<Self>, job: &Job) -> Result<Written, FlowError> {
        job.check()?;
        let frames = std::mem::replace(&mut self.frames, Frames::new()?);
        // As far from the first one as can be: one bad place on a disk takes only one of them.
        let header = std::mem::take(&mut self.header);
        let (index, facts) = frames.finish(&mut self.entries)?.finish()?;
        self.entries.put_packed(INDEX, &index, facts)?;
        self.entries.put_open(HEADER_COPY, &header)?;
        let manifest = serde_json::to_vec(&self.manifest()).map_err(other)?;
        self.entries.put(MANIFEST, &manifest)?;
        self.entries.finish()?;
        Ok(self.written)
    }
}

/// Reads bytes only to sum them up.
fn facts_of(body: &dyn Source) -> Result<Facts, FlowError> {
    let mut bytes = body.open().map_err(FlowError::from_read)?;
    let mut sums = Sums::default();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match bytes.read(&mut piece) {
            Ok(0) => return Ok(sums.facts()),
            Ok(read) => sums.add(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FlowError::from_read(error)),
        }
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> FlowError {
    FlowError::Write(io::Error::other(error))
}
