//! Making an archive: written under a hidden name, read back, compared, and only then named.
//!
//! The same steps make a backup of the library and a conversion of a file. What goes in is counted
//! on its way, what comes out is counted on its way back, and only equal counts earn the name.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use backstop_crypto::{Key, Keyslot, Zeroizing};
use backstop_formats::notesnook::{Encryption, NotesnookWriter, Salt, WriterOptions};
use backstop_formats::{ArchiveSecret, open};
use backstop_model::{
    AttachmentHead, Finding, FlowError, Item, Job, Loss, Reader, Severity, Sink, Source, Stage as StageWord,
    TimeMs, Writer as _,
};
use thiserror::Error;

use crate::durable::{NewFile, Origin, SyncedFile};
use crate::verify::{Checked, Counted, Tally, check_archive};

/// How an archive is sealed.
pub struct Seal {
    /// The derived key of the archive.
    pub key: Key,
    /// The salt it was derived with.
    pub salt: Salt,
    /// Keyslots beside the password: the recovery key's.
    pub slots: Vec<Keyslot>,
}

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
    /// How it is sealed; `None` leaves it readable to anyone.
    pub seal: Option<Seal>,
    /// When it is made.
    pub created: TimeMs,
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
    let secret = order.seal.as_ref().map(|seal| ArchiveSecret::NotesnookKey(seal.key.duplicate()));
    let encryption = order.seal.map(|seal| Encryption { key: seal.key, salt: seal.salt, slots: seal.slots });
    let options = WriterOptions {
        attachments: order.attachments,
        encryption,
        archive_id: archive_id.clone(),
        created: order.created,
        created_by: format!("Backstop {}", env!("CARGO_PKG_VERSION")),
    };
    let mut file = NewFile::create(order.target, order.origin, order.run).map_err(BackupError::writing)?;
    let mut writer = Box::new(NotesnookWriter::new(&mut file, options)?);
    let put_in = if order.attachments {
        Counted::new(writer.as_mut()).run(reader, job)?
    } else {
        Counted::new(writer.as_mut()).run(&mut WithoutFiles(reader), job)?
    };
    job.enter(StageWord::Writing, 0, 0);
    let written = writer.finish(job)?;
    let synced = file.sync().map_err(BackupError::writing)?;
    let came_out = read_back(&synced, secret, job)?;
    compare(&put_in, &came_out)?;
    job.check()?;
    let bytes = synced.path().metadata().map_err(BackupError::writing)?.len();
    let path = synced.commit_numbered().map_err(BackupError::writing)?;
    Ok(Made { archive_id, path, bytes, tally: came_out.tally, losses: written.losses })
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

/// The seal of an archive under a password of its own.
///
/// # Errors
/// [`BackupError`] if no key can be derived.
pub fn seal_with(password: &backstop_crypto::Password) -> Result<Seal, BackupError> {
    let salt: Salt = backstop_crypto::random_array()?;
    let spelling: Zeroizing<String> = password.written();
    let key = backstop_formats::notesnook::derive_key(&spelling, &salt)?;
    Ok(Seal { key, salt, slots: Vec::new() })
}
