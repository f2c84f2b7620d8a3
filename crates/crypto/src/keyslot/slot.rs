//! One keyslot: its form in JSON and how it opens.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::kek::{Kek, SlotTemplate};
use crate::argon2id::{Argon2Error, Params, SALT_BYTES};
use crate::random::NoRandomness;
use crate::recovery::RecoveryKey;
use crate::secret::{KEY_BYTES, Key, Password};

/// Bytes of the check value.
pub(super) const CHECK_BYTES: usize = 32;
/// Bytes of an AES-GCM nonce.
pub(super) const NONCE_BYTES: usize = 12;
/// A wrapped key: the key and AES-GCM's tag.
pub(super) const WRAPPED_BYTES: usize = KEY_BYTES + 16;
const SUM_BYTES: usize = 8;

/// Why a slot did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// The slot is whole and the password or recovery key is not the one it was made with.
    #[error("the password or recovery key is not the right one")]
    WrongSecret,
    /// The slot was changed or cut; a right secret would not open it either.
    #[error("the keyslot is damaged: {0}")]
    Damaged(&'static str),
    /// The slot asks for more memory or time than may be spent without asking the user.
    #[error("opening this takes {memory_kib} KiB of memory and about {seconds} seconds")]
    LimitExceeded {
        /// Memory in KiB.
        memory_kib: u32,
        /// A slow computer's time, in seconds.
        seconds: u64,
    },
    /// The slot is for the other kind of secret, or there is none for this kind.
    #[error("there is no keyslot for this kind of secret")]
    NoSuchSlot,
    /// The memory for the derivation could not be had.
    #[error("not enough memory to derive the key ({0} KiB needed)")]
    OutOfMemory(u32),
    /// The system gave no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<Argon2Error> for SlotError {
    fn from(error: Argon2Error) -> Self {
        match error {
            Argon2Error::OutOfMemory(memory_kib) => Self::OutOfMemory(memory_kib),
            Argon2Error::BadInput => Self::Damaged("its derivation has impossible values"),
        }
    }
}

/// How much a derivation may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// What nobody needs to be asked about: 256 MiB and an estimated 3 seconds.
    Usual,
    /// The user was told and agreed: anything a [`Params`] can hold (1 GiB, 16 passes).
    UserAgreed,
}

/// Which secret opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotKind {
    /// A password.
    Password,
    /// The recovery key.
    Recovery,
}

impl SlotKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Recovery => "recovery",
        }
    }
}

/// How the secret becomes a key encryption key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", deny_unknown_fields)]
pub(super) enum Kdf {
    #[serde(rename = "argon2id")]
    Argon2id {
        params: Params,
        #[serde(with = "b64")]
        salt: [u8; SALT_BYTES],
    },
    #[serde(rename = "hkdf-sha256")]
    HkdfSha256,
}

/// One key, wrapped for one secret. In JSON all bytes are standard base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyslot {
    kind: SlotKind,
    purpose: String,
    kdf: Kdf,
    #[serde(with = "b64")]
    check: [u8; CHECK_BYTES],
    #[serde(with = "b64")]
    nonce: [u8; NONCE_BYTES],
    #[serde(with = "b64")]
    wrapped: [u8; WRAPPED_BYTES],
    #[serde(with = "b64")]
    sum: [u8; SUM_BYTES],
}

impl Keyslot {
    pub(super) fn assemble(
        template: SlotTemplate,
        nonce: [u8; NONCE_BYTES],
        wrapped: [u8; WRAPPED_BYTES],
    ) -> Self {
        let sum = sum(&template, &nonce, &wrapped);
        let SlotTemplate { kind, purpose, kdf, check } = template;
        Self { kind, purpose, kdf, check, nonce, wrapped, sum }
    }

    /// Which kind of secret opens it.
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        self.kind
    }

    /// What the key in it is for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Everything the slot says besides the key in it.
    #[must_use]
    pub fn template(&self) -> SlotTemplate {
        SlotTemplate {
            kind: self.kind,
            purpose: self.purpose.clone(),
            kdf: self.kdf.clone(),
            check: self.check,
        }
    }

    /// Whether the checksum fits. No secret is needed, nothing is proven against a forger.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        sum(&self.template(), &self.nonce, &self.wrapped) == self.sum
    }

    /// The key in it, by password, in any of its spellings. Takes as long as the slot's cost, for
    /// each spelling.
    ///
    /// # Errors
    /// [`SlotError`]; [`SlotError::NoSuchSlot`] when this is no password slot.
    pub fn open_with_password(&self, password: &Password, allowance: Allowance) -> Result<Key, SlotError> {
        self.unwrap_with(&self.kek_of_password(password, allowance)?)
    }

    /// The key in it, by recovery key.
    ///
    /// # Errors
    /// [`SlotError`]; [`SlotError::NoSuchSlot`] when this is no recovery slot.
    pub fn open_with_recovery(&self, recovery: &RecoveryKey) -> Result<Key, SlotError> {
        self.expect_kind(SlotKind::Recovery)?;
        let kek = Kek::from_recovery(recovery);
        if kek.fits(&self.check) { self.unwrap_with(&kek) } else { Err(SlotError::WrongSecret) }
    }

    /// The key encryption key of a password slot, when the password is the right one. From it the
    /// wrap keys of other purposes can be had without a second slow derivation.
    ///
    /// # Errors
    /// As [`Self::open_with_password`].
    pub fn kek_of_password(&self, password: &Password, allowance: Allowance) -> Result<Kek, SlotError> {
        self.expect_kind(SlotKind::Password)?;
        if let Kdf::Argon2id { params, .. } = &self.kdf
            && allowance == Allowance::Usual
            && !params.is_usual()
        {
            let seconds = params.estimate().as_secs();
            return Err(SlotError::LimitExceeded { memory_kib: params.memory_kib(), seconds });
        }
        for spelling in password.spellings() {
            let kek = Kek::rederive(&spelling, self.kdf.clone())?;
            if kek.fits(&self.check) {
                return Ok(kek);
            }
        }
        Err(SlotError::WrongSecret)
    }

    /// The key in it, by a wrap key that was kept.
    ///
    /// # Errors
    /// [`SlotError::WrongSecret`] when the wrap key belongs to another secret.
    pub fn unwrap_with_kept(&self, wrap: &super::WrapKey) -> Result<Key, SlotError> {
        self.expect_kind(wrap.template().kind)?;
        if wrap.template().check != self.check {
            return Err(SlotError::WrongSecret);
        }
        super::WrapKey::from_kept(wrap.expose().duplicate(), self.template()).open(&self.nonce, &self.wrapped)
    }

    /// The key in it, by a key encryption key that fits.
    ///
    /// # Errors
    /// [`SlotError::Damaged`] when the key does not unwrap.
    pub fn unwrap_with(&self, kek: &Kek) -> Result<Key, SlotError> {
        kek.wrap_key(&self.purpose).open(&self.nonce, &self.wrapped)
    }

    fn expect_kind(&self, kind: SlotKind) -> Result<(), SlotError> {
        if !self.is_whole() {
            return Err(SlotError::Damaged("its checksum does not fit"));
        }
        if self.kind == kind { Ok(()) } else { Err(SlotError::NoSuchSlot) }
    }
}

fn sum(template: &SlotTemplate, nonce: &[u8; NONCE_BYTES], wrapped: &[u8; WRAPPED_BYTES]) -> [u8; SUM_BYTES] {
    let hash = Sha256::new().chain_update(template.canonical(nonce)).chain_update(wrapped).finalize();
    let mut sum = [0; SUM_BYTES];
    for (to, from) in sum.iter_mut().zip(hash) {
        *to = from;
    }
    sum
}

/// Byte arrays as standard base64 in JSON.
pub(super) mod b64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        from: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).map_err(|_| D::Error::custom("not base64"))?;
        bytes.try_into().map_err(|_| D::Error::custom(format!("not {N} bytes")))
    }
}
