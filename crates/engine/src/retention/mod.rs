//! Which archives stay: the policy, and (pure) what it means for the archives there are.
//!
//! [`plan`] gives each archive its verdict with the reasons, [`pause`] says when nothing may be deleted at
//! all, [`Origins`] tells which files are ours to delete. `docs/decisions/retention.md` has the table of
//! states and events. Nothing in here touches a disk; [`crate::api::Session::prune`] carries plans out.

mod origin;
mod pause;
mod plan;
mod policy;

pub use origin::{MadeBy, Origins, health};
#[cfg(test)]
pub(crate) use pause::tests as tests_of_pause;
pub use pause::{Measure, Pause, Shrunk, pause};
pub use plan::{Health, Kept, Known, Origin, Surplus, Verdict, plan};
pub use policy::{Keep, Spans, UnknownKeep};
