//! When a backup is made by itself, and what the status card says of it. Pure: no clock in here.

pub mod due;
mod interval;
mod kind;
pub mod status;

pub use due::{Conditions, Due, Past, Reason, due};
pub use interval::{Interval, UnknownInterval};
pub use kind::BackupKind;
pub use status::{Protection, Standing, protection};
