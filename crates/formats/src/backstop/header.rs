//! `backstop.json`: what the file is and what opens it. Plain, and says nothing about the notes.
//!
//! One JSON object. In an encrypted archive `mac` is its last field, and the MAC is over every byte
//! before the comma in front of it, so that nobody has to agree on a canonical form of JSON.

use backstop_crypto::mac::{MAC_BYTES, mac_fits, mac_of};
use backstop_crypto::{Key, Keyslots, SlotError, WrapKey};
use backstop_model::{Fault, FaultCode, FlowError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{HEADER, Seal};
use crate::ArchiveSecret;

/// What `format` says.
const FORMAT: &str = "backstop";
/// The version that this reader and writer speak.
const VERSION: u64 = 1;
/// Longest archive id that is accepted; ours have 36 letters.
const ARCHIVE_ID_BYTES: usize = 128;
const BEFORE_MAC: &str = ",\"mac\":\"";
const AFTER_MAC: &str = "\"}";

/// The header of an archive, read or to be written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    format: String,
    version: u64,
    /// The archive's random id.
    pub(super) archive: String,
    /// Whether entries are sealed.
    pub(super) encrypted: bool,
    /// What opens them; none if they are not sealed.
    keyslots: Keyslots,
}

/// The fields that every version has.
#[derive(Deserialize)]
struct AnyVersion {
    format: String,
    version: u64,
}

impl Header {
    pub(super) fn new(archive: &str, keyslots: Keyslots) -> Self {
        let encrypted = keyslots.iter().next().is_some();
        Self { format: FORMAT.to_owned(), version: VERSION, archive: archive.to_owned(), encrypted, keyslots }
    }

    /// Of an archive that is not encrypted and whose header is lost.
    pub(super) fn unknown() -> Self {
        Self::new("", Keyslots::default())
    }

    /// The bytes of the entry.
    pub(super) fn to_bytes(&self, seal: Option<&Seal>) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        if let Some(seal) = seal {
            bytes.pop();
            let mac = STANDARD.encode(mac_of(&seal.header_key(), &bytes));
            bytes.extend_from_slice(format!("{BEFORE_MAC}{mac}{AFTER_MAC}").as_bytes());
        }
        Ok(bytes)
    }

    /// Reads the entry; the MAC is looked at by [`mac_is_right`].
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FlowError> {
        let broken = |message| FlowError::Archive(Fault::at(FaultCode::InvalidContent, HEADER, message));
        let any: AnyVersion =
            serde_json::from_slice(bytes).map_err(|_| broken("The head of the backup can't be read."))?;
        if any.format != FORMAT || any.version == 0 {
            return Err(broken("The head of the backup states another format."));
        }
        if any.version > VERSION {
            let message =
                format!("This backup has version {}; this Backstop reads version {VERSION}.", any.version);
            return Err(FlowError::archive(FaultCode::NewerVersion, message));
        }
        let header: Self =
            serde_json::from_slice(bytes).map_err(|_| broken("The head of the backup can't be read."))?;
        let slots = header.keyslots.iter().count();
        let id = 1..=ARCHIVE_ID_BYTES;
        if header.encrypted != (slots > 0) || !id.contains(&header.archive.len()) {
            return Err(broken("The head of the backup contradicts itself."));
        }
        Ok(header)
    }

    /// The file key, by whichever slot the secret opens.
    pub(super) fn unlock(&self, secret: &ArchiveSecret) -> Result<Key, FlowError> {
        use backstop_crypto::Allowance::Usual;
        let opened = match secret {
            ArchiveSecret::Password(password) => self.keyslots.open_with_password(password, Usual),
            ArchiveSecret::RecoveryKey(recovery) => self.keyslots.open_with_recovery(recovery),
            ArchiveSecret::Kept(wrap) => self.unlock_with_kept(wrap),
            ArchiveSecret::NotesnookKey(_) => Err(SlotError::NoSuchSlot),
        };
        opened.map_err(|error| match error {
            SlotError::WrongSecret => {
                FlowError::archive(FaultCode::WrongSecret, "The password or key does not open this backup.")
            }
            SlotError::NoSuchSlot => {
                let message = "This backup has no part that a key of this kind opens.";
                FlowError::archive(FaultCode::WrongSecret, message)
            }
            SlotError::Damaged(_) => FlowError::Archive(Fault::at(
                FaultCode::ChecksumMismatch,
                HEADER,
                "The part of the backup that this secret opens is damaged; another one may still open it.",
            )),
            SlotError::LimitExceeded { .. } | SlotError::OutOfMemory(_) => {
                let message = format!("The backup can't be opened: {error}.");
                FlowError::archive(FaultCode::LimitExceeded, message)
            }
            SlotError::NoRandomness(_) => FlowError::Read(std::io::Error::other(error)),
        })
    }

    fn unlock_with_kept(&self, wrap: &WrapKey) -> Result<Key, SlotError> {
        let mut told = SlotError::NoSuchSlot;
        for slot in self.keyslots.iter() {
            match slot.unwrap_with_kept(wrap) {
                Ok(key) => return Ok(key),
                Err(SlotError::NoSuchSlot) => {}
                Err(error) => told = error,
            }
        }
        Err(told)
    }
}

/// Whether the header is as its writer left it.
pub(super) fn mac_is_right(bytes: &[u8], seal: &Seal) -> bool {
    let stated = || {
        let open = bytes.strip_suffix(AFTER_MAC.as_bytes())?;
        let at = memchr::memmem::rfind(open, BEFORE_MAC.as_bytes())?;
        let (covered, mac) = open.split_at_checked(at)?;
        let mac = STANDARD.decode(mac.get(BEFORE_MAC.len()..)?).ok()?;
        Some((covered, <[u8; MAC_BYTES]>::try_from(mac).ok()?))
    };
    stated().is_some_and(|(covered, mac)| mac_fits(&seal.header_key(), covered, &mac))
}

#[cfg(test)]
mod tests {
    use backstop_crypto::{Kek, Password, RecoveryKey};

    use super::*;

    fn sealed() -> (Vec<u8>, Seal) {
        let wrap = Kek::from_recovery(&RecoveryKey::from_bytes([1; 32])).wrap_key(super::super::SLOT_PURPOSE);
        let seal = Seal { file_key: Key::from_bytes([2; 32]), archive: "ab".to_owned() };
        let slots = Keyslots::try_from(vec![wrap.seal(&seal.file_key).expect("random")]).expect("one slot");
        let bytes = Header::new("ab", slots).to_bytes(Some(&seal)).expect("JSON");
        (bytes, seal)
    }

    #[test]
    fn every_changed_byte_is_noticed_by_the_mac() {
        let (bytes, seal) = sealed();
        assert!(mac_is_right(&bytes, &seal));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(!mac_is_right(&changed, &seal), "{at}");
            assert!(!mac_is_right(&bytes[..at], &seal), "{at}");
        }
    }

    #[test]
    fn each_secret_opens_its_own_slot() {
        let (bytes, seal) = sealed();
        let header = Header::parse(&bytes).expect("a header");
        let code = |secret| header.unlock(&secret).map_err(|error| error.fault().map(|fault| fault.code));
        let recovery = |byte| ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes([byte; 32]));
        let kept = |byte| {
            let kek = Kek::from_recovery(&RecoveryKey::from_bytes([byte; 32]));
            ArchiveSecret::Kept(kek.wrap_key(super::super::SLOT_PURPOSE))
        };
        assert!(code(recovery(1)).expect("the key").same_as(&seal.file_key));
        assert!(code(kept(1)).expect("the key").same_as(&seal.file_key));
        let password = ArchiveSecret::Password(Password::new("x").expect("short"));
        for wrong in [recovery(2), kept(2), password, ArchiveSecret::NotesnookKey(Key::from_bytes([1; 32]))] {
            assert_eq!(code(wrong).err(), Some(Some(FaultCode::WrongSecret)));
        }
    }

    #[test]
    fn other_versions_and_contradictions_are_told_apart() {
        let code =
            |json: &str| Header::parse(json.as_bytes()).err().and_then(|e| e.fault().map(|fault| fault.code));
        let plain = r#"{"format":"backstop","version":1,"archive":"ab","encrypted":false,"keyslots":[]}"#;
        assert_eq!(code(plain), None);
        for (from, to, expected) in [
            ("1,\"arch", "2,\"arch", FaultCode::NewerVersion),
            ("1,\"arch", "0,\"arch", FaultCode::InvalidContent),
            ("backstop", "backdrop", FaultCode::InvalidContent),
            ("false", "true", FaultCode::InvalidContent),
            ("\"ab\"", "\"\"", FaultCode::InvalidContent),
            ("}", "", FaultCode::InvalidContent),
        ] {
            assert_eq!(code(&plain.replace(from, to)), Some(expected), "{to}");
        }
        let newer = r#"{"format":"backstop","version":2,"keys":"elsewhere"}"#;
        assert_eq!(code(newer), Some(FaultCode::NewerVersion));
    }
}
