//! Verify: reading an archive with a sink that keeps nothing but counts.
//!
//! A backup gets its name only after its file was read back here and held what was put in. The same
//! read answers `verify`. A check returns its findings and says what it did not read.

mod check;
pub mod stale;
mod tally;

pub use check::{Checked, check_archive};
pub use tally::{Counted, Tally};
