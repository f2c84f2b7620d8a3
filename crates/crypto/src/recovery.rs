//! The recovery key: 32 random bytes that a person can write down and type in again.
//!
//! Text form: the 32 bytes and the first 3 bytes of their SHA-256 = 280 bits = 56 characters of
//! Crockford base32 (no I, L, O, U) in 14 groups of 4, joined by hyphens. Reading forgives case,
//! hyphens, spaces, and the letters I, L and O typed for 1, 1 and 0.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::random::{NoRandomness, random_array};

/// Random bytes in a recovery key.
pub const RECOVERY_KEY_BYTES: usize = 32;
/// Groups in the text form.
pub const GROUPS: usize = 14;
/// Characters in a group.
pub const GROUP_CHARS: usize = 4;

const CHECKSUM_BYTES: usize = 3;
const CODED_BYTES: usize = RECOVERY_KEY_BYTES + CHECKSUM_BYTES;
const CODED_CHARS: usize = GROUPS * GROUP_CHARS;

/// Crockford's base32 digits. Source: <https://www.crockford.com/base32.html>.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a text is no recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryKeyError {
    /// Not 56 characters, hyphens and spaces aside.
    #[error("a recovery key has 56 characters in 14 groups; this has {found}")]
    WrongLength {
        /// Characters found, hyphens and spaces aside.
        found: usize,
    },
    /// A character that no recovery key holds.
    #[error("{found:?} is not a character of a recovery key")]
    ForeignCharacter {
        /// The character.
        found: char,
    },
    /// Right in form, but the built-in checksum does not fit.
    #[error("the recovery key has a typing mistake")]
    TypingMistake,
}

/// 32 random bytes that open an account and its archives when the password is lost.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RecoveryKey([u8; RECOVERY_KEY_BYTES]);

impl RecoveryKey {
    /// A fresh recovery key.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system gives none.
    pub fn generate() -> Result<Self, NoRandomness> {
        random_array().map(Self)
    }

    /// A recovery key from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; RECOVERY_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; RECOVERY_KEY_BYTES] {
        &self.0
    }

    /// Reads a key that a person typed or pasted.
    ///
    /// # Errors
    /// [`RecoveryKeyError`], which tells a wrong length, a foreign character and a typing mistake
    /// apart.
    pub fn parse(typed: &str) -> Result<Self, RecoveryKeyError> {
        let digits = digits(typed)?;
        if digits.len() != CODED_CHARS {
            return Err(RecoveryKeyError::WrongLength { found: digits.len() });
        }
        let coded = bytes_of(&digits);
        let (bytes, checksum) = coded.split_at(RECOVERY_KEY_BYTES);
        if !bool::from(self::checksum(bytes).ct_eq(checksum)) {
            return Err(RecoveryKeyError::TypingMistake);
        }
        let mut key = Self([0; RECOVERY_KEY_BYTES]);
        key.0.copy_from_slice(bytes);
        Ok(key)
    }

    /// The text form: 14 groups of 4 characters, joined by hyphens.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let groups = self.groups();
        let mut text = Zeroizing::new(String::with_capacity(CODED_CHARS + GROUPS));
        for (position, group) in groups.iter().enumerate() {
            if position > 0 {
                text.push('-');
            }
            text.push_str(group);
        }
        text
    }

    /// The 14 groups of the text form, in order.
    #[must_use]
    pub fn groups(&self) -> Zeroizing<Vec<String>> {
        let mut coded = Zeroizing::new([0; CODED_BYTES]);
        let (bytes, checksum) = coded.split_at_mut(RECOVERY_KEY_BYTES);
        bytes.copy_from_slice(&self.0);
        checksum.copy_from_slice(&self::checksum(&self.0));
        // Twenty bits are one group, so two groups are five whole bytes.
        let mut groups = Zeroizing::new(Vec::with_capacity(GROUPS));
        for five in coded.chunks(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            groups.push(group_of(bits >> 20));
            groups.push(group_of(bits));
        }
        groups
    }

    /// Whether `typed` is the group at `position` (0 to 13), forgiving what [`Self::parse`]
    /// forgives. For asking two groups back from a person who says they wrote the key down.
    #[must_use]
    pub fn group_matches(&self, position: usize, typed: &str) -> bool {
        let Ok(typed) = digits(typed) else { return false };
        let groups = self.groups();
        let Some(Ok(group)) = groups.get(position).map(|group| digits(group)) else { return false };
        group.as_slice().ct_eq(typed.as_slice()).into()
    }

    /// Whether two recovery keys are the same, compared in constant time.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The lowest 20 bits as four characters.
fn group_of(bits: u64) -> String {
    [15, 10, 5, 0]
        .iter()
        .filter_map(|shift| usize::try_from((bits >> shift) & 31).ok())
        .filter_map(|digit| DIGITS.get(digit))
        .map(|character| char::from(*character))
        .collect()
}

/// The values 0 to 31 of the characters, hyphens and spaces left out.
fn digits(typed: &str) -> Result<Zeroizing<Vec<u8>>, RecoveryKeyError> {
    let mut digits = Zeroizing::new(Vec::with_capacity(typed.len()));
    for character in typed.chars().filter(|character| !is_separator(*character)) {
        let plain = match character.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        };
        let digit = DIGITS.iter().position(|digit| char::from(*digit) == plain);
        let digit = digit.and_then(|digit| u8::try_from(digit).ok());
        digits.push(digit.ok_or(RecoveryKeyError::ForeignCharacter { found: character })?);
    }
    Ok(digits)
}

/// Hyphens and spaces of every kind: word processors like to exchange them.
fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Joins 56 values of 5 bits to 35 bytes.
fn bytes_of(digits: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(CODED_BYTES));
    for eight in digits.chunks(8) {
        let bits = eight.iter().fold(0_u64, |bits, digit| (bits << 5) | u64::from(*digit));
        bytes.extend(bits.to_be_bytes().iter().skip(3));
    }
    bytes
}

/// The first three bytes of the SHA-256: finds all but one in 16 million typing mistakes.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let [first, second, third, ..] = <[u8; 32]>::from(Sha256::digest(bytes));
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_form_is_fourteen_groups_of_four() {
        let key = RecoveryKey::generate().unwrap();
        let text = key.to_text();
        assert_eq!(text.len(), 56 + 13);
        assert_eq!(text.split('-').count(), GROUPS);
        assert!(text.split('-').all(|group| group.len() == GROUP_CHARS));
        assert!(!text.contains(['I', 'L', 'O', 'U']));
    }

    #[test]
    fn reading_forgives_what_people_type() {
        let key = RecoveryKey::from_bytes([0; 32]);
        let text = key.to_text();
        assert!(text.starts_with("0000-0000"));
        let typed = [
            text.to_lowercase(),
            text.replace('-', " "),
            text.replace('-', ""),
            text.replace('-', "\u{2013}"),
            format!("\n  {}\t", text.replace('0', "O")),
            text.replace('0', "o"),
        ];
        for typed in typed {
            assert!(RecoveryKey::parse(&typed).unwrap().same_as(&key), "{typed}");
        }
        let ones = RecoveryKey::from_bytes([0x08; 32]).to_text().replace('1', "l");
        assert!(RecoveryKey::parse(&ones).is_ok(), "{ones}");
    }

    #[test]
    fn mistakes_are_told_apart() {
        let text = RecoveryKey::from_bytes([0x5a; 32]).to_text().to_string();
        let length = |typed: &str| RecoveryKey::parse(typed).err();
        assert_eq!(length(""), Some(RecoveryKeyError::WrongLength { found: 0 }));
        assert_eq!(length(&text[..text.len() - 1]), Some(RecoveryKeyError::WrongLength { found: 55 }));
        assert_eq!(length(&format!("{text}0")), Some(RecoveryKeyError::WrongLength { found: 57 }));
        let foreign = Some(RecoveryKeyError::ForeignCharacter { found: 'U' });
        assert_eq!(length(&format!("U{}", &text[1..])), foreign);
        let other = if text.starts_with('0') { "1" } else { "0" };
        assert_eq!(length(&format!("{other}{}", &text[1..])), Some(RecoveryKeyError::TypingMistake));
        let mut groups: Vec<&str> = text.split('-').collect();
        groups.swap(12, 13);
        assert_eq!(length(&groups.join("-")), Some(RecoveryKeyError::TypingMistake));
    }

    #[test]
    fn groups_are_confirmed_one_by_one() {
        let key = RecoveryKey::from_bytes(std::array::from_fn(|i| u8::try_from(i * 7).unwrap()));
        for (position, group) in key.groups().iter().enumerate() {
            assert!(key.group_matches(position, &format!(" {} ", group.to_lowercase())));
            assert!(!key.group_matches(position + 1, group));
            assert!(!key.group_matches(position, &group[..3]));
        }
    }

    proptest! {
        #[test]
        fn every_key_survives_its_text(bytes: [u8; 32]) {
            let key = RecoveryKey::from_bytes(bytes);
            prop_assert!(RecoveryKey::parse(&key.to_text()).unwrap().same_as(&key));
        }

        #[test]
        fn no_text_panics(typed in "\\PC{0,80}") {
            let _ = RecoveryKey::parse(&typed);
        }

        #[test]
        fn one_wrong_character_is_noticed(bytes: [u8; 32], at in 0_usize..56, digit in 0_usize..32) {
            let text = RecoveryKey::from_bytes(bytes).to_text().replace('-', "");
            let wrong = char::from(DIGITS[digit]);
            prop_assume!(text.as_bytes()[at] != DIGITS[digit]);
            let typed = format!("{}{wrong}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(RecoveryKey::parse(&typed).err(), Some(RecoveryKeyError::TypingMistake));
        }
    }
}
