//! The formats that archives are made in, each with what seals it.

use std::io::{Seek, Write};

use backstop_crypto::argon2id::Params;
use backstop_crypto::{Kek, Key, Keyslot, Password, WrapKey, Zeroizing};
use backstop_formats::backstop::{self, BackstopWriter, SLOT_PURPOSE};
use backstop_formats::notesnook::{self, Encryption, NotesnookWriter, Salt};
use backstop_formats::{ArchiveSecret, notesnook::derive_key};
use backstop_model::{FlowError, TimeMs, Writer};

use super::BackupError;

/// A format, and how an archive of it is sealed. Without a seal it is readable to anyone.
pub enum Form {
    /// Notesnook's.
    Nnbackupz(Option<Seal>),
    /// Our own container, its key wrapped with each of these.
    Backstop(Vec<WrapKey>),
}

/// How an archive of Notesnook's is sealed.
pub struct Seal {
    /// The derived key of the archive.
    pub key: Key,
    /// The salt it was derived with.
    pub salt: Salt,
    /// Keyslots beside the password: the recovery key's.
    pub slots: Vec<Keyslot>,
}

/// What every archive says of itself, whatever its format.
pub(super) struct About {
    pub(super) attachments: bool,
    pub(super) archive_id: String,
    pub(super) created: TimeMs,
    pub(super) place: String,
}

impl Form {
    /// Notesnook's format under a password of its own, or none.
    ///
    /// # Errors
    /// [`BackupError`] if no key can be derived.
    pub fn nnbackupz_for(password: Option<&Password>) -> Result<Self, BackupError> {
        let Some(password) = password else { return Ok(Self::Nnbackupz(None)) };
        let salt: Salt = backstop_crypto::random_array()?;
        let spelling: Zeroizing<String> = password.written();
        let key = derive_key(&spelling, &salt)?;
        Ok(Self::Nnbackupz(Some(Seal { key, salt, slots: Vec::new() })))
    }

    /// Our own format under a password of its own, which `cost` says the price of guessing for.
    ///
    /// # Errors
    /// [`BackupError`] if no key can be derived.
    pub fn backstop_for(password: &Password, cost: Params) -> Result<Self, BackupError> {
        Ok(Self::Backstop(vec![Kek::from_password(password, cost)?.wrap_key(SLOT_PURPOSE)]))
    }

    /// What opens the archive again, to read it back.
    pub(super) fn secret(&self) -> Option<ArchiveSecret> {
        match self {
            Self::Nnbackupz(seal) => {
                seal.as_ref().map(|seal| ArchiveSecret::NotesnookKey(seal.key.duplicate()))
            }
            Self::Backstop(wraps) => wraps.first().map(|wrap| ArchiveSecret::Kept(wrap.duplicate())),
        }
    }

    /// Begins an archive.
    pub(super) fn writer<'a, W: Write + Seek + 'a>(
        self,
        to: W,
        about: About,
    ) -> Result<Box<dyn Writer + 'a>, FlowError> {
        let About { attachments, archive_id, created, place } = about;
        let created_by = format!("Backstop {}", env!("CARGO_PKG_VERSION"));
        match self {
            Self::Nnbackupz(seal) => {
                let encryption =
                    seal.map(|seal| Encryption { key: seal.key, salt: seal.salt, slots: seal.slots });
                let options =
                    notesnook::WriterOptions { attachments, encryption, archive_id, created, created_by };
                Ok(Box::new(NotesnookWriter::new(to, options)?))
            }
            Self::Backstop(wraps) => {
                let options =
                    backstop::WriterOptions { attachments, wraps, archive_id, created, created_by, place };
                Ok(Box::new(BackstopWriter::new(to, options)?))
            }
        }
    }
}
