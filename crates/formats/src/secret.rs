//! What opens an archive.

use backstop_crypto::{Key, Password, RecoveryKey, RecoveryKeyError, WrapKey, Zeroizing};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

/// Characters of the key that Notesnook shows to its users: 32 bytes in base64url.
const NOTESNOOK_KEY_CHARS: usize = 43;

/// A secret that may open an archive.
pub enum ArchiveSecret {
    /// The password the archive was made with.
    Password(Password),
    /// The recovery key that Notesnook shows: the key of its archives itself.
    NotesnookKey(Key),
    /// Backstop's recovery key.
    RecoveryKey(RecoveryKey),
    /// What a password or recovery key becomes for archives, kept where nobody is there to type it.
    Kept(WrapKey),
}

/// Why a text is neither of the two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyTextError {
    /// It has the length of Notesnook's key, but is not one.
    #[error("this is not a recovery key of Notesnook: it has a typing mistake")]
    NotNotesnooks,
    /// Neither Notesnook's nor ours.
    #[error("{0}")]
    NotOurs(#[from] RecoveryKeyError),
}

impl ArchiveSecret {
    /// Reads a recovery key that a person typed or pasted, Notesnook's (43 characters) or
    /// Backstop's (56 characters in groups).
    ///
    /// # Errors
    /// [`KeyTextError`] if it is neither.
    pub fn parse_key(typed: &str) -> Result<Self, KeyTextError> {
        let trimmed = typed.trim();
        match RecoveryKey::parse(trimmed) {
            Ok(key) => Ok(Self::RecoveryKey(key)),
            Err(_) if trimmed.len() == NOTESNOOK_KEY_CHARS => {
                notesnook_key(trimmed).map(Self::NotesnookKey).ok_or(KeyTextError::NotNotesnooks)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn notesnook_key(text: &str) -> Option<Key> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
    Key::from_slice(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_keys_are_told_apart() {
        let notesnooks = "O-dc2UYbBG9PXoimHX61Cxd87M-NREjXFE5WNKEh5mU";
        assert!(matches!(ArchiveSecret::parse_key(notesnooks), Ok(ArchiveSecret::NotesnookKey(_))));
        let ours = RecoveryKey::from_bytes([9; 32]).to_text();
        for typed in [ours.to_string(), ours.to_lowercase(), format!(" {} \n", ours.replace('-', " "))] {
            assert!(matches!(ArchiveSecret::parse_key(&typed), Ok(ArchiveSecret::RecoveryKey(_))), "{typed}");
        }
        let mistyped = notesnooks.replace('-', "+");
        assert_eq!(ArchiveSecret::parse_key(&mistyped).err(), Some(KeyTextError::NotNotesnooks));
        assert!(matches!(ArchiveSecret::parse_key("short").err(), Some(KeyTextError::NotOurs(_))));
    }
}
