//! From a secret to the keys of an archive's parts.

use backstop_crypto::argon2i::{self, Cost};
use backstop_crypto::{Key, Password, Zeroizing};
use backstop_model::{FaultCode, FlowError};
use std::io;

use super::cipher::Salt;
use crate::limits;

/// Derives the key of Notesnook's archives from a password.
///
/// One derivation takes about 20 ms and 8 MiB. Writers use it with [`Password::written`].
///
/// # Errors
/// [`FlowError::Read`] when the memory for it can't be had.
pub fn derive_key(spelling: &str, salt: &Salt) -> Result<Key, FlowError> {
    argon2i::derive(spelling.as_bytes(), salt, Cost::EIGHT_MIB_THREE_PASSES)
        .map_err(|error| FlowError::Read(io::Error::other(error.to_string())))
}

/// A secret that was seen to open a part, and the keys it led to.
pub(crate) enum Opener {
    /// One spelling of a password. Chunks with other salts need other keys.
    Spelling { spelling: Zeroizing<String>, derived: Vec<(Salt, Key)> },
    /// The key itself, whatever the salts say.
    Raw(Key),
}

impl Opener {
    /// One opener for each way a password may have been typed.
    pub(crate) fn spellings(password: &Password) -> Vec<Self> {
        password.spellings().map(|spelling| Self::Spelling { spelling, derived: Vec::new() }).collect()
    }

    /// The keys of all salts that were met, for a part whose own salt is damaged.
    pub(crate) fn known(&self) -> impl Iterator<Item = &Key> {
        let (raw, derived) = match self {
            Self::Raw(key) => (Some(key), [].as_slice()),
            Self::Spelling { derived, .. } => (None, derived.as_slice()),
        };
        raw.into_iter().chain(derived.iter().map(|(_, key)| key))
    }

    /// The key for parts with this salt.
    pub(crate) fn key_for(&mut self, salt: &Salt) -> Result<&Key, FlowError> {
        let (spelling, derived) = match self {
            Self::Raw(key) => return Ok(key),
            Self::Spelling { spelling, derived } => (spelling, derived),
        };
        let known = derived.iter().position(|(known, _)| known == salt);
        let place = match known {
            Some(place) => place,
            None if derived.len() >= limits::SALTS => {
                let message = format!("The archive has more than {} salts.", limits::SALTS);
                return Err(FlowError::archive(FaultCode::LimitExceeded, message));
            }
            None => {
                derived.push((*salt, derive_key(spelling, salt)?));
                derived.len() - 1
            }
        };
        let missing = || FlowError::archive(FaultCode::LimitExceeded, "A key is missing.");
        derived.get(place).map(|(_, key)| key).ok_or_else(missing)
    }
}
