//! When a backup is made by itself, and what the status card says of it. Pure: no clock in here.

pub mod due;
mod interval;
pub mod status;

pub use due::{Conditions, Due, Past, Reason, due};
pub use interval::{Interval, UnknownInterval};
pub use status::{Protection, Standing, protection};
