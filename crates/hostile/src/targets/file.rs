//! Whole files.

use crate::made::{notesnook_key, recovery_key};
use crate::reading::read;

/// The bytes are a file of whatever format they say.
pub(crate) fn file(bytes: &[u8]) {
    let _refused = read(bytes.to_vec(), &[recovery_key(), notesnook_key()]);
}
