//! What a program that begins anew would find.

use backstop_engine::api::{BackupOrder, Interval, Job, Session};

use crate::world::{PASSWORD, World, password};

const OTHER: &str = "guvero-dapine-molika-tusedo";

/// An account whose login the keychain keeps.
fn kept(world: &World) -> Session {
    world.engine.create_account("Olive", &password(PASSWORD), true, true).expect("an account").0
}

#[test]
fn only_a_kept_login_of_the_last_account_outlasts_the_program() {
    let world = World::new();
    let kept = kept(&world);
    assert!(!kept.outlasts_the_program(), "a new start would not know whom to sign in first");
    kept.remember_as_last();
    assert!(kept.outlasts_the_program());
    let typed = world.account("Ben", OTHER);
    typed.remember_as_last();
    assert!(!typed.outlasts_the_program(), "nobody keeps its login");
    assert!(!kept.outlasts_the_program(), "another one is the last now");
    kept.remember_as_last();
    kept.sign_out().expect("forgotten");
    assert!(!kept.outlasts_the_program(), "signed out");
}

#[test]
fn what_was_said_and_could_not_be_written_does_not_outlast_the_program() {
    let world = World::new();
    let session = kept(&world);
    session.remember_as_last();
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.set_interval(Interval::Never, None).expect("set");
    session.set_setting("backups_full", "never", None).expect("set");
    session.set_setting("reminders", "daily", None).expect("set");
    session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    world.clock.pass_ms(24 * 3_600_000);
    let due = session.notices(false).expect("notices");
    assert!(!due.is_empty(), "a reminder comes a day after the last backup");
    session.note_said(&due);
    assert!(session.outlasts_the_program());
    // As if it had never reached the disk.
    std::fs::remove_file(world.account_folder().join("said.json")).expect("removed");
    assert!(!session.outlasts_the_program());
}
