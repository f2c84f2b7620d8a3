//! Restores of every mode into random libraries: what they must do, and that an undo gives the state
//! before back byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use backstop_crypto::Key;
use backstop_model::{
    App, BytesSource, Fault, FaultCode, Finding, FlowError, Item, ItemId, ItemKey, Job, Kind, Native, Reader,
    Severity, Sink, Source as _,
};
use backstop_testkit::notesnook::{body, note, notebook, relation, tag};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Mode, Order, Plan, RestoreError, Safety, commit, plan, plan_undo, read, secure};
use crate::library::Library;
use crate::store::NoteFilter;

const NOTES: usize = 4;
const BOOKS: usize = 3;
const TAGS: usize = 2;
const FILES: usize = 2;

/// One thing that an archive may hold: what, which, and in which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Note(usize, u8),
    Book(usize, u8),
    Tag(usize),
    InBook(usize, usize),
    SubBook(usize, usize),
    Tagged(usize, usize),
    Attached(usize, usize),
    File(usize),
    Revision(usize),
}

fn id(kind: char, number: usize) -> String {
    format!("{kind}{number:023x}")
}

fn word(version: u8) -> String {
    format!("word{version}")
}

/// A row with fields set: an edit gives it another time too.
fn edited(row: &str, fields: &[(&str, Value)]) -> String {
    let mut row: Value = serde_json::from_str(row).expect("JSON");
    for (name, value) in fields {
        row[*name] = value.clone();
    }
    row.to_string()
}

fn at(version: u8) -> Value {
    json!(1_700_000_000_000_i64 + i64::from(version))
}

impl Thing {
    fn rows(self) -> Vec<String> {
        match self {
            Self::Note(n, version) => {
                let html = format!(
                    "<p>{} <a href=\"nn://note/{}\">x</a></p>",
                    word(version),
                    id('a', (n + 1) % NOTES)
                );
                let time = [("dateModified", at(version))];
                vec![
                    edited(&note(&id('a', n), &format!("Note {n}"), Some(&id('c', n))), &time),
                    edited(&body(&id('c', n), &id('a', n), &html), &time),
                ]
            }
            Self::Book(n, version) => {
                let title = format!("Book {n} {version}");
                vec![edited(&notebook(&id('b', n), &title), &[("dateModified", at(version))])]
            }
            Self::Tag(n) => vec![tag(&id('d', n), &format!("tag {n}"))],
            Self::InBook(b, n) => vec![relation(("notebook", &id('b', b)), ("note", &id('a', n)))],
            Self::SubBook(b, n) => vec![relation(("notebook", &id('b', b)), ("notebook", &id('b', n)))],
            Self::Tagged(t, n) => vec![relation(("tag", &id('d', t)), ("note", &id('a', n)))],
            Self::Attached(n, f) => vec![relation(("note", &id('a', n)), ("attachment", &id('f', f)))],
            Self::File(f) => vec![
                json!({"id": id('f', f), "type": "attachment", "hash": hash(f), "filename": "x.png",
                       "mimeType": "image/png", "size": 5, "dateModified": 1, "dateCreated": 1})
                .to_string(),
            ],
            Self::Revision(n) => {
                let session = format!("{}_17", id('a', n));
                vec![
                    json!({"id": session, "type": "session", "noteId": id('a', n), "dateModified": 1,
                           "sessionContentId": format!("{session}_content")})
                    .to_string(),
                    json!({"id": format!("{session}_content"), "type": "sessioncontent", "dateModified": 1,
                           "data": "<p>then</p>", "contentType": "tiptap", "compressed": false})
                    .to_string(),
                ]
            }
        }
    }
}

fn hash(file: usize) -> String {
    format!("{file:016x}")
}

/// An archive in memory.
#[derive(Debug, Clone, Default)]
struct Archive {
    things: BTreeSet<Thing>,
    full: bool,
    odd: Option<FaultCode>,
}

impl Archive {
    fn of(things: &[Thing]) -> Self {
        Self { things: things.iter().copied().collect(), full: true, odd: None }
    }

    fn items(&self) -> Vec<Item> {
        self.things.iter().flat_map(|thing| thing.rows()).map(|row| item(&row)).collect()
    }

    fn keys(&self) -> BTreeSet<(Kind, String)> {
        self.items().into_iter().map(|item| (item.key.kind, item.key.id.to_string())).collect()
    }
}

fn item(row: &str) -> Item {
    let parsed: Value = serde_json::from_str(row).expect("JSON");
    let kind = match parsed["type"].as_str() {
        Some("note") => Kind::Note,
        Some("notebook") => Kind::Notebook,
        Some("tiptap") => Kind::Body,
        Some("tag") => Kind::Tag,
        Some("attachment") => Kind::Attachment,
        Some("session") => Kind::Revision,
        Some("sessioncontent") => Kind::RevisionBody,
        _ => Kind::Relation,
    };
    let id = ItemId::new(parsed["id"].as_str().expect("an id")).expect("an id");
    let native = Native { version: "6.1".to_owned(), json: row.to_owned() };
    backstop_formats::interpret(ItemKey { app: App::Notesnook, kind, id }, native)
}

impl Reader for Archive {
    fn read_into(&mut self, sink: &mut dyn Sink, _: &Job) -> Result<(), FlowError> {
        if let Some(code) = self.odd {
            sink.finding(Finding { severity: Severity::Warning, fault: Fault::new(code, "odd") })?;
        }
        let items = self.items();
        for item in &items {
            sink.item(item.clone())?;
        }
        for head in items.iter().filter_map(|item| item.attachment.as_ref()).filter(|_| self.full) {
            let name = head.hash.as_ref().map_or("", |hash| hash.hex.as_str());
            sink.attachment(head, &BytesSource(name.as_bytes().to_vec()))?;
        }
        Ok(())
    }
}

struct World {
    folder: TempDir,
    library: Library,
    key: Key,
    runs: usize,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = |byte| Key::from_bytes([byte; 32]);
        let library = Library::open(folder.path(), &key(1), &key(2)).expect("a library");
        Self { folder, library, key: key(3), runs: 0 }
    }

    fn scratch(&self) -> &Path {
        self.folder.path()
    }

    fn plan(&self, archives: &[Archive], mode: Mode, only: &[String]) -> Result<Plan, RestoreError> {
        let job = Job::new();
        let stages: Result<Vec<_>, _> =
            archives.iter().map(|archive| read(self.scratch(), &mut archive.clone(), false, &job)).collect();
        let attachments_included = archives.iter().all(|archive| archive.full);
        plan(
            &self.library,
            self.scratch(),
            stages?,
            &Order { mode, only, attachments_included, salvage: false },
            &job,
        )
    }

    /// Carries a plan out and gives the run that undoes it.
    fn apply(&mut self, plan: &Plan, archives: &[Archive]) -> String {
        self.runs += 1;
        let run = format!("run-{}", self.runs);
        let mut archives = archives.to_vec();
        let mut readers: Vec<&mut dyn Reader> =
            archives.iter_mut().map(|archive| archive as &mut dyn Reader).collect();
        let safety = Safety::open(&self.scratch().join("safety"), &self.key).expect("a folder");
        let secured = secure(plan, &self.library, &safety, &run, &mut readers, &Job::new()).expect("secured");
        commit(plan, &self.library, &secured, &Job::new()).expect("carried out");
        run
    }

    fn undo(&mut self, run: &str) {
        let plan = {
            let safety = Safety::open(&self.scratch().join("safety"), &self.key).expect("a folder");
            plan_undo(&self.library, self.scratch(), &safety, run).expect("a plan")
        };
        self.apply(&plan, &[]);
    }

    fn rows(&self, sql: &str) -> Vec<String> {
        let mut query = self.library.store.db.prepare(sql).expect("SQL");
        let rows = query.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("text")
    }

    /// Everything in the library that anybody can see, row numbers included.
    fn dump(&self) -> BTreeMap<&'static str, Vec<String>> {
        let items = "SELECT printf('%d %d %s %d %s %d %d %d %d %s %s %s %s %s', rowid, kind, id, app,
            coalesce(title, '-'), created_ms, edited_ms, modified_ms, flags, coalesce(owner, '-'),
            hex(fingerprint), hex(text_sha256), version, hex(row)) FROM items ORDER BY rowid";
        let relations = "SELECT printf('%d %d %s %d %s', item, from_kind, from_id, to_kind, to_id)
            FROM relations ORDER BY 1";
        let attachments = "SELECT printf('%d %s %s %d %s', item, name, mime, size_bytes, hash)
            FROM attachments ORDER BY 1";
        let blobs = "SELECT printf('%s %s %s %d', name, hash, hex(sha256), size_bytes) FROM blobs ORDER BY 1";
        let mut all: BTreeMap<_, _> =
            [("items", items), ("relations", relations), ("attachments", attachments), ("blobs", blobs)]
                .into_iter()
                .map(|(name, sql)| (name, self.rows(sql)))
                .collect();
        all.insert("words", (0..4).flat_map(|version| self.found(&word(version))).collect());
        all
    }

    fn found(&self, word: &str) -> Vec<String> {
        let filter = NoteFilter { words: Some(word.to_owned()), ..NoteFilter::default() };
        let (_, lines) = self.library.store.notes(&filter, 0, 1000).expect("searched");
        let mut ids: Vec<String> = lines.into_iter().map(|line| format!("{word} {}", line.id)).collect();
        ids.sort();
        ids
    }

    fn keys(&self) -> BTreeSet<(Kind, String)> {
        let mut query = self.library.store.db.prepare("SELECT kind, id FROM items").expect("SQL");
        let keys = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).expect("rows");
        keys.map(|key| key.map(|(kind, id)| (crate::store::kind_of(kind).expect("a kind"), id)))
            .collect::<Result<_, _>>()
            .expect("keys")
    }

    /// Every attachment whose row is here and that came with bytes can be read.
    fn check_bytes(&self) {
        for hash in self.rows("SELECT hash FROM blobs") {
            let record = self.library.blob_of(&hash).expect("read").expect("a blob");
            let mut bytes = Vec::new();
            let source = self.library.blobs.source(record);
            source.open().expect("opens").read_to_end(&mut bytes).expect("reads");
            assert_eq!(bytes, hash.as_bytes());
        }
    }
}

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        4 => (0..NOTES, 0..4_u8).prop_map(|(n, version)| Thing::Note(n, version)),
        2 => (0..BOOKS, 0..3_u8).prop_map(|(n, version)| Thing::Book(n, version)),
        1 => (0..TAGS).prop_map(Thing::Tag),
        2 => (0..BOOKS, 0..NOTES).prop_map(|(b, n)| Thing::InBook(b, n)),
        1 => (0..BOOKS, 0..BOOKS).prop_map(|(b, n)| Thing::SubBook(b, n)),
        2 => (0..TAGS, 0..NOTES).prop_map(|(t, n)| Thing::Tagged(t, n)),
        2 => (0..NOTES, 0..FILES).prop_map(|(n, f)| Thing::Attached(n, f)),
        2 => (0..FILES).prop_map(Thing::File),
        1 => (0..NOTES).prop_map(Thing::Revision),
    ]
}

/// Things of which no two are versions of one.
fn archive() -> impl Strategy<Value = Archive> {
    (proptest::collection::vec(thing(), 0..14), any::<bool>()).prop_map(|(things, full)| {
        let mut by_key = BTreeMap::new();
        for thing in things {
            by_key.insert(item(&thing.rows()[0]).key, thing);
        }
        Archive { things: by_key.into_values().collect(), full, odd: None }
    })
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Merge), Just(Mode::Overwrite), Just(Mode::Copy), Just(Mode::Exact)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_undo_of_any_restore_gives_the_state_before(
        before in proptest::collection::vec(archive(), 0..3),
        archives in proptest::collection::vec(archive(), 1..3),
        mode in mode(),
        chosen in proptest::option::of(0..8_usize),
    ) {
        let mut world = World::new();
        for archive in before {
            let archives = [archive];
            let plan = world.plan(&archives, Mode::Overwrite, &[]).expect("a plan");
            world.apply(&plan, &archives);
        }
        let all: Vec<(Kind, String)> = archives.iter().flat_map(Archive::keys).collect();
        let only: Vec<String> = chosen.and_then(|place| all.get(place)).map(|(_, id)| id.clone()).into_iter().collect();
        let (state, keys) = (world.dump(), world.keys());
        let plan = match world.plan(&archives, mode, &only) {
            Ok(plan) => plan,
            Err(RestoreError::ExactPart) => {
                prop_assert!(mode == Mode::Exact && !only.is_empty());
                return Ok(());
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        prop_assert_eq!(&world.dump(), &state, "a plan touches nothing");
        let run = world.apply(&plan, &archives);
        let after = world.keys();
        match mode {
            Mode::Merge | Mode::Overwrite => prop_assert!(after.is_superset(&keys)),
            Mode::Copy => {
                let now = world.dump();
                prop_assert!(state["items"].iter().all(|row| now["items"].contains(row)), "what was there is untouched");
                prop_assert_eq!(plan.items.updated + plan.items.removed, 0);
            }
            Mode::Exact => {
                let mut expected: BTreeSet<_> = all.iter().cloned().collect();
                if !archives.iter().all(|archive| archive.full) {
                    expected.extend(keys.iter().filter(|(kind, _)| *kind == Kind::Attachment).cloned());
                }
                prop_assert_eq!(&after, &expected);
            }
        }
        world.check_bytes();
        world.undo(&run);
        prop_assert_eq!(world.dump(), state);
        world.check_bytes();
    }
}

fn full_account() -> Archive {
    let mut things: Vec<Thing> = (0..NOTES).map(|n| Thing::Note(n, 1)).collect();
    things.extend([
        Thing::Book(0, 0),
        Thing::Book(1, 0),
        Thing::Tag(0),
        Thing::Tag(1),
        Thing::File(0),
        Thing::File(1),
    ]);
    things.extend([Thing::InBook(0, 0), Thing::SubBook(0, 1), Thing::InBook(1, 1), Thing::Tagged(0, 1)]);
    things.extend([Thing::Tagged(1, 2), Thing::Attached(1, 0), Thing::Attached(2, 1), Thing::Revision(1)]);
    Archive::of(&things)
}

fn titles_of(plan: &Plan, world: &World, kind: Kind) -> Vec<String> {
    let lines = plan.lines(&world.library, super::Change::Added, &[kind], 100).expect("lines");
    lines.into_iter().map(|line| line.id).collect()
}

#[test]
fn copies_have_ids_of_their_own_and_their_links_lead_to_copies() {
    let mut world = World::new();
    let archives = [full_account()];
    for mode in [Mode::Merge, Mode::Copy] {
        let plan = world.plan(&archives, mode, &[]).expect("a plan");
        world.apply(&plan, &archives);
    }
    let old: BTreeSet<String> = (0..NOTES).map(|n| id('a', n)).collect();
    let notes: BTreeSet<String> =
        world.keys().into_iter().filter(|(kind, _)| *kind == Kind::Note).map(|(_, id)| id).collect();
    let copies: BTreeSet<&String> = notes.difference(&old).collect();
    assert_eq!((notes.len(), copies.len()), (2 * NOTES, NOTES));
    let count = |kind: Kind| world.keys().iter().filter(|(known, _)| *known == kind).count();
    assert_eq!((count(Kind::Notebook), count(Kind::Body), count(Kind::Revision)), (4, 8, 2));
    assert_eq!((count(Kind::Tag), count(Kind::Attachment)), (2, 2), "shared with what was there");
    assert_eq!(count(Kind::Relation), 14);
    for copy in copies {
        let key =
            |kind| ItemKey { app: App::Notesnook, kind, id: ItemId::new(copy.as_str()).expect("an id") };
        let text =
            world.library.store.owned(&key(Kind::Note), Kind::Body).expect("read").expect("its own text");
        let linked =
            text.native.json.split("nn://note/").nth(1).and_then(|rest| rest.get(..24)).expect("a link");
        assert!(notes.contains(linked) && !old.contains(linked), "{linked}");
    }
    let mut ends = world.library.store.db.prepare("SELECT count(*) FROM relations r WHERE NOT EXISTS (SELECT 1 FROM items i WHERE i.kind = r.from_kind AND i.id = r.from_id) OR NOT EXISTS (SELECT 1 FROM items i WHERE i.kind = r.to_kind AND i.id = r.to_id)").expect("SQL");
    assert_eq!(
        ends.query_row([], |row| row.get::<_, i64>(0)).expect("a count"),
        0,
        "every relation is alive"
    );
}

#[test]
fn only_takes_what_belongs_to_what_was_named() {
    let world = World::new();
    let archives = [full_account()];
    let of = |only: &[String], kind| {
        titles_of(&world.plan(&archives, Mode::Merge, only).expect("a plan"), &world, kind)
    };
    for (only, notes, books, tags, files, relations) in [
        (id('b', 0), vec![0, 1], vec![0, 1], vec![0], vec![0], 5),
        (id('b', 1), vec![1], vec![1], vec![0], vec![0], 3),
        (id('a', 2), vec![2], vec![], vec![1], vec![1], 2),
        (id('a', 3), vec![3], vec![], vec![], vec![], 0),
        (id('d', 1), vec![], vec![], vec![1], vec![], 0),
    ] {
        let only = [only];
        let ids = |kind: char, numbers: &[usize]| numbers.iter().map(|n| id(kind, *n)).collect::<Vec<_>>();
        assert_eq!(of(&only, Kind::Note), ids('a', &notes), "{only:?}");
        assert_eq!(of(&only, Kind::Body), ids('c', &notes), "{only:?}");
        assert_eq!(of(&only, Kind::Notebook), ids('b', &books), "{only:?}");
        assert_eq!(of(&only, Kind::Tag), ids('d', &tags), "{only:?}");
        assert_eq!(of(&only, Kind::Attachment), ids('f', &files), "{only:?}");
        assert_eq!(of(&only, Kind::Relation).len(), relations, "{only:?}");
    }
    assert_eq!(of(&[id('a', 1)], Kind::RevisionBody).len(), 1);
    assert_eq!(of(&[id('a', 0), id('a', 3)], Kind::Note).len(), 2);
    let unknown = world.plan(&archives, Mode::Merge, &[id('a', 9)]).err();
    assert!(matches!(unknown, Some(RestoreError::NotInArchive(missing)) if missing == id('a', 9)));
}

#[test]
fn of_several_archives_the_newest_version_of_each_item_counts() {
    let world = World::new();
    let one = Archive::of(&[Thing::Note(0, 2), Thing::Note(1, 0), Thing::Tag(0)]);
    let other = Archive::of(&[Thing::Note(0, 1), Thing::Note(1, 3), Thing::Note(2, 0)]);
    for archives in [[one.clone(), other.clone()], [other, one]] {
        let mut world_of_these = World::new();
        let plan = world_of_these.plan(&archives, Mode::Merge, &[]).expect("a plan");
        assert_eq!((plan.items.added, plan.notes.added), (7, 3));
        world_of_these.apply(&plan, &archives);
        let found = |version| world_of_these.found(&word(version)).len();
        assert_eq!((found(0), found(1), found(2), found(3)), (1, 0, 1, 1));
    }
    assert!(world.plan(&[], Mode::Merge, &[]).expect("nothing to do").items == super::Counts::default());
}

#[test]
fn exactly_refuses_what_may_not_be_whole_and_keeps_files_that_a_partial_one_lacks() {
    let mut world = World::new();
    let archives = [full_account()];
    let plan = world.plan(&archives, Mode::Merge, &[]).expect("a plan");
    world.apply(&plan, &archives);
    let small = |full, odd| Archive { full, odd, ..Archive::of(&[Thing::Note(0, 1)]) };
    for (code, refused) in
        [(FaultCode::InvalidContent, true), (FaultCode::Empty, true), (FaultCode::Stray, false)]
    {
        let planned = world.plan(&[small(true, Some(code))], Mode::Exact, &[]);
        assert_eq!(matches!(planned, Err(RestoreError::NotExact(_))), refused, "{code:?}");
    }
    let removed = |archive: Archive| {
        let plan = world.plan(&[archive], Mode::Exact, &[]).expect("a plan");
        let lines =
            plan.lines(&world.library, super::Change::Removed, &[Kind::Attachment], 9).expect("lines");
        (plan.notes.removed, plan.only_here, lines.len())
    };
    assert_eq!(removed(small(true, None)), (3, 0, 2));
    assert_eq!(removed(small(false, None)), (3, 0, 0));
    assert_eq!(removed(small(true, Some(FaultCode::AttachmentMissing))), (3, 0, 0));
    let part = world.plan(&archives, Mode::Exact, &[id('a', 0)]).err();
    assert!(matches!(part, Some(RestoreError::ExactPart)));
}
