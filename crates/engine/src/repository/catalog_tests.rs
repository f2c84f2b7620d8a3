use super::*;
use crate::problem::Code;
use crate::runs::{Begin, Counts, End, Level, Outcome, Run, RunKind};

fn file(path: &str, bytes: u64, modified: i64) -> Listed {
    Listed { path: path.into(), name: file_name(Path::new(path)), bytes, modified: TimeMs(modified) }
}

fn listing(folder: &str, files: &[Listed]) -> FolderListing {
    FolderListing { folder: folder.into(), files: Some(files.to_vec()) }
}

fn unreachable_folder(folder: &str) -> FolderListing {
    FolderListing { folder: folder.into(), files: None }
}

/// Looks into every file with success, and counts how often it was asked.
struct Looks {
    asked: Vec<String>,
    head: Head,
}

impl Looks {
    fn new() -> Self {
        Self { asked: Vec::new(), head: Head { encrypted: true, ..Head::default() } }
    }

    fn refresh(&mut self, catalog: &mut Catalog, listings: &[FolderListing]) -> Changes {
        self.asked.clear();
        catalog.refresh(listings, &mut |file| {
            self.asked.push(file.name.clone());
            Ok(self.head.clone())
        })
    }
}

fn check(path: &str, bytes: u64, level: Level, sound: bool) -> Verification {
    let name = file_name(Path::new(path));
    Verification { archive: None, manifest_sha256: None, name, bytes, level, sound, at: TimeMs(77) }
}

fn changes(added: usize, moved: usize, changed: usize, gone: usize) -> Changes {
    Changes { added, moved, changed, gone }
}

#[test]
fn what_is_known_is_not_looked_into_again() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    let files = [file("/a/x.nnbackupz", 1, 1), file("/a/y.nnbackupz", 2, 2)];
    assert_eq!(looks.refresh(&mut catalog, &[listing("/a", &files)]), changes(2, 0, 0, 0));
    assert_eq!(looks.asked.len(), 2);
    let before = catalog.clone();
    assert_eq!(looks.refresh(&mut catalog, &[listing("/a", &files)]), changes(0, 0, 0, 0));
    assert_eq!((looks.asked.len(), catalog.entries), (0, before.entries));
}

#[test]
fn a_moved_file_keeps_what_was_learned_of_it() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    looks.refresh(
        &mut catalog,
        &[listing("/a", &[file("/a/x.nnbackupz", 1, 1), file("/a/y.nnbackupz", 2, 2)])],
    );
    assert!(catalog.note_check(Path::new("/a/x.nnbackupz"), &check("/a/x.nnbackupz", 1, Level::Full, true)));
    let id = catalog.find("x.nnbackupz").expect("known").id.clone();
    assert!(catalog.set_pinned(&id, true));
    // Renamed in its folder, then moved to another one.
    let renamed = listing("/a", &[file("/a/new.nnbackupz", 1, 1), file("/a/y.nnbackupz", 2, 2)]);
    assert_eq!(looks.refresh(&mut catalog, &[renamed]), changes(0, 1, 0, 0));
    let there =
        [listing("/a", &[file("/a/y.nnbackupz", 2, 2)]), listing("/b", &[file("/b/new.nnbackupz", 1, 1)])];
    assert_eq!(looks.refresh(&mut catalog, &there), changes(0, 1, 0, 0));
    assert!(looks.asked.is_empty());
    let entry = catalog.find(&id).expect("under its old id");
    assert_eq!(entry.path, Path::new("/b/new.nnbackupz"));
    assert_eq!((entry.verified, entry.verified_at, entry.pinned), (Verified::Full, Some(TimeMs(77)), true));
}

#[test]
fn a_file_that_changed_is_no_longer_verified() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    looks.refresh(&mut catalog, &[listing("/a", &[file("/a/x.nnbackupz", 1, 1)])]);
    catalog.note_check(Path::new("/a/x.nnbackupz"), &check("/a/x.nnbackupz", 1, Level::Full, true));
    for (bytes, modified) in [(1, 2), (2, 2)] {
        let changed = listing("/a", &[file("/a/x.nnbackupz", bytes, modified)]);
        assert_eq!(looks.refresh(&mut catalog, &[changed]), changes(0, 0, 1, 0));
        assert_eq!(catalog.entries[0].verified, Verified::Never);
        assert_eq!(looks.asked.len(), 1);
    }
}

#[test]
fn deleted_files_go_and_those_out_of_reach_stay() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    let a = listing("/a", &[file("/a/x.nnbackupz", 1, 1)]);
    looks.refresh(&mut catalog, &[a.clone(), listing("/b", &[file("/b/y.nnbackupz", 2, 2)])]);
    assert_eq!(catalog.folders().into_iter().collect::<Vec<_>>(), [PathBuf::from("/a"), PathBuf::from("/b")]);
    // Unplugged: still known, not present.
    assert_eq!(looks.refresh(&mut catalog, &[a.clone(), unreachable_folder("/b")]), changes(0, 0, 0, 0));
    let present = |catalog: &Catalog, name: &str| catalog.find(name).map(|entry| entry.present);
    assert_eq!(
        (present(&catalog, "x.nnbackupz"), present(&catalog, "y.nnbackupz")),
        (Some(true), Some(false))
    );
    // Plugged in again.
    looks.refresh(&mut catalog, &[listing("/b", &[file("/b/y.nnbackupz", 2, 2)])]);
    assert_eq!(
        (present(&catalog, "x.nnbackupz"), present(&catalog, "y.nnbackupz")),
        (Some(true), Some(true))
    );
    // Deleted.
    assert_eq!(looks.refresh(&mut catalog, &[a, listing("/b", &[])]), changes(0, 0, 0, 1));
    assert_eq!(catalog.entries.len(), 1);
}

#[test]
fn files_that_look_alike_are_not_taken_for_each_other() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    looks.refresh(
        &mut catalog,
        &[listing("/a", &[file("/a/x.nnbackupz", 1, 1), file("/a/y.nnbackupz", 1, 1)])],
    );
    let moved = listing("/b", &[file("/b/y.nnbackupz", 1, 1), file("/b/z.nnbackupz", 1, 1)]);
    // y is known by its name; then x is the only one left that z can be.
    assert_eq!(looks.refresh(&mut catalog, &[listing("/a", &[]), moved]), changes(0, 2, 0, 0));
    let strangers = [file("/b/p.nnbackupz", 1, 1), file("/b/q.nnbackupz", 1, 1)];
    assert_eq!(
        looks.refresh(&mut catalog, &[listing("/b", &strangers)]),
        changes(2, 0, 0, 2),
        "which is which?"
    );
    let one = listing("/a", &[file("/a/r.nnbackupz", 1, 1)]);
    assert_eq!(looks.refresh(&mut catalog, &[one, listing("/b", &[])]), changes(1, 0, 0, 2), "which was it?");
    let two = [file("/b/s.nnbackupz", 1, 1), file("/b/t.nnbackupz", 1, 1)];
    let two = [listing("/a", &[]), listing("/b", &two)];
    assert_eq!(looks.refresh(&mut catalog, &two), changes(2, 0, 0, 1), "which of them is it?");
}

#[test]
fn what_can_not_be_read_is_listed_as_damaged_and_a_lost_disk_is_not() {
    let files = [file("/a/library-2026-11-22-08-03-15-full.nnbackupz", 1, 1), file("/a/b.nnbackupz", 2, 2)];
    let mut catalog = Catalog::default();
    catalog.refresh(&[listing("/a", &files)], &mut |file| {
        Err(Problem::of(if file.name.starts_with("library") { Code::ArchiveCut } else { Code::DiskGone }))
    });
    let cut = catalog.find("library-2026-11-22-08-03-15-full.nnbackupz").expect("listed");
    assert_eq!((cut.verified, cut.problem), (Verified::Damaged, Some(Code::ArchiveCut)));
    assert_eq!((cut.place.as_deref(), cut.attachments_included), (Some("library"), true), "as its name says");
    let lost = catalog.find("b.nnbackupz").expect("listed");
    assert_eq!((lost.verified, lost.present), (Verified::Never, false));
    let mut looks = Looks::new();
    looks.refresh(&mut catalog, &[listing("/a", &files)]);
    assert_eq!(looks.asked, ["b.nnbackupz"], "only the lost one is asked again");
}

#[test]
fn what_a_newer_app_made_is_listed_as_that_and_not_as_damaged() {
    for (code, newer) in [
        (Code::NewerVersion, true),
        (Code::UnsupportedVersion, true),
        (Code::ArchiveCut, false),
        (Code::NotAnArchive, false),
    ] {
        let mut catalog = Catalog::default();
        let files = [file("/a/b.nnbackupz", 2, 2)];
        catalog.refresh(&[listing("/a", &files)], &mut |_| Err(Problem::of(code)));
        let entry = catalog.find("b.nnbackupz").expect("listed");
        assert_eq!((entry.is_newer(), entry.problem), (newer, Some(code)));
        assert_eq!(entry.verified == Verified::Damaged, !newer, "{code:?}");
    }
}

#[test]
fn checks_are_noted_by_level_and_soundness() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    looks.refresh(&mut catalog, &[listing("/a", &[file("/a/x.nnbackupz", 1, 1)])]);
    let rows = [
        (Level::Quick, true, Verified::Quick),
        (Level::Full, true, Verified::Full),
        (Level::Full, false, Verified::Damaged),
        (Level::Quick, false, Verified::Damaged),
    ];
    for (level, sound, expected) in rows {
        catalog.note_check(Path::new("/a/x.nnbackupz"), &check("/a/x.nnbackupz", 1, level, sound));
        assert_eq!(catalog.entries[0].verified, expected);
    }
    assert!(!catalog.note_check(Path::new("/a/nobody"), &check("nobody", 1, Level::Full, true)));
}

fn made(path: &str, archive: &str) -> MadeArchive {
    MadeArchive {
        archive: archive.to_owned(),
        place: "library".to_owned(),
        path: path.into(),
        bytes: 9,
        notes: 12,
        attachments: 4,
        attachments_included: true,
        encrypted: true,
        verified: true,
        state: None,
    }
}

#[test]
fn copies_of_one_archive_have_ids_of_their_own() {
    let mut catalog = Catalog::default();
    let original = file("/a/x.nnbackupz", 9, 9);
    catalog.record(&made("/a/x.nnbackupz", "arch1"), &original, TimeMs(5), "acc", Trigger::Manual);
    let mut looks = Looks::new();
    looks.head.archive = Some("arch1".to_owned());
    let copies = [original, file("/a/copy.nnbackupz", 9, 10), file("/a/copy2.nnbackupz", 9, 10)];
    looks.refresh(&mut catalog, &[listing("/a", &copies)]);
    let ids: HashSet<_> = catalog.entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!((ids.len(), catalog.find("arch1").map(|entry| entry.name.as_str())), (3, Some("x.nnbackupz")));
    assert!(ids.iter().all(|id| !id.is_empty()));
}

#[test]
fn a_rebuild_learns_again_what_the_runs_recorded() {
    let original = file("/a/x.nnbackupz", 9, 9);
    let mut old = Catalog::default();
    old.record(&made("/a/x.nnbackupz", "arch1"), &original, TimeMs(5), "acc", Trigger::Automatic);
    old.set_pinned("arch1", true);
    let run = |id: &str| id.parse().expect("a run id");
    let begin = |id: &str, kind| Begin {
        run: run(id),
        kind,
        trigger: Trigger::Automatic,
        started: TimeMs(4),
        places: vec!["library".to_owned()],
        undoes: None,
        folder: None,
        attachments: false,
    };
    let backup = End {
        archives: vec![made("/elsewhere/x.nnbackupz", "arch1")],
        counts: Counts::default(),
        ..End::new(&run("a"), TimeMs(5), Outcome::Completed)
    };
    let verify = End {
        verifications: vec![check("y.nnbackupz", 3, Level::Quick, true)],
        ..End::new(&run("b"), TimeMs(6), Outcome::Completed)
    };
    let history = History {
        runs: vec![
            Run { begin: begin("b", RunKind::Verify), safety: None, end: Some(verify) },
            Run { begin: begin("a", RunKind::Backup), safety: None, end: Some(backup) },
        ],
        unreadable_lines: 0,
    };
    let files = [original, file("/a/y.nnbackupz", 3, 3), file("/a/z.nnbackupz", 4, 4)];
    let new = Catalog::rebuild(&old, &[listing("/a", &files)], &history, &mut |_| {
        Ok(Head { encrypted: true, ..Head::default() })
    });
    let x = new.find("x.nnbackupz").expect("listed");
    assert_eq!((x.verified, x.verified_at, x.pinned), (Verified::Full, Some(TimeMs(5)), true));
    assert_eq!((x.archive.as_deref(), x.notes, x.automatic), (Some("arch1"), Some(12), Some(true)));
    assert_eq!(new.find("y.nnbackupz").map(|entry| entry.verified), Some(Verified::Quick));
    assert_eq!(
        new.find("z.nnbackupz").map(|entry| (entry.verified, entry.pinned)),
        Some((Verified::Never, false))
    );
}

#[test]
fn the_newest_comes_first() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    looks.refresh(
        &mut catalog,
        &[listing("/a", &[file("/a/1.nnbackupz", 1, 30), file("/a/2.nnbackupz", 2, 10)])],
    );
    catalog.record(
        &made("/a/3.nnbackupz", "3"),
        &file("/a/3.nnbackupz", 9, 5),
        TimeMs(20),
        "acc",
        Trigger::Manual,
    );
    let names: Vec<_> = catalog.newest_first().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["1.nnbackupz", "3.nnbackupz", "2.nnbackupz"]);
}

#[test]
fn a_thousand_archives_are_nothing() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    let files: Vec<_> = (0..1_000).map(|n| file(&format!("/a/{n}.nnbackupz"), 1_000 + n / 2, 7)).collect();
    looks.refresh(&mut catalog, &[listing("/a", &files)]);
    assert_eq!((looks.asked.len(), catalog.entries.len()), (1_000, 1_000));
    let begun = std::time::Instant::now();
    assert_eq!(looks.refresh(&mut catalog, &[listing("/a", &files)]), Changes::default());
    assert!(looks.asked.is_empty());
    assert!(begun.elapsed() < std::time::Duration::from_millis(500), "{:?}", begun.elapsed());
    let ids: HashSet<_> = catalog.entries.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), 1_000);
}

#[test]
fn a_folder_that_is_away_changes_nothing_twice() {
    let (mut catalog, mut looks) = (Catalog::default(), Looks::new());
    let files: Vec<Listed> = (0..40).map(|n| file(&format!("/a/{n}.nnbackupz"), n, 1)).collect();
    looks.refresh(&mut catalog, &[listing("/a", &files)]);
    looks.refresh(&mut catalog, &[unreachable_folder("/a")]);
    let away = catalog.clone();
    for _ in 0..3 {
        looks.refresh(&mut catalog, &[unreachable_folder("/a")]);
        assert_eq!(catalog, away, "in the same order, so that it is not written again");
    }
}
