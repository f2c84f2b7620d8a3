//! Backing up, and opening what was made.

use std::collections::BTreeSet;
use std::path::Path;

use backstop_engine::api::{
    ArchiveFormat, ArchiveSecret, BackupKind, BackupOrder, Code, Conditions, Job, Protection, RecoveryKey,
    RestoreMode, Session, Stage, Verified,
};
use backstop_engine::durable::Origin;
use backstop_engine::runs::{Begin, RunKind, RunLog, Trigger};
use backstop_model::TimeMs;

use crate::world::{PASSWORD, World, password, sample};

const OTHER_PASSWORD: &str = "medivo-sakuro-natope-lifeba";

fn fill(world: &World, session: &Session, name: &str) {
    let (path, secret) = sample(name);
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
}

/// What two archives of the same notes must agree in.
fn comparable(world: &World, path: &Path, secret: &str) -> serde_json::Value {
    let mut inventory = world.inventory(path, secret);
    let object = inventory.as_object_mut().expect("an object");
    for own in ["created", "encrypted", "warnings"] {
        object.remove(own);
    }
    inventory
}

#[test]
fn a_backup_of_a_restored_file_holds_the_same() {
    for name in ["partial-plain", "full-encrypted"] {
        let world = World::new();
        let session = world.account("Olive", PASSWORD);
        fill(&world, &session, name);
        session.use_folder(&world.path("documents"), None).expect("a folder");
        let order = BackupOrder { attachments: name.starts_with("full"), ..BackupOrder::default() };
        let made = session.backup(&order, &Job::new()).expect("a backup");
        assert!(made.verified && made.encrypted && made.warnings.is_empty(), "{:?}", made.warnings);
        assert_eq!(made.notes, 17);
        let (path, secret) = sample(name);
        let (original, ours) =
            (comparable(&world, &path, secret), comparable(&world, Path::new(&made.path), PASSWORD));
        assert_eq!(ours, original, "{name}");
    }
}

#[test]
fn a_backup_in_our_own_format_holds_the_same_and_needs_nobody_there() {
    let world = World::new();
    let (session, created) =
        world.engine.create_account("Olive", &password(PASSWORD), false, true).expect("an account");
    fill(&world, &session, "full-encrypted");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    assert_eq!(session.format().expect("a format"), ArchiveFormat::Nnbackupz);
    session.set_format(ArchiveFormat::Backstop).expect("a format");
    assert_eq!(session.setting("format").as_deref(), Ok("backstop"), "by name too");
    let attended = session.attend(&Conditions::by_hand(false), &Job::new()).expect("attended");
    let [full] = &attended.backups[..] else { panic!("one backup counts as both kinds: {attended:?}") };
    assert_eq!(full.kind, BackupKind::Full);
    let by_itself = full.end.as_ref().expect("a backup");
    assert!(by_itself.verified && by_itself.encrypted && by_itself.name.ends_with(".backstop"));
    let full = BackupOrder { attachments: true, ..BackupOrder::default() };
    let made = session.backup(&full, &Job::new()).expect("a backup");
    assert_eq!((made.notes, made.attachments, made.warnings.len()), (17, 6, 0));
    let format = Some(ArchiveFormat::Nnbackupz);
    let theirs = session.backup(&BackupOrder { format, ..full }, &Job::new()).expect("a backup");
    let without_form = |path: &str| {
        let mut inventory = comparable(&world, Path::new(path), PASSWORD);
        let object = inventory.as_object_mut().expect("an object");
        ["format", "format_version", "app"].iter().for_each(|name| drop(object.remove(*name)));
        inventory
    };
    assert_eq!(without_form(&made.path), without_form(&theirs.path));
    let recovery = RecoveryKey::parse(&created.recovery_key.join("-")).expect("a recovery key");
    let mut archive = world.engine.open_archive(Path::new(&made.path)).expect("an archive");
    archive.unlock(&ArchiveSecret::RecoveryKey(recovery), &Job::new()).expect("the recovery key opens it");
    let mut own = world.engine.open_archive(Path::new(&made.path)).expect("an archive");
    assert!(session.unlock_own(&mut own, &Job::new()).expect("read"), "its account opens it");
    let second = world.account("Basil", OTHER_PASSWORD);
    let mut locked = world.engine.open_archive(Path::new(&made.path)).expect("an archive");
    assert!(!second.unlock_own(&mut locked, &Job::new()).expect("read"), "another one does not");
    let plan = second.plan(archive, RestoreMode::Merge, &Job::new()).expect("a plan");
    second.apply(plan, &Job::new()).expect("a restore");
    assert_eq!(second.overview().expect("an overview").notes, 17);
    assert_eq!(session.archives().expect("a list").len(), 3, "all three are known");
}

/// A backup without attachments brings their rows and their key, and no bytes.
#[test]
fn files_that_never_came_along_do_not_stop_a_full_backup() {
    let world = World::new();
    let first = world.account("Olive", PASSWORD);
    fill(&world, &first, "full-encrypted");
    first.use_folder(&world.path("documents"), None).expect("a folder");
    let partial = BackupOrder { attachments: false, ..BackupOrder::default() };
    let made = first.backup(&partial, &Job::new()).expect("a backup");
    let second = world.account("Basil", OTHER_PASSWORD);
    let plan = second.plan(world.open(Path::new(&made.path), PASSWORD), RestoreMode::Merge, &Job::new());
    second.apply(plan.expect("a plan"), &Job::new()).expect("a restore");
    second.use_folder(&world.path("documents"), None).expect("a folder");
    let full = BackupOrder { attachments: true, ..BackupOrder::default() };
    let made = second.backup(&full, &Job::new()).expect("a backup of what is there");
    assert!(made.verified);
    assert_eq!((made.notes, made.attachments), (17, 0));
}

#[test]
fn only_the_right_secrets_open_a_backup_elsewhere() {
    let world = World::new();
    let (session, created) =
        world.engine.create_account("Olive", &password(PASSWORD), false, true).expect("an account");
    fill(&world, &session, "partial-plain");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let made = session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    let recovery = RecoveryKey::parse(&created.recovery_key.join("-")).expect("a recovery key");
    let other_recovery = RecoveryKey::from_bytes([5; 32]);
    let secrets = [
        (ArchiveSecret::Password(password(PASSWORD)), None),
        (ArchiveSecret::RecoveryKey(recovery), None),
        (ArchiveSecret::Password(password(OTHER_PASSWORD)), Some(Code::WrongSecret)),
        (ArchiveSecret::RecoveryKey(other_recovery), Some(Code::WrongSecret)),
    ];
    let second = world.account("Basil", OTHER_PASSWORD);
    for (place, (secret, refused)) in secrets.into_iter().enumerate() {
        let mut archive = world.engine.open_archive(Path::new(&made.path)).expect("an archive");
        let unlocked = archive.unlock(&secret, &Job::new()).err().map(|problem| problem.code);
        assert_eq!(unlocked, refused, "secret {place}");
        if refused.is_none() {
            let plan = second.plan(archive, RestoreMode::Merge, &Job::new()).expect("a plan");
            second.apply(plan, &Job::new()).expect("a restore");
            assert_eq!(second.overview().expect("an overview").notes, 17);
        }
    }
}

#[test]
fn encryption_goes_off_only_with_the_password() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let wrong = password("not the password");
    let code = |problem: backstop_engine::api::Problem| problem.code;
    assert_eq!(session.set_encryption(false, None).map_err(code), Err(Code::SecretRequired));
    assert_eq!(session.set_encryption(false, Some(&wrong)).map_err(code), Err(Code::WrongSecret));
    assert!(session.overview().expect("an overview").encryption);
    session.set_encryption(false, Some(&password(PASSWORD))).expect("off");
    let refused = session.backup(&BackupOrder::default(), &Job::new()).err().map(code);
    assert_eq!(refused, Some(Code::SecretRequired));
    let right = password(PASSWORD);
    let order = BackupOrder { password: Some(&right), ..BackupOrder::default() };
    assert!(!session.backup(&order, &Job::new()).expect("a plain backup").encrypted);
    session.set_encryption(true, None).expect("on needs nothing");
}

#[test]
fn the_card_and_the_list_say_what_was_made() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    session.use_folder(&world.path("documents"), None).expect("a folder");
    assert_eq!(session.overview().expect("an overview").status.protection, Protection::Never);
    let made = session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    let status = session.overview().expect("an overview").status;
    assert_eq!(status.protection, Protection::Protected);
    assert!(status.next > status.last_verified && status.last_verified_full.is_none());
    let archives = session.archives().expect("a list");
    let [card] = archives.as_slice() else { panic!("one archive, not {}", archives.len()) };
    assert_eq!(
        (card.verified, card.notes, card.path.as_str()),
        (Verified::Full, Some(0), made.path.as_str())
    );
    world.clock.pass_ms(3 * 24 * 3_600_000);
    let overdue = session.overview().expect("an overview").status.protection;
    assert_eq!(overdue, Protection::Overdue { days: 2 });
    let runs = session.history().expect("a history");
    assert_eq!((runs.len(), runs.first().map(|run| run.outcome.as_str())), (1, Some("completed")));
}

/// A run that was killed while it wrote to a folder of its own, as `--to` names one.
#[test]
fn what_a_killed_backup_left_in_a_folder_of_its_own_goes_with_the_next_run() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let account = world.account_folder();
    let elsewhere = world.path("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    let ours = Origin::new("test", &account);
    let theirs = Origin::new("another machine", &account);
    let part = |origin: &Origin| elsewhere.join(format!(".backstop-{origin}-20261122-080000-aaaa-0.part"));
    for origin in [&ours, &theirs] {
        std::fs::File::create_new(part(origin)).expect("a file");
    }
    let begin = Begin {
        run: "20261122-080000-aaaa".parse().expect("a run id"),
        kind: RunKind::Backup,
        trigger: Trigger::Manual,
        started: TimeMs(1),
        places: vec!["library".to_owned()],
        undoes: None,
        folder: Some(elsewhere.clone()),
        attachments: false,
    };
    RunLog::new(&account).begin(&begin).expect("recorded");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    assert!(!part(&ours).exists() && part(&theirs).exists());
    let to = world.path("new");
    let order = BackupOrder { to: Some(&to), ..BackupOrder::default() };
    session.backup(&order, &Job::new()).expect("a backup elsewhere");
    let history = RunLog::new(&account).read().expect("a history");
    assert_eq!(history.runs.first().and_then(|run| run.begin.folder.clone()), Some(to));
}

/// Every total that is told is one that is reached, and none is passed.
#[test]
fn every_stage_ends_at_its_total() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let job = Job::new();
    let (path, secret) = sample("full-encrypted");
    let archive = world.open(&path, secret);
    let plan = session.plan(archive, RestoreMode::Merge, &job).expect("a plan");
    let read = job.progress();
    assert_eq!((read.stage, read.bytes_done), (Stage::Reading, read.bytes_total));
    session.apply(plan, &job).expect("a restore");
    let written = job.progress();
    assert_eq!((written.stage, written.items_done, written.items_total), (Stage::Writing, 17, 17));
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let order = BackupOrder { attachments: true, ..BackupOrder::default() };
    let made = session.backup(&order, &job).expect("a backup");
    let checked = job.progress();
    assert_eq!((checked.stage, checked.bytes_total), (Stage::Checking, made.bytes));
    assert!(checked.bytes_done <= checked.bytes_total, "{checked:?}");
}

#[test]
fn a_clock_that_is_set_back_is_said_and_costs_no_backup() {
    const TWENTY_HOURS_MS: i64 = 20 * 3_600_000;
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    fill(&world, &session, "partial-plain");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let full = BackupOrder { attachments: true, ..BackupOrder::default() };
    let by_hand = || session.backup(&full, &Job::new()).expect("a backup");
    let said = || {
        let warnings = session.overview().expect("an overview").folder_warnings;
        warnings.iter().filter(|warning| warning.contains("clock was set back")).count()
    };
    let first = by_hand();
    let bytes = std::fs::read(&first.path).expect("the archive");
    assert_eq!(said(), 0);
    world.clock.pass_ms(-TWENTY_HOURS_MS);
    assert_eq!(said(), 1);
    let attended = session.attend(&Conditions::by_hand(false), &Job::new()).expect("asked");
    assert!(attended.backups.is_empty(), "nothing is made by itself");
    let second = by_hand();
    world.clock.pass_ms(TWENTY_HOURS_MS);
    let third = by_hand();
    let names = BTreeSet::from([&first.name, &second.name, &third.name]);
    assert_eq!(names.len(), 3, "the moment of the first comes again, its name does not: {names:?}");
    assert!(std::fs::read(&first.path).expect("the archive") == bytes);
    assert_eq!(session.archives().expect("a list").len(), 3);
    let history = session.history().expect("a history");
    let made: Vec<_> = history.iter().filter(|line| line.kind == "backup").map(|line| &line.run).collect();
    assert_eq!(made, [&third.run, &second.run, &first.run], "newest first, whatever the clock said");
}
