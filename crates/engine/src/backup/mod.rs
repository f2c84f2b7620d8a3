//! Making an archive: written under a hidden name, read back, compared, and only then named.
//!
//! The same steps make a backup of the library and a conversion of a file. What goes in is counted
//! on its way, what comes out is counted on its way back, and only equal counts earn the name.

mod form;
pub mod rest;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use backstop_crypto::SlotError;
use backstop_formats::{ArchiveSecret, open};
use backstop_model::{
    AttachmentHead, Finding, FlowError, Item, Job, Loss, Reader, Severity, Sink, Source, Stage as StageWord,
    TimeMs,
};
use thiserror::Error;

use self::form::About;
pub use self::form::{Form, Seal};
use crate::durable::{NewFile, Origin, SyncedFile};
use crate::verify::{Checked, Counted, Tally, check_archive};

/// What archive to make.
pub struct Order<'a> {
    /// Its name if that is free; else a number is added.
    pub target: &'a Path,
    /// Who writes.
    pub origin: &'a Origin,
    /// The run it belongs to.
    pub run: &'a str,
    /// Whether attachments go in.
    pub attachments: bool,
    /// Its format, and how it is sealed.
    pub form: Form,
    /// The place it is a backup of, empty for a converted file.
    pub place: &'a str,
    /// When it is made.
    pub created: TimeMs,
    /// Whether a damaged source gives what is whole of it, rather than to be refused.
    pub salvage: bool,
}

/// An archive that was made and read back.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its random id.
    pub archive_id: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What is in it.
    pub tally: Tally,
    /// What the format could not hold.
    pub losses: Vec<Loss>,
    /// What was odd about the source.
    pub findings: Vec<Finding>,
}

/// Why no archive was made. Nothing bears its name then.
#[derive(Debug, Error)]
pub enum BackupError {
    /// What came out of the new file is not what went in.
    #[error("the new archive does not hold what was put into it: {0}")]
    NotAsWritten(String),
    /// The system gives no randomness.
    #[error(transparent)]
    NoRandomness(#[from] backstop_crypto::NoRandomness),
    /// No key can be derived from the password: the memory for it is not to be had.
    #[error(transparent)]
    NoKey(#[from] SlotError),
    /// The source, the disk, or a cancel.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl BackupError {
    fn writing(error: io::Error) -> Self {
        Self::Flow(FlowError::from_write(error))
    }
}

/// Makes an archive of everything that `reader` holds.
///
/// # Errors
/// [`BackupError`]; no file is left.
pub fn make(reader: &mut dyn Reader, order: Order<'_>, job: &Job) -> Result<Made, BackupError> {
    let archive_id = uuid::Uuid::new_v4().to_string();
    let secret = order.form.secret();
    let about = About {
        attachments: order.attachments,
        archive_id: archive_id.clone(),
        created: order.created,
        place: order.place.to_owned(),
    };
    let mut file = NewFile::create(order.target, order.origin, order.run).map_err(BackupError::writing)?;
    let mut writer = order.form.writer(&mut file, about)?;
    let counted = Counted::new(writer.as_mut()).salvaging(order.salvage);
    let (put_in, findings) = if order.attachments {
        counted.run(reader, job)?
    } else {
        counted.run(&mut WithoutFiles(reader), job)?
    };
    if let Some(damage) = findings.iter().find(|finding| finding.severity == Severity::Damage)
        && put_in.items() == 0
    {
        return Err(FlowError::Archive(damage.fault.clone()).into());
    }
    job.enter(StageWord::Writing, 0, 0);
    let written = writer.finish(job)?;
    let synced = file.sync().map_err(BackupError::writing)?;
    let came_out = read_back(&synced, secret, job)?;
    compare(&put_in, &came_out)?;
    job.check()?;
    let bytes = synced.path().metadata().map_err(BackupError::writing)?.len();
    let path = synced.commit_numbered().map_err(BackupError::writing)?;
    Ok(Made { archive_id, path, bytes, tally: came_out.tally, losses: written.losses, findings })
}

/// A source whose attachments stay behind: neither written nor counted.
struct WithoutFiles<'a>(&'a mut dyn Reader);

impl Reader for WithoutFiles<'_> {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        self.0.read_into(&mut ItemsOnly(sink), job)
    }
}

struct ItemsOnly<'a>(&'a mut dyn Sink);

impl Sink for ItemsOnly<'_> {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.0.item(item)
    }

    fn attachment(&mut self, _: &AttachmentHead, _: &dyn Source) -> Result<(), FlowError> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        self.0.finding(finding)
    }
}

/// Reads every byte and item of the new file, from the disk rather than from memory.
fn read_back(synced: &SyncedFile, secret: Option<ArchiveSecret>, job: &Job) -> Result<Checked, BackupError> {
    let file: File = synced.open().map_err(BackupError::writing)?;
    let bytes = file.metadata().map_err(BackupError::writing)?.len();
    let mut archive = open(Box::new(BufReader::new(file)))?;
    if let Some(secret) = secret {
        archive.unlock(&secret, job)?;
    }
    Ok(check_archive(archive.as_mut(), bytes, job)?)
}

fn compare(put_in: &Tally, came_out: &Checked) -> Result<(), BackupError> {
    // A warning is about what the source lacked already, as a file of which only the row is known.
    if let Some(finding) = came_out.findings.iter().find(|finding| finding.severity == Severity::Damage) {
        return Err(BackupError::NotAsWritten(finding.fault.message.clone()));
    }
    if *put_in != came_out.tally {
        let counts = |tally: &Tally| format!("{} items, {} attachments", tally.items(), tally.attachments());
        let what = format!("{} went in, {} came out", counts(put_in), counts(&came_out.tally));
        return Err(BackupError::NotAsWritten(what));
    }
    Ok(())
}
