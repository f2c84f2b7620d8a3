//! The flow itself: a reader pushes, a sink takes, a writer is a sink that ends in a file.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use crate::{App, AttachmentHead, Finding, FlowError, Item, Job, Loss, Severity, TimeMs};

/// Pushes everything it holds into a sink, in its source's own order.
pub trait Reader {
    /// Reads to the end.
    ///
    /// Only two promises are made about order: keys of attachments come first, and an attachment's
    /// bytes come after its row.
    ///
    /// # Errors
    /// [`FlowError`] when nothing more can be read, when the sink refuses, or on a cancel.
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError>;
}

/// Takes items and attachments.
pub trait Sink {
    /// Takes one item.
    ///
    /// # Errors
    /// Whatever stops the sink; the reader stops with it.
    fn item(&mut self, item: Item) -> Result<(), FlowError>;

    /// Takes one attachment. A sink that does not want the bytes does not open `body`.
    ///
    /// # Errors
    /// As [`Sink::item`]. Faults in the bytes come out of `body` as [`FlowError`] inside
    /// [`io::Error`]; see [`FlowError::from_read`].
    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError>;

    /// Is told of a fault the reader can go on from. A strict sink, the default, refuses damage.
    ///
    /// # Errors
    /// The finding itself, if this sink does not accept it.
    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        match finding.severity {
            Severity::Warning => Ok(()),
            Severity::Damage => Err(FlowError::Archive(finding.fault)),
        }
    }
}

/// The bytes of an attachment. May be opened more than once: some writers need a hash first.
///
/// The reader it gives checks what it can on the way (tags, size, hash) and ends in an error
/// rather than in wrong bytes.
pub trait Source {
    /// Opens the bytes at their start.
    ///
    /// # Errors
    /// What stops the bytes from being read at all.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

/// Bytes in memory as a source: for small attachments and tests.
#[derive(Debug, Clone)]
pub struct BytesSource(pub Vec<u8>);

impl Source for BytesSource {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.0.as_slice()))
    }
}

/// A sink that ends in a file.
pub trait Writer: Sink {
    /// Writes what is left and closes the format. The file is not durable yet: that is its owner's.
    ///
    /// # Errors
    /// [`FlowError::Write`] and what the format itself refuses.
    fn finish(self: Box<Self>, job: &Job) -> Result<Written, FlowError>;
}

/// What a writer wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Notes, live and trashed.
    pub notes: u64,
    /// Attachments whose bytes were written.
    pub attachments: u64,
    /// Items of every kind.
    pub items: u64,
    /// What the format could not hold.
    pub losses: Vec<Loss>,
}

/// What an archive says of itself before its items are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveHead {
    /// Format by its usual extension, as `nnbackupz`.
    pub format: String,
    /// Format version as text, as `6.1`.
    pub format_version: String,
    /// The app that wrote it.
    pub app: App,
    /// Whether its notes are encrypted.
    pub encrypted: bool,
    /// Whether attachment bytes are in it.
    pub attachments_included: bool,
    /// When it was made.
    pub created: Option<TimeMs>,
    /// The random id Backstop gave it, if Backstop made it and the secret opened it.
    pub archive_id: Option<String>,
}

/// Copies everything from a reader into a writer.
///
/// # Errors
/// The first [`FlowError`] of either side.
pub fn copy(from: &mut dyn Reader, mut to: Box<dyn Writer + '_>, job: &Job) -> Result<Written, FlowError> {
    from.read_into(to.as_mut(), job)?;
    to.finish(job)
}
