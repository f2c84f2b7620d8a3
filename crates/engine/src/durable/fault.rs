//! Faults for tests: an error or a power cut before any step of a durable write.
//!
//! Exists in test builds of the engine only; the program has no trace of it.

use std::cell::RefCell;
use std::io;

pub(crate) use super::new_file::Step;

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// The system answers with this error.
    Error(io::ErrorKind),
    /// Nothing happens any more: not even the clean-up of a drop.
    PowerCut,
}

thread_local! {
    static PLAN: RefCell<Option<(Step, Fault)>> = const { RefCell::new(None) };
}

/// Ends the fault of this thread when dropped.
#[derive(Debug)]
pub(crate) struct Planned;

impl Drop for Planned {
    fn drop(&mut self) {
        PLAN.with_borrow_mut(|plan| *plan = None);
    }
}

/// From now on every `step` in this thread meets `fault`, until the result is dropped.
#[must_use = "the fault ends when this is dropped"]
pub(crate) fn plan(step: Step, fault: Fault) -> Planned {
    PLAN.with_borrow_mut(|plan| *plan = Some((step, fault)));
    Planned
}

pub(super) fn strike(step: Step) -> io::Result<()> {
    PLAN.with_borrow(|plan| match plan {
        Some((at, Fault::Error(kind))) if *at == step => Err((*kind).into()),
        Some((at, Fault::PowerCut)) if *at == step => Err(io::Error::other("the power was cut")),
        _ => Ok(()),
    })
}

pub(super) fn power_is_cut() -> bool {
    PLAN.with_borrow(|plan| matches!(plan, Some((_, Fault::PowerCut))))
}
