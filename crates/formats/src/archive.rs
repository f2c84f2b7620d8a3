//! The one door to archives: whatever app and version made them, they open the same way.

use std::io::{Read, Seek};

use backstop_model::{
    App, ArchiveHead, Fault, FaultCode, Finding, FlowError, Job, Kind, Reader, Severity, Sink,
};

use crate::zipscan::{self, Scan};
use crate::{ArchiveSecret, Format, backstop, detect, notesnook};

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

    /// What it says that it was made with; known once it was read, if it says so at all and that part
    /// is whole.
    fn stated(&self) -> Stated {
        Stated::default()
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

/// How far to go with a file that is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// A file whose structure is not whole is refused.
    Usual,
    /// Gets around a damaged structure, and gives out only what a checksum or seal proves to be whole.
    Whole,
    /// Also gives out what nothing proves any more. A finding names each note among it.
    Salvage,
}

/// How much an archive says that it was made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stated {
    /// Notes, live and in the trash.
    pub notes: Option<u64>,
    /// Attachments whose bytes were put in.
    pub attachments: Option<u64>,
}

/// Opens any backup file we can read.
///
/// # Errors
/// The faults of [`detect`] and of a zip's own structure (see [`crate::zipscan::scan`]):
/// `not_an_archive`, `nothing_inside`, `unsupported_version`, `newer_version`, `archive_cut`,
/// `chunk_missing` if there is no part with items at all, `entry_mismatch`, `limit_exceeded`.
/// Damage in single parts is not an error here; it comes out while reading.
pub fn open(input: Box<dyn ReadSeek>) -> Result<Box<dyn Archive>, FlowError> {
    open_with(input, Effort::Usual)
}

/// As [`open`], also a file whose structure is damaged: what was wrong with it is then the first finding
/// while reading.
///
/// # Errors
/// As [`open`], where nothing can be got around.
pub fn open_with(mut input: Box<dyn ReadSeek>, effort: Effort) -> Result<Box<dyn Archive>, FlowError> {
    match kind_of(&mut input, effort)? {
        Format::Zip => {
            let scan = match effort {
                Effort::Usual => zipscan::scan(&mut input)?,
                Effort::Whole | Effort::Salvage => scan_or_salvage(&mut input, effort)?,
            };
            let names = || scan.entries.iter().map(|entry| &*entry.name);
            let rest = effort > Effort::Usual && !names().any(notesnook::is_part);
            if backstop::is_backstop(names()) || (rest && backstop::is_rest_of_backstop(names())) {
                Ok(Box::new(backstop::BackstopArchive::open(input, scan, effort)?))
            } else {
                Ok(Box::new(notesnook::NotesnookArchive::open(input, scan, effort)?))
            }
        }
        Format::NotesnookJson => Ok(Box::new(notesnook::LegacyArchive::open(input, effort)?)),
    }
}

/// A zip whose first bytes are damaged is still known by the heads of its parts.
fn kind_of(input: &mut Box<dyn ReadSeek>, effort: Effort) -> Result<Format, FlowError> {
    match detect(input) {
        Err(FlowError::Archive(fault)) if effort > Effort::Usual && fault.code == FaultCode::NotAnArchive => {
            let scan = zipscan::salvage(input, is_known)?;
            if scan.entries.iter().any(|entry| is_known(&entry.name)) {
                Ok(Format::Zip)
            } else {
                Err(FlowError::Archive(fault))
            }
        }
        other => other,
    }
}

/// Whether a name is that of a part of a backup.
fn is_known(name: &str) -> bool {
    backstop::is_part(name) || notesnook::is_part(name)
}

/// A zip with a whole structure is read as usual; any other part by part.
/// Where nothing may be lost that is whole, a size that only the directory states is doubted too.
fn scan_or_salvage(input: &mut Box<dyn ReadSeek>, effort: Effort) -> Result<Scan, FlowError> {
    let damage = |finding: &&Finding| finding.severity == Severity::Damage;
    let fault = match zipscan::scan(input) {
        Ok(scan) => {
            let found = scan.findings.iter().find(damage).map(|found| found.fault.clone());
            let astray = || scan.ends_astray().filter(|_| effort == Effort::Salvage).map(wrong_size);
            match found.or_else(astray) {
                None => return Ok(scan),
                Some(fault) => fault,
            }
        }
        Err(FlowError::Archive(fault)) if fault.code != FaultCode::LimitExceeded => fault,
        Err(other) => return Err(other),
    };
    let mut scan = zipscan::salvage(input, is_known)?;
    if scan.entries.is_empty() {
        return Err(FlowError::Archive(fault));
    }
    scan.findings.insert(0, Finding { severity: Severity::Damage, fault });
    Ok(scan)
}

fn wrong_size(entry: &zipscan::Entry) -> Fault {
    let message = "Its size in the zip's directory does not fit to where it ends.";
    Fault::at(FaultCode::EntryMismatch, zipscan::shown(&entry.name), message)
}
