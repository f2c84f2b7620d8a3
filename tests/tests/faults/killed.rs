//! Killed between any two steps that change the disk.

use backstop_tests::Outcome;
use backstop_tests::cli::Cli;
use backstop_tests::faults::disk::empty;
use backstop_tests::faults::scene::Operation;
use backstop_tests::faults::{Fault, Plan, Scene, trace};

use crate::{none_wrong, numbers};

/// Steps that a test run tries of each operation.
const SAMPLE: usize = 6;

fn kill_everywhere(operation: Operation) -> Outcome {
    let scene = Scene::new(operation)?;
    let steps = scene.rehearse()?.steps.len();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for step in numbers(steps, SAMPLE) {
        // After one step is before the next; only the last has nothing behind it.
        let fault = if step == steps { Fault::KillAfter } else { Fault::Kill };
        let played = scene.strike(fault, step)?;
        // A call may take a step less than its rehearsal, as where a name is not taken yet.
        assert_eq!(played.struck, played.ended.code == -1, "step {step}: {}", played.ended.err);
        tried += usize::from(played.struck);
        let looked = if played.struck { scene.look_after_death() } else { scene.look(&played.ended) };
        if let Err(trouble) = looked {
            wrong.push(trouble.during(format!("{fault:?} at step {step} of {steps}")));
        }
    }
    none_wrong(&wrong, tried)
}

#[test]
fn a_backup_that_is_killed() -> Outcome {
    kill_everywhere(Operation::Backup)
}

#[test]
fn a_backup_of_our_own_format_that_is_killed() -> Outcome {
    kill_everywhere(Operation::Container)
}

#[test]
fn a_restore_that_is_killed() -> Outcome {
    kill_everywhere(Operation::Restore)
}

#[test]
fn an_undo_that_is_killed() -> Outcome {
    kill_everywhere(Operation::Undo)
}

#[test]
fn a_change_of_password_that_is_killed() -> Outcome {
    kill_everywhere(Operation::ChangePassword)
}

/// A new account is there and opens, or it is not there and its name is free.
#[test]
fn a_new_account_that_is_killed() -> Outcome {
    const CREATE: [&str; 6] = ["account", "create", "--name", "bea", "--password-file", "@second"];
    const LOGIN: [&str; 6] = ["--account", "bea", "--password-file", "@second", "account", "login"];
    let cli = Cli::new()?;
    let data = cli.path("data");
    std::fs::create_dir(&data)?;
    let steps = trace(&cli, &CREATE, &Plan { below: &data, fault: None })?.steps.len();
    for step in numbers(steps, SAMPLE) {
        empty(&data)?;
        let played = trace(&cli, &CREATE, &Plan { below: &data, fault: Some((Fault::KillAfter, step)) })?;
        assert_eq!(played.struck, played.ended.code == -1, "step {step}: {}", played.ended.err);
        if cli.run(&LOGIN)?.code != 0 {
            cli.run(&CREATE)?.expect(0).map_err(|trouble| trouble.during(format!("after step {step}")))?;
            cli.run(&LOGIN)?.expect(0)?;
        }
    }
    Ok(())
}
