//! What goes wrong in a test before its own claims are reached.

use std::fmt;

/// A sentence that says what did not happen, and what was there instead.
pub struct Trouble(String);

/// What the steps of a test return.
pub type Outcome<T = ()> = Result<T, Trouble>;

impl Trouble {
    /// Says what went wrong.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Adds what was being done.
    #[must_use]
    pub fn during(self, doing: impl fmt::Display) -> Self {
        Self(format!("{doing}: {}", self.0))
    }
}

// A failing test prints the Debug form of its error: there the sentence must stay readable.
impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        let mut sentence = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            sentence.push_str(": ");
            sentence.push_str(&deeper.to_string());
            cause = deeper.source();
        }
        Self(sentence)
    }
}
