//! Argon2i version 1.3 as libsodium's `crypto_pwhash` with `ALG_ARGON2I13` runs it: one lane.
//!
//! Weak by today's measure (8 MiB), here because other apps' files are made with it.

use argon2::Algorithm;

pub use crate::argon2mem::Argon2Error;
use crate::secret::Key;

/// Bytes of salt. Source: libsodium `crypto_pwhash_SALTBYTES`.
pub const SALT_BYTES: usize = 16;

/// Cost of one derivation: libsodium's `memlimit` in KiB and its `opslimit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Cost {
    /// 8 MiB, 3 passes: what Notesnook's backup files use.
    pub const EIGHT_MIB_THREE_PASSES: Self = Self { memory_kib: 8192, passes: 3 };
}

/// A 32-byte key from a secret and its salt.
///
/// # Errors
/// [`Argon2Error::BadInput`] for a cost that Argon2 does not allow, [`Argon2Error::OutOfMemory`]
/// when the memory cannot be had.
pub fn derive(secret: &[u8], salt: &[u8; SALT_BYTES], cost: Cost) -> Result<Key, Argon2Error> {
    crate::argon2mem::derive(Algorithm::Argon2i, (cost.memory_kib, cost.passes, 1), secret, salt)
}
