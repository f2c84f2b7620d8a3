//! What the history tells, and deleting one backup by hand.

use std::fs;

use backstop_engine::api::{
    BackupOrder, BackupResult, Code, Job, RestoreMode, RunKind, RunOutcome, RunQuery, Session, Verified,
};

use crate::world::{PASSWORD, World, sample};

fn with_notes(world: &World) -> Session {
    let session = world.account("Olive", PASSWORD);
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let (path, secret) = sample("full-encrypted");
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
    session.choose(backstop_engine::api::Choice::SkipUnchanged(false), None).expect("kept");
    session
}

fn back_up(world: &World, session: &Session, attachments: bool) -> BackupResult {
    world.clock.pass_ms(60_000);
    let order = BackupOrder { attachments, ..BackupOrder::default() };
    session.backup(&order, &Job::new()).expect("a backup")
}

fn all() -> RunQuery {
    RunQuery { limit: 500, ..RunQuery::default() }
}

#[test]
fn a_run_tells_what_it_made_and_is_chosen_by_kind_outcome_and_time() {
    let world = World::new();
    let session = with_notes(&world);
    let made = back_up(&world, &session, true);
    let page = session.runs_page(&all()).expect("a history");
    assert_eq!((page.total, page.recorded, page.unreadable), (2, 2, 0));
    let [backup, restore] = page.runs.as_slice() else { panic!("two runs: {:?}", page.runs) };
    assert_eq!(
        (backup.kind, backup.outcome, backup.automatic),
        (RunKind::Backup, RunOutcome::Completed, false)
    );
    assert_eq!((backup.bytes, backup.notes, backup.attachments), (made.bytes, made.notes, made.attachments));
    let id = session.archives().expect("a list")[0].id.clone();
    assert_eq!(backup.archives[0].id.as_ref(), Some(&id));
    assert!(backup.attachments_included && backup.duration_ms.is_some());
    assert!(restore.items.added > 0 && restore.archives.is_empty());
    let of = |query: RunQuery| session.runs_page(&RunQuery { limit: 9, ..query }).expect("a history").total;
    assert_eq!(of(RunQuery { kinds: vec![RunKind::Restore], ..RunQuery::default() }), 1);
    assert_eq!(of(RunQuery { outcomes: vec![RunOutcome::Failed], ..RunQuery::default() }), 0);
    assert_eq!(of(RunQuery { place: Some("elsewhere".to_owned()), ..RunQuery::default() }), 0);
    assert_eq!(of(RunQuery { from: Some(backup.started), ..RunQuery::default() }), 1);
    assert_eq!(of(RunQuery { until: Some(backup.started), ..RunQuery::default() }), 1);
    let second = session.runs_page(&RunQuery { offset: 1, ..all() }).expect("a history");
    assert_eq!((second.total, second.runs.len()), (2, 1));
    assert_eq!(session.sizes("library", true).expect("sizes").len(), 1);
    assert_eq!(session.sizes("library", false).expect("sizes").len(), 0);
}

#[test]
fn a_file_that_goes_by_hand_is_gone_from_its_run_and_one_renamed_is_not() {
    let world = World::new();
    let session = with_notes(&world);
    let first = back_up(&world, &session, false);
    let second = back_up(&world, &session, false);
    let card = |path: &str| session.archives().expect("a list").into_iter().find(|card| card.path == path);
    session.pin(&card(&first.path).expect("listed").id, true).expect("pinned");
    let elsewhere = world.path("documents/Backstop/backups/kept for good.nnbackupz");
    fs::hard_link(&first.path, &elsewhere).expect("under another name");
    fs::remove_file(&first.path).expect("renamed");
    fs::remove_file(&second.path).expect("removed");
    let moved = card(&elsewhere.to_string_lossy()).expect("listed");
    assert_eq!((moved.pinned, moved.verified), (true, Verified::Full));
    assert_eq!(session.archives().expect("a list").len(), 1);
    let runs = session.runs_page(&all()).expect("a history").runs;
    assert_eq!(runs[0].archives[0].id, None);
    assert_eq!(runs[1].archives[0].id, Some(moved.id));
}

#[test]
fn the_last_verified_backup_of_a_kind_only_goes_when_that_is_said() {
    let world = World::new();
    let session = with_notes(&world);
    let full = back_up(&world, &session, true);
    let notes = back_up(&world, &session, false);
    let id = |path: &str| {
        session.archives().expect("a list").into_iter().find(|card| card.path == path).expect("listed").id
    };
    let (full, notes) = (id(&full.path), id(&notes.path));
    assert!(session.deletion(&full).expect("asked").last_verified, "the only one with attachments");
    assert!(!session.deletion(&notes).expect("asked").last_verified, "the other one holds as much");
    let before = session.history().expect("a history").len();
    assert_eq!(session.delete_archive(&full, false).expect_err("refused").code, Code::Usage);
    assert_eq!(session.history().expect("a history").len(), before, "what is refused is no run");
    session.delete_archive(&notes, false).expect("deleted");
    assert_eq!(session.delete_archive(&notes, false).expect_err("gone").code, Code::NotFound);
    session.delete_archive(&full, true).expect("deleted");
    assert!(session.archives().expect("a list").is_empty());
    let runs = session.runs_page(&all()).expect("a history").runs;
    assert_eq!((runs[0].kind, runs[0].deleted.len()), (RunKind::Prune, 1));
    assert!(runs.iter().all(|run| run.archives.iter().all(|archive| archive.id.is_none())));
}
