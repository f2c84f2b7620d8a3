//! The inventory of an archive, as `inspect --json` prints it (docs: the command line's contract).
//!
//! It stands on a stage of heads, and streams from it: 100,000 notes take no more memory than ten.

mod inventory;

pub(crate) use inventory::paths;
pub use inventory::{Inventory, inventory};
