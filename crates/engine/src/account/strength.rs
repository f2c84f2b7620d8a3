//! How hard a password is to guess. Pure; by zxcvbn.

use backstop_crypto::Password;
use serde::{Deserialize, Serialize};
use specta::Type;
use zxcvbn::{Score, zxcvbn};

/// The score asked for where `.nnbackupz` files are made: guessing their password costs an attacker
/// fifty times less than guessing that of our own container (security.md, "Weakest link").
pub const NEEDED_SCORE: u8 = 4;

/// How strong a password is, for the meter beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Strength {
    /// 0 (trivial) to 4 (strong).
    pub score: u8,
    /// The score that is accepted without insisting.
    pub needed: u8,
    /// How long guessing takes whoever has a backup file and good hardware, in words.
    pub crack_time: String,
    /// What is weak about it, if anything stands out.
    pub warning: Option<String>,
    /// What would make it stronger.
    pub suggestions: Vec<String>,
}

impl Strength {
    /// Whether it is accepted without insisting.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.score >= self.needed
    }
}

/// Rates a password. `known` are words that an attacker tries first: the account's name.
#[must_use]
pub fn strength(password: &Password, known: &[&str]) -> Strength {
    let entropy = zxcvbn(&password.written(), known);
    let feedback = entropy.feedback();
    Strength {
        score: number(entropy.score()),
        needed: NEEDED_SCORE,
        // About what a rented computer with several graphics cards makes of Argon2i with 8 MiB.
        crack_time: entropy.crack_times().offline_slow_hashing_1e4_per_second().to_string(),
        warning: feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|warning| warning.to_string()),
        suggestions: feedback
            .map(|feedback| feedback.suggestions().iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
    }
}

fn number(score: Score) -> u8 {
    match score {
        Score::One => 1,
        Score::Two => 2,
        Score::Three => 3,
        Score::Four => 4,
        // Zero; the enum is open.
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str, known: &[&str]) -> Strength {
        strength(&Password::new(text).unwrap(), known)
    }

    #[test]
    fn the_needed_score_is_reached_by_words_and_not_by_tricks() {
        for weak in ["", "password", "P@ssw0rd1", "qwertyuiop", "12345678901234", "Summer2026"] {
            assert!(!rate(weak, &[]).is_enough(), "{weak}");
        }
        for strong in ["harbour-lantern-42-keel", "correct horse battery staple", "Xq7#mP2v!kL9$wR4"] {
            let strength = rate(strong, &[]);
            assert!(strength.is_enough(), "{strong}");
            assert_eq!((strength.needed, strength.warning, strength.suggestions.len()), (4, None, 0));
        }
    }

    #[test]
    fn the_accounts_name_is_no_secret() {
        assert!(rate("Wilhelmina Featherstone", &["Wilhelmina Featherstone"]).score < 2);
    }

    #[test]
    fn weak_ones_get_words_of_advice() {
        let strength = rate("password", &[]);
        assert_eq!((strength.score, strength.crack_time.as_str()), (0, "less than a second"));
        assert_eq!(strength.warning.as_deref(), Some("This is a top-10 common password."));
        assert_eq!(strength.suggestions, ["Add another word or two. Uncommon words are better."]);
    }

    #[test]
    fn a_huge_password_is_rated_at_once() {
        assert_eq!(rate(&"x7# kü".repeat(100_000), &[]).needed, 4);
    }
}
