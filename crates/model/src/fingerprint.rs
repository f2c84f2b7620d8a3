//! Fingerprints: whether two items are the same for a destination, without reading their bodies.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// SHA-256 over the canonical bytes of an item, restricted to what its destination can hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Takes named parts, each framed by its length so that no two sets of parts collide.
#[derive(Debug, Default)]
pub struct FingerprintBuilder(Sha256);

impl FingerprintBuilder {
    /// Adds one part.
    pub fn part(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        for framed in [name.as_bytes(), bytes] {
            self.0.update((framed.len() as u64).to_le_bytes());
            self.0.update(framed);
        }
        self
    }

    /// The fingerprint of the parts so far.
    #[must_use]
    pub fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}

/// A JSON object whose order of keys, escapes and white space do not matter.
#[derive(Debug)]
pub struct CanonicalJson<'json>(BTreeMap<Cow<'json, str>, &'json RawValue>);

impl<'json> CanonicalJson<'json> {
    /// Reads one JSON object.
    ///
    /// # Errors
    /// [`serde_json::Error`] if `json` is no object.
    pub fn parse(json: &'json str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Fields<'json>(#[serde(borrow)] BTreeMap<BorrowedKey<'json>, &'json RawValue>);
        #[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
        #[serde(transparent)]
        struct BorrowedKey<'json>(#[serde(borrow)] Cow<'json, str>);

        let fields: Fields<'json> = serde_json::from_str(json)?;
        Ok(Self(fields.0.into_iter().map(|(key, value)| (key.0, value)).collect()))
    }

    /// Adds every field that `keep` accepts (key, value as JSON text) to a fingerprint.
    ///
    /// # Errors
    /// [`serde_json::Error`] if a nested value is not JSON.
    pub fn add_to(
        &self,
        builder: &mut FingerprintBuilder,
        keep: impl Fn(&str, &str) -> bool,
    ) -> Result<(), serde_json::Error> {
        for (key, value) in &self.0 {
            let raw = value.get();
            if !keep(key, raw) {
                continue;
            }
            match raw.as_bytes().first() {
                Some(b'"') => {
                    let text: Cow<'_, str> = serde_json::from_str(raw)?;
                    builder.part(key, b"s").part("", text.as_bytes());
                }
                Some(b'{' | b'[') => {
                    let mut nested: serde_json::Value = serde_json::from_str(raw)?;
                    // Another crate of a build may switch on serde_json's `preserve_order`.
                    nested.sort_all_objects();
                    builder.part(key, b"j").part("", nested.to_string().as_bytes());
                }
                _ => {
                    builder.part(key, b"p").part("", raw.as_bytes());
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Fingerprint {
        let mut builder = FingerprintBuilder::default();
        let canonical = CanonicalJson::parse(json).expect("an object");
        canonical.add_to(&mut builder, |key, value| key != "synced" && value != "null").expect("JSON");
        builder.finish()
    }

    #[test]
    fn order_escapes_and_left_out_fields_do_not_matter() {
        let one = of(r#"{"id":"a","title":"caf\u00e9","n":{"x":1,"y":2},"synced":true,"gone":null}"#);
        let other = of(r#"{ "n" : {"y":2, "x":1}, "title":"café", "id":"a", "synced":false}"#);
        assert_eq!(one, other);
    }

    #[test]
    fn content_matters() {
        let all = [
            r#"{"id":"a"}"#,
            r#"{"id":"b"}"#,
            r#"{"id":"a","x":1}"#,
            r#"{"id":"a","x":"1"}"#,
            r#"{"id":"a","x":[1]}"#,
            r#"{"ida":""}"#,
        ];
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                assert_ne!(of(one), of(other), "{one} against {other}");
            }
        }
    }
}
