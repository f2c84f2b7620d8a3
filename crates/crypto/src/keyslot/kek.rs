//! From a secret to the key that wraps: key encryption keys and what may be kept of them.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::slot::{CHECK_BYTES, Kdf, Keyslot, NONCE_BYTES, SlotError, SlotKind, WRAPPED_BYTES, b64};
use crate::argon2id::{self, Params, SALT_BYTES};
use crate::random::{NoRandomness, random_array};
use crate::recovery::RecoveryKey;
use crate::secret::{KEY_BYTES, Key, Password, hkdf_sha256};

const RECOVERY_INFO: &[u8] = b"backstop v1 recovery";
const CHECK_INFO: &str = "backstop v1 check";
const WRAP_INFO: &str = "backstop v1 wrap ";

/// A key encryption key: what a password or recovery key becomes. Never stored.
pub struct Kek {
    key: Key,
    kind: SlotKind,
    kdf: Kdf,
}

impl Kek {
    /// From a new password, with a fresh salt.
    ///
    /// # Errors
    /// [`SlotError::OutOfMemory`] or [`SlotError::NoRandomness`].
    pub fn from_password(password: &Password, params: Params) -> Result<Self, SlotError> {
        Self::from_password_and_salt(password, params, random_array()?)
    }

    /// As [`Self::from_password`], with a salt that the caller chose.
    pub(crate) fn from_password_and_salt(
        password: &Password,
        params: Params,
        salt: [u8; SALT_BYTES],
    ) -> Result<Self, SlotError> {
        Self::rederive(&password.written(), Kdf::Argon2id { params, salt })
    }

    /// From a recovery key.
    #[must_use]
    pub fn from_recovery(recovery: &RecoveryKey) -> Self {
        let key = hkdf_sha256(recovery.expose(), None, RECOVERY_INFO);
        Self { key, kind: SlotKind::Recovery, kdf: Kdf::HkdfSha256 }
    }

    /// From one spelling of a password, with the salt and cost of an existing slot.
    pub(super) fn rederive(spelling: &Zeroizing<String>, kdf: Kdf) -> Result<Self, SlotError> {
        let Kdf::Argon2id { params, salt } = &kdf else {
            return Err(SlotError::Damaged("a password slot needs Argon2id"));
        };
        let key = argon2id::derive(spelling.as_bytes(), salt, *params)?;
        Ok(Self { key, kind: SlotKind::Password, kdf })
    }

    /// The value that tells whether a secret is the right one.
    pub(super) fn check(&self) -> [u8; CHECK_BYTES] {
        *self.key.derive(CHECK_INFO).expose()
    }

    pub(super) fn fits(&self, check: &[u8; CHECK_BYTES]) -> bool {
        self.check().ct_eq(check).into()
    }

    /// The key that wraps for one purpose, for example `account` or `archive`.
    #[must_use]
    pub fn wrap_key(&self, purpose: &str) -> WrapKey {
        WrapKey {
            key: self.key.derive(&format!("{WRAP_INFO}{purpose}")),
            template: SlotTemplate {
                kind: self.kind,
                purpose: purpose.to_owned(),
                kdf: self.kdf.clone(),
                check: self.check(),
            },
        }
    }
}

/// What a slot says besides the key in it. Not secret: it stands open in every file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotTemplate {
    pub(super) kind: SlotKind,
    pub(super) purpose: String,
    pub(super) kdf: Kdf,
    #[serde(with = "b64")]
    pub(super) check: [u8; CHECK_BYTES],
}

impl SlotTemplate {
    /// Which kind of secret opens slots made from this.
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        self.kind
    }

    /// What the wrapped keys are for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The canonical slot, see the module's description.
    pub(super) fn canonical(&self, nonce: &[u8; NONCE_BYTES]) -> Vec<u8> {
        let (name, numbers, salt): (_, _, &[u8]) = match &self.kdf {
            Kdf::Argon2id { params, salt } => (
                "argon2id",
                [params.memory_kib(), params.passes(), params.lanes()].map(|number| number.to_string()),
                salt,
            ),
            Kdf::HkdfSha256 => ("hkdf-sha256", [const { String::new() }; 3], &[]),
        };
        let [memory, passes, lanes] = &numbers;
        let mut bytes = Vec::with_capacity(192);
        for field in [
            b"backstop keyslot v1".as_slice(),
            self.kind.name().as_bytes(),
            self.purpose.as_bytes(),
            name.as_bytes(),
            memory.as_bytes(),
            passes.as_bytes(),
            lanes.as_bytes(),
            salt,
            &self.check,
            nonce,
        ] {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }
}

/// A key that seals slots of one purpose for one secret, with everything a slot says.
///
/// It may be kept where the secret itself must not: it opens slots of its own purpose and nothing
/// else, so automatic backups can write slots for a password that nobody is there to type.
pub struct WrapKey {
    key: Key,
    template: SlotTemplate,
}

impl WrapKey {
    /// From a key and template that were kept (see [`WrapKey::expose`] and [`WrapKey::template`]).
    #[must_use]
    pub fn from_kept(key: Key, template: SlotTemplate) -> Self {
        Self { key, template }
    }

    /// The key, to be kept in something sealed.
    #[must_use]
    pub fn expose(&self) -> &Key {
        &self.key
    }

    /// A second copy, where two owners need the same key. Not `Clone`, so that it shows.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self { key: self.key.duplicate(), template: self.template.clone() }
    }

    /// What the slots sealed with this say.
    #[must_use]
    pub fn template(&self) -> &SlotTemplate {
        &self.template
    }

    /// Wraps a key into a new slot, with a fresh nonce.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system gives none.
    pub fn seal(&self, inner: &Key) -> Result<Keyslot, NoRandomness> {
        Ok(self.seal_with_nonce(inner, random_array()?))
    }

    /// As [`Self::seal`], with a nonce that the caller chose.
    #[expect(clippy::expect_used, reason = "AES-GCM refuses messages above 64 GiB only; a key has 32 bytes")]
    pub(crate) fn seal_with_nonce(&self, inner: &Key, nonce: [u8; NONCE_BYTES]) -> Keyslot {
        let associated = self.template.canonical(&nonce);
        let mut message = Zeroizing::new(*inner.expose());
        let tag = cipher(&self.key)
            .encrypt_inout_detached(&nonce.into(), &associated, message.as_mut_slice().into())
            .expect("32 bytes fit");
        let mut wrapped = [0; WRAPPED_BYTES];
        for (to, from) in wrapped.iter_mut().zip(message.iter().chain(tag.iter())) {
            *to = *from;
        }
        Keyslot::assemble(self.template.clone(), nonce, wrapped)
    }

    /// Unwraps the key of a slot that this key's template fits.
    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        wrapped: &[u8; WRAPPED_BYTES],
    ) -> Result<Key, SlotError> {
        let associated = self.template.canonical(nonce);
        let (body, tag) = wrapped.split_at(KEY_BYTES);
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(body);
        let tag = tag.try_into().map_err(|_| SlotError::Damaged("its key has the wrong size"))?;
        cipher(&self.key)
            .decrypt_inout_detached(&(*nonce).into(), &associated, key.as_mut_slice().into(), tag)
            .map_err(|_| SlotError::Damaged("its key does not unwrap"))?;
        Ok(Key::from_bytes(*key))
    }
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new(key.expose().into())
}
