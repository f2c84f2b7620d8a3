//! A power cut between any two steps: only what was synced is sure to be on the disk.

use backstop_testkit::Corpus;
use backstop_tests::cli::{Cli, number};
use backstop_tests::faults::scene::Operation;
use backstop_tests::faults::{Luck, Plan, Scene, Surviving, trace};
use backstop_tests::{Outcome, large};

use crate::{all, none_wrong, numbers};

/// Moments that a test run tries of each operation.
const SAMPLE: usize = 8;

fn cut_everywhere(operation: Operation) -> Outcome {
    let scene = Scene::new(operation)?;
    scene.put_back()?;
    let mut disk = Surviving::of(scene.cli().home())?;
    let played = scene.rehearse_here()?;
    let steps = played.steps.len();
    let moments = numbers(steps, SAMPLE);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (index, step) in played.steps.iter().enumerate() {
        disk.take(step)?;
        let number = index + 1;
        if !moments.contains(&number) {
            continue;
        }
        let seeds = if all() { 6 } else { 1 };
        let chances = (0..seeds).map(|seed| Luck::Some(seed * 100_003 + number as u64));
        for luck in [Luck::Nothing].into_iter().chain(chances) {
            disk.put(luck)?;
            tried += 1;
            // What was said to be done stays done.
            let looked = if number == steps { scene.look(&played.ended) } else { scene.look_after_death() };
            if let Err(trouble) = looked {
                wrong
                    .push(trouble.during(format!("{luck:?} after step {number} of {steps} ({})", step.call)));
            }
        }
    }
    none_wrong(&wrong, tried)
}

#[test]
fn a_backup_without_power() -> Outcome {
    cut_everywhere(Operation::Backup)
}

#[test]
fn a_backup_of_our_own_format_without_power() -> Outcome {
    cut_everywhere(Operation::Container)
}

#[test]
fn a_restore_without_power() -> Outcome {
    cut_everywhere(Operation::Restore)
}

#[test]
fn an_undo_without_power() -> Outcome {
    cut_everywhere(Operation::Undo)
}

#[test]
fn a_change_of_password_without_power() -> Outcome {
    cut_everywhere(Operation::ChangePassword)
}

/// Everything that a new account makes for the first time (folders, library, blobs) is there once it was
/// said to be done, though the power is cut right afterwards.
#[test]
fn the_first_steps_of_an_account_without_power() -> Outcome {
    let cli = Cli::new()?;
    let film = cli.path("files/film");
    large::archive(&film, Corpus::of(0), &[100_000])?;
    let film = film.display().to_string();
    let anna = ["--account", "anna", "--password-file", "@first"];
    let create = ["account", "create", "--name", "anna", "--password-file", "@first"].to_vec();
    let restore = [&anna[..], &["restore", &film]].concat();
    let backup = [&anna[..], &["backup", "--attachments"]].concat();
    for call in [create, restore, backup] {
        let mut disk = Surviving::of(cli.home())?;
        let played = trace(&cli, &call, &Plan { below: cli.home(), fault: None })?;
        played.ended.expect(0)?;
        for step in &played.steps {
            disk.take(step)?;
        }
        disk.put(Luck::Nothing)?;
    }
    let archives = cli.archives()?;
    assert_eq!(archives.len(), 1, "{archives:?}");
    let again = cli.as_anna(0, &["backup", "--attachments"])?;
    assert_eq!(number(&again, "/archives/0/attachments")?, 1);
    for archive in &archives {
        let path = archive.display().to_string();
        cli.run(&["verify", &path, "--archive-password-file", "@first"])?.expect(0)?;
    }
    Ok(())
}
