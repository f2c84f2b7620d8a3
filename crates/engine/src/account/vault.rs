//! What an opened account holds besides its key, sealed with it.
//!
//! The vault lets backups run by themselves: it keeps what a password or recovery key would have to
//! be typed for. Sealed form: `backstop_crypto::sealed::seal_bytes`, key = HKDF of the account key
//! (`backstop v1 vault`), associated data `backstop vault v1 <account id> <generation>`; content:
//! JSON, all bytes in standard base64.

use std::collections::BTreeMap;

use backstop_crypto::argon2i::{self, Cost};
use backstop_crypto::sealed::{open_bytes, seal_bytes};
use backstop_crypto::{Kek, Key, Password, RecoveryKey, SlotTemplate, WrapKey, Zeroizing, random_array};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::name::AccountId;
use crate::places::PlaceId;

const VAULT_INFO: &str = "backstop v1 vault";
/// The purpose of slots in archives.
const ARCHIVE: &str = "archive";
/// Room for the JSON, so that writing it never moves it and leaves copies of secrets behind.
const JSON_BYTES: usize = 16 * 1024;
/// Room for the id of a place and what stands around it.
const PLACE_BYTES: usize = 64;

/// A key derived from the password as Notesnook derives it, with its salt.
pub(super) struct NnbackupzKey {
    pub(super) key: Key,
    pub(super) salt: [u8; argon2i::SALT_BYTES],
}

impl NnbackupzKey {
    fn derive(password: &Password) -> Result<Self, AccountError> {
        let salt = random_array()?;
        let key = argon2i::derive(password.written().as_bytes(), &salt, Cost::EIGHT_MIB_THREE_PASSES)?;
        Ok(Self { key, salt })
    }
}

/// The secrets of an opened account.
pub(super) struct Vault {
    pub(super) recovery: RecoveryKey,
    pub(super) recovery_confirmed: bool,
    pub(super) password_wrap: WrapKey,
    pub(super) recovery_wrap: WrapKey,
    pub(super) nnbackupz: NnbackupzKey,
    /// What opens the files of a read-only place, by the place's id.
    pub(super) places: BTreeMap<PlaceId, Password>,
}

#[derive(Serialize, Deserialize)]
struct WrapWire<'a> {
    key: &'a str,
    template: SlotTemplate,
}

#[derive(Serialize, Deserialize)]
struct VaultWire<'a> {
    recovery_key: &'a str,
    recovery_confirmed: bool,
    #[serde(borrow)]
    password_wrap: WrapWire<'a>,
    recovery_wrap: WrapWire<'a>,
    nnbackupz_key: &'a str,
    nnbackupz_salt: &'a str,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<PlaceId, &'a str>,
}

impl Vault {
    /// The vault of a new account.
    pub(super) fn new(password: &Password, kek: &Kek, recovery: RecoveryKey) -> Result<Self, AccountError> {
        Ok(Self {
            recovery_wrap: Kek::from_recovery(&recovery).wrap_key(ARCHIVE),
            recovery,
            recovery_confirmed: false,
            password_wrap: kek.wrap_key(ARCHIVE),
            nnbackupz: NnbackupzKey::derive(password)?,
            places: BTreeMap::new(),
        })
    }

    /// Takes a new password over; what was derived from the old one is gone.
    pub(super) fn set_password(&mut self, password: &Password, kek: &Kek) -> Result<(), AccountError> {
        self.nnbackupz = NnbackupzKey::derive(password)?;
        self.password_wrap = kek.wrap_key(ARCHIVE);
        Ok(())
    }

    /// Takes a new recovery key over, which nobody has written down yet.
    pub(super) fn set_recovery(&mut self, recovery: RecoveryKey) {
        self.recovery_wrap = Kek::from_recovery(&recovery).wrap_key(ARCHIVE);
        self.recovery = recovery;
        self.recovery_confirmed = false;
    }

    pub(super) fn seal(&self, key: &Key, id: AccountId, generation: u64) -> Result<Vec<u8>, AccountError> {
        let recovery_key = Zeroizing::new(STANDARD.encode(self.recovery.expose()));
        let password_wrap = self.password_wrap.expose().expose_base64();
        let recovery_wrap = self.recovery_wrap.expose().expose_base64();
        let nnbackupz_key = self.nnbackupz.key.expose_base64();
        let places: Vec<(&PlaceId, Zeroizing<String>)> = self
            .places
            .iter()
            .map(|(place, secret)| (place, Zeroizing::new(STANDARD.encode(secret.expose()))))
            .collect();
        let wire = VaultWire {
            recovery_key: &recovery_key,
            recovery_confirmed: self.recovery_confirmed,
            password_wrap: WrapWire { key: &password_wrap, template: self.password_wrap.template().clone() },
            recovery_wrap: WrapWire { key: &recovery_wrap, template: self.recovery_wrap.template().clone() },
            nnbackupz_key: &nnbackupz_key,
            nnbackupz_salt: &STANDARD.encode(self.nnbackupz.salt),
            places: places.iter().map(|(place, secret)| ((*place).clone(), secret.as_str())).collect(),
        };
        let secrets: usize = places.iter().map(|(_, secret)| secret.len() + PLACE_BYTES).sum();
        let mut json = Zeroizing::new(Vec::with_capacity(JSON_BYTES + secrets));
        serde_json::to_writer(&mut *json, &wire).map_err(|error| AccountError::Write(error.into()))?;
        Ok(seal_bytes(&key.derive(VAULT_INFO), &associated(id, generation), &json)?)
    }

    pub(super) fn open(
        key: &Key,
        id: AccountId,
        generation: u64,
        sealed: &[u8],
    ) -> Result<Self, AccountError> {
        let json = open_bytes(&key.derive(VAULT_INFO), &associated(id, generation), sealed)?;
        let odd = || AccountError::Damaged("its vault holds something else than it should");
        let wire: VaultWire<'_> = serde_json::from_slice(&json).map_err(|_| odd())?;
        let key_of = |text: &str| Key::from_base64(text).ok_or_else(odd);
        let wrap_of =
            |wire: &WrapWire<'_>| key_of(wire.key).map(|key| WrapKey::from_kept(key, wire.template.clone()));
        Ok(Self {
            recovery: RecoveryKey::from_bytes(*key_of(wire.recovery_key)?.expose()),
            recovery_confirmed: wire.recovery_confirmed,
            password_wrap: wrap_of(&wire.password_wrap)?,
            recovery_wrap: wrap_of(&wire.recovery_wrap)?,
            nnbackupz: NnbackupzKey {
                key: key_of(wire.nnbackupz_key)?,
                salt: STANDARD
                    .decode(wire.nnbackupz_salt)
                    .ok()
                    .and_then(|salt| salt.try_into().ok())
                    .ok_or_else(odd)?,
            },
            places: wire
                .places
                .into_iter()
                .map(|(place, text)| Some((place, place_secret(text)?)))
                .collect::<Option<_>>()
                .ok_or_else(odd)?,
        })
    }
}

fn place_secret(base64: &str) -> Option<Password> {
    let text = String::from_utf8(STANDARD.decode(base64).ok()?).ok()?;
    Password::new(text).ok()
}

fn associated(id: AccountId, generation: u64) -> Vec<u8> {
    format!("backstop vault v1 {id} {generation}").into_bytes()
}
