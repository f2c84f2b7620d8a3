//! Passwords and keys: types that cannot be printed, copied or saved by accident.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::random::{NoRandomness, random_array};

/// Bytes in a key. Everything here is 256-bit.
pub const KEY_BYTES: usize = 32;

/// Longest password accepted, in UTF-8 bytes. A passphrase of any sensible length fits; a file
/// pasted by mistake must not keep the hash busy for minutes.
pub const MAX_PASSWORD_BYTES: usize = 1024 * 1024;

/// A password is longer than [`MAX_PASSWORD_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password may be at most 1 MiB long")]
pub struct PasswordTooLong;

/// A password as the user typed it: never trimmed, never changed.
///
/// The same word can be typed as different code points (é as one or as two, depending on the
/// keyboard), so new secrets are derived from one spelling, [`Password::written`], and old ones
/// are tried with each of [`Password::spellings`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// Takes the text over; the caller's buffer becomes the password and is wiped with it.
    ///
    /// # Errors
    /// [`PasswordTooLong`] above [`MAX_PASSWORD_BYTES`]; the text is wiped then too.
    pub fn new(typed: impl Into<String>) -> Result<Self, PasswordTooLong> {
        let password = Self(typed.into());
        if password.0.len() > MAX_PASSWORD_BYTES { Err(PasswordTooLong) } else { Ok(password) }
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text exactly as typed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The spelling that new slots and files are made with: Unicode NFC.
    #[must_use]
    pub fn written(&self) -> Zeroizing<String> {
        collect_wiped(self.0.nfc(), self.0.len())
    }

    /// The spellings to try when reading: as typed, then NFC, then NFD, each only once.
    pub fn spellings(&self) -> impl Iterator<Item = Zeroizing<String>> + '_ {
        let typed = Zeroizing::new(self.0.clone());
        let nfc = Some(self.written()).filter(|nfc| **nfc != self.0);
        let nfd = Some(collect_wiped(self.0.nfd(), self.0.len()))
            .filter(|nfd| **nfd != self.0 && nfc.as_ref().is_none_or(|nfc| nfc != nfd));
        std::iter::once(typed).chain(nfc).chain(nfd)
    }

    /// Whether two passwords are the same once written, compared without an early exit.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.written().as_bytes().ct_eq(other.written().as_bytes()).into()
    }
}

/// Collects into a buffer that cannot grow, because growing would leave copies behind.
/// Normalisation makes UTF-8 at most three times as long (Unicode UAX #15, "Stability").
fn collect_wiped(chars: impl Iterator<Item = char>, typed_bytes: usize) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(typed_bytes.saturating_mul(3)));
    text.extend(chars);
    text
}

/// A 256-bit key.
///
/// There is no `PartialEq`: whoever must compare keys says so with [`Key::same_as`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; KEY_BYTES]);

impl Key {
    /// A fresh key nobody can guess.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system gives none.
    pub fn random() -> Result<Self, NoRandomness> {
        random_array().map(Self)
    }

    /// A key from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A key from exactly 32 bytes; `None` for any other length.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A key from standard base64 with padding; `None` when it is not exactly 32 bytes.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES + 2]);
        let length = STANDARD.decode_slice(text, &mut *bytes).ok()?;
        bytes.get(..length).and_then(Self::from_slice)
    }

    /// The bytes. Every use of this is a place to review.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The key as standard base64 with padding, for sealed JSON such as a vault.
    #[must_use]
    pub fn expose_base64(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(KEY_BYTES * 2));
        STANDARD.encode_string(self.0, &mut text);
        text
    }

    /// The key as 64 lower-case hex digits, for a raw SQLCipher key.
    #[must_use]
    pub fn expose_hex(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(KEY_BYTES * 2));
        for digit in self.0.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]) {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
        text
    }

    /// A second copy, where two owners need the same key. Not `Clone`, so that it shows.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0)
    }

    /// Whether two keys are the same, compared in constant time.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// A key for one purpose: HKDF-SHA-256 (RFC 5869) without salt.
    #[must_use]
    pub fn derive(&self, info: &str) -> Self {
        self.derive_salted(None, info.as_bytes())
    }

    /// A key for one purpose and one salt: HKDF-SHA-256 (RFC 5869).
    #[must_use]
    pub fn derive_salted(&self, salt: Option<&[u8]>, info: &[u8]) -> Self {
        hkdf_sha256(&self.0, salt, info)
    }
}

/// HKDF-SHA-256 to 32 bytes. Source: RFC 5869.
#[expect(clippy::expect_used, reason = "RFC 5869 allows up to 255 * 32 bytes of output; this asks for 32")]
pub(crate) fn hkdf_sha256(secret: &[u8], salt: Option<&[u8]>, info: &[u8]) -> Key {
    let mut okm = Key([0; KEY_BYTES]);
    Hkdf::<Sha256>::new(salt, secret).expand(info, &mut okm.0).expect("32 bytes are a valid length");
    okm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spellings(typed: &str) -> Vec<String> {
        Password::new(typed).unwrap().spellings().map(|text| text.to_string()).collect()
    }

    #[test]
    fn spellings_are_as_typed_then_nfc_then_nfd_without_repeats() {
        assert_eq!(spellings("plain"), ["plain"]);
        assert_eq!(spellings("caf\u{e9}"), ["caf\u{e9}", "cafe\u{301}"]);
        assert_eq!(spellings("cafe\u{301}"), ["cafe\u{301}", "caf\u{e9}"]);
        // Half composed, half not: neither of the two normal forms is what was typed.
        assert_eq!(spellings("\u{e9}e\u{301}"), ["\u{e9}e\u{301}", "\u{e9}\u{e9}", "e\u{301}e\u{301}"]);
    }

    #[test]
    fn a_password_is_written_composed_and_never_trimmed() {
        let password = Password::new(" cafe\u{301}\t\n").unwrap();
        assert_eq!(&*password.written(), " caf\u{e9}\t\n");
        assert_eq!(password.expose(), " cafe\u{301}\t\n");
        assert!(password.same_as(&Password::new(" caf\u{e9}\t\n").unwrap()));
        assert!(!password.same_as(&Password::new("caf\u{e9}").unwrap()));
    }

    #[test]
    fn a_mebibyte_is_a_password_and_one_byte_more_is_not() {
        assert!(Password::new("a".repeat(MAX_PASSWORD_BYTES)).is_ok());
        assert!(Password::new("a".repeat(MAX_PASSWORD_BYTES + 1)).is_err());
    }

    #[test]
    fn the_longest_growth_fits_the_buffer() {
        // U+0390 and U+1D160 are the characters that UAX #15 names as growing threefold.
        for typed in ["\u{0390}".repeat(99), "\u{1d160}".repeat(99), "\u{fb2c}".repeat(99)] {
            let room = typed.len() * 3;
            assert!(typed.nfc().collect::<String>().len() <= room);
            assert!(typed.nfd().collect::<String>().len() <= room);
        }
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_salt() {
        let key = Key::from_bytes([7; 32]);
        assert!(key.derive("one").same_as(&key.derive("one")));
        assert!(!key.derive("one").same_as(&key.derive("two")));
        assert!(!key.derive("one").same_as(&key.derive_salted(Some(&[1]), b"one")));
    }

    #[test]
    fn hkdf_matches_rfc_5869_test_case_1() {
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let okm = hkdf_sha256(&[0x0b; 22], Some(&salt), &info);
        assert_eq!(&*okm.expose_hex(), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    #[test]
    fn keys_travel_as_base64_and_hex() {
        let key = Key::from_bytes(std::array::from_fn(|i| u8::try_from(i).unwrap()));
        assert!(Key::from_base64(&key.expose_base64()).unwrap().same_as(&key));
        assert_eq!(&key.expose_hex()[..8], "00010203");
        for bad in ["", "AAAA", "not base64", &format!("{}AAAA", key.expose_base64().as_str())] {
            assert!(Key::from_base64(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn two_random_keys_differ() {
        assert!(!Key::random().unwrap().same_as(&Key::random().unwrap()));
    }
}
