//! What the tests from the outside share: the programs that were built, and the real window on a
//! display, a bus and a keyring of its own.
//!
//! It may start programs and write below `target/` and the system's temporary folder. It knows the app
//! only by what a person can see and press, and by what lies on the disk afterwards.

pub mod bombs;
pub mod built;
pub mod cli;
pub mod foreign;
pub mod giants;
pub mod large;
pub mod peer;
pub mod real;
pub mod trouble;
pub mod years;

#[cfg(target_os = "linux")]
pub mod bad_day;
#[cfg(target_os = "linux")]
pub mod board;
#[cfg(target_os = "linux")]
pub mod busy;
#[cfg(target_os = "linux")]
pub mod desk;
#[cfg(target_os = "linux")]
pub mod dying;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod faults;
#[cfg(target_os = "linux")]
pub mod glance;
#[cfg(target_os = "linux")]
pub mod host;
#[cfg(target_os = "linux")]
pub mod journey;
#[cfg(target_os = "linux")]
pub mod keyring;
#[cfg(target_os = "linux")]
pub mod logind;
#[cfg(target_os = "linux")]
pub mod look;
#[cfg(target_os = "linux")]
pub mod meter;
#[cfg(target_os = "linux")]
pub mod process;
#[cfg(target_os = "linux")]
pub mod resident;
#[cfg(target_os = "linux")]
pub mod waiting;
#[cfg(target_os = "linux")]
pub mod window;

pub use trouble::{Outcome, Trouble};
