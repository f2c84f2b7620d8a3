//! Keyslots: one key, wrapped so that a password or the recovery key opens it.
//!
//! ```text
//! password     --Argon2id-->    KEK --HKDF--> wrap key (one per purpose), check value
//! recovery key --HKDF-SHA-256-> KEK --HKDF--> the same
//! ```
//!
//! A slot holds its kind, its purpose, the derivation with its salt, a nonce, the wrapped key
//! (AES-256-GCM; associated data = the canonical slot), a 32-byte check value and a checksum. So
//! three things are told apart: the checksum does not fit → damaged, and no slow derivation is run
//! on damaged numbers; the check value does not fit → wrong secret; it fits and the key does not
//! unwrap → damaged. The check value also commits the slot to one secret.
//!
//! Exact values, for another implementation:
//! - KEK of a password: Argon2id v1.3 over the NFC spelling, 16-byte salt, 32 bytes out.
//! - KEK of a recovery key: HKDF-SHA-256, no salt, info `backstop v1 recovery`.
//! - check value: HKDF-SHA-256 of the KEK, no salt, info `backstop v1 check`.
//! - wrap key: HKDF-SHA-256 of the KEK, no salt, info `backstop v1 wrap ` + purpose.
//! - canonical slot: these fields, each as a 4-byte big-endian length and its bytes:
//!   `backstop keyslot v1`, kind (`password`, `recovery`), purpose, derivation (`argon2id`,
//!   `hkdf-sha256`), memory in KiB, passes, lanes (decimal digits; empty for HKDF), salt (empty for
//!   HKDF), check value, nonce.
//! - checksum: the first 8 bytes of SHA-256 over the canonical slot and the wrapped key.

mod kek;
mod slot;
mod slots;

pub use kek::{Kek, SlotTemplate, WrapKey};
pub use slot::{Allowance, Keyslot, SlotError, SlotKind};
pub use slots::{Keyslots, MAX_SLOTS, TooManySlots};

#[cfg(test)]
mod tests;
