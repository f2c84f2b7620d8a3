//! Secrets, key derivation, keyslots, sealed streams and the recovery key.
//!
//! This room knows no notes, no folders and no accounts: it turns secrets into keys and bytes into
//! sealed bytes, in memory, with the system's randomness. Two families live here:
//!
//! - our own constructions, described so that they can be written again from the text alone:
//!   [`keyslot`], [`recovery`], [`sealed`], [`mac`], all over [`argon2id`] and HKDF-SHA-256;
//! - the primitives of libsodium that other apps' files are made of, named for what they are:
//!   [`xchacha`], [`argon2i`], [`secretstream`].
//!
//! Besides, [`Digest`] hashes what passes by.
//!
//! Nothing secret is `Debug`, `Copy`, `Clone`, `Default` or `Serialize`; secrets are wiped on drop
//! and opened by a visible `expose()`.

pub mod argon2i;
pub mod argon2id;
mod argon2mem;
mod digest;
pub mod keyslot;
pub mod mac;
mod random;
pub mod recovery;
pub mod sealed;
pub mod secret;
pub mod secretstream;
pub mod xchacha;

pub use digest::Digest;
pub use keyslot::{Allowance, Kek, Keyslot, Keyslots, SlotError, SlotKind, SlotTemplate, WrapKey};
pub use random::{NoRandomness, random_array};
pub use recovery::{RecoveryKey, RecoveryKeyError};
pub use secret::{Key, Password, PasswordTooLong};
pub use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
mod vectors;
