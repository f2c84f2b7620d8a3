//! One door to the argon2 crate: memory that is asked for politely, and one error.

use argon2::{Algorithm, Argon2, Block, Version};

use crate::secret::{KEY_BYTES, Key};

/// Argon2 could not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Argon2Error {
    /// The system did not give the memory that the parameters ask for.
    #[error("not enough memory to derive the key ({0} KiB needed)")]
    OutOfMemory(u32),
    /// The parameters, the salt or the password have a size Argon2 does not allow.
    #[error("the key derivation was given values it does not accept")]
    BadInput,
}

/// Argon2 version 1.3 (RFC 9106) to a 32-byte key.
pub(crate) fn derive(
    algorithm: Algorithm,
    (memory_kib, passes, lanes): (u32, u32, u32),
    secret: &[u8],
    salt: &[u8],
) -> Result<Key, Argon2Error> {
    let params =
        argon2::Params::new(memory_kib, passes, lanes, Some(KEY_BYTES)).map_err(|_| Argon2Error::BadInput)?;
    // The crate's own allocation would abort the program where memory is short.
    let count = params.block_count();
    let mut blocks: Vec<Block> = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| Argon2Error::OutOfMemory(memory_kib))?;
    blocks.resize(count, Block::new());
    let mut out = zeroize::Zeroizing::new([0; KEY_BYTES]);
    Argon2::new(algorithm, Version::V0x13, params)
        .hash_password_into_with_memory(secret, salt, &mut *out, &mut blocks)
        .map_err(|_| Argon2Error::BadInput)?;
    Ok(Key::from_bytes(*out))
}
