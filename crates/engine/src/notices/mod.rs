//! Which notices are due, and what they say. Never a word of a note.
//!
//! [`due_notices`] is pure: facts, what was said before and the moment come in, notices come out. Asked
//! again and again it says a thing once, and what goes on at most daily. [`SaidFile`] remembers what was
//! said; it is a cache, and one that can't be read is as if nothing was said yet. Who shows them is the
//! window's process.

mod decide;
mod facts;
mod notice;
mod said;
mod words;

#[cfg(test)]
mod aside_tests;
#[cfg(test)]
mod decide_tests;
#[cfg(test)]
mod shown_tests;

pub(crate) use decide::REMINDER;
pub use decide::{due_notices, locked_out};
pub use facts::{CopiesFailing, Damaged, DamagedInPlace, Facts, Failing, GoodNews, Overdue, Stale};
pub(crate) use facts::{copies_failing, of_history};
pub use notice::{Action, DueNotice, How};
pub use said::{Said, SaidFile};
