//! `account.json`, version 1: the one file of an account.
//!
//! ```json
//! {"format":"backstop account","version":1,"sum":"<sha-256, hex>","account":{
//!   "id":"<uuid>","name":"Olive","created_ms":1763800000000,"generation":1,
//!   "slots":[<keyslot, purpose account>, …],"vault":"<base64, sealed>"}}
//! ```
//! `sum` is over the bytes of the value of `account` as they stand in the file, so that damage is
//! told from a wrong password. Keyslots: `backstop_crypto::keyslot`. Vault: [`super::vault`].

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use backstop_crypto::Keyslots;
use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::error::AccountError;
use super::name::{AccountId, AccountName};
use crate::durable::{NewFile, Origin, SyncedFile};

/// The name of the file in the account's folder.
pub(super) const FILE_NAME: &str = "account.json";
const FORMAT: &str = "backstop account";
const VERSION: u64 = 1;
/// Far above any real one (about 4 KiB).
const MAX_BYTES: u64 = 1024 * 1024;

/// The content of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountFile {
    pub(super) id: AccountId,
    pub(super) name: AccountName,
    pub(super) created_ms: TimeMs,
    /// Rises with every change of password or recovery key.
    pub(super) generation: u64,
    pub(super) slots: Keyslots,
    #[serde(with = "base64_text")]
    pub(super) vault: Vec<u8>,
}

/// Which bytes a file holds: two files with the same sum are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum(String);

#[derive(Deserialize)]
struct Version<'a> {
    format: &'a str,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    format: &'a str,
    version: u64,
    sum: &'a str,
    #[serde(borrow)]
    account: &'a RawValue,
}

impl AccountFile {
    /// Reads the file of an account's folder.
    pub(super) fn read(folder: &Path) -> Result<(Self, Sum), AccountError> {
        let mut bytes = Vec::new();
        let file = fs::File::open(folder.join(FILE_NAME)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => AccountError::NotFound,
            _ => AccountError::Read(error),
        })?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(AccountError::Read)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(AccountError::Damaged("it is far too long"));
        }
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<(Self, Sum), AccountError> {
        // The version first: a newer one may have other fields.
        let version: Version<'_> =
            serde_json::from_slice(bytes).map_err(|_| AccountError::Damaged("it is not JSON of ours"))?;
        if version.format != FORMAT {
            return Err(AccountError::Damaged("it is the file of something else"));
        }
        if version.version > VERSION {
            return Err(AccountError::NewerVersion(version.version));
        }
        if version.version != VERSION {
            return Err(AccountError::Damaged("its version never existed"));
        }
        let envelope: Envelope<'_> =
            serde_json::from_slice(bytes).map_err(|_| AccountError::Damaged("its frame is not ours"))?;
        let sum = sum_of(envelope.account);
        if sum.0 != envelope.sum {
            return Err(AccountError::Damaged("its checksum does not fit"));
        }
        let file = serde_json::from_str(envelope.account.get())
            .map_err(|_| AccountError::Damaged("its content is not what it should be"))?;
        Ok((file, sum))
    }

    /// Writes the file of a new account; it appears whole or not at all.
    pub(super) fn create(&self, folder: &Path, origin: &Origin) -> Result<Sum, AccountError> {
        let (file, sum) = self.write(folder, origin)?;
        settle(folder, sum, file.commit().map(drop))
    }

    /// Puts this in place of the file that is there, in one step.
    pub(super) fn replace(&self, folder: &Path, origin: &Origin) -> Result<Sum, AccountError> {
        let (file, sum) = self.write(folder, origin)?;
        settle(folder, sum, file.replace())
    }

    fn write(&self, folder: &Path, origin: &Origin) -> Result<(SyncedFile, Sum), AccountError> {
        let invalid = |error: serde_json::Error| AccountError::Write(error.into());
        let account = serde_json::value::to_raw_value(self).map_err(invalid)?;
        let sum = sum_of(&account);
        let envelope = Envelope { format: FORMAT, version: VERSION, sum: &sum.0, account: &account };
        let bytes = serde_json::to_vec(&envelope).map_err(invalid)?;
        let mut file =
            NewFile::create(&folder.join(FILE_NAME), origin, "account").map_err(AccountError::Write)?;
        file.write_all(&bytes).map_err(AccountError::Write)?;
        Ok((file.sync().map_err(AccountError::Write)?, sum))
    }
}

/// Where only the folder could not be synced, the new file has its name all the same, and to say
/// that nothing changed would be wrong.
fn settle(folder: &Path, sum: Sum, named: io::Result<()>) -> Result<Sum, AccountError> {
    match named {
        Err(error) if AccountFile::read(folder).is_ok_and(|(_, now)| now == sum) => {
            drop(error);
            Ok(sum)
        }
        other => other.map(|()| sum).map_err(AccountError::Write),
    }
}

fn sum_of(account: &RawValue) -> Sum {
    let hash = Sha256::digest(account.get());
    Sum(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Bytes as standard base64 in JSON.
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(|_| D::Error::custom("not base64"))
    }
}
