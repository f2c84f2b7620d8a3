//! Restore: plan, then secure and commit; and undo, which is a plan too.
//!
//! A [`Plan`] is a value. It holds what the archive holds (a stage), what would happen to each item,
//! and the state of the library it was made for; it has touched nothing and refuses to run on
//! another state. Before it is compared, the stage may be merged from several archives, cut down to the
//! items that were named, or given new ids; the comparison itself knows nothing of that. [`secure`] writes and verifies a safety archive of all it will overwrite or remove;
//! then [`commit`] changes the library in one transaction. [`undo::plan_undo`] turns a safety archive
//! into a plan that leaves alone what changed since.

mod apply;
mod bytes;
mod copies;
mod decide;
mod error;
mod merge;
mod only;
mod plan;
mod safety;
mod undo;

pub use apply::{Secured, commit, secure};
pub use decide::{Change, Mode, Version, decide, decide_absent, leaves_open};
pub use error::RestoreError;
pub use plan::{Counts, Order, Plan, PlanLine, plan, read};
pub use safety::{SAFETY_EXTENSION, Safety, safety_path};
pub use undo::plan_undo;

#[cfg(test)]
mod modes_tests;
