//! A chunk file: a small JSON object around the packed rows.

use std::borrow::Cow;

use backstop_crypto::Keyslots;
use backstop_model::{FaultCode, FlowError};
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Row, text_of};
pub(crate) use crate::hex::hex;

/// The version of the rows that this reader gives and this writer takes.
pub(crate) const VERSION_TEXT: &str = "6.1";

/// What the first bytes of a chunk file tell.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Peek {
    /// Its version, if it is a number.
    pub(crate) version: Option<f64>,
    /// When it was made, ms.
    pub(crate) date_ms: Option<i64>,
    /// Whether its data are encrypted; unknown if they lie beyond the bytes that were looked at.
    pub(crate) encrypted: Option<bool>,
    /// The first characters of plain data.
    pub(crate) z: Vec<u8>,
}

impl Peek {
    /// Looks at the first bytes of a file. Nothing if it does not begin as an object with at least
    /// one field of an envelope. Fields are taken until the bytes end.
    pub(crate) fn of(first: &[u8]) -> Option<Self> {
        let mut rest = first.trim_ascii_start().strip_prefix(b"{")?;
        let mut peek = Self::default();
        let mut known = false;
        loop {
            rest = rest.trim_ascii_start();
            rest = rest.strip_prefix(b",").unwrap_or(rest);
            let Some((name, after)) = next_value(rest) else { break };
            let Some(after) = after.trim_ascii_start().strip_prefix(b":") else { break };
            let name = text_of(name).unwrap_or_default();
            known |=
                matches!(&*name, "version" | "type" | "date" | "data" | "hash" | "hash_type" | "compressed");
            if name == "data" {
                peek.data(after.trim_ascii_start());
            }
            let Some((value, after)) = next_value(after) else { break };
            match &*name {
                "version" => peek.version = value.parse().ok(),
                "date" => peek.date_ms = value.parse().ok(),
                _ => {}
            }
            rest = after;
        }
        known.then_some(peek)
    }

    fn data(&mut self, data: &[u8]) {
        self.encrypted = match data.split_first() {
            Some((b'{', _)) => Some(true),
            Some((b'"', text)) => {
                let end = text.iter().position(|byte| *byte == b'"').unwrap_or(text.len());
                self.z = text.get(..end).unwrap_or_default().to_vec();
                Some(false)
            }
            _ => None,
        };
    }
}

/// The JSON value that `bytes` begin with, and what follows.
fn next_value(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), bytes.get(values.byte_offset()..)?))
}

/// A whole chunk file.
#[derive(Deserialize)]
pub(crate) struct Envelope<'file> {
    #[serde(borrow)]
    version: Option<&'file RawValue>,
    #[serde(borrow)]
    data: &'file RawValue,
    #[serde(borrow)]
    hash: Option<&'file RawValue>,
    #[serde(borrow)]
    hash_type: Option<&'file RawValue>,
    #[serde(borrow)]
    compressed: Option<&'file RawValue>,
    #[serde(borrow)]
    backstop: Option<&'file RawValue>,
}

/// The rows of a chunk before they are unpacked.
pub(crate) enum Data<'file> {
    /// Readable: `z`, base64 of a gzip, or JSON text if the chunk is not compressed.
    Plain(Cow<'file, str>),
    /// The JSON text of a cipher object around it.
    Encrypted(&'file str),
}

impl<'file> Envelope<'file> {
    /// Reads a whole chunk file.
    pub(crate) fn parse(file: &'file [u8]) -> Option<Self> {
        serde_json::from_slice(file).ok()
    }

    pub(crate) fn version(&self) -> Option<f64> {
        self.version.and_then(|raw| raw.get().parse().ok())
    }

    /// The data. Whether they are encrypted is told by their shape; the flag beside them may lie.
    pub(crate) fn data(&self) -> Option<Data<'file>> {
        let raw = self.data.get();
        if raw.starts_with('{') {
            return Some(Data::Encrypted(raw));
        }
        // Base64 has nothing to unescape, and copying it would cost a chunk of memory.
        let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            text_of(raw).map(Data::Plain)
        } else {
            Some(Data::Plain(Cow::Borrowed(inner)))
        }
    }

    /// Whether `z` has the hash that is stated. No hash: nothing to compare, as in Notesnook.
    pub(crate) fn hash_fits(&self, z: &[u8]) -> bool {
        let Some(raw) = self.hash.filter(|raw| raw.get() != "null") else { return true };
        let md5_named = self.hash_type.and_then(|raw| text_of(raw.get())).is_none_or(|name| name == "md5");
        md5_named && text_of(raw.get()).is_some_and(|stated| stated.eq_ignore_ascii_case(&md5_hex(z)))
    }

    /// Whether `z` has a hash that is stated; nothing if none is.
    pub(crate) fn hash_proves(&self, z: &[u8]) -> Option<bool> {
        self.hash.filter(|raw| raw.get() != "null").map(|_| self.hash_fits(z))
    }

    /// Whether the data are compressed: told by the field's being there, whatever it says.
    pub(crate) fn is_compressed(&self) -> bool {
        self.compressed.is_some()
    }

    /// The keyslots that Backstop put beside the data.
    pub(crate) fn slots(&self) -> Option<Keyslots> {
        let row = Row::parse(self.backstop?.get())?;
        serde_json::from_str(row.raw("slots")?).ok()
    }
}

/// MD5 as 32 lower-case hex digits.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// A version of the format, in tenths: 61 is 6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u8);

impl Version {
    /// The version that rows have inside Backstop and that our writer speaks.
    pub(crate) const CURRENT: Self = Self(61);
    /// The oldest that Notesnook itself still restores.
    pub(crate) const OLDEST: Self = Self(50);

    /// As `6.1`.
    pub(crate) fn text(self) -> String {
        format!("{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The version that a file states, if it is one that we read.
pub(crate) fn check_version(version: Option<f64>) -> Result<Version, FlowError> {
    let refuse = |code, message: String| Err(FlowError::archive(code, message));
    let Some(version) = version else {
        return refuse(FaultCode::UnsupportedVersion, "The backup does not say its version.".to_owned());
    };
    let known = (Version::OLDEST.0..=Version::CURRENT.0).find(|tenths| {
        // 6.0 is written as 6, and no number of tenths is exact.
        (version * 10.0 - f64::from(*tenths)).abs() < 1e-6
    });
    match known {
        Some(tenths) => Ok(Version(tenths)),
        None if version > f64::from(Version::CURRENT.0) / 10.0 => {
            let message =
                format!("This backup was made by a newer Notesnook (version {version} of its format).");
            refuse(FaultCode::NewerVersion, message)
        }
        None if (1.0..f64::from(Version::OLDEST.0) / 10.0).contains(&version) => refuse(
            FaultCode::UnsupportedVersion,
            format!("This is a backup of a very old Notesnook ({version}); only 5.0 and later can be read."),
        ),
        None => refuse(
            FaultCode::UnsupportedVersion,
            format!("There is no Notesnook backup of version {version}."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_what_comes_before_the_data() {
        let head = b"{\n\"version\": 6.1,\n\"type\": \"web\",\n\"date\": 1795307855206,\n\"data\": \"H4sI";
        let peek = Peek::of(head).expect("an envelope");
        assert_eq!((peek.version, peek.date_ms), (Some(6.1), Some(1_795_307_855_206)));
        assert_eq!((peek.encrypted, peek.z.as_slice()), (Some(false), &b"H4sI"[..]));
        let sealed = Peek::of(br#"{"version":6.1,"data":{"format":"base64","cip"#).expect("an envelope");
        assert_eq!((sealed.encrypted, sealed.date_ms), (Some(true), None));
        let data_first = Peek::of(br#"{"data":"AAAA","version":7}"#).expect("an envelope");
        assert_eq!((data_first.version, data_first.encrypted), (Some(7.0), Some(false)));
        for other in [&b""[..], b"[]", b"{}", b"{\"name\":1}", b"PK", b"{\"version"] {
            assert_eq!(Peek::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn versions_are_refused_each_with_its_code() {
        let code =
            |version| check_version(version).err().and_then(|error| error.fault().map(|fault| fault.code));
        for (version, expected) in [
            (Some(6.1), None),
            (Some(6.0), None),
            (Some(5.0), None),
            (Some(5.2), None),
            (Some(5.9), None),
            (Some(5.25), Some(FaultCode::UnsupportedVersion)),
            (Some(4.9), Some(FaultCode::UnsupportedVersion)),
            (Some(0.0), Some(FaultCode::UnsupportedVersion)),
            (Some(6.15), Some(FaultCode::NewerVersion)),
            (Some(7.0), Some(FaultCode::NewerVersion)),
            (None, Some(FaultCode::UnsupportedVersion)),
        ] {
            assert_eq!(code(version), expected, "{version:?}");
        }
        let text = |version| check_version(Some(version)).map(Version::text).ok();
        assert_eq!((text(6.0), text(5.8)), (Some("6.0".to_owned()), Some("5.8".to_owned())));
    }

    #[test]
    fn a_hash_is_compared_only_if_it_is_there() {
        let z = b"H4sIAA==";
        let right = md5_hex(z);
        for (fields, fits) in [
            (String::new(), true),
            (r#","hash":null"#.to_owned(), true),
            (format!(r#","hash":"{right}""#), true),
            (format!(r#","hash":"{}""#, right.to_uppercase()), true),
            (format!(r#","hash":"{right}","hash_type":"sha1""#), false),
            (r#","hash":"00""#.to_owned(), false),
            (r#","hash":5"#.to_owned(), false),
        ] {
            let file = format!(r#"{{"data":"H4sIAA=="{fields}}}"#);
            let envelope = Envelope::parse(file.as_bytes()).expect("an envelope");
            assert_eq!(envelope.hash_fits(z), fits, "{fields}");
        }
    }
}
