//! What can go wrong with a store.

use backstop_model::{Fault, FlowError};
use thiserror::Error;

/// Why a store can't do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The key does not open it, or its first page is damaged: SQLCipher can't tell.
    #[error("this is not the key of this library, or its first page is damaged")]
    NotOpened,
    /// Written by a newer version of Backstop.
    #[error("this library was written by a newer version of Backstop (schema {0})")]
    Newer(i64),
    /// A row does not hold what its schema promises.
    #[error("a row of the library is damaged: {0}")]
    Damaged(String),
    /// The database itself.
    #[error("the library could not be read or written: {0}")]
    Database(#[from] rusqlite::Error),
    /// The disk below it.
    #[error("the library could not be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io(io) => Self::Write(io),
            other => Self::Sink(Box::new(other)),
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::Damaged(fault.message)
    }
}
