//! Restoring and taking back.

use backstop_engine::api::{
    BackupOrder, Change, Code, Job, NoteQuery, RestoreMode, RestoreResult, Session, ShowAs,
};

use crate::world::{PASSWORD, World, password, sample};

fn restore(world: &World, session: &Session, name: &str, mode: RestoreMode) -> RestoreResult {
    let (path, secret) = sample(name);
    let archive = world.open(&path, secret);
    let prepared = session.plan(archive, mode, &Job::new()).expect("a plan");
    session.apply(prepared, &Job::new()).expect("a restore")
}

fn titles(session: &Session, query: &NoteQuery) -> Vec<String> {
    let page = session.notes(&NoteQuery { limit: 500, ..query.clone() }).expect("a page");
    page.notes.into_iter().map(|note| note.title).collect()
}

#[test]
fn a_second_restore_changes_nothing() {
    for name in ["partial-plain", "partial-encrypted", "full-plain", "full-encrypted"] {
        let world = World::new();
        let session = world.account("Olive", PASSWORD);
        let first = restore(&world, &session, name, RestoreMode::Merge);
        assert_eq!((first.notes.added, first.items.updated, first.items.removed), (17, 0, 0), "{name}");
        assert_eq!(first.attachments, if name.starts_with("full") { 6 } else { 0 }, "{name}");
        let second = restore(&world, &session, name, RestoreMode::Overwrite);
        assert_eq!((second.items.added, second.items.updated), (0, 0), "{name}");
        assert_eq!(second.items.identical, first.items.added, "{name}");
    }
}

#[test]
fn undo_gives_back_an_empty_library() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let restored = restore(&world, &session, "full-encrypted", RestoreMode::Merge);
    assert_eq!(
        titles(&session, &NoteQuery { words: Some("rigg".to_owned()), ..NoteQuery::default() }),
        ["Packing list for the regatta"]
    );
    let undo = session.plan_undo(&restored.run).expect("a plan");
    assert_eq!(undo.summary(&session, String::new()).expect("a summary").items.removed, restored.items.added);
    let undone = session.apply(undo, &Job::new()).expect("an undo");
    assert_eq!(undone.items.removed, restored.items.added);
    assert!(titles(&session, &NoteQuery::default()).is_empty());
    assert!(
        titles(&session, &NoteQuery { words: Some("rigg".to_owned()), ..NoteQuery::default() }).is_empty()
    );
    assert_eq!(session.overview().expect("an overview").attachments, 0);
    // An undo is a run like any other: it can be taken back too.
    let redo = session.plan_undo(&undone.run).expect("a plan");
    let redone = session.apply(redo, &Job::new()).expect("a redo");
    assert_eq!((redone.items.added, redone.attachments), (restored.items.added, 6));
    assert_eq!(session.overview().expect("an overview").attachments, 6);
    let order = BackupOrder { attachments: true, ..BackupOrder::default() };
    assert_eq!(session.backup(&order, &Job::new()).expect("a backup of what came back").attachments, 6);
    assert_eq!(
        titles(&session, &NoteQuery { words: Some("rigg".to_owned()), ..NoteQuery::default() }).len(),
        1
    );
}

#[test]
fn a_plan_touches_nothing_and_runs_on_one_state_only() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample("partial-plain");
    let stale = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    assert_eq!(session.overview().expect("an overview").notes, 0);
    restore(&world, &session, "partial-encrypted", RestoreMode::Merge);
    let refused = session.apply(stale, &Job::new()).err().map(|problem| problem.code);
    assert_eq!(refused, Some(Code::DestinationChanged));
}

#[test]
fn what_was_planned_can_be_listed_and_shown() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample("partial-plain");
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    let summary = plan.summary(&session, "t".to_owned()).expect("a summary");
    assert_eq!((summary.notes.added, summary.only_here, summary.attachments), (17, 0, 0));
    let mut lines = Vec::new();
    let mut keep = |line| {
        lines.push(line);
        true
    };
    plan.each_line(&session, Change::Added, &mut keep).expect("lines");
    assert_eq!(lines.len() as u64, summary.items.added);
    session.apply(plan, &Job::new()).expect("a restore");
    let shown = session.show("6b02394ec7299e628bdaab22", ShowAs::Text, None).expect("a note");
    assert!(shown.title == "Packing list for the regatta" && shown.text.contains("Spare bolts & nuts"));
    let locked = session.show("6b02394ec7299e628b01ac22", ShowAs::Text, None).expect_err("a locked note");
    assert_eq!(locked.code, Code::SecretRequired);
    let open = |vault: &str| {
        session.show("6b02394ec7299e628b01ac22", ShowAs::Text, Some(&password(vault))).map_err(|p| p.code)
    };
    assert!(open("keel & ballast").expect("the note").text.contains("4711"));
    assert_eq!(open("another vault").err(), Some(Code::WrongSecret));
    let listed = session.notes(&NoteQuery { limit: 500, ..NoteQuery::default() }).expect("a page").notes;
    let locked: Vec<&str> =
        listed.iter().filter(|note| note.locked).map(|note| note.title.as_str()).collect();
    assert_eq!(locked, ["Locker code"]);
    let preview = session.note_preview("6b02394ec7299e628bdaab22", "notesnook").expect("a preview");
    assert_eq!(preview.notebooks, ["Rowing club", "Rowing club/Regatta 2025"]);
    assert_eq!(preview.tags, ["todo", "club/2025"]);
}

#[test]
fn the_sample_notes_are_notes_like_any_other() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let added = session.add_sample_notes(&Job::new()).expect("sample notes");
    assert_eq!((added.notes.added, added.warnings.len()), (4, 0));
    assert_eq!(session.add_sample_notes(&Job::new()).expect("again").items.added, 0);
    assert_eq!(session.notebooks().expect("notebooks").first().map(|notebook| notebook.notes), Some(4));
}

/// The window asks after a restart too: the offer comes from the disk, not from what is in memory.
#[test]
fn the_first_page_offers_the_undo_of_the_last_restore() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let offer = |session: &Session| session.overview().expect("an overview").undo;
    assert_eq!(offer(&session), None);
    let restored = restore(&world, &session, "full-plain", RestoreMode::Merge);
    restore(&world, &session, "full-plain", RestoreMode::Merge);
    let id = session.account().id;
    drop(session);
    let (session, _) = world.engine.sign_in(&id, &password(PASSWORD), false).expect("signed in");
    let offered = offer(&session).expect("an offer");
    assert_eq!((offered.run.as_str(), offered.items), (restored.run.as_str(), restored.items));
    assert_eq!((offered.notes, offered.attachments), (17, 6));
    let undo = session.plan_undo(&offered.run).expect("a plan");
    let undone = session.apply(undo, &Job::new()).expect("an undo");
    assert_eq!((undone.items.removed, offer(&session)), (restored.items.added, None));
}

/// The library was written, and the process died before the history said so.
#[test]
fn the_undo_of_a_restore_that_broke_off_at_its_end_is_offered() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let restored = restore(&world, &session, "full-plain", RestoreMode::Merge);
    let log = world.account_folder().join("runs.ndjson");
    let text = std::fs::read_to_string(&log).expect("the history");
    let last = text.trim_end().rfind('\n').expect("more than one line") + 1;
    assert!(text[last..].contains("\"end\""), "the last line is the end: {}", &text[last..]);
    let file = std::fs::File::options().write(true).open(&log).expect("the history");
    file.set_len(last as u64).expect("shortened");
    let offered = session.overview().expect("an overview").undo.expect("an offer");
    assert_eq!((offered.run.as_str(), offered.items.added), (restored.run.as_str(), restored.items.added));
    assert_eq!((offered.notes, offered.items.updated, offered.items.removed), (17, 0, 0));
    let undo = session.plan_undo(&offered.run).expect("a plan");
    session.apply(undo, &Job::new()).expect("an undo");
    let overview = session.overview().expect("an overview");
    assert_eq!((overview.notes, overview.undo), (0, None));
}

#[test]
fn an_undo_is_offered_for_30_days() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let restored = restore(&world, &session, "full-plain", RestoreMode::Merge);
    let undo = session.plan_undo(&restored.run).expect("a plan");
    let undone = session.apply(undo, &Job::new()).expect("an undo");
    let blobs = || std::fs::read_dir(world.account_folder().join("blobs")).expect("a folder").count();
    assert_eq!(blobs(), 6, "an undo of the undo needs them");
    // Files are dated by the real clock, which may be ahead of the one of this test.
    world.clock.pass_ms(10 * 365 * 24 * 3_600_000);
    session.backup(&BackupOrder::default(), &Job::new()).expect("any run tidies up");
    assert_eq!(blobs(), 0);
    let refused = session.plan_undo(&undone.run).err().map(|problem| problem.code);
    assert_eq!(refused, Some(Code::NotFound));
    assert_eq!(session.overview().expect("an overview").undo, None);
}

#[test]
fn the_account_of_the_last_sign_in_is_offered_first() {
    let world = World::new();
    let names = || -> Vec<String> {
        let accounts = world.engine.accounts_last_first().expect("accounts");
        accounts.into_iter().map(|card| card.name).collect()
    };
    let (anna, _, olive) =
        (world.account("Anna", PASSWORD), world.account("Bert", PASSWORD), world.account("Olive", PASSWORD));
    assert_eq!(names(), ["Anna", "Bert", "Olive"]);
    olive.remember_as_last();
    assert_eq!(names(), ["Olive", "Anna", "Bert"]);
    anna.remember_as_last();
    assert_eq!(names(), ["Anna", "Bert", "Olive"]);
    drop(olive);
}
