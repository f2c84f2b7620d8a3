//! What takes longer than a test run may: `cargo xtask soak` runs it, `cargo xtask test` leaves it out.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "what a job took is shown beside what it may take")]

mod large;
mod waiting;
