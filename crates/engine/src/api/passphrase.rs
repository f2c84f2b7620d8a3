//! A passphrase to suggest: five words that can be said and mean nothing.

use crate::problem::Problem;

/// Letters that sound alike in most languages, without those that look like figures.
const CONSONANTS: [char; 16] =
    ['b', 'd', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'w', 'z'];
const VOWELS: [char; 4] = ['a', 'e', 'i', 'o'];

/// Five words of three syllables of 6 bits each are 90 bits.
const WORDS: usize = 5;
const SYLLABLES: usize = 3;

/// A random passphrase, as `tavode-limora-zuki…`: 90 bits, far beyond score 4.
///
/// # Errors
/// The system gives no randomness.
pub(super) fn suggest() -> Result<String, Problem> {
    let bytes: [u8; WORDS * SYLLABLES] =
        backstop_crypto::random_array().map_err(|error| Problem::internal(&error))?;
    let words = bytes.chunks(SYLLABLES).map(|word| word.iter().flat_map(|byte| syllable(*byte)).collect());
    Ok(words.collect::<Vec<String>>().join("-"))
}

/// 64 syllables, each as likely as any other.
fn syllable(byte: u8) -> [char; 2] {
    let pick = |letters: &[char], index: u8| letters.get(usize::from(index)).copied().unwrap_or('a');
    [pick(&CONSONANTS, byte & 15), pick(&VOWELS, byte >> 4 & 3)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_suggestion_is_new_and_strong() {
        let all: BTreeSet<String> = (0..50).map(|_| suggest().expect("randomness")).collect();
        assert_eq!(all.len(), 50);
        for passphrase in &all {
            let password = backstop_crypto::Password::new(passphrase.as_str()).expect("short");
            assert_eq!(crate::account::strength(&password, &[]).score, 4, "{passphrase}");
            assert_eq!(passphrase.len(), WORDS * SYLLABLES * 2 + WORDS - 1);
        }
    }

    #[test]
    fn there_are_64_syllables() {
        let all: BTreeSet<[char; 2]> = (0..=255).map(syllable).collect();
        assert_eq!(all.len(), 64);
    }
}
