//! When a backup is made by itself, and what the status card says of it. Pure: no clock in here.

pub mod both;
pub mod due;
mod interval;
mod kind;
pub mod remind;
pub mod status;

pub use both::{Dues, Pasts, says_as_much_of_both};
pub use due::{Conditions, Due, Hold, Past, Reason, Schedule, due};
pub use interval::{Interval, UnknownInterval};
pub use kind::BackupKind;
pub use remind::{Remind, remind};
pub use status::{Protection, Standing, Waiting, protection, waiting};

#[cfg(test)]
#[path = "schedule/table_tests.rs"]
mod table_tests;
