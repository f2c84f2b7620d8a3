//! The one door to archives: whatever app and version made them, they open the same way.

use std::io::{Read, Seek};

use backstop_model::{App, ArchiveHead, Finding, FlowError, Job, Kind, Reader, Sink};

use crate::{ArchiveSecret, Format, backstop, detect, notesnook, zipscan};

/// A file or anything else that can be read from any place in it.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// One backup file, opened.
///
/// Reading is always tolerant: what can't be read is told to the sink as a finding, and the sink
/// decides. The reader counts bytes and items into the job; a total for the bytes is the size of
/// the file. Bytes of attachments are read only when the sink opens their source.
pub trait Archive: Reader + Send {
    /// What the archive says of itself. [`ArchiveHead::archive_id`] of an encrypted one is known
    /// only once it is unlocked.
    fn head(&self) -> &ArchiveHead;

    /// Checks what can be checked without reading every part: that all announced parts are there, that
    /// names, numbers and sizes agree. A locked archive is looked over as far as it can be read.
    /// `None`: nothing but what opening has read is checked.
    ///
    /// # Errors
    /// Read errors and a cancel; damage is among the findings.
    fn look_over(&mut self, job: &Job) -> Result<Option<LookedOver>, FlowError> {
        job.check()?;
        Ok(None)
    }

    /// Bytes of the file that are read when no attachment is opened, if they are known: the total of
    /// a job that wants only the items.
    fn item_bytes(&self) -> Option<u64> {
        None
    }

    /// Random access to what it holds, where the format has an index that can be read.
    fn contents(&self) -> Option<&dyn Contents> {
        None
    }

    /// Whether a secret is needed before anything can be read.
    fn is_locked(&self) -> bool;

    /// Tries a secret on it. Does nothing if the archive is not encrypted.
    ///
    /// # Errors
    /// [`backstop_model::FaultCode::WrongSecret`] if parts whose checksums are right do not open
    /// with it, [`backstop_model::FaultCode::ChecksumMismatch`] if there is no such part, a cancel,
    /// and read errors.
    fn unlock(&mut self, secret: &ArchiveSecret, job: &Job) -> Result<(), FlowError>;
}

/// Single parts of an archive, reached without reading the rest.
pub trait Contents {
    /// Pushes the items whose heading is `wanted`, in the order of the archive.
    ///
    /// # Errors
    /// Damage of the index or of a part that it leads to, though others may be whole: a full read
    /// tells. What the sink refuses, read errors and a cancel.
    fn items(
        &self,
        wanted: &dyn Fn(&Heading<'_>) -> bool,
        sink: &mut dyn Sink,
        job: &Job,
    ) -> Result<(), FlowError>;

    /// Pushes the attachment whose row has this id, and says whether its bytes are in the archive
    /// under it. Rows of one hash share their bytes, so another row may have them.
    ///
    /// # Errors
    /// As [`Contents::items`].
    fn attachment(&self, id: &str, sink: &mut dyn Sink, job: &Job) -> Result<bool, FlowError>;
}

/// What an index tells of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'a> {
    /// The app whose item it is.
    pub app: App,
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub title: Option<&'a str>,
    /// The item it belongs to, as a body to its note.
    pub owner: Option<&'a str>,
}

/// What a look over an archive found, and what it did not look at.
#[derive(Debug, Clone, Default)]
#[must_use = "a check that nobody reads is not a check"]
pub struct LookedOver {
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// Parts whose bytes were not read, by their name in the file, and how many bytes each has there.
    pub not_read: Vec<(String, u64)>,
}

/// Opens any backup file we can read.
///
/// # Errors
/// The faults of [`detect`] and of a zip's own structure (see [`crate::zipscan::scan`]):
/// `not_an_archive`, `nothing_inside`, `unsupported_version`, `newer_version`, `archive_cut`,
/// `chunk_missing` if there is no part with items at all, `entry_mismatch`, `limit_exceeded`.
/// Damage in single parts is not an error here; it comes out while reading.
pub fn open(mut input: Box<dyn ReadSeek>) -> Result<Box<dyn Archive>, FlowError> {
    match detect(&mut input)? {
        Format::Zip => {
            let scan = zipscan::scan(&mut input)?;
            if backstop::is_backstop(scan.entries.iter().map(|entry| &*entry.name)) {
                Ok(Box::new(backstop::BackstopArchive::open(input, scan)?))
            } else {
                Ok(Box::new(notesnook::NotesnookArchive::open(input, scan)?))
            }
        }
        Format::NotesnookJson => Ok(Box::new(notesnook::LegacyArchive::open(input)?)),
    }
}
