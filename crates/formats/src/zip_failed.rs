//! What the zip library says while it writes, in the words of a flow.

use std::io;

use backstop_model::FlowError;
use zip::result::ZipError;

/// A write error; a cancel or fault that went through the library comes out as it was.
pub(crate) fn zip_failed(error: ZipError) -> FlowError {
    match error {
        ZipError::Io(error) => FlowError::from_write(error),
        other => FlowError::Write(io::Error::other(other.to_string())),
    }
}
