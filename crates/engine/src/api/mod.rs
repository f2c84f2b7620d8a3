//! The one door of the engine: the window and the command line come through here and nowhere else.
//!
//! [`Backstop`] is what anyone may do: look at archives, create an account, sign in. [`Session`] is
//! what only a signed-in account may do; to have one is the proof. Every call blocks; long ones
//! take a [`Job`], which counts their progress and carries the wish to stop.

mod appearance;
mod archives;
mod backstop;
mod contents;
mod errors;
mod files;
mod locked_out;
mod looked;
mod passphrase;
mod session;
mod types;

pub use appearance::last_theme;
pub use backstop::{Backstop, Setup};
pub use backstop_crypto::{Password, PasswordTooLong, RecoveryKey, RecoveryKeyError};
pub use backstop_formats::{ArchiveSecret, Effort, KeyTextError};
pub use backstop_model::{Job, Progress, Stage};
pub use contents::{Contents, Picture};
pub use files::{
    ConvertOrder, ConvertReport, Found, FoundNote, OpenArchive, ShowAs, Shown, UnreadPart, VerifyLevel,
    VerifyReport,
};
pub use looked::{CheckResult, ContentsCard, NoteAttachment, NotePlace, ProvedNote, Recovery};
pub use session::{Attended, AttendedBackup, BackupOrder, PreparedRestore, Rechecked, RestoreOrder, Session};
pub use types::*;

pub(crate) use errors::{of_backup, of_flow, of_restore, of_store};

pub use crate::account::Cost;
pub use crate::inspect::Inventory;
pub use crate::notices::{Action, DueNotice, How};
pub use crate::ports::Ports;
pub use crate::problem::{Code, Problem};
pub use crate::schedule::due::catch_up_delay;
pub use crate::schedule::{BackupKind, Conditions, Due, Dues, Hold, Remind};
