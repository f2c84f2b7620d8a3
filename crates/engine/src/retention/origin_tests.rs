use super::*;
use crate::problem::Code;
use crate::retention::pause::tests::{Told, history};
use crate::runs::Verification;

/// The catalog's entry of the first archive of [`history`].
fn entry() -> Entry {
    let json = serde_json::json!({
        "id": "x", "path": "/backups/0.nnbackupz", "name": "0.nnbackupz", "bytes": 1000, "modified": 7,
        "present": true, "archive": null, "account": null, "place": "typed", "created": 5,
        "attachments_included": false, "encrypted": true, "notes": 100, "verified": "full",
        "verified_at": 5, "problem": null, "automatic": true, "pinned": false,
    });
    serde_json::from_value(json).expect("an entry")
}

#[test]
fn a_file_is_ours_by_its_record_and_nothing_inside_says_otherwise() {
    let runs = history(&[Told::Made(100), Told::Elsewhere(100)]);
    let origins = Origins::of(&runs, &["library"]);
    let archive = |id: &str| Some(id.to_owned());
    let at = |name: &str, bytes| Entry { name: name.to_owned(), bytes, ..entry() };
    for (row, (entry, origin, place)) in [
        (entry(), Origin::Ours, "library"),
        (Entry { archive: archive("a0"), ..entry() }, Origin::Ours, "library"),
        (Entry { archive: archive("other"), ..entry() }, Origin::Foreign, "typed"),
        (at("0.nnbackupz", 999), Origin::Foreign, "typed"),
        (at("0 (conflicted copy).nnbackupz", 1000), Origin::Foreign, "typed"),
        (Entry { archive: archive("a0"), ..at("my own.nnbackupz", 1000) }, Origin::Renamed, "typed"),
        (Entry { archive: archive("a0"), ..at("0.nnbackupz", 999) }, Origin::Renamed, "typed"),
        (Entry { place: None, ..at("y.nnbackupz", 1) }, Origin::Foreign, ""),
        (at("1.nnbackupz", 1000), Origin::OtherPlace, "work"),
    ]
    .into_iter()
    .enumerate()
    {
        let known = origins.known(&entry);
        assert_eq!((known.origin, known.place), (origin, place), "row {row}");
    }
}

#[test]
fn what_the_catalog_knows_comes_along() {
    let runs = history(&[Told::Made(100), Told::Made(100)]);
    let origins = Origins::of(&runs, &["library"]);
    let pinned = Entry { pinned: true, attachments_included: true, ..entry() };
    let known = origins.known(&pinned);
    assert!(known.pinned && known.full && known.present && known.name == "0.nnbackupz");
    assert_eq!(known.created.map(Timestamp::as_millisecond), Some(5));
    assert_eq!(known.health, Health::Verified);
    let away = entry();
    assert!(!origins.known(&Entry { present: false, ..away }).present);
    // Without a date of its own, the run's.
    let second = Entry { name: "1.nnbackupz".to_owned(), created: None, ..entry() };
    assert_eq!(origins.known(&second).created.map(Timestamp::as_millisecond), Some(1_000));
    assert_eq!(origins.known(&Entry { created: None, bytes: 1, ..entry() }).created, None);
    let by = origins.maker(&second).expect("made");
    assert_eq!((by.started, by.ended, by.made.archive.as_str()), (TimeMs(1_000), TimeMs(1_000), "a1"));
}

#[test]
fn the_newest_of_two_records_of_one_file_counts_unless_the_file_says_which() {
    let mut runs = history(&[Told::Made(100), Told::Made(100)]);
    for run in &mut runs.runs {
        let made = run.end.as_mut().expect("ended").archives.first_mut().expect("made");
        made.path = "/backups/0.nnbackupz".into();
    }
    let origins = Origins::of(&runs, &["library"]);
    let maker = |archive: Option<&str>| {
        let entry = Entry { archive: archive.map(str::to_owned), ..entry() };
        origins.maker(&entry).map(|by| by.made.archive.clone())
    };
    assert_eq!(maker(None).as_deref(), Some("a1"));
    assert_eq!(maker(Some("a0")).as_deref(), Some("a0"));
    assert_eq!(maker(Some("a2")), None);
}

#[test]
fn the_table_of_health() {
    use Verified::{Damaged, Full, Never, Quick};
    for (verified, full_check, problem, wanted) in [
        (Full, None, None, Health::Verified),
        (Full, Some(true), None, Health::Verified),
        // Checked again since, and found whole: the entry is newer than that check.
        (Full, Some(false), None, Health::Verified),
        (Full, None, Some(Code::ArchiveCut), Health::Damaged),
        (Damaged, None, None, Health::Damaged),
        (Damaged, Some(true), None, Health::Damaged),
        (Quick, None, None, Health::Unverified),
        (Quick, Some(true), None, Health::Verified),
        (Quick, Some(false), None, Health::Damaged),
        (Never, None, None, Health::Unverified),
        // The file was changed since that check.
        (Never, Some(true), None, Health::Unverified),
        (Never, Some(false), None, Health::Unverified),
    ] {
        let entry = Entry { verified, problem, ..entry() };
        assert_eq!(health(&entry, full_check), wanted, "{verified:?} {full_check:?} {problem:?}");
    }
}

#[test]
fn the_newest_full_check_of_a_file_stands_behind_a_quick_one() {
    let mut runs = history(&[Told::Made(100), Told::Made(100)]);
    let check = |level, sound| Verification {
        archive: None,
        manifest_sha256: None,
        name: "0.nnbackupz".to_owned(),
        bytes: 1000,
        level,
        sound,
        at: TimeMs(1),
    };
    let quick = Entry { verified: Verified::Quick, ..entry() };
    // Newest run first.
    for (newer, older, wanted) in [
        (check(Level::Full, true), check(Level::Full, false), Health::Verified),
        (check(Level::Full, false), check(Level::Full, true), Health::Damaged),
        (check(Level::Quick, true), check(Level::Full, false), Health::Damaged),
        (check(Level::Quick, true), check(Level::Quick, true), Health::Unverified),
    ] {
        for (run, check) in runs.runs.iter_mut().zip([newer, older]) {
            run.end.as_mut().expect("ended").verifications = vec![check];
        }
        assert_eq!(Origins::of(&runs, &["library"]).known(&quick).health, wanted);
    }
}
