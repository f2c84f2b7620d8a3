//! Opening a Notesnook archive: its parts, its version, and the secret that unlocks it.

use std::fmt;

use backstop_crypto::{Key, RecoveryKey, SlotError};
use backstop_model::{App, ArchiveHead, Fault, FaultCode, Finding, FlowError, Job, Reader, Sink, TimeMs};

use super::attachments::KEY_FILE;
use super::carrier::{self, Own};
use super::chunk;
use super::cipher::Cipher;
use super::envelope::{Data, Envelope, Version, check_version};
use super::keys::Opener;
use super::mend;
use super::parts::{ChunkPart, Parts};
use super::reader::{Reading, unsealed};
use super::wire::{OWN_TYPE, Row};
use crate::zipscan::{Entry, EntryReader, Scan, SharedInput};
use crate::{Archive, ArchiveSecret, Effort, LookedOver, ReadSeek, Stated, limits};

/// A `.nnbackupz` of version 5.9 to 6.1, of whatever program.
pub struct NotesnookArchive {
    pub(super) input: SharedInput,
    pub(super) entries: Vec<Entry>,
    pub(super) parts: Parts,
    /// What the pass over the zip found.
    pub(super) findings: Vec<Finding>,
    pub(super) head: ArchiveHead,
    pub(super) opener: Option<Opener>,
    pub(super) effort: Effort,
    /// What the row that an archive of ours ends with says, once it was read.
    pub(super) stated: Stated,
}

impl fmt::Debug for NotesnookArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotesnookArchive").field("head", &self.head).finish_non_exhaustive()
    }
}

impl NotesnookArchive {
    /// Opens a zip that was passed over.
    ///
    /// # Errors
    /// As [`crate::open`].
    pub fn open(input: Box<dyn ReadSeek>, scan: Scan, effort: Effort) -> Result<Self, FlowError> {
        let input = SharedInput::new(input);
        let parts = Parts::sort(&input, &scan.entries)?;
        let nothing = |message: &str| FlowError::archive(FaultCode::NothingInside, message);
        if scan.entries.is_empty() {
            return Err(nothing("The file is an empty zip; there is nothing in it."));
        }
        if !parts.is_notesnook() {
            let message = "This is a zip, but not a backup of any kind we know.";
            return Err(FlowError::archive(FaultCode::NotAnArchive, message));
        }
        if parts.chunks.is_empty() {
            if parts.key_file.is_some() || !parts.attachments.is_empty() {
                let message = "The backup has attachments, but the parts with the notes are missing.";
                return Err(FlowError::archive(FaultCode::ChunkMissing, message));
            }
            return Err(nothing("The backup holds nothing: the parts with the notes are not in it."));
        }
        let head = head_of(&parts);
        let (entries, findings, stated) = (scan.entries, scan.findings, Stated::default());
        let mut archive = Self { input, entries, parts, findings, head, opener: None, effort, stated };
        archive.refuse_other_versions()?;
        archive.head.archive_id = archive.plain_archive_id();
        Ok(archive)
    }

    /// A version that we don't read is refused, unless a damaged file only looks like one.
    fn refuse_other_versions(&self) -> Result<(), FlowError> {
        let known = |chunk: &ChunkPart| check_version(chunk.peek.as_ref()?.version).ok();
        if self.effort > Effort::Usual && self.parts.chunks.iter().any(|chunk| known(chunk).is_some()) {
            // One part of another version costs itself only.
            return Ok(());
        }
        for chunk in &self.parts.chunks {
            let Some(version) = chunk.peek.as_ref().and_then(|peek| peek.version) else { continue };
            let refused = check_version(Some(version));
            if refused.is_err() && self.file_of(chunk, &Job::new()).is_ok() {
                return refused.map(|_| ());
            }
        }
        Ok(())
    }

    /// The size of a chunk in the zip.
    pub(super) fn packed_bytes(&self, part: &ChunkPart) -> u64 {
        self.entries.get(part.entry).map_or(0, |entry| entry.packed_bytes)
    }

    /// A chunk file, whole and with its checksum right.
    pub(super) fn file_of(&self, chunk: &ChunkPart, job: &Job) -> Result<Vec<u8>, FlowError> {
        self.entry_bytes(chunk.entry, limits::CHUNK_FILE_BYTES, job)
    }

    pub(super) fn entry_bytes(&self, place: usize, limit: usize, job: &Job) -> Result<Vec<u8>, FlowError> {
        let unreadable = || FlowError::archive(FaultCode::EntryMismatch, "The zip is damaged at this place.");
        let entry = self.entries.get(place).filter(|entry| entry.readable).ok_or_else(unreadable)?;
        EntryReader::new(&self.input, entry, job).read_whole(limit)
    }

    /// As much of an entry as can be read, and what is wrong with it.
    pub(super) fn entry_judged(
        &self,
        place: usize,
        limit: usize,
        job: &Job,
    ) -> Result<(Vec<u8>, Option<Fault>), FlowError> {
        let unreadable = || Fault::new(FaultCode::EntryMismatch, "The zip is damaged at this place.");
        match self.entries.get(place).filter(|entry| entry.readable) {
            Some(entry) => EntryReader::new(&self.input, entry, job).read_judged(limit),
            None => Ok((Vec::new(), Some(unreadable()))),
        }
    }

    /// The id of a plain archive of ours. An id that can't be read is reported while reading.
    fn plain_archive_id(&self) -> Option<String> {
        archive_id(&self.parts.chunks.first()?.peek.as_ref()?.z)
    }

    /// Tries openers on every encrypted part until one opens.
    fn try_openers(
        &self,
        mut openers: Vec<Opener>,
        job: &Job,
    ) -> Result<(Opener, Option<String>), FlowError> {
        let mut sound = false;
        let mut damage = None;
        for file in self.encrypted_files(job) {
            let (file, fault) = file?;
            let whole = fault.is_none();
            if let Some(fault) = fault {
                damage.get_or_insert(fault);
                if self.effort == Effort::Usual {
                    continue;
                }
            }
            let mended = || (self.effort > Effort::Usual).then(|| mend::sealed(&file)).flatten();
            let Some(mut cipher) = cipher_in(&file).or_else(mended) else { continue };
            sound |= whole;
            for place in 0..openers.len() {
                job.check()?;
                let Some(opener) = openers.get_mut(place) else { break };
                let salt = cipher.salt;
                if let Ok(z) = cipher.open(opener.key_for(&salt)?) {
                    return Ok((openers.swap_remove(place), archive_id(&z)));
                }
            }
        }
        Err(match damage {
            Some(fault) if !sound => FlowError::Archive(fault),
            _ => wrong_secret(),
        })
    }

    /// Every part that may be encrypted: the first chunk, the key file, the other chunks.
    fn encrypted_files<'a>(
        &'a self,
        job: &'a Job,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Option<Fault>), FlowError>> + 'a {
        let mut places: Vec<(usize, usize)> =
            self.parts.chunks.iter().map(|chunk| (chunk.entry, limits::CHUNK_FILE_BYTES)).collect();
        let key_file = self.parts.key_file.map(|place| (place, limits::KEY_FILE_BYTES));
        places.splice(1.min(places.len())..1.min(places.len()), key_file);
        places.into_iter().map(move |(place, limit)| self.entry_judged(place, limit, job))
    }

    /// The key that our recovery key unwraps from the slots beside the first chunk.
    fn recovered_key(&self, recovery: &RecoveryKey, job: &Job) -> Result<Key, FlowError> {
        let mut damage = None;
        for chunk in &self.parts.chunks {
            let (file, fault) = self.entry_judged(chunk.entry, limits::CHUNK_FILE_BYTES, job)?;
            if let Some(fault) = fault {
                damage.get_or_insert(fault);
                if self.effort == Effort::Usual {
                    continue;
                }
            }
            let Some(slots) = Envelope::parse(&file).and_then(|envelope| envelope.slots()) else { continue };
            return slots.open_with_recovery(recovery).map_err(|error| match error {
                SlotError::Damaged(_) => {
                    let message = "The part that the recovery key opens is damaged; the password may still open the backup.";
                    FlowError::archive(FaultCode::ChecksumMismatch, message)
                }
                _ => wrong_secret(),
            });
        }
        let message = "This backup has no part that a Backstop recovery key opens; it needs its password.";
        Err(damage.map_or_else(|| FlowError::archive(FaultCode::WrongSecret, message), FlowError::Archive))
    }
}

pub(super) fn wrong_secret() -> FlowError {
    FlowError::archive(FaultCode::WrongSecret, "The password or key does not open this backup.")
}

fn head_of(parts: &Parts) -> ArchiveHead {
    let peeks = || parts.chunks.iter().map(|chunk| (chunk, chunk.peek.as_ref()));
    let encrypted =
        peeks().any(|(chunk, peek)| peek.and_then(|peek| peek.encrypted).unwrap_or(chunk.named_encrypted));
    let version = peeks().find_map(|(_, peek)| check_version(peek?.version).ok());
    ArchiveHead {
        format: "nnbackupz".to_owned(),
        format_version: version.unwrap_or(Version::CURRENT).text(),
        app: App::Notesnook,
        encrypted,
        attachments_included: parts.key_file.is_some() || !parts.attachments.is_empty(),
        created: peeks().find_map(|(_, peek)| peek?.date_ms).map(TimeMs),
        archive_id: None,
    }
}

/// The cipher object in a chunk file or key file.
fn cipher_in(file: &[u8]) -> Option<Cipher> {
    let text = std::str::from_utf8(file).ok()?;
    match Envelope::parse(file) {
        Some(envelope) => match envelope.data()? {
            Data::Encrypted(json) => Cipher::parse(json),
            Data::Plain(_) => None,
        },
        None => Cipher::parse(text),
    }
}

/// The archive id in the first row of a chunk, if that is a row of ours. The beginning of its
/// packed rows is enough.
fn archive_id(z: &[u8]) -> Option<String> {
    let first = chunk::first_row(z)?;
    let row = Row::parse(&first).filter(|row| row.text("type").as_deref() == Some(OWN_TYPE))?;
    match carrier::read(&first, &row) {
        Own::Begin(begin) => Some(begin.archive),
        _ => None,
    }
}

impl Archive for NotesnookArchive {
    fn head(&self) -> &ArchiveHead {
        &self.head
    }

    fn look_over(&mut self, job: &Job) -> Result<Option<LookedOver>, FlowError> {
        let mut opener = self.opener.take();
        let looked = self.looked_over(opener.as_mut(), job);
        self.opener = opener;
        looked.map(Some)
    }

    fn item_bytes(&self) -> Option<u64> {
        let places = self.parts.chunks.iter().map(|chunk| chunk.entry).chain(self.parts.key_file);
        Some(places.filter_map(|place| self.entries.get(place)).map(|entry| entry.packed_bytes).sum())
    }

    fn stated(&self) -> Stated {
        self.stated
    }

    fn is_locked(&self) -> bool {
        self.head.encrypted && self.opener.is_none()
    }

    fn unlock(&mut self, secret: &ArchiveSecret, job: &Job) -> Result<(), FlowError> {
        if !self.head.encrypted {
            return Ok(());
        }
        let openers = match secret {
            ArchiveSecret::Password(password) => Opener::spellings(password),
            ArchiveSecret::NotesnookKey(key) => vec![Opener::Raw(key.duplicate())],
            ArchiveSecret::RecoveryKey(recovery) => vec![Opener::Raw(self.recovered_key(recovery, job)?)],
            ArchiveSecret::Kept(_) => return Err(wrong_secret()),
        };
        let (opener, id) = self.try_openers(openers, job)?;
        self.opener = Some(opener);
        self.head.archive_id = id.or_else(|| self.head.archive_id.take());
        Ok(())
    }
}

impl Reader for NotesnookArchive {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        if self.is_locked() {
            let message = "This backup is encrypted; it needs its password or a recovery key.";
            return Err(FlowError::archive(FaultCode::SecretRequired, message));
        }
        let mut opener = self.opener.take();
        let read = Reading::new(self, sink, job).read(opener.as_mut());
        self.opener = opener;
        self.stated = read.map_err(unsealed)?;
        Ok(())
    }
}

/// A fault of the key file.
pub(super) fn key_file_fault(code: FaultCode, message: &str) -> Fault {
    Fault::at(code, KEY_FILE, message)
}
