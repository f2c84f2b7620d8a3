//! Small things sealed in one piece.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use zeroize::Zeroizing;

use super::{SealedError, TAG_BYTES};
use crate::random::random_array;
use crate::secret::Key;

const NONCE_BYTES: usize = 12;

/// Seals bytes for one purpose: nonce, ciphertext, tag. `associated` is bound to them without
/// being in them.
///
/// # Errors
/// [`SealedError::NoRandomness`], or [`SealedError::TooLong`] above 64 GiB.
pub fn seal_bytes(key: &Key, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealedError> {
    let nonce: [u8; NONCE_BYTES] = random_array()?;
    seal_with_nonce(key, associated, plain, nonce)
}

pub(crate) fn seal_with_nonce(
    key: &Key,
    associated: &[u8],
    plain: &[u8],
    nonce: [u8; NONCE_BYTES],
) -> Result<Vec<u8>, SealedError> {
    let mut sealed = Vec::with_capacity(NONCE_BYTES + plain.len() + TAG_BYTES);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let message = sealed.get_mut(NONCE_BYTES..).unwrap_or_default();
    let tag = Aes256Gcm::new(key.expose().into())
        .encrypt_inout_detached(&nonce.into(), associated, message.into())
        .map_err(|_| SealedError::TooLong)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what [`seal_bytes`] made.
///
/// # Errors
/// [`SealedError::CutOff`] when it is shorter than a nonce and a tag,
/// [`SealedError::WrongKeyOrDamaged`] when it does not open.
pub fn open_bytes(key: &Key, associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let (nonce, message) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealedError::CutOff)?;
    if message.len() < TAG_BYTES {
        return Err(SealedError::CutOff);
    }
    let mut plain = Zeroizing::new(message.to_vec());
    Aes256Gcm::new(key.expose().into())
        .decrypt_in_place(&(*nonce).into(), associated, &mut *plain)
        .map_err(|_| SealedError::WrongKeyOrDamaged)?;
    Ok(plain)
}
