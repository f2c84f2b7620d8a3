//! Notesnook's cipher object: XChaCha20-Poly1305 under a key from Argon2i, all in base64url.

use std::io::{self, Write};

use backstop_crypto::xchacha::{self, DoesNotOpen};
use backstop_crypto::{Key, random_array};
use backstop_model::FlowError;
use base64::Engine as _;
use base64::alphabet::{STANDARD as STANDARD_ALPHABET, URL_SAFE as URL_SAFE_ALPHABET};
use base64::engine::general_purpose::{GeneralPurpose, PAD_INDIFFERENT, URL_SAFE_NO_PAD};
use base64::write::EncoderWriter;

use super::wire::{Row, text_of};

/// Bytes of a salt. Source: libsodium `crypto_pwhash_SALTBYTES`.
pub(crate) const SALT_BYTES: usize = 16;

/// The salt of a key, as it travels beside everything made with that key.
pub type Salt = [u8; SALT_BYTES];

const ALGORITHM: &str = "xcha-argon2i13-7";

/// Both alphabets, with padding or without: reading forgives what writing never does.
const URL_SAFE_ANY: GeneralPurpose = GeneralPurpose::new(&URL_SAFE_ALPHABET, PAD_INDIFFERENT);
const STANDARD_ANY: GeneralPurpose = GeneralPurpose::new(&STANDARD_ALPHABET, PAD_INDIFFERENT);

/// The engine that fits a base64 text, told by its two tell-tale characters.
pub(crate) fn engine_for(text: &str) -> &'static GeneralPurpose {
    if text.bytes().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE_ANY } else { &STANDARD_ANY }
}

/// Base64 of either alphabet.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    engine_for(text).decode(text).ok()
}

/// Base64 of either alphabet for exactly so many bytes.
pub(crate) fn decode_array<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    decode(text)?.try_into().ok()
}

/// Base64url without padding: the only form that Notesnook's own reader accepts.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A cipher object, decoded.
pub(crate) struct Cipher {
    message: Vec<u8>,
    iv: [u8; xchacha::NONCE_BYTES],
    pub(crate) salt: Salt,
}

impl Cipher {
    /// Reads a cipher object. `format`, `alg` and `length` are not believed, as in Notesnook.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        let row = Row::parse(json)?;
        let array = |name: &str| row.raw(name).and_then(text_of);
        let message = decode(&array("cipher")?)?;
        Some(Self { message, iv: decode_array(&array("iv")?)?, salt: decode_array(&array("salt")?)? })
    }

    /// A cipher object of which the parts are known.
    pub(crate) fn of(message: &str, iv: [u8; xchacha::NONCE_BYTES], salt: Salt) -> Option<Self> {
        Some(Self { message: decode(message)?, iv, salt })
    }

    /// Opens it, leaving it as it was if the key does not fit.
    pub(crate) fn open(&mut self, key: &Key) -> Result<Vec<u8>, DoesNotOpen> {
        xchacha::open_in_place(key, &self.iv, &[], &mut self.message)?;
        Ok(std::mem::take(&mut self.message))
    }
}

/// Encrypts `message` in place and writes it as a cipher object.
pub(crate) fn seal(
    mut message: Vec<u8>,
    key: &Key,
    salt: &Salt,
    to: &mut impl Write,
) -> Result<(), FlowError> {
    let failed = |error: &dyn std::fmt::Display| FlowError::Write(io::Error::other(error.to_string()));
    let iv: [u8; xchacha::NONCE_BYTES] = random_array().map_err(|error| failed(&error))?;
    let length = message.len();
    xchacha::seal_in_place(key, &iv, &[], &mut message).map_err(|error| failed(&error))?;
    write_object(&message, &iv, salt, length, to).map_err(FlowError::from_write)
}

fn write_object(
    message: &[u8],
    iv: &[u8],
    salt: &Salt,
    length: usize,
    to: &mut impl Write,
) -> io::Result<()> {
    write!(to, r#"{{"format":"base64","alg":"{ALGORITHM}","cipher":""#)?;
    let mut encoder = EncoderWriter::new(&mut *to, &URL_SAFE_NO_PAD);
    encoder.write_all(message)?;
    encoder.finish()?;
    drop(encoder);
    write!(to, r#"","iv":"{}","salt":"{}","length":{length}}}"#, encode(iv), encode(salt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_only() {
        let (key, salt) = (Key::from_bytes([3; 32]), [7; SALT_BYTES]);
        let mut json = Vec::new();
        seal(b"chunk".to_vec(), &key, &salt, &mut json).expect("sealed");
        let json = String::from_utf8(json).expect("JSON is text");
        let mut cipher = Cipher::parse(&json).expect("a cipher object");
        assert_eq!(cipher.salt, salt);
        assert!(cipher.open(&Key::from_bytes([4; 32])).is_err());
        assert_eq!(cipher.open(&key).expect("the right key"), b"chunk");
        assert!(json.ends_with(r#""length":5}"#), "{json}");
    }

    #[test]
    fn a_cipher_object_needs_its_three_parts() {
        let iv = encode(&[0; 24]);
        for (json, whole) in [
            (format!(r#"{{"cipher":"AAAA","iv":"{iv}","salt":"{}"}}"#, encode(&[0; 16])), true),
            (format!(r#"{{"cipher":"AAAA==","iv":"{iv}","salt":"{}=="}}"#, encode(&[0; 16])), false),
            (format!(r#"{{"cipher":"AAAA","iv":"{iv}","salt":"{}=="}}"#, encode(&[0; 16])), true),
            (format!(r#"{{"cipher":"AAAA","iv":"AA","salt":"{}"}}"#, encode(&[0; 16])), false),
            (format!(r#"{{"iv":"{iv}","salt":"{}"}}"#, encode(&[0; 16])), false),
            ("[]".to_owned(), false),
        ] {
            assert_eq!(Cipher::parse(&json).is_some(), whole, "{json}");
        }
    }
}
