//! What is stated of an entry's plain bytes: how many they are and their SHA-256.

use backstop_crypto::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hex::{hex, unhex};

/// SHA-256, in JSON 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sha(pub(super) [u8; 32]);

impl Serialize for Sha {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sha {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        unhex(&text).map(Self).ok_or_else(|| serde::de::Error::custom("not a SHA-256"))
    }
}

/// What is stated of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    /// Size of its plain bytes.
    pub(super) size: u64,
    /// SHA-256 of its plain bytes.
    pub(super) sha256: Sha,
}

impl Facts {
    pub(super) fn of(plain: &[u8]) -> Self {
        let mut sums = Sums::default();
        sums.add(plain);
        sums.facts()
    }
}

/// Sums up plain bytes as they pass.
#[derive(Default)]
pub(super) struct Sums {
    size: u64,
    sha256: Digest,
}

impl Sums {
    pub(super) fn add(&mut self, plain: &[u8]) {
        self.size += plain.len() as u64;
        self.sha256.update(plain);
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn facts(self) -> Facts {
        Facts { size: self.size, sha256: Sha(self.sha256.finish()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_in_json_as_documented() {
        let facts = Facts::of(b"abc");
        let json = serde_json::to_string(&facts).expect("JSON");
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(json, format!(r#"{{"size":3,"sha256":"{sha}"}}"#));
        assert_eq!(serde_json::from_str::<Facts>(&json).expect("facts"), facts);
        assert!(serde_json::from_str::<Facts>(&json.replace("ba78", "BA78")).is_err());
    }
}
