//! Archive files on the command line: what is in them, what is wrong with them, and writing them anew.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use backstop_testkit::fixture;
use backstop_tests::cli::{Cli, FIRST_PASSWORD, list, number, text};
use backstop_tests::foreign::{Part, chunk, chunk_of_version, marker, note, notes, write};
use backstop_tests::real::{expected, real};
use backstop_tests::{Outcome, Trouble};
use serde_json::{Value, json};

/// Real files, and the passwords that their README tells.
const REAL: [(&str, &str); 5] = [
    ("partial-plain", ""),
    ("partial-encrypted", "harbour-lantern-42"),
    ("full-plain", ""),
    ("full-encrypted", "harbour-lantern-42"),
    ("reexport-mobile-full-encrypted", "a different account password"),
];
/// Older files of one account, and the passwords that their README tells.
const OLDER: [(&str, &str); 7] = [
    ("5.2/plain.nnbackup", ""),
    ("5.6/plain.nnbackup", ""),
    ("5.8/plain.nnbackup", ""),
    ("5.8/encrypted.nnbackup", "orchard-gate-7"),
    ("5.9/plain.nnbackupz", ""),
    ("5.9/encrypted.nnbackupz", "orchard-gate-7"),
    ("6.1-old-rows/plain.nnbackupz", ""),
];
const NOTESNOOKS_KEY: &str = "O-dc2UYbBG9PXoimHX61Cxd87M-NREjXFE5WNKEh5mU";

/// RFC 3339 as the contract has it, from milliseconds.
fn moment(ms: &Value) -> Option<String> {
    let ms = ms.as_i64()?;
    let (days, rest) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Days to a date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

fn set(list: &Value) -> BTreeSet<String> {
    // The expectations put a space on each side of what parts a path.
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(|text| text.replace(" / ", "/")).collect()
}

fn by_id<'a>(items: &'a [Value], id: &Value) -> Outcome<&'a Value> {
    items.iter().find(|item| item["id"] == *id).ok_or_else(|| Trouble::new(format!("no item {id}")))
}

#[test]
fn moments_are_written_as_the_contract_says() {
    assert_eq!(moment(&json!(1_795_307_854_004_i64)).as_deref(), Some("2026-11-22T00:37:34.004Z"));
    assert_eq!(moment(&json!(951_782_400_000_i64)).as_deref(), Some("2000-02-29T00:00:00.000Z"));
}

#[test]
fn inspect_agrees_with_the_real_app_in_every_note() -> Outcome {
    for (name, password) in REAL {
        let cli = Cli::opening(password)?;
        let found = cli.json(0, &["inspect", &real(name), "--archive-password-file", "@real"])?;
        let wanted = expected(name)?;
        let notes = list(&found, "/notes")?;
        assert_eq!(notes.len(), list(&wanted, "/notes")?.len(), "{name}");
        for wanted in list(&wanted, "/notes")? {
            let note = by_id(notes, &wanted["id"])?;
            assert_eq!(note["title"], wanted["title"], "{name}");
            assert_eq!(note["created"].as_str().map(str::to_owned), moment(&wanted["dateCreated"]), "{name}");
            assert_eq!(note["modified"].as_str().map(str::to_owned), moment(&wanted["dateEdited"]), "{name}");
            assert_eq!(note["trashed"], json!(wanted["state"] == "trash"), "{name} {}", note["title"]);
            assert_eq!(note["locked"], wanted["locked"], "{name} {}", note["title"]);
            assert_eq!(set(&note["notebooks"]), set(&wanted["notebooks"]), "{name} {}", note["title"]);
            assert_eq!(set(&note["tags"]), set(&wanted["tags"]), "{name} {}", note["title"]);
            let sha256 =
                if wanted["locked"] == true { &Value::Null } else { &wanted["content"]["htmlSha256"] };
            assert_eq!(note["text_sha256"], *sha256, "{name} {}", note["title"]);
            assert_eq!(note["revisions"], json!(wanted["history"].as_array().map_or(0, Vec::len)), "{name}");
            assert_eq!(
                note["links"].as_array().map(Vec::len),
                wanted["linksTo"].as_array().map(Vec::len),
                "{name}"
            );
        }
    }
    Ok(())
}

#[test]
fn inspect_agrees_with_the_real_app_in_all_the_rest() -> Outcome {
    for (name, password) in REAL {
        let cli = Cli::opening(password)?;
        let found = cli.json(0, &["inspect", &real(name), "--archive-password-file", "@real"])?;
        let wanted = expected(name)?;
        let full = name.contains("full");
        assert_eq!(text(&found, "/format")?, "nnbackupz");
        assert_eq!(text(&found, "/format_version")?, "6.1");
        assert_eq!(found["encrypted"], json!(!password.is_empty()), "{name}");
        assert_eq!(found["attachments_included"], json!(full), "{name}");
        let in_all = |of: &str| wanted[of].as_array().map_or(0, Vec::len);
        for (count, number) in [
            ("notes", in_all("notes")),
            ("notebooks", in_all("notebooks")),
            ("tags", in_all("tags")),
            ("attachments", in_all("attachments")),
            ("reminders", in_all("reminders")),
        ] {
            assert_eq!(found["counts"][count], json!(number), "{name} {count}");
        }
        let trashed = wanted["counts"]["notesTrashed"].as_u64().unwrap_or(0)
            + wanted["counts"]["notebooksTrashed"].as_u64().unwrap_or(0);
        assert_eq!(number(&found, "/counts/trash")?, trashed, "{name}");
        for wanted in list(&wanted, "/tags")? {
            assert_eq!(by_id(list(&found, "/tags")?, &wanted["id"])?["title"], wanted["title"]);
        }
        for wanted in list(&wanted, "/notebooks")? {
            let notebook = by_id(list(&found, "/notebooks")?, &wanted["id"])?;
            let title = wanted["path"].as_str().and_then(|path| path.rsplit('/').next()).map(str::trim);
            assert_eq!(notebook["title"].as_str(), title, "{name}");
        }
        for wanted in list(&wanted, "/attachments")? {
            let hash = &wanted["hash"];
            let attachment = list(&found, "/attachments")?.iter().find(|found| found["hash"] == *hash);
            let attachment = attachment.ok_or_else(|| Trouble::new(format!("no attachment {hash}")))?;
            assert_eq!(attachment["name"], wanted["filename"]);
            assert_eq!(attachment["mime"], wanted["mimeType"]);
            assert_eq!(attachment["size"], wanted["size"]);
            assert_eq!(attachment["present"], json!(full), "{name}");
            assert_eq!(
                attachment["sha256"],
                if full { wanted["sha256"].clone() } else { Value::Null },
                "{name}"
            );
        }
    }
    Ok(())
}

#[test]
fn what_opens_an_archive_and_what_does_not() -> Outcome {
    let cli = Cli::opening("harbour-lantern-42")?;
    cli.secret("key", NOTESNOOKS_KEY)?;
    cli.secret("typo", &NOTESNOOKS_KEY.replace('O', "P"))?;
    let file = real("full-encrypted");
    for (secret, code, word) in [
        (&["--archive-password-file", "@real"][..], 0, ""),
        (&["--password-file", "@real"], 0, ""),
        (&["--recovery-key-file", "@key"], 0, ""),
        (&[], 12, "secret_required"),
        (&["--archive-password-file", "@wrong"], 12, "wrong_secret"),
        (&["--password-file", "@wrong"], 12, "wrong_secret"),
        (&["--recovery-key-file", "@typo"], 12, "wrong_secret"),
        (&["--recovery-key-file", "@wrong"], 12, "wrong_secret"),
        (&["--password-file", "@real", "--archive-password-file", "@wrong"], 12, "wrong_secret"),
        (&["--archive-password-file", "~/gone"], 10, "not_found"),
    ] {
        for command in ["inspect", "verify"] {
            let document = cli.json(code, &[&[command, &file], secret].concat())?;
            if code != 0 {
                assert_eq!(text(&document, "/error/code")?, word, "{command} {secret:?}");
            }
        }
    }
    let outside = [("BACKSTOP_ARCHIVE_PASSWORD", "harbour-lantern-42"), ("BACKSTOP_PASSWORD", "wrong")];
    cli.run_with(&outside, &["inspect", &file])?.expect(0)?;
    cli.run_with(&[("BACKSTOP_RECOVERY_KEY", NOTESNOOKS_KEY)], &["verify", &file])?.expect(0)?;
    Ok(())
}

/// Writes bytes that are no archive of ours into the home.
fn put(cli: &Cli, name: &str, bytes: &[u8]) -> Outcome<String> {
    let path = cli.path("files").join(name);
    File::create_new(&path)?.write_all(bytes)?;
    Ok(path.display().to_string())
}

fn zip(cli: &Cli, name: &str, parts: &[Part]) -> Outcome<String> {
    let path = cli.path("files").join(name);
    write(&path, parts)?;
    Ok(path.display().to_string())
}

fn body(number: usize) -> String {
    format!("<p>The text of note {number}</p>")
}

#[test]
fn what_is_no_whole_archive_is_told_by_its_exit_code() -> Outcome {
    let cli = Cli::new()?;
    let whole = fs::read(real("full-plain"))?;
    let (name, mut wrong) = chunk(0, &notes(0, 3, body))?;
    let at = wrong.windows(8).position(|window| window == b"\"data\":\"").unwrap_or_default() + 40;
    wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
    let newer = chunk_of_version(0, &json!(6.2), &notes(0, 3, body))?;
    let files = [
        (put(&cli, "text", b"Dear diary, this is no archive at all.")?, 10, "not_an_archive"),
        (cli.path("files").display().to_string(), 10, "not_an_archive"),
        (cli.path("files/gone").display().to_string(), 10, "not_found"),
        (put(&cli, "half", &whole[..whole.len() / 2])?, 13, "archive_cut"),
        (put(&cli, "less", &whole[..whole.len() - 1])?, 13, "archive_cut"),
        (zip(&cli, "empty", &[])?, 13, "nothing_inside"),
        (zip(&cli, "marker", &[marker()])?, 13, "nothing_inside"),
        (zip(&cli, "md5", &[marker(), (name, wrong)])?, 13, "checksum_mismatch"),
        (zip(&cli, "newer", &[marker(), newer])?, 14, "newer_version"),
    ];
    for (file, code, word) in &files {
        for command in ["inspect", "verify"] {
            // Of what was cut off behind whole parts those are listed.
            let code = if (command, *word) == ("inspect", "archive_cut") { 3 } else { *code };
            let ended = cli.run(&["--json", command, file])?;
            ended.expect(code).map_err(|trouble| trouble.during(format!("{command} {file}")))?;
            let document = ended.document()?;
            let places = ["/error/code", "/findings/0/code", "/warnings/0/code"];
            let found = places.iter().find_map(|place| document.pointer(place));
            assert_eq!(found.and_then(Value::as_str), Some(*word), "{command} {file}");
        }
        let out = ["convert", file, "~/files/out.nnbackupz", "--no-encryption"];
        let document = cli.json(*code, &out)?;
        assert_eq!(text(&document, "/error/code")?, *word, "convert {file}");
        assert!(!cli.path("files/out.nnbackupz").exists(), "{file} was converted");
    }
    Ok(())
}

#[test]
fn a_file_cut_anywhere_is_never_whole() -> Outcome {
    let cli = Cli::new()?;
    let whole = fs::read(real("partial-plain"))?;
    for part in 1..12 {
        let file = put(&cli, &format!("cut-{part}"), &whole[..whole.len() * part / 12])?;
        cli.json(13, &["inspect", &file])?;
        cli.json(13, &["verify", &file])?;
    }
    Ok(())
}

#[test]
fn of_a_damaged_archive_the_whole_part_is_listed() -> Outcome {
    let cli = Cli::new()?;
    let first = chunk(0, &notes(0, 3, body))?;
    let (name, mut second) = chunk(1, &notes(10, 3, body))?;
    let at = second.windows(8).position(|window| window == b"\"data\":\"").unwrap_or_default() + 40;
    second[at] = if second[at] == b'A' { b'B' } else { b'A' };
    let third = chunk(2, &notes(20, 3, body))?;
    let broken = zip(&cli, "broken", &[marker(), first.clone(), (name, second), third.clone()])?;
    let missing = zip(&cli, "missing", &[marker(), first.clone(), third])?;
    for (file, word) in [(broken, "checksum_mismatch"), (missing, "chunk_missing")] {
        let document = cli.json(3, &["inspect", &file])?;
        assert_eq!(number(&document, "/counts/notes")?, 6, "{file}");
        let codes: Vec<_> =
            list(&document, "/warnings")?.iter().map(|warning| warning["code"].clone()).collect();
        assert!(codes.contains(&json!(word)), "{codes:?}");
        let document = cli.json(13, &["verify", &file])?;
        assert_eq!(document["ok"], false);
        let document = cli.json(13, &["convert", &file, "~/files/out.nnbackupz", "--no-encryption"])?;
        assert_eq!(text(&document, "/error/code")?, word);
        assert!(!cli.path("files/out.nnbackupz").exists());
    }
    let stray = zip(&cli, "stray", &[marker(), first, ("readme.txt".to_owned(), b"hello".to_vec())])?;
    let document = cli.json(3, &["inspect", &stray])?;
    assert_eq!(number(&document, "/counts/notes")?, 3);
    let nothing = zip(&cli, "nothing", &[marker(), chunk(0, &[])?])?;
    let document = cli.json(3, &["inspect", &nothing])?;
    assert!(!list(&document, "/warnings")?.is_empty());
    Ok(())
}

#[test]
fn verify_of_several_files_answers_for_each() -> Outcome {
    let cli = Cli::opening("harbour-lantern-42")?;
    let whole = real("full-encrypted");
    let secret = ["--archive-password-file", "@real"];
    let report = cli.json(0, &[&["verify", &whole], &secret[..]].concat())?;
    assert_eq!(text(&report, "/level")?, "full");
    assert_eq!(report["ok"], true);
    assert_eq!(number(&report, "/not_read")?, 0);
    assert!(number(&report, "/items_read")? > 0 && number(&report, "/bytes_read")? > 0);
    let quick = cli.json(0, &[&["verify", "--quick", &whole], &secret[..]].concat())?;
    assert_eq!(text(&quick, "/level")?, "quick");
    assert!(number(&quick, "/not_read")? > 0, "{quick}");
    let text_file = put(&cli, "text", b"no archive")?;
    let several =
        cli.json(10, &[&["verify", &whole, &text_file, &real("full-plain")], &secret[..]].concat())?;
    let several = list(&several, "")?;
    assert_eq!(
        several.iter().map(|one| one["ok"].clone()).collect::<Vec<_>>(),
        [true, false, true].map(Value::from)
    );
    assert_eq!(text(&several[1], "/error/code")?, "not_an_archive");
    Ok(())
}

/// What is in an archive, without what a conversion may change: how and when it was packed.
fn contents(mut inventory: Value) -> Value {
    for (name, value) in inventory.as_object_mut().into_iter().flatten() {
        if ["encrypted", "created", "warnings"].contains(&name.as_str()) {
            *value = Value::Null;
        }
    }
    inventory
}

#[test]
fn convert_keeps_everything() -> Outcome {
    for (name, password) in REAL {
        let cli = Cli::opening(password)?;
        let secret = ["--archive-password-file", "@real"];
        let before = contents(cli.json(0, &[&["inspect", &real(name)], &secret[..]].concat())?);
        let plain = ["convert", &real(name), "~/files/plain.nnbackupz", "--no-encryption"];
        let made = cli.json(0, &[&plain[..], &secret[..]].concat())?;
        assert_eq!(number(&made, "/notes")?, number(&before, "/counts/notes")?);
        let sealed = ["convert", "~/files/plain.nnbackupz", "~/files/sealed.nnbackupz"];
        cli.json(0, &[&sealed[..], &["--out-password-file", "@first"]].concat())?;
        let after = cli.json(0, &["inspect", "~/files/plain.nnbackupz"])?;
        assert_eq!(after["encrypted"], false);
        assert_eq!(contents(after), before, "{name}");
        let opened = ["inspect", "~/files/sealed.nnbackupz", "--archive-password-file"];
        let after = cli.json(0, &[&opened[..], &["@first"]].concat())?;
        assert_eq!(after["encrypted"], true);
        assert_eq!(contents(after), before, "{name}");
        cli.json(12, &[&opened[..], &["@wrong"]].concat())?;
        cli.json(12, &["inspect", "~/files/sealed.nnbackupz"])?;
        for file in ["~/files/plain.nnbackupz", "~/files/sealed.nnbackupz"] {
            cli.json(0, &["verify", file, "--archive-password-file", "@first"])?;
        }
    }
    Ok(())
}

/// The real core loses the notebook of one note and the lock of another; the rest must be the same.
#[test]
fn older_backups_are_listed_and_converted() -> Outcome {
    for (name, password) in OLDER {
        let cli = Cli::opening(password)?;
        let file = fixture(&format!("notesnook/{name}")).display().to_string();
        let secret = ["--archive-password-file", "@real"];
        let found = cli.json(3, &[&["inspect", &file], &secret[..]].concat())?;
        let wanted: Value = serde_json::from_slice(&fs::read(format!("{file}.expect.json"))?)?;
        let (folder, format) = (name.split('/').next(), name.rsplit('.').next());
        assert_eq!(found["format"].as_str(), format, "{name}");
        assert_eq!(
            found["format_version"].as_str(),
            folder.map(|folder| folder.trim_end_matches("-old-rows"))
        );
        assert_eq!(found["encrypted"], json!(!password.is_empty()), "{name}");
        let notes = list(&found, "/notes")?;
        assert_eq!(notes.len(), list(&wanted, "/notes")?.len(), "{name}");
        for wanted in list(&wanted, "/notes")? {
            let note = by_id(notes, &wanted["id"])?;
            let kept = note["title"] == "Bench plan";
            let notebooks = if kept { json!(["Workshop"]) } else { wanted["notebooks"].clone() };
            assert_eq!(set(&note["notebooks"]), set(&notebooks), "{name}");
            assert_eq!(set(&note["tags"]), set(&wanted["tags"]), "{name}");
            assert_eq!(note["title"], wanted["title"], "{name}");
            assert_eq!(note["created"].as_str().map(str::to_owned), moment(&wanted["dateCreated"]), "{name}");
            assert_eq!(note["modified"].as_str().map(str::to_owned), moment(&wanted["dateEdited"]), "{name}");
            assert_eq!(note["trashed"], json!(wanted["state"] == "trash"), "{name}");
            assert_eq!(note["locked"], wanted["content"]["locked"], "{name}");
        }
        let warnings = list(&found, "/warnings")?;
        assert_eq!(warnings.len(), 1, "{name} {warnings:?}");
        let plain = ["convert", &file, "~/files/plain.nnbackupz", "--no-encryption"];
        let converted = cli.json(3, &[&plain[..], &secret[..]].concat())?;
        assert_eq!(converted["warnings"], found["warnings"], "{name}");
        let after = cli.json(0, &["inspect", "~/files/plain.nnbackupz"])?;
        for part in ["notes", "notebooks", "tags", "attachments", "counts"] {
            assert_eq!(after[part], found[part], "{name} {part}");
        }
    }
    Ok(())
}

#[test]
fn older_backups_that_do_not_open_say_why() -> Outcome {
    let cli = Cli::opening("orchard-gate-7")?;
    let sealed = fixture("notesnook/5.8/encrypted.nnbackup").display().to_string();
    let document = cli.json(12, &["inspect", &sealed, "--archive-password-file", "@wrong"])?;
    assert_eq!(text(&document, "/error/code")?, "wrong_secret");
    assert!(text(&document, "/error/message")?.contains("or the file was changed"), "{document}");
    let whole = fs::read(fixture("notesnook/5.6/plain.nnbackup"))?;
    let changed = String::from_utf8_lossy(&whole).replace("Pruning days", "Pruning dayz");
    let newer = String::from_utf8_lossy(&whole).replace("\"version\":5.6", "\"version\":6.2");
    for (file, code, word) in [
        (put(&cli, "cut.nnbackup", &whole[..whole.len() / 2])?, 13, "archive_cut"),
        (put(&cli, "changed.nnbackup", changed.as_bytes())?, 13, "checksum_mismatch"),
        (put(&cli, "newer.nnbackup", newer.as_bytes())?, 14, "newer_version"),
    ] {
        for command in ["inspect", "verify"] {
            let document = cli.json(code, &[command, &file])?;
            let found = document.pointer("/error/code").or_else(|| document.pointer("/findings/0/code"));
            assert_eq!(found.and_then(Value::as_str), Some(word), "{command} {file}");
        }
    }
    Ok(())
}

#[test]
fn convert_refuses_what_could_surprise() -> Outcome {
    let cli = Cli::new()?;
    let from = real("partial-plain");
    let there = put(&cli, "there.nnbackupz", b"precious")?;
    for args in [
        &["convert", &from, "~/files/new.nnbackupz"][..],
        &["convert", &from, "~/files/new.nnbackupz", "--no-encryption", "--out-password-file", "@first"],
        &["convert", &from, "~/files/new.jex", "--no-encryption"],
        &["convert", &from, "~/files/new", "--no-encryption"],
        &["convert", &from, &there, "--no-encryption"],
        &["convert", &from, &from, "--no-encryption"],
    ] {
        let document = cli.json(2, args)?;
        assert_eq!(text(&document, "/error/code")?, "usage", "{args:?}");
    }
    assert_eq!(fs::read(&there)?, b"precious");
    let left = fs::read_dir(cli.path("files"))?.count();
    assert_eq!(left, 1, "nothing was written");
    let with_env = cli.run_with(
        &[("BACKSTOP_OUT_PASSWORD", FIRST_PASSWORD)],
        &["convert", &from, "~/files/new.nnbackupz"],
    )?;
    with_env.expect(0)?;
    let full =
        ["convert", &real("full-plain"), "~/files/less.nnbackupz", "--no-encryption", "--no-attachments"];
    assert_eq!(number(&cli.json(0, &full)?, "/attachments")?, 0);
    let less = cli.json(0, &["inspect", "~/files/less.nnbackupz"])?;
    assert_eq!(less["attachments_included"], false);
    Ok(())
}

#[test]
fn a_hostile_title_can_not_steer_the_terminal() -> Outcome {
    let cli = Cli::new()?;
    let items = note(1, "safe\u{1b}[2J\u{202e}gpj.exe\nand more", "<p>\u{1b}]0;owned\u{7}text</p>");
    let file = zip(&cli, "hostile", &[marker(), chunk(0, &items)?])?;
    let id = backstop_tests::foreign::id(1);
    for args in [&["inspect", &file][..], &["show", &file, &id], &["search", &file, "text"]] {
        let ended = cli.run(args)?;
        ended.expect(0)?;
        let steering = |c: char| c == '\u{1b}' || c == '\u{7}' || c == '\u{202e}';
        assert!(!ended.out.contains(steering), "{args:?}: {:?}", ended.out);
    }
    Ok(())
}

/// Files are only read: no command on files leaves a trace beside what it was told to write.
#[test]
fn looking_at_an_archive_leaves_nothing_behind() -> Outcome {
    let cli = Cli::opening("harbour-lantern-42")?;
    let canary = b"rowing club";
    cli.json(0, &["inspect", &real("full-encrypted"), "--archive-password-file", "@real"])?;
    cli.json(0, &["search", &real("full-encrypted"), "rowing", "--archive-password-file", "@real"])?;
    for (path, bytes) in cli.every_file()? {
        let text: Vec<u8> = bytes.iter().map(u8::to_ascii_lowercase).collect();
        assert!(!text.windows(canary.len()).any(|window| window == canary), "{}", path.display());
    }
    assert!(Path::new(&cli.path("files")).read_dir()?.next().is_none());
    Ok(())
}

#[test]
fn a_quick_check_misses_no_part_and_says_what_it_did_not_read() -> Outcome {
    let cli = Cli::with_account()?;
    cli.as_anna(0, &["restore", &real("full-plain")])?;
    cli.as_anna(0, &["backup", "--attachments", "--no-encryption", "--to", "~/files"])?;
    let made = fs::read_dir(cli.path("files"))?.filter_map(Result::ok).map(|entry| entry.path()).next();
    let made = made.ok_or_else(|| Trouble::new("no archive was made"))?;
    let quick = |code, file: &Path| cli.json(code, &["verify", "--quick", &file.display().to_string()]);
    let whole = quick(0, &made)?;
    let unread: u64 = list(&whole, "/parts_not_read")?.iter().filter_map(|part| part["bytes"].as_u64()).sum();
    assert_eq!(unread, number(&whole, "/not_read")?);
    assert_eq!(number(&whole, "/bytes_read")? + unread, fs::metadata(&made)?.len());
    let zip = zip::ZipArchive::new(File::open(&made)?)?;
    let names = zip.file_names().map(|name| Ok(name?.into_owned())).collect::<Outcome<Vec<String>>>()?;
    for gone in names.iter().filter(|name| *name != ".nnbackup") {
        let cut = cli.path("files/cut");
        without(&made, &cut, gone)?;
        let report = cli.run(&["--json", "verify", "--quick", &cut.display().to_string()])?;
        assert_eq!(report.code, 13, "without {gone}: {}", report.out);
        fs::remove_file(&cut)?;
    }
    let sealed = cli.json(0, &["verify", "--quick", &real("full-encrypted")])?;
    assert_eq!(sealed["ok"], true, "it is looked over without its password");
    cli.json(12, &["verify", "--quick", &real("full-encrypted"), "--archive-password-file", "@wrong"])?;
    Ok(())
}

/// The same zip without one of its entries.
fn without(from: &Path, to: &Path, gone: &str) -> Outcome {
    let mut from = zip::ZipArchive::new(File::open(from)?)?;
    let mut to = zip::ZipWriter::new(File::create_new(to)?);
    for place in 0..from.len() {
        let entry = from.by_index_raw(place)?;
        if entry.name()? != gone {
            to.raw_copy_file(entry)?;
        }
    }
    to.finish()?;
    Ok(())
}
