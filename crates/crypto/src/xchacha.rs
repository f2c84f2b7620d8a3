//! XChaCha20-Poly1305-IETF for whole messages, as libsodium's
//! `crypto_aead_xchacha20poly1305_ietf`: 24-byte nonce, 16-byte tag. Source:
//! draft-irtf-cfrg-xchacha-03. Messages are changed in place, so large ones cost no second buffer.

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};

use crate::secret::Key;

mod long;

pub use long::LongMessage;

/// Bytes of a nonce: long enough to be chosen at random for every message.
pub const NONCE_BYTES: usize = 24;
/// Bytes of the tag that proves a message unchanged.
pub const TAG_BYTES: usize = 16;

/// The key is wrong or the message was changed; nobody can tell which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message does not open with this key")]
pub struct DoesNotOpen;

/// The message is longer than the cipher allows (256 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is too long to encrypt in one piece")]
pub struct TooLong;

/// Encrypts in place and returns the tag.
///
/// # Errors
/// [`TooLong`] above 256 GiB.
pub fn seal_detached(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    message: &mut [u8],
) -> Result<[u8; TAG_BYTES], TooLong> {
    let tag = cipher(key).encrypt_inout_detached(&XNonce::from(*nonce), associated, message.into());
    tag.map(Into::into).map_err(|_| TooLong)
}

/// Decrypts in place; on an error the bytes are left as they were.
///
/// # Errors
/// [`DoesNotOpen`] for a wrong key, nonce, tag or message.
pub fn open_detached(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    message: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), DoesNotOpen> {
    cipher(key)
        .decrypt_inout_detached(&XNonce::from(*nonce), associated, message.into(), &Tag::from(*tag))
        .map_err(|_| DoesNotOpen)
}

/// Encrypts in place and appends the tag.
///
/// # Errors
/// [`TooLong`] above 256 GiB.
pub fn seal_in_place(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    message: &mut Vec<u8>,
) -> Result<(), TooLong> {
    let tag = seal_detached(key, nonce, associated, message)?;
    message.extend_from_slice(&tag);
    Ok(())
}

/// Decrypts a message whose tag is appended, in place, and cuts the tag off. On an error the bytes
/// are left as they were.
///
/// # Errors
/// [`DoesNotOpen`] for a wrong key, nonce, tag or message, or one shorter than a tag.
pub fn open_in_place(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    message: &mut Vec<u8>,
) -> Result<(), DoesNotOpen> {
    let length = message.len().checked_sub(TAG_BYTES).ok_or(DoesNotOpen)?;
    let (body, tag) = message.split_at_mut_checked(length).ok_or(DoesNotOpen)?;
    let tag: [u8; TAG_BYTES] = (&*tag).try_into().map_err(|_| DoesNotOpen)?;
    open_detached(key, nonce, associated, body, &tag)?;
    message.truncate(length);
    Ok(())
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens(key: [u8; 32], nonce: [u8; 24], aad: Vec<u8>, plain: Vec<u8>) {
            let key = Key::from_bytes(key);
            let mut message = plain.clone();
            seal_in_place(&key, &nonce, &aad, &mut message).unwrap();
            prop_assert_eq!(message.len(), plain.len() + TAG_BYTES);
            open_in_place(&key, &nonce, &aad, &mut message).unwrap();
            prop_assert_eq!(message, plain);
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed_and_leaves_the_bytes_alone() {
        let key = Key::from_bytes([3; 32]);
        let mut sealed = b"twenty bytes of text".to_vec();
        seal_in_place(&key, &[5; 24], b"aad", &mut sealed).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let before = changed.clone();
            assert_eq!(open_in_place(&key, &[5; 24], b"aad", &mut changed), Err(DoesNotOpen));
            assert_eq!(changed, before);
            let mut cut = sealed[..at].to_vec();
            assert_eq!(open_in_place(&key, &[5; 24], b"aad", &mut cut), Err(DoesNotOpen));
        }
        assert_eq!(open_in_place(&key, &[5; 24], b"", &mut sealed.clone()), Err(DoesNotOpen));
        assert_eq!(open_in_place(&key, &[6; 24], b"aad", &mut sealed.clone()), Err(DoesNotOpen));
    }
}
