//! What can be wrong with an archive, and how a flow ends early.

use std::{fmt, io};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The kinds of fault that readers tell apart. The names are a contract of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// Not a file of any format we read.
    NotAnArchive,
    /// A well-formed archive without a single part: an empty zip, a marker alone.
    NothingInside,
    /// A version older than any we read, or one that never existed.
    UnsupportedVersion,
    /// Made by a newer version of its app.
    NewerVersion,
    /// The password or key opens nothing in it, though its checksums are right.
    WrongSecret,
    /// It is encrypted and no password or key was given.
    SecretRequired,
    /// The end of the file is missing.
    ArchiveCut,
    /// A checksum (CRC, MD5, SHA-256, xxHash) does not fit.
    ChecksumMismatch,
    /// A part that must be there is not.
    ChunkMissing,
    /// A part is there twice.
    ChunkRepeated,
    /// A part's name, header or frame contradicts what it holds.
    EntryMismatch,
    /// The secret is right, yet this part does not decrypt.
    DecryptionFailed,
    /// A part decrypts and decompresses to something that is not what it must be.
    InvalidContent,
    /// Bigger, deeper or more than we accept.
    LimitExceeded,
    /// An attachment row whose bytes are not in the archive although attachments are.
    AttachmentMissing,
    /// Something that does not belong there and was passed over.
    Stray,
    /// The archive says itself that it holds no items.
    Empty,
}

impl FaultCode {
    /// The name in JSON, as `checksum_mismatch`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAnArchive => "not_an_archive",
            Self::NothingInside => "nothing_inside",
            Self::UnsupportedVersion => "unsupported_version",
            Self::NewerVersion => "newer_version",
            Self::WrongSecret => "wrong_secret",
            Self::SecretRequired => "secret_required",
            Self::ArchiveCut => "archive_cut",
            Self::ChecksumMismatch => "checksum_mismatch",
            Self::ChunkMissing => "chunk_missing",
            Self::ChunkRepeated => "chunk_repeated",
            Self::EntryMismatch => "entry_mismatch",
            Self::DecryptionFailed => "decryption_failed",
            Self::InvalidContent => "invalid_content",
            Self::LimitExceeded => "limit_exceeded",
            Self::AttachmentMissing => "attachment_missing",
            Self::Stray => "stray",
            Self::Empty => "empty",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Which kind of fault.
    pub code: FaultCode,
    /// What happened, in words for a person. Never note text, never a secret.
    pub message: String,
    /// The entry, chunk or item it concerns.
    pub part: Option<String>,
}

impl Fault {
    /// A fault of the archive as a whole.
    #[must_use]
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), part: None }
    }

    /// A fault of one part.
    #[must_use]
    pub fn at(code: FaultCode, part: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), part: Some(part.into()) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Everything that was there was read; something is odd.
    Warning,
    /// Something that was in the archive could not be read.
    Damage,
}

/// A fault that a reader met and can go on from. The sink decides whether to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub fault: Fault,
}

/// Why a flow ended early.
#[derive(Debug, Error)]
pub enum FlowError {
    /// The user cancelled. An outcome, not an error.
    #[error("cancelled")]
    Cancelled,
    /// The archive is at fault.
    #[error("{0}")]
    Archive(Fault),
    /// Reading failed below the format: the disk, the network folder.
    #[error("reading failed: {0}")]
    Read(#[source] io::Error),
    /// Writing failed: no space, read-only, the disk is gone.
    #[error("writing failed: {0}")]
    Write(#[source] io::Error),
    /// The destination can't take this; its own room knows why.
    #[error("{0}")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl FlowError {
    /// A fault of the archive.
    #[must_use]
    pub fn archive(code: FaultCode, message: impl Into<String>) -> Self {
        Self::Archive(Fault::new(code, message))
    }

    /// Takes back what [`crate::Watched`] sent through an [`io::Error`], else a read error.
    #[must_use]
    pub fn from_read(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Read)
    }

    /// Takes back a flow error that went through an [`io::Error`], else a write error.
    #[must_use]
    pub fn from_write(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Write)
    }

    /// The fault, if the archive is to blame.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Archive(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<Fault> for FlowError {
    fn from(fault: Fault) -> Self {
        Self::Archive(fault)
    }
}
