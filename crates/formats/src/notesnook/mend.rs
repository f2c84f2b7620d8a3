//! Finding the rows in a chunk file whose JSON is broken around them.
//!
//! What is looked for are the longest runs of base64: nothing else in a chunk file is long. Whether
//! they are whole is not decided here; a seal or hash says so, or a finding.

use std::borrow::Cow;

use super::cipher::{Cipher, decode_array};

/// Base64 shorter than this holds no rows: an empty list, compressed, has 32 characters.
const LEAST: usize = 24;
/// Characters of a nonce and of a salt, in base64url.
const IV_CHARS: usize = 32;
const SALT_CHARS: usize = 22;
/// Compressed rows begin with the head of a gzip, in base64.
const GZIP: &[u8] = b"H4sI";

/// The packed rows of a plain chunk.
pub(super) fn plain(file: &[u8]) -> Option<&[u8]> {
    let run = file.split(|byte| !is_base64(*byte)).max_by_key(|run| run.len())?;
    (run.len() >= LEAST).then_some(run)
}

/// The cipher object of an encrypted one: its parts follow each other in this order.
pub(super) fn sealed(file: &[u8]) -> Option<Cipher> {
    let runs: Vec<&[u8]> =
        file.split(|byte| !is_base64(*byte)).filter(|run| run.len() >= SALT_CHARS).collect();
    let (place, message) = runs.iter().enumerate().max_by_key(|(_, run)| run.len())?;
    let behind = || runs.iter().skip(place + 1);
    let text = |run: &[u8]| std::str::from_utf8(run).ok().map(str::to_owned);
    let iv = behind().find(|run| run.len() == IV_CHARS).and_then(|run| decode_array(&text(run)?))?;
    let salt = behind().find(|run| run.len() == SALT_CHARS).and_then(|run| decode_array(&text(run)?))?;
    Cipher::of(&text(message)?, iv, salt)
}

/// Whether packed rows are compressed, told by themselves.
pub(super) fn is_gzip(z: &[u8]) -> bool {
    z.starts_with(GZIP)
}

/// Base64 up to its first character that is none, in one alphabet: a changed character must not make
/// the whole of it look like the other one.
pub(super) fn tidied(z: Cow<'_, [u8]>) -> Vec<u8> {
    let mut z = z.into_owned();
    let end = z.iter().position(|byte| !is_base64(*byte)).map_or(z.len(), |end| end / 4 * 4);
    z.truncate(end);
    for byte in &mut z {
        match *byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    z
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

#[cfg(test)]
mod tests {
    use backstop_crypto::Key;

    use super::super::cipher::seal;
    use super::*;

    #[test]
    fn rows_are_found_in_broken_files() {
        let z = "H4sIAAAAAAAAA4uOBQApu0wNAgAAAA==";
        for file in [
            format!(r#"{{"version":6.1,"dbta":"{z}","hash":"525201c134036727b3190b0c0910"}}"#),
            format!(r#""version":6.1,"data":"{z}"#),
            format!(r#"{{"data:"{z}""#),
        ] {
            assert_eq!(plain(file.as_bytes()), Some(z.as_bytes()), "{file}");
        }
        assert_eq!(plain(br#"{"version":6.1,"data":""}"#), None);
        assert!(is_gzip(z.as_bytes()));
        assert_eq!(tidied(Cow::Borrowed(b"ab-_cdefg!ijk")), b"ab+/cdef");
    }

    #[test]
    fn a_cipher_object_is_found_in_a_broken_file() {
        let (key, salt) = (Key::from_bytes([3; 32]), [7; 16]);
        let mut json = Vec::new();
        seal(b"rows that are long enough to be the longest".to_vec(), &key, &salt, &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        for (from, to) in [("\"cipher\"", "\"cipheR"), ("\"iv\":", "iv="), ("\"salt\"", "\u{1}salt")] {
            let broken = format!("{{\"data\":{},", json.replace(from, to));
            let mut found = sealed(broken.as_bytes()).expect(to);
            assert_eq!(found.salt, salt);
            assert_eq!(found.open(&key).unwrap(), b"rows that are long enough to be the longest");
        }
        assert!(sealed(b"{}").is_none());
    }
}
