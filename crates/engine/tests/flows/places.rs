//! A folder of Notesnook backups as a place: listed, checked, merged, and never touched.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use backstop_engine::api::{
    Attended, Code, Conditions, Job, PlaceAttention, PlaceCard, PlacePassword, Session, TakenIn, Verified,
};

use crate::world::{PASSWORD, World, password, sample};

const DAY_SECS: u64 = 86_400;
/// 22 November 2026, 08:03:15 UTC: the clock of the world.
const NOW_SECS: u64 = 1_795_334_595;

struct Folder {
    world: World,
    session: Session,
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let world = World::new();
        let session = world.account("Olive", PASSWORD);
        let path = world.path("documents").join("Notesnook").join("backups");
        fs::create_dir_all(&path).expect("a folder");
        Self { world, session, path }
    }

    fn put(&self, name: &str, bytes: &[u8], age_secs: u64) -> PathBuf {
        let path = self.path.join(name);
        let _ = fs::remove_file(&path);
        let mut file = File::create_new(&path).expect("a file");
        std::io::Write::write_all(&mut file, bytes).expect("written");
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_SECS - age_secs);
        file.set_modified(modified).expect("set");
        path
    }

    fn put_sample(&self, name: &str, sample_name: &str, age_secs: u64) -> PathBuf {
        self.put(name, &fs::read(sample(sample_name).0).expect("read"), age_secs)
    }

    fn add(&self, secret: Option<&str>) -> PlaceCard {
        let secret = secret.map(password);
        self.session.add_place(&self.path, secret.as_ref()).expect("added")
    }

    fn take_in(&self) -> Vec<TakenIn> {
        self.session.take_in(&Job::new()).expect("taken in")
    }

    fn card(&self) -> PlaceCard {
        let mut places = self.session.places().expect("read");
        assert_eq!(places.len(), 1);
        places.remove(0)
    }

    fn runs(&self) -> Vec<(String, Vec<String>, String)> {
        let runs = self.session.history().expect("read");
        runs.into_iter().map(|run| (run.kind, run.places, run.outcome)).collect()
    }

    /// Every file of the account with its bytes and time, to see that nothing is written.
    fn state(&self) -> Vec<(PathBuf, SystemTime)> {
        all_below(&self.world.account_folder())
    }
}

fn all_below(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(all_below(&path));
        } else {
            found.push((path.clone(), fs::metadata(path).and_then(|about| about.modified()).expect("known")));
        }
    }
    found.sort();
    found
}

#[test]
fn a_new_file_is_checked_in_full_listed_and_recorded_once() {
    let folder = Folder::new();
    folder.put_sample("2026-11-21-08-00-0.nnbackupz", "partial-encrypted", DAY_SECS);
    folder.put_sample("2026-11-14-08-00-0-full.nnbackupz", "full-plain", 8 * DAY_SECS);
    let before = all_below(&folder.path);
    let secret = sample("partial-encrypted").1;
    let card = folder.add(Some(secret));
    let news = folder.take_in();
    assert_eq!((news.len(), news[0].sound, news[0].damaged.len(), news[0].closed), (1, 2, 0, 0));
    assert_eq!(news[0].place, card.id);
    let card = folder.card();
    assert_eq!((card.files, card.verified, card.damaged, card.password), (2, 2, 0, PlacePassword::Kept));
    assert_eq!(card.title, "Notesnook backups");
    let archives = folder.session.place_archives(Some(&card.id)).expect("listed");
    assert_eq!(archives.len(), 2);
    assert!(archives.iter().all(|archive| archive.place.as_ref() == Some(&card.id)));
    assert!(archives.iter().all(|archive| archive.verified == Verified::Full && archive.notes > Some(0)));
    let path = folder.session.archive_path(&archives[0].id).expect("known");
    assert_eq!(path.to_string_lossy(), archives[0].path);
    assert_eq!(folder.runs(), [("verify".to_owned(), vec![card.id], "completed".to_owned())]);

    let state = folder.state();
    assert!(folder.take_in().is_empty(), "nothing new");
    assert_eq!(folder.state(), state, "and nothing is written");
    assert_eq!(all_below(&folder.path), before, "nor is anything in the folder");
}

#[test]
fn without_its_password_a_file_is_looked_over_and_asks_for_it() {
    let folder = Folder::new();
    folder.put_sample("new.nnbackupz", "full-encrypted", DAY_SECS);
    let id = folder.add(None).id;
    assert_eq!(folder.take_in()[0].closed, 1);
    let card = folder.card();
    assert_eq!((card.password, card.verified, card.damaged), (PlacePassword::Needed, 0, 0));
    assert!(card.attention.contains(&PlaceAttention::PasswordNeeded));
    assert!(folder.take_in().is_empty(), "it is not tried again without one");

    let wrong = folder.session.set_place_password(&id, &password("something else")).expect_err("wrong");
    assert_eq!(wrong.code, Code::WrongSecret);
    assert_eq!(folder.card().password, PlacePassword::Needed, "nothing is kept");

    let right = password(sample("full-encrypted").1);
    folder.session.set_place_password(&id, &right).expect("kept");
    assert_eq!(folder.take_in()[0].sound, 1);
    assert_eq!((folder.card().password, folder.card().verified), (PlacePassword::Kept, 1));
}

#[test]
fn a_password_that_no_longer_fits_is_said_and_is_no_damage() {
    let folder = Folder::new();
    folder.put_sample("a.nnbackupz", "full-encrypted", 2 * DAY_SECS);
    let id = folder.add(Some(sample("full-encrypted").1)).id;
    assert_eq!(folder.take_in()[0].sound, 1);
    folder.put_sample("b.nnbackupz", "reexport-mobile-full-encrypted", DAY_SECS);
    let news = folder.take_in();
    assert_eq!((news[0].closed, news[0].damaged.len()), (1, 0));
    assert_eq!((folder.card().password, folder.card().damaged), (PlacePassword::Wrong, 0));
    let other = password(sample("reexport-mobile-full-encrypted").1);
    folder.session.set_place_password(&id, &other).expect("kept");
    assert_eq!(folder.take_in()[0].sound, 1);
    assert_eq!((folder.card().password, folder.card().verified), (PlacePassword::Kept, 2));
}

#[test]
fn a_file_that_is_still_being_written_is_not_called_damaged() {
    let folder = Folder::new();
    folder.add(None);
    let whole = fs::read(sample("full-plain").0).expect("read");
    let half = &whole[..whole.len() / 2];
    folder.put("a.nnbackupz", half, 2);
    assert!(folder.take_in().is_empty(), "somebody writes to it");
    folder.put("a.nnbackupz", half, 20);
    let _ = folder.take_in();
    assert_eq!((folder.card().damaged, folder.card().files), (0, 0), "it may still grow");
    folder.put("a.nnbackupz", &whole, 6);
    assert_eq!(folder.take_in()[0].sound, 1);
    assert_eq!(folder.card().verified, 1);
}

#[test]
fn a_damaged_file_is_flagged_recorded_and_left_where_it_is() {
    let folder = Folder::new();
    let mut bytes = fs::read(sample("full-plain").0).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    let damaged = folder.put("flipped.nnbackupz", &bytes, DAY_SECS);
    let cut = folder.put("cut.nnbackupz", &bytes[..middle], 2 * DAY_SECS);
    folder.put_sample("good.nnbackupz", "partial-plain", 3 * DAY_SECS);
    folder.add(None);
    let mut news = folder.take_in();
    assert_eq!((news.len(), news[0].sound), (1, 1));
    news[0].damaged.sort();
    assert_eq!(news[0].damaged, ["cut.nnbackupz", "flipped.nnbackupz"]);
    let card = folder.card();
    assert_eq!((card.damaged, card.verified), (2, 1));
    assert!(card.attention.contains(&PlaceAttention::Damaged { files: 2 }));
    assert_eq!(folder.runs()[0].2, "completed_with_warnings");
    assert!(folder.take_in().is_empty(), "it is told once");
    assert!(damaged.exists() && cut.exists());
}

#[test]
fn its_notes_are_merged_if_wished_and_the_merge_can_be_taken_back() {
    let folder = Folder::new();
    folder.put_sample("2026-11-21.nnbackupz", "partial-encrypted", DAY_SECS);
    folder.put_sample("2026-11-14-full.nnbackupz", "full-encrypted", 8 * DAY_SECS);
    let id = folder.add(Some(sample("full-encrypted").1)).id;
    let news = folder.take_in();
    assert!(news[0].merged.is_none(), "off by default");
    assert_eq!(folder.session.overview().expect("read").notes, 0);

    folder.session.set_place_merge(&id, true).expect("set");
    let news = folder.take_in();
    let merged = news[0].merged.as_ref().expect("merged");
    assert!(merged.notes.added > 0 && merged.attachments > 0, "with the attachments of the older file");
    assert!(folder.card().merged_at.is_some());
    let overview = folder.session.overview().expect("read");
    assert_eq!(overview.undo.expect("can be taken back").run, merged.run);
    assert_eq!(folder.runs()[0].1, ["library".to_owned(), id.clone()]);
    assert!(folder.take_in().is_empty(), "once");

    let undo = folder.session.plan_undo(&merged.run).expect("planned");
    folder.session.apply(undo, &Job::new()).expect("taken back");
    assert!(folder.take_in().is_empty(), "what was taken back does not come again by itself");
    assert_eq!(folder.session.overview().expect("read").notes, 0);

    // The same content under another name: read, and nothing to merge.
    folder.session.set_place_merge(&id, true).expect("set");
    folder.put_sample("2026-11-22-full.nnbackupz", "full-encrypted", 60 * 60);
    let news = folder.take_in();
    assert!(news[0].merged.is_some(), "a new file brings the notes back");
    folder.put_sample("2026-11-23-full.nnbackupz", "full-encrypted", 60);
    let news = folder.take_in();
    assert_eq!((news[0].sound, news[0].merged.is_none()), (1, true), "no new content, no merge");
}

#[test]
fn a_place_is_added_once_and_removed_without_touching_a_file() {
    let folder = Folder::new();
    let file = folder.put_sample("a.nnbackupz", "full-encrypted", DAY_SECS);
    let wrong = folder.session.add_place(&folder.path, Some(&password("no"))).expect_err("wrong");
    assert_eq!(wrong.code, Code::WrongSecret);
    assert!(folder.session.places().expect("read").is_empty());
    let id = folder.add(Some(sample("full-encrypted").1)).id;
    let again = folder.session.add_place(&folder.path, None).expect_err("there");
    assert_eq!(again.code, Code::Usage);
    let gone = folder.session.add_place(&folder.path.join("none"), None).expect_err("not there");
    assert_eq!(gone.code, Code::NotFound);
    let own = folder.session.archives_folder().expect("settings");
    assert_eq!(folder.session.add_place(&own, None).expect_err("ours").code, Code::Usage);
    folder.take_in();
    folder.session.remove_place(&id).expect("removed");
    assert!(folder.session.places().expect("read").is_empty() && file.exists());
    assert_eq!(folder.session.remove_place(&id).expect_err("none").code, Code::NotFound);
    assert_eq!(folder.add(None).id, id, "the same folder is the same place");
    folder.take_in();
    assert_eq!(folder.card().password, PlacePassword::Needed, "its password was forgotten");
}

#[test]
fn a_folder_that_vanishes_says_so_and_keeps_what_is_known() {
    let folder = Folder::new();
    folder.put_sample("a.nnbackupz", "partial-plain", DAY_SECS);
    folder.add(None);
    folder.take_in();
    let away = folder.world.path("away");
    #[expect(clippy::disallowed_methods, reason = "the disk is taken away and brought back")]
    let moved = |from: &Path, to: &Path| fs::rename(from, to).expect("moved");
    moved(&folder.path, &away);
    assert!(folder.take_in().is_empty());
    assert_eq!(folder.card().attention, [PlaceAttention::Gone]);
    moved(&away, &folder.path);
    assert!(folder.take_in().is_empty(), "nothing of it is new");
    assert_eq!(folder.card().verified, 1);
}

#[test]
fn found_folders_are_offered_until_they_are_places() {
    let folder = Folder::new();
    folder.put_sample("a.nnbackupz", "partial-plain", DAY_SECS);
    let spots = [folder.world.path("documents")];
    let found = folder.session.discover_places(&spots).expect("looked");
    assert_eq!((found.len(), found[0].files), (1, 1));
    assert_eq!(Path::new(&found[0].folder), folder.path);
    folder.add(None);
    assert!(folder.session.discover_places(&spots).expect("looked").is_empty());
}

/// What `run-due` would do three weeks after all was checked.
fn three_weeks_later(folder: &Folder) -> Attended {
    folder.session.set_setting("backups", "never", None).expect("set");
    folder.session.set_setting("backups_full", "never", None).expect("set");
    folder.world.clock.pass_ms(21 * 24 * 3_600_000);
    folder.session.attend(&Conditions::by_hand(false), &Job::new()).expect("attended")
}

#[test]
fn what_was_whole_is_read_in_full_again_every_three_weeks() {
    let folder = Folder::new();
    let secret = sample("partial-encrypted").1;
    folder.put_sample("2026-11-21-08-00-0.nnbackupz", "partial-encrypted", DAY_SECS);
    folder.put_sample("2026-11-14-08-00-0-full.nnbackupz", "full-plain", 8 * DAY_SECS);
    let card = folder.add(Some(secret));
    folder.take_in();
    let before = all_below(&folder.path);
    let attended = three_weeks_later(&folder);
    let sound: Vec<bool> = attended.rechecked.iter().map(|checked| checked.sound).collect();
    assert_eq!((sound, attended.warnings.len()), (vec![true, true], 0), "{attended:?}");
    let archives = folder.session.place_archives(Some(&card.id)).expect("listed");
    assert!(archives.iter().all(|archive| archive.verified == Verified::Full), "{archives:?}");
    assert_eq!(folder.runs()[0], ("verify".to_owned(), vec![card.id], "completed".to_owned()));
    assert!(!folder.session.has_work(&Conditions::by_hand(false)).expect("known"), "all are fresh");
    assert_eq!(all_below(&folder.path), before, "nothing in the folder is touched");
}

#[test]
fn what_was_damaged_since_is_found_and_left_where_it_is() {
    let folder = Folder::new();
    let path = folder.put_sample("2026-11-21-08-00-0.nnbackupz", "full-plain", DAY_SECS);
    folder.add(None);
    folder.take_in();
    let modified = fs::metadata(&path).and_then(|about| about.modified()).expect("known");
    let mut bytes = fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    let mut file = File::options().write(true).open(&path).expect("opened");
    std::io::Write::write_all(&mut file, &bytes).expect("written");
    file.set_modified(modified).expect("set");
    let attended = three_weeks_later(&folder);
    let [checked] = &attended.rechecked[..] else { panic!("{attended:?}") };
    assert_eq!((checked.sound, checked.place.as_deref()), (false, Some("Notesnook backups")));
    assert!(attended.warnings[0].message.contains("Backstop left it as it is"), "{attended:?}");
    assert_eq!(folder.card().damaged, 1);
    assert_eq!(fs::read(&path).expect("there"), bytes);
    assert!(!folder.session.has_work(&Conditions::by_hand(false)).expect("known"), "once is enough");
}
