//! A step that fails, at every place where one can.

use backstop_tests::Outcome;
use backstop_tests::faults::scene::Operation;
use backstop_tests::faults::{Fault, Scene};

use crate::{all, none_wrong, numbers};

/// Steps that a test run tries of each operation.
const SAMPLE: usize = 12;

/// After each fault the call has said what is true, and the home is whole; see [`Scene::look`].
fn fail_everywhere(operation: Operation) -> Outcome {
    let scene = Scene::new(operation)?;
    let steps = scene.rehearse()?.steps.len();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (round, step) in numbers(steps, SAMPLE).into_iter().enumerate() {
        // A sample tries another fault at each step.
        let faults = Fault::OF_DISKS.iter().cycle().skip(round).take(if all() { usize::MAX } else { 1 });
        for fault in faults.take(Fault::OF_DISKS.len()) {
            let played = scene.strike(*fault, step)?;
            tried += 1;
            if let Err(trouble) = scene.look(&played.ended) {
                wrong.push(trouble.during(format!("{fault:?} at step {step} of {steps}")));
            }
        }
    }
    none_wrong(&wrong, tried)
}

#[test]
fn a_backup_on_a_failing_disk() -> Outcome {
    fail_everywhere(Operation::Backup)
}

#[test]
fn a_backup_of_our_own_format_on_a_failing_disk() -> Outcome {
    fail_everywhere(Operation::Container)
}

#[test]
fn a_restore_on_a_failing_disk() -> Outcome {
    fail_everywhere(Operation::Restore)
}

#[test]
fn an_undo_on_a_failing_disk() -> Outcome {
    fail_everywhere(Operation::Undo)
}

#[test]
fn a_change_of_password_on_a_failing_disk() -> Outcome {
    fail_everywhere(Operation::ChangePassword)
}
