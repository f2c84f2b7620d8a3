//! Archives and the library looked at: the same notes, the same pictures, the same files.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use backstop_engine::api::{
    Code, Contents, Job, NoteQuery, RestoreMode, Session, Theme, Verified, last_theme,
};

use crate::world::{PASSWORD, World, sample};

fn look_into(world: &World, name: &str) -> Contents {
    let (path, secret) = sample(name);
    world.engine.look_into(world.open(&path, secret), &Job::new()).expect("an archive that opens")
}

fn restored(world: &World, name: &str) -> Session {
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample(name);
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
    session
}

fn put(path: &Path, bytes: &[u8]) {
    let file = File::options().write(true).create(true).truncate(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).expect("written");
}

fn all(trashed: bool) -> NoteQuery {
    NoteQuery { limit: 500, trashed, ..NoteQuery::default() }
}

#[test]
fn an_archive_shows_what_the_library_shows_after_its_restore() {
    let world = World::new();
    let contents = look_into(&world, "full-encrypted");
    let session = restored(&world, "full-encrypted");
    let json = |value: serde_json::Value| value;
    assert_eq!(
        json(serde_json::to_value(contents.notebooks().expect("a tree")).expect("json")),
        json(serde_json::to_value(session.notebooks().expect("a tree")).expect("json"))
    );
    for query in [all(false), all(true), NoteQuery { words: Some("rigg".to_owned()), ..all(false) }] {
        let ours = contents.notes(&query).expect("a page");
        let theirs = session.notes(&query).expect("a page");
        assert_eq!(ours.total, theirs.total);
        for (note, same) in ours.notes.iter().zip(&theirs.notes) {
            assert_eq!(note.id, same.id);
            let here = contents.note_preview(&note.id, &note.app).expect("a preview");
            let there = session.note_preview(&note.id, &note.app).expect("a preview");
            assert_eq!((&here.html, &here.tags), (&there.html, &there.tags));
            assert_eq!((&here.attachments, &here.notebooks), (&there.attachments, &there.notebooks));
        }
    }
    let card = contents.card();
    let overview = session.overview().expect("an overview");
    assert_eq!((card.notes, card.attachments), (overview.notes, overview.attachments));
    assert!(!card.damaged && card.notebooks > 0);
}

/// Hashes of the pictures that the text of a note shows.
fn pictures(html: &str) -> Vec<&str> {
    html.split("data-hash=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_picture_and_a_file_come_out_of_an_archive_and_of_the_library() {
    let world = World::new();
    let contents = look_into(&world, "full-encrypted");
    let session = restored(&world, "full-encrypted");
    let (mut drawn, mut saved) = (0, 0);
    for note in contents.notes(&all(false)).expect("a page").notes {
        let preview = contents.note_preview(&note.id, &note.app).expect("a preview");
        for hash in pictures(preview.html.as_deref().unwrap_or_default()) {
            let picture = contents.picture(hash).expect("a picture");
            assert_eq!(picture, session.picture(hash).expect("the same picture"));
            assert!(picture.mime.starts_with("image/") && !picture.bytes.is_empty());
            drawn += 1;
        }
        for file in preview.attachments.iter().filter(|file| file.here) {
            let out = world.folder.path().join("saved");
            put(&out, b"an older file");
            let bytes = contents.save_attachment(&file.id, &out, &Job::new()).expect("saved");
            let first = std::fs::read(&out).expect("the file");
            assert_eq!((bytes, first.len() as u64), (file.bytes, file.bytes));
            session.save_attachment(&file.id, &out, &Job::new()).expect("saved again");
            assert_eq!(std::fs::read(&out).expect("the file"), first);
            assert_eq!(contents.attachment_name(&file.id).expect("a name"), file.name);
            saved += 1;
        }
    }
    assert!(drawn > 0 && saved > 2, "{drawn} pictures, {saved} files");
}

#[test]
fn what_is_not_in_the_archive_is_said_so() {
    let world = World::new();
    let contents = look_into(&world, "partial-plain");
    let session = restored(&world, "partial-plain");
    let out = world.folder.path().join("saved");
    let mut missing = 0;
    for note in contents.notes(&all(false)).expect("a page").notes {
        for file in contents.note_preview(&note.id, &note.app).expect("a preview").attachments {
            assert!(!file.here, "{}", file.name);
            let code = |end: Result<u64, backstop_engine::api::Problem>| end.map_err(|problem| problem.code);
            assert_eq!(code(contents.save_attachment(&file.id, &out, &Job::new())), Err(Code::NotFound));
            assert_eq!(code(session.save_attachment(&file.id, &out, &Job::new())), Err(Code::NotFound));
            missing += 1;
        }
    }
    assert!(missing > 0 && !out.exists());
    for nonsense in ["", "../../etc/passwd", "0000000000000000"] {
        assert_eq!(contents.picture(nonsense).map_err(|problem| problem.code), Err(Code::NotFound));
        assert_eq!(session.picture(nonsense).map_err(|problem| problem.code), Err(Code::NotFound));
    }
}

#[test]
fn a_check_is_noted_in_the_list_of_backups() {
    let world = World::new();
    let session = restored(&world, "full-plain");
    let made = session.backup(&backstop_engine::api::BackupOrder::default(), &Job::new()).expect("a backup");
    let path = std::path::PathBuf::from(made.path);
    let check = |full: bool| {
        let mut open = || {
            let mut archive = world.engine.open_archive(&path)?;
            session.unlock_own(&mut archive, &Job::new())?;
            Ok(archive)
        };
        session.check(&path, &mut open, full, &Job::new())
    };
    let noted = || session.archives().expect("a list").remove(0).verified;
    let quick = check(false).expect("a check");
    assert!(quick.sound && !quick.full && quick.items_read == 0);
    let full = check(true).expect("a check");
    assert!(full.sound && full.notes == made.notes && full.not_read == 0);
    assert_eq!(noted(), Verified::Full);
    let mut bytes = std::fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    put(&path, &bytes);
    let damaged = check(true).expect("a result");
    assert!(!damaged.sound && !damaged.findings.is_empty());
    assert_eq!(noted(), Verified::Damaged);
    put(&path, b"no archive at all");
    let nothing = check(false).expect("a result");
    assert_eq!((nothing.sound, nothing.findings.len()), (false, 1));
}

#[test]
fn the_look_outlives_the_program_and_junk_is_no_look() {
    let world = World::new();
    let data_dir = world.folder.path().join("data");
    assert_eq!(last_theme(&data_dir), Theme::System);
    world.engine.remember_theme(Theme::Dark).expect("kept");
    assert_eq!((last_theme(&data_dir), world.engine.last_theme()), (Theme::Dark, Theme::Dark));
    put(&data_dir.join("window.json"), b"junk");
    assert_eq!(last_theme(&data_dir), Theme::System);
}

#[test]
fn it_is_told_where_every_note_is() {
    let world = World::new();
    let contents = look_into(&world, "full-encrypted");
    let places = contents.note_places().expect("places");
    let ids = |trashed: bool| {
        let page = contents.notes(&all(trashed)).expect("a page");
        page.notes.into_iter().map(|note| note.id).collect::<std::collections::BTreeSet<_>>()
    };
    for trashed in [false, true] {
        let placed = places.iter().filter(|place| place.trashed == trashed);
        assert_eq!(
            placed.map(|place| place.id.clone()).collect::<std::collections::BTreeSet<_>>(),
            ids(trashed)
        );
    }
    for notebook in contents.notebooks().expect("a tree") {
        let inside = places.iter().filter(|place| !place.trashed && place.notebooks.contains(&notebook.id));
        assert_eq!(inside.count() as u64, notebook.notes, "{}", notebook.title);
    }
}
