//! What went wrong, as it leaves the door: a code to branch on, a message and one thing to do.
//!
//! Each room of the engine has its own error type; it becomes a [`Problem`] here and only here,
//! so that the window and the command line show the same words. A message says what happened and
//! what is still safe, the hint says one thing to do. Details are for reports: they never hold
//! note text or a secret.

use std::{error::Error, fmt, io};

use backstop_model::{Fault, FaultCode, FlowError};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::system;

mod words;

/// The kinds of problem. The names are a contract of the command line: added to, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A file, folder, account, place, item or run that is not there.
    NotFound,
    /// Not a file of any format we read.
    NotAnArchive,
    /// A well-formed archive without a single part.
    NothingInside,
    /// A format version we never read.
    UnsupportedVersion,
    /// Made by a newer version of its app.
    NewerVersion,
    /// A password or key that opens nothing.
    WrongSecret,
    /// A password or key is needed and none was given.
    SecretRequired,
    /// The end of the file is missing.
    ArchiveCut,
    /// A checksum does not fit.
    ChecksumMismatch,
    /// A part that must be there is not.
    ChunkMissing,
    /// A part is there twice.
    ChunkRepeated,
    /// A part contradicts its name or header.
    EntryMismatch,
    /// The secret is right, yet a part does not decrypt.
    DecryptionFailed,
    /// A part opens to something it must not be.
    InvalidContent,
    /// Bigger, deeper or more than we accept.
    LimitExceeded,
    /// No space left, or a quota is used up.
    NoSpace,
    /// The disk or folder vanished or stopped answering.
    DiskGone,
    /// Writing is not possible or not allowed there.
    ReadOnly,
    /// Another job holds what this one needs.
    Busy,
    /// The account must be logged in for this.
    NotLoggedIn,
    /// The destination is not what the plan was made for.
    DestinationChanged,
    /// The user cancelled.
    Cancelled,
    /// A value or a combination that means nothing.
    Usage,
    /// A fault of ours.
    Internal,
}

impl Code {
    /// Every code, in the order of the contract.
    pub const ALL: [Self; 24] = [
        Self::NotFound,
        Self::NotAnArchive,
        Self::NothingInside,
        Self::UnsupportedVersion,
        Self::NewerVersion,
        Self::WrongSecret,
        Self::SecretRequired,
        Self::ArchiveCut,
        Self::ChecksumMismatch,
        Self::ChunkMissing,
        Self::ChunkRepeated,
        Self::EntryMismatch,
        Self::DecryptionFailed,
        Self::InvalidContent,
        Self::LimitExceeded,
        Self::NoSpace,
        Self::DiskGone,
        Self::ReadOnly,
        Self::Busy,
        Self::NotLoggedIn,
        Self::DestinationChanged,
        Self::Cancelled,
        Self::Usage,
        Self::Internal,
    ];

    /// The name in JSON, as `checksum_mismatch`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        words::name(self)
    }

    /// The exit code of the command line: families, not single codes.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal | Self::DestinationChanged => 1,
            Self::Usage => 2,
            Self::NotFound | Self::NotAnArchive | Self::UnsupportedVersion => 10,
            Self::Busy => 11,
            Self::WrongSecret | Self::SecretRequired => 12,
            Self::NothingInside
            | Self::ArchiveCut
            | Self::ChecksumMismatch
            | Self::ChunkMissing
            | Self::ChunkRepeated
            | Self::EntryMismatch
            | Self::DecryptionFailed
            | Self::InvalidContent
            | Self::LimitExceeded => 13,
            Self::NewerVersion => 14,
            Self::NoSpace | Self::DiskGone | Self::ReadOnly => 15,
            Self::NotLoggedIn => 16,
            Self::Cancelled => 130,
        }
    }
}

impl From<FaultCode> for Code {
    /// The three codes that only ever warn take the nearest code if someone makes them an error.
    fn from(code: FaultCode) -> Self {
        match code {
            FaultCode::NotAnArchive => Self::NotAnArchive,
            FaultCode::NothingInside | FaultCode::Empty => Self::NothingInside,
            FaultCode::UnsupportedVersion => Self::UnsupportedVersion,
            FaultCode::NewerVersion => Self::NewerVersion,
            FaultCode::WrongSecret => Self::WrongSecret,
            FaultCode::SecretRequired => Self::SecretRequired,
            FaultCode::ArchiveCut => Self::ArchiveCut,
            FaultCode::ChecksumMismatch => Self::ChecksumMismatch,
            FaultCode::ChunkMissing | FaultCode::AttachmentMissing => Self::ChunkMissing,
            FaultCode::ChunkRepeated => Self::ChunkRepeated,
            FaultCode::EntryMismatch | FaultCode::Stray => Self::EntryMismatch,
            FaultCode::DecryptionFailed => Self::DecryptionFailed,
            FaultCode::InvalidContent => Self::InvalidContent,
            FaultCode::LimitExceeded => Self::LimitExceeded,
        }
    }
}

/// What went wrong, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Problem {
    /// What the window and scripts branch on.
    pub code: Code,
    /// What happened and what is still safe.
    pub message: String,
    /// One thing to do.
    pub hint: Option<String>,
    /// The chain of causes, for "Copy details". Never note text, never a secret.
    pub details: Vec<String>,
}

impl Problem {
    /// The usual words for `code`.
    #[must_use]
    pub fn of(code: Code) -> Self {
        let (message, hint) = words::usual(code);
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        Self { code, message: message.to_owned(), hint, details: Vec::new() }
    }

    /// Words of one's own, without a hint.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, details: Vec::new() }
    }

    /// With one thing to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With one more detail for reports.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// A fault of ours, with the chain of its causes in the details.
    #[must_use]
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        let mut problem = Self::of(Code::Internal);
        problem.details = chain(error);
        problem
    }

    /// Reading below the format failed: a missing file, a vanished disk. Takes back what travelled
    /// through the [`io::Error`], a cancel for example.
    #[must_use]
    pub fn reading(error: io::Error) -> Self {
        match FlowError::from_read(error) {
            FlowError::Read(error) => Self::from_io(&error, false),
            inner => Self::from(inner),
        }
    }

    /// Writing failed: no space, read-only, the disk is gone. Takes back what travelled through the
    /// [`io::Error`], a cancel for example.
    #[must_use]
    pub fn writing(error: io::Error) -> Self {
        match FlowError::from_write(error) {
            FlowError::Write(error) => Self::from_io(&error, true),
            inner => Self::from(inner),
        }
    }

    fn from_io(error: &io::Error, writing: bool) -> Self {
        use io::ErrorKind as Kind;
        let usual = |code| Self::of(code).with_detail(error.to_string());
        let own = |code, (message, hint): (&str, &str)| {
            Self::new(code, message).with_hint(hint).with_detail(error.to_string())
        };
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => usual(Code::NoSpace),
            Kind::FileTooLarge => own(Code::NoSpace, words::FILE_TOO_LARGE),
            Kind::ReadOnlyFilesystem => usual(Code::ReadOnly),
            Kind::PermissionDenied if writing => usual(Code::ReadOnly),
            Kind::PermissionDenied => own(Code::NotFound, words::NOT_ALLOWED_TO_READ),
            Kind::NotFound | Kind::NotADirectory if writing => usual(Code::DiskGone),
            Kind::NotFound | Kind::NotADirectory | Kind::IsADirectory => usual(Code::NotFound),
            Kind::AlreadyExists => own(Code::Usage, words::ALREADY_THERE),
            Kind::UnexpectedEof => usual(Code::ArchiveCut),
            _ if system::disk_is_gone(error) => usual(Code::DiskGone),
            _ => Self::internal(error),
        }
    }
}

/// The messages of an error and of everything that caused it.
fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        messages.push(error.to_string());
        cause = error.source();
    }
    messages
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Problem {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let mut problem = Self::of(fault.code.into()).with_detail(fault.message);
        problem.details.extend(fault.part.map(|part| format!("in {part}")));
        problem
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Cancelled => Self::of(Code::Cancelled),
            FlowError::Archive(fault) => fault.into(),
            FlowError::Read(error) => Self::reading(error),
            FlowError::Write(error) => Self::writing(error),
            FlowError::Sink(error) => from_sink(error),
        }
    }
}

/// A sink sends its own room's error through the flow. What is a problem already stays one.
fn from_sink(error: Box<dyn Error + Send + Sync>) -> Problem {
    let error = match error.downcast::<Problem>() {
        Ok(problem) => return *problem,
        Err(error) => error,
    };
    let error = match error.downcast::<FlowError>() {
        Ok(flow) => return (*flow).into(),
        Err(error) => error,
    };
    match error.downcast::<io::Error>() {
        Ok(io) => Problem::writing(*io),
        Err(error) => Problem::internal(&*error),
    }
}

#[cfg(test)]
#[path = "problem/tests.rs"]
mod tests;
