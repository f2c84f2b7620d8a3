//! Archives as files: opened, listed, checked, searched, shown and converted without an account.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use backstop_formats::{Archive, ArchiveSecret, Effort, LookedOver, Stated};
use backstop_model::{ArchiveHead, FlowError, Job, Reader, Sink};
use serde::{Serialize, Serializer};

use super::{OpenedArchive, Recovery, Warning};
use crate::problem::{Code, Problem};

/// The format whose encrypted files do not tell damage from a wrong secret.
const UNTOLD: &str = "nnbackup";

/// An archive that is open, locked or not.
pub struct OpenArchive {
    archive: Box<dyn Archive>,
    path: PathBuf,
    bytes: u64,
    effort: Effort,
}

impl OpenArchive {
    /// Opens a file. Reads its structure, no item.
    ///
    /// # Errors
    /// `not_found`, `not_an_archive`, `nothing_inside`, `archive_cut`, `newer_version` and the other
    /// codes of a damaged structure.
    pub(crate) fn open(path: &Path, effort: Effort) -> Result<Self, Problem> {
        let file = File::open(path).map_err(Problem::reading)?;
        let about = file.metadata().map_err(Problem::reading)?;
        if about.is_dir() {
            return Err(Problem::of(Code::NotAnArchive));
        }
        let archive = backstop_formats::open_with(Box::new(BufReader::new(file)), effort)?;
        Ok(Self { archive, path: path.to_owned(), bytes: about.len(), effort })
    }

    /// Opens an archive that is part of the program.
    pub(crate) fn built_in(name: &str, bytes: &'static [u8]) -> Result<Self, Problem> {
        let archive = backstop_formats::open(Box::new(Cursor::new(bytes)))?;
        let (path, bytes) = (PathBuf::from(name), bytes.len() as u64);
        Ok(Self { archive, path, bytes, effort: Effort::Usual })
    }

    /// What it says of itself.
    #[must_use]
    pub fn head(&self) -> &ArchiveHead {
        self.archive.head()
    }

    /// Whether it needs a password or key before it can be read.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.archive.is_locked()
    }

    /// Unlocks it.
    ///
    /// # Errors
    /// `wrong_secret` if the file is whole and the secret opens nothing; a damage code otherwise. An
    /// encrypted `.nnbackup` does not tell a changed file from a wrong secret, and the words say so.
    pub fn unlock(&mut self, secret: &ArchiveSecret, job: &Job) -> Result<(), Problem> {
        self.archive.unlock(secret, job).map_err(|error| {
            let mut problem = Problem::from(error);
            // One cipher around everything and no checksum: nobody can tell the two apart.
            if problem.code == Code::WrongSecret && self.archive.head().format == UNTOLD {
                problem.message = "That password or key does not open this, or the file was changed: a backup of this old kind does not tell which. Your notes are as they were.".to_owned();
            }
            problem
        })
    }

    /// How far reading it goes where it is damaged.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// What it says that it was made with; known once it was read.
    pub(crate) fn stated(&self) -> Stated {
        self.archive.stated()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its file name.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Its size.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of the file that hold items: the total of a job that opens no attachment.
    pub(crate) fn item_bytes(&self) -> u64 {
        self.archive.item_bytes().unwrap_or(self.bytes)
    }

    /// What the window shows of it before anything in it is read.
    #[must_use]
    pub fn card(&self, token: String) -> OpenedArchive {
        let head = self.head();
        OpenedArchive {
            token,
            name: self.name(),
            bytes: self.bytes,
            format: head.format.clone(),
            format_version: head.format_version.clone(),
            created: head.created.map(|time| time.0),
            encrypted: head.encrypted,
            attachments_included: head.attachments_included,
            locked: self.is_locked(),
        }
    }

    /// Checks what can be checked without reading every part, also while it is locked.
    pub(crate) fn look_over(&mut self, job: &Job) -> Result<LookedOver, Problem> {
        let whole = (self.path.to_string_lossy().into_owned(), self.bytes);
        let looked = self.archive.look_over(job)?;
        Ok(looked.unwrap_or_else(|| LookedOver { findings: Vec::new(), not_read: vec![whole] }))
    }

    pub(crate) fn archive(&mut self) -> Result<&mut dyn Archive, Problem> {
        if self.is_locked() {
            return Err(Problem::of(Code::SecretRequired));
        }
        Ok(self.archive.as_mut())
    }
}

impl Reader for OpenArchive {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        self.archive.read_into(sink, job)
    }
}

/// How much a verification reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerifyLevel {
    /// The structure of the file: every head, and that all announced parts are there in their size.
    Quick,
    /// Every byte and item.
    Full,
}

/// What a verification found, as `verify --json` prints it.
#[derive(Debug, Clone, Serialize)]
#[must_use = "a verify report that nobody reads is not a check"]
pub struct VerifyReport {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// How much was read.
    pub level: VerifyLevel,
    /// Whether all that was read is whole.
    pub ok: bool,
    /// Bytes of the file that were read.
    pub bytes_read: u64,
    /// Items that were read.
    pub items_read: u64,
    /// Bytes of the file that were not read.
    pub not_read: u64,
    /// The parts that were not read, at most 1,000 of them.
    pub parts_not_read: Vec<UnreadPart>,
    /// How much of a damaged archive is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// What is damaged or odd.
    pub findings: Vec<Warning>,
}

/// A part of an archive whose bytes a quick check did not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadPart {
    /// Its name in the file.
    pub part: String,
    /// Its bytes there.
    pub bytes: u64,
}

fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// A note that holds the words looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundNote {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its app.
    pub app: String,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The notes.
    pub notes: Vec<FoundNote>,
    /// What of the archive could not be searched.
    pub warnings: Vec<Warning>,
}

/// How an item is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowAs {
    /// Safe HTML.
    Html,
    /// Plain text.
    Text,
    /// Its app's own row, as JSON.
    Raw,
}

/// An item, shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// It, in the form asked for.
    pub text: String,
    /// What else of the archive could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// What to convert an archive into.
#[derive(Clone, Copy)]
pub struct ConvertOrder<'a> {
    /// The new file; its extension names the format. It must not exist.
    pub out: &'a Path,
    /// With attachments; `None`: as the source.
    pub attachments: Option<bool>,
    /// Whether to take what is whole out of a damaged archive, rather than to refuse it.
    pub salvage: bool,
    /// The password of the new file. `None` writes it unencrypted, which the caller has been asked for.
    pub password: Option<&'a backstop_crypto::Password>,
}

/// What a conversion wrote.
#[derive(Debug, Clone, Serialize)]
pub struct ConvertReport {
    /// The new file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Notes in it.
    pub notes: u64,
    /// Attachments whose bytes are in it.
    pub attachments: u64,
    /// Whether it was read back and compared.
    pub verified: bool,
    /// How much of a damaged archive was whole, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// What could not be carried over, and what was odd.
    pub warnings: Vec<Warning>,
}
