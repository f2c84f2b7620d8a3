//! Opening an archive: its header, the secret that unlocks it, and its manifest.

use std::fmt;
use std::io::Read as _;

use backstop_model::{App, ArchiveHead, Fault, FaultCode, Finding, FlowError, Job, Reader, Severity, Sink};

use super::header::{Header, mac_is_right};
use super::manifest::Manifest;
use super::reader::Reading;
use super::take::Access;
use super::{ATTACHMENTS, HEADER, HEADER_COPY, ITEMS, MANIFEST, Seal, ZSTD_MAGIC, look, number_in};
use crate::zipscan::{Entry, EntryReader, Scan, SharedInput};
use crate::{Archive, ArchiveSecret, Contents, Effort, LookedOver, ReadSeek, Stated, limits};

/// A `.backstop` file of version 1.
pub struct BackstopArchive {
    pub(super) input: SharedInput,
    pub(super) entries: Vec<Entry>,
    /// What is wrong or odd about the structure, the header and the manifest.
    pub(super) findings: Vec<Finding>,
    pub(super) head: ArchiveHead,
    pub(super) seal: Option<Seal>,
    /// `None` while locked, and if it can't be read.
    pub(super) manifest: Option<Manifest>,
    header: Header,
    pub(super) header_bytes: Vec<u8>,
    pub(super) effort: Effort,
}

impl fmt::Debug for BackstopArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackstopArchive").field("head", &self.head).finish_non_exhaustive()
    }
}

impl BackstopArchive {
    /// Opens a zip that was passed over and has entries of ours.
    ///
    /// # Errors
    /// As [`crate::open`].
    pub fn open(input: Box<dyn ReadSeek>, scan: Scan, effort: Effort) -> Result<Self, FlowError> {
        let input = SharedInput::new(input);
        let Scan { entries, mut findings } = scan;
        let Head { bytes: header_bytes, header, damage } = match Head::read(&input, &entries, HEADER) {
            head if effort == Effort::Usual => head?,
            head => Head::or_another(head, &input, &entries)?,
        };
        findings.extend(damage.map(damaged));
        findings.extend(copy_fault(&input, &entries, &header_bytes)?.map(damaged));
        let head = ArchiveHead {
            format: "backstop".to_owned(),
            format_version: "1".to_owned(),
            app: App::Backstop,
            encrypted: header.encrypted,
            attachments_included: entries.iter().any(|entry| number_in(&entry.name, ATTACHMENTS).is_some()),
            created: None,
            archive_id: Some(header.archive.clone()).filter(|id| !id.is_empty()),
        };
        let (seal, manifest) = (None, None);
        let mut archive =
            Self { input, entries, findings, head, seal, manifest, header, header_bytes, effort };
        if !archive.head.encrypted {
            archive.read_manifest(&Job::new())?;
        }
        Ok(archive)
    }

    /// An entry by its name.
    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.name == name && entry.readable)
    }

    pub(super) fn access<'a>(&'a self, job: &'a Job) -> Access<'a> {
        Access { input: &self.input, seal: self.seal.as_ref(), job }
    }

    /// Reads the manifest. One that can't be read is a finding: the rest may still be whole.
    fn read_manifest(&mut self, job: &Job) -> Result<(), FlowError> {
        match self.manifest_of_this(job) {
            Ok(manifest) => {
                self.head.created = Some(manifest.created);
                self.head.attachments_included = manifest.attachments_included;
                self.manifest = Some(manifest);
            }
            Err(FlowError::Archive(fault)) => self.findings.push(damaged(fault)),
            Err(other) => return Err(other),
        }
        Ok(())
    }

    fn manifest_of_this(&self, job: &Job) -> Result<Manifest, FlowError> {
        let fault = |code, message: &str| FlowError::Archive(Fault::at(code, MANIFEST, message));
        let entry = self.entry(MANIFEST).ok_or_else(|| {
            fault(FaultCode::ChunkMissing, "The list of contents was in the backup and is gone.")
        })?;
        let json = match self.effort {
            Effort::Usual => self.access(job).whole(entry, None, limits::CONTAINER_MANIFEST_BYTES)?,
            Effort::Whole | Effort::Salvage => {
                let taken = self.access(job).salvage(entry, None, limits::CONTAINER_MANIFEST_BYTES)?;
                taken.all_of_it()?
            }
        };
        let manifest: Manifest = serde_json::from_slice(&json)
            .map_err(|_| fault(FaultCode::InvalidContent, "The list of contents can't be read."))?;
        let known = !self.header.archive.is_empty();
        if known && manifest.archive != self.header.archive {
            let message = "The list of contents belongs to another backup.";
            return Err(fault(FaultCode::EntryMismatch, message));
        }
        Ok(manifest)
    }
}

/// A header, and what its checksum says.
struct Head {
    bytes: Vec<u8>,
    header: Header,
    damage: Option<Fault>,
}

impl Head {
    /// The header or its copy, as `name` says.
    fn read(input: &SharedInput, entries: &[Entry], name: &str) -> Result<Self, FlowError> {
        let (bytes, damage) = bytes_of(input, entries, name)?;
        // What its checksum calls damaged is not a header of another kind or version.
        let header = Header::parse(&bytes);
        let header = header.map_err(|error| damage.clone().map_or(error, FlowError::Archive))?;
        Ok(Self { bytes, header, damage })
    }

    /// In place of a damaged header its copy, or what can be said without one.
    fn or_another(
        read: Result<Self, FlowError>,
        input: &SharedInput,
        entries: &[Entry],
    ) -> Result<Self, FlowError> {
        let fault = match &read {
            Ok(Self { damage: Some(fault), .. }) => fault.clone(),
            Err(FlowError::Archive(fault)) if fault.code != FaultCode::NewerVersion => fault.clone(),
            _ => return read,
        };
        if let Ok(copy @ Self { damage: None, .. }) = Self::read(input, entries, HEADER_COPY) {
            let message = format!("{} Its copy was read instead.", fault.message);
            return Ok(Self { damage: Some(Fault { message, ..fault }), ..copy });
        }
        if read.is_ok() {
            return read;
        }
        let header = without_header(input, entries).ok_or_else(|| lost_with_its_head(&fault))?;
        Ok(Self { bytes: Vec::new(), header, damage: Some(fault) })
    }
}

/// What is wrong with the copy of the header. Archives of the first days have none.
fn copy_fault(input: &SharedInput, entries: &[Entry], header: &[u8]) -> Result<Option<Fault>, FlowError> {
    if !entries.iter().any(|entry| &*entry.name == HEADER_COPY) {
        return Ok(None);
    }
    let differs =
        || Fault::at(FaultCode::EntryMismatch, HEADER_COPY, "The head of the backup and its copy differ.");
    match bytes_of(input, entries, HEADER_COPY) {
        Ok((_, Some(fault))) | Err(FlowError::Archive(fault)) => {
            Ok(Some(Fault { message: "The copy of the backup's head is damaged.".to_owned(), ..fault }))
        }
        Ok((bytes, None)) => Ok((bytes != header).then(differs)),
        Err(other) => Err(other),
    }
}

/// The bytes of a header, and what its checksum says.
fn bytes_of(
    input: &SharedInput,
    entries: &[Entry],
    name: &str,
) -> Result<(Vec<u8>, Option<Fault>), FlowError> {
    let missing = || {
        let message = "The head of the backup is missing; nothing in it can be opened without it.";
        FlowError::Archive(Fault::at(FaultCode::ChunkMissing, name, message))
    };
    let entry = entries.iter().find(|entry| &*entry.name == name).ok_or_else(missing)?;
    let damaged = |code| Fault::at(code, name, "The head of the backup is damaged.");
    if !entry.readable {
        return Err(damaged(FaultCode::EntryMismatch).into());
    }
    let job = Job::new();
    match EntryReader::new(input, entry, &job).read_judged(limits::CONTAINER_HEADER_BYTES)? {
        (_, Some(fault)) if fault.code == FaultCode::LimitExceeded => Err(damaged(fault.code).into()),
        (bytes, fault) => Ok((bytes, fault.map(|fault| damaged(fault.code)))),
    }
}

/// What stands in for a header that can't be read: the parts of an archive that was not encrypted are
/// compressed, and say so with their first bytes.
fn without_header(input: &SharedInput, entries: &[Entry]) -> Option<Header> {
    let job = Job::new();
    let mut parts = entries.iter().filter(|entry| entry.readable && number_in(&entry.name, ITEMS).is_some());
    let compressed = |entry: &Entry| {
        let mut first = Vec::new();
        let read = EntryReader::new(input, entry, &job).take(ZSTD_MAGIC.len() as u64).read_to_end(&mut first);
        read.is_ok() && first == ZSTD_MAGIC
    };
    parts.any(compressed).then(Header::unknown)
}

/// Without its keyslots nothing of an encrypted archive can be opened by any secret.
fn lost_with_its_head(fault: &Fault) -> FlowError {
    let message = format!(
        "{} The keys of an encrypted backup are in it, so nothing in this one can be opened any more.",
        fault.message
    );
    FlowError::Archive(Fault { message, ..fault.clone() })
}

fn damaged(fault: Fault) -> Finding {
    Finding { severity: Severity::Damage, fault }
}

impl Archive for BackstopArchive {
    fn head(&self) -> &ArchiveHead {
        &self.head
    }

    fn look_over(&mut self, job: &Job) -> Result<Option<LookedOver>, FlowError> {
        job.check()?;
        Ok(Some(look::look_over(self)))
    }

    fn contents(&self) -> Option<&dyn Contents> {
        self.manifest.is_some().then_some(self as &dyn Contents)
    }

    fn item_bytes(&self) -> Option<u64> {
        let attachment = |entry: &&Entry| number_in(&entry.name, ATTACHMENTS).is_some();
        let others = self.entries.iter().filter(|entry| !attachment(entry));
        Some(others.map(|entry| entry.packed_bytes).sum())
    }

    fn stated(&self) -> Stated {
        let count = |name: &str| {
            let manifest = self.manifest.as_ref()?;
            Some(manifest.counts.get(name).copied().unwrap_or(0))
        };
        Stated { notes: count("note"), attachments: count("attached") }
    }

    fn is_locked(&self) -> bool {
        self.head.encrypted && self.seal.is_none()
    }

    fn unlock(&mut self, secret: &ArchiveSecret, job: &Job) -> Result<(), FlowError> {
        if !self.is_locked() {
            return Ok(());
        }
        job.check()?;
        let file_key = self.header.unlock(secret)?;
        let seal = Seal { file_key, archive: self.header.archive.clone() };
        if !mac_is_right(&self.header_bytes, &seal) {
            let message = "The head of the backup was changed after it was made.";
            self.findings.push(damaged(Fault::at(FaultCode::EntryMismatch, HEADER, message)));
        }
        self.seal = Some(seal);
        self.read_manifest(job)
    }
}

impl Reader for BackstopArchive {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        if self.is_locked() {
            let message = "This backup is encrypted; it needs its password or a recovery key.";
            return Err(FlowError::archive(FaultCode::SecretRequired, message));
        }
        Reading::new(self, sink, job).read()
    }
}
