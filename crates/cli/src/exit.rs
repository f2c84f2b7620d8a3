//! How the program ends: the families of exit codes, and which of several wins.

use std::process::ExitCode;

use backstop_engine::api::{OutcomeWord, Problem};

/// An exit code of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

impl Exit {
    /// Done.
    pub(crate) const DONE: Self = Self(0);
    /// Failed.
    pub(crate) const FAILED: Self = Self(1);
    /// Something was typed that means nothing.
    pub(crate) const USAGE: Self = Self(2);
    /// Done, with warnings.
    pub(crate) const WARNINGS: Self = Self(3);
    /// A damaged archive.
    pub(crate) const DAMAGED: Self = Self(13);
    /// The user stopped it.
    pub(crate) const CANCELLED: Self = Self(130);

    /// Done, or done with warnings.
    pub(crate) fn warned(warnings: bool) -> Self {
        if warnings { Self::WARNINGS } else { Self::DONE }
    }

    /// Of several files the first that is not whole decides; a warning decides only where nothing worse
    /// comes.
    pub(crate) fn and(self, next: Self) -> Self {
        if self == Self::DONE || (self == Self::WARNINGS && next != Self::DONE) { next } else { self }
    }
}

impl From<&Problem> for Exit {
    fn from(problem: &Problem) -> Self {
        Self(problem.code.exit_code())
    }
}

impl From<OutcomeWord> for Exit {
    fn from(outcome: OutcomeWord) -> Self {
        match outcome {
            OutcomeWord::Completed | OutcomeWord::NothingNew => Self::DONE,
            OutcomeWord::CompletedWithWarnings => Self::WARNINGS,
            OutcomeWord::Cancelled => Self::CANCELLED,
            OutcomeWord::Failed => Self::FAILED,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_real_trouble_decides() {
        let end = |exits: &[u8]| exits.iter().fold(Exit::DONE, |before, next| before.and(Exit(*next))).0;
        for (exits, wanted) in [
            (&[][..], 0),
            (&[0, 0], 0),
            (&[0, 3, 0], 3),
            (&[3, 13], 13),
            (&[13, 3], 13),
            (&[12, 13], 12),
            (&[0, 10, 12], 10),
        ] {
            assert_eq!(end(exits), wanted, "{exits:?}");
        }
    }
}
