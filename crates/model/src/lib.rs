//! The common language of Backstop.
//!
//! Notes flow one way, from a [`Reader`] through [`Item`]s into a [`Sink`]. This room names what
//! flows and touches nothing: no files, no clock, no network. It knows no app's field names; an
//! item carries its app's own row untouched in [`Native`].

mod attachment;
mod fault;
mod fingerprint;
mod flow;
mod id;
mod item;
mod job;
mod loss;
mod time;

pub use attachment::{AttachmentHead, ContentHash, HashAlgorithm};
pub use fault::{Fault, FaultCode, Finding, FlowError, Severity};
pub use fingerprint::{CanonicalJson, Fingerprint, FingerprintBuilder};
pub use flow::{ArchiveHead, BytesSource, Reader, Sink, Source, Writer, Written, copy};
pub use id::{App, IdError, ItemId, ItemKey, Kind, Ref, UnknownName};
pub use item::{Body, Flags, Item, Markup, Native, Relation};
pub use job::{Job, Progress, Stage, Watched};
pub use loss::Loss;
pub use time::TimeMs;
