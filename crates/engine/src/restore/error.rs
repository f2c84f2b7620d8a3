//! Why a restore does not happen.

use backstop_model::{Fault, FlowError};
use thiserror::Error;

use crate::store::StoreError;

/// Why a plan can't be made or carried out. The library is as it was.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// The library was written since the plan was made.
    #[error("the library has changed since this plan was made")]
    DestinationChanged,
    /// There is no safety archive of that run, or it has been cleared away.
    #[error("there is nothing to undo for this run")]
    NothingToUndo,
    /// The archive has no item with this id.
    #[error("there is no item with the id {0} in the archive")]
    NotInArchive(String),
    /// Something about the archive leaves it open what was in it, so nothing is removed by it.
    #[error("the archive may not be whole: {0}")]
    NotExact(Fault),
    /// Exactly a part of an archive would remove everything else.
    #[error("exactly a part of an archive would remove everything else")]
    ExactPart,
    /// Exactly what is left of a damaged archive would remove what its damage hides.
    #[error("exactly what is left of a damaged archive would remove what its damage hides")]
    ExactSalvage,
    /// Fewer or more rows were written than planned: nothing is kept of it.
    #[error("the library took {done} changes where {expected} were planned")]
    Miscounted {
        /// As planned.
        expected: u64,
        /// As the database says.
        done: u64,
    },
    /// The disk failed while the last record was written. Whether it is there, the next opening of the
    /// library tells: all of the restore, or nothing of it.
    #[error("whether the restore was written is not known: {0}")]
    Unsure(#[source] StoreError),
    /// The archive, the disk, or a cancel.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The library.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for RestoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Database(error))
    }
}

impl From<std::io::Error> for RestoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Flow(FlowError::Write(error))
    }
}
