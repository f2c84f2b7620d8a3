//! "Try a restore", and the report that says nothing of the owner's own.

use backstop_engine::api::{ArchiveSecret, BackupOrder, Code, Job, RestoreMode, Session};

use crate::world::{PASSWORD, World, password, sample};

const QUARTER_MS: i64 = 91 * 24 * 3_600_000;

fn backed_up() -> (World, Session) {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample("full-encrypted");
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    (world, session)
}

#[test]
fn a_secret_is_proved_by_a_note_and_a_wrong_one_leaves_no_trace() {
    let (world, session) = backed_up();
    assert!(!session.overview().expect("an overview").proof_due);
    world.clock.pass_ms(QUARTER_MS);
    assert!(session.overview().expect("an overview").proof_due);
    let runs = session.history().expect("a history").len();
    let wrong = ArchiveSecret::Password(password("not the password at all"));
    let refused = session.prove(None, &wrong, &Job::new()).expect_err("wrong");
    assert_eq!(refused.code, Code::WrongSecret);
    assert_eq!(session.history().expect("a history").len(), runs, "nothing is recorded");
    let right = ArchiveSecret::Password(password(PASSWORD));
    let proved = session.prove(None, &right, &Job::new()).expect("proved");
    assert!(proved.notes > 0 && !proved.title.is_empty() && proved.warnings.is_empty(), "{proved:?}");
    let newest = session.history().expect("a history").swap_remove(0);
    assert_eq!((newest.kind.as_str(), newest.outcome.as_str()), ("proof", "completed"));
    assert!(!session.overview().expect("an overview").proof_due, "for another quarter");
}

#[test]
fn the_report_holds_nothing_of_the_owners_own() {
    let (world, session) = backed_up();
    let right = ArchiveSecret::Password(password(PASSWORD));
    let proved = session.prove(None, &right, &Job::new()).expect("proved");
    let path = world.path("report.txt");
    session.save_report(&path).expect("saved");
    let report = std::fs::read_to_string(&path).expect("read");
    for part in
        ["Backstop report", "version: ", "Settings", "backups: daily", "known: 1", "proof manual completed"]
    {
        assert!(report.contains(part), "{part}\n{report}");
    }
    let home = world.folder.path().to_string_lossy().into_owned();
    for canary in [PASSWORD, "Olive", &proved.title, home.as_str(), "nnbackupz-"] {
        assert!(!report.contains(canary), "{canary}\n{report}");
    }
    let (sample, secret) = sample("full-encrypted");
    for note in world.inventory(&sample, secret)["notes"].as_array().expect("notes") {
        let title = note["title"].as_str().unwrap_or_default();
        assert!(title.len() < 6 || !report.contains(title), "{title}");
    }
    assert!(session.save_report(&path).is_err(), "it overwrites nothing");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a disk is unplugged")]
fn the_details_of_a_run_name_nothing_of_the_owners() {
    let (world, session) = backed_up();
    std::fs::rename(world.path("documents"), world.path("unplugged")).expect("unplugged");
    session.backup(&BackupOrder::default(), &Job::new()).expect_err("no disk");
    let runs = session.history().expect("a history");
    let details = |at: usize| session.run_details(&runs[at].run).expect("details");
    let failed = details(0);
    for part in ["Backstop: ", "kind: backup\n", "trigger: manual\n", "outcome: failed\ncode: disk_gone\n"] {
        assert!(failed.contains(part), "{part}\n{failed}");
    }
    let made = details(1);
    assert!(
        made.contains("archive: nnbackupz, ") && made.contains(" bytes, encrypted, verified\n"),
        "{made}"
    );
    let home = world.folder.path().to_string_lossy().into_owned();
    for text in [failed, made] {
        for canary in [PASSWORD, "Olive", home.as_str(), "documents", "library-"] {
            assert!(!text.contains(canary), "{canary}\n{text}");
        }
    }
    assert_eq!(session.run_details("20260101-000000-none").expect_err("none").code, Code::NotFound);
}
