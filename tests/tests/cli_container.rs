//! Backstop's own container on the command line: made, converted both ways, looked into, damaged.

use std::fs;
use std::io::Write as _;

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, list, number, text};
use backstop_tests::real::real;
use serde_json::Value;

/// What is in an archive, without what another format changes.
fn contents(mut inventory: Value) -> Value {
    for (name, value) in inventory.as_object_mut().into_iter().flatten() {
        if ["encrypted", "created", "warnings", "format", "format_version", "app"].contains(&name.as_str()) {
            *value = Value::Null;
        }
    }
    inventory
}

#[test]
fn a_file_goes_into_the_container_and_comes_back() -> Outcome {
    let cli = Cli::new()?;
    cli.secret("real", "harbour-lantern-42")?;
    for (name, secret) in [("full-encrypted", "@real"), ("partial-plain", "@wrong")] {
        let file = real(name);
        let before = contents(cli.json(0, &["inspect", &file, "--archive-password-file", secret])?);
        let (ours, back) = (format!("~/files/{name}.backstop"), format!("~/files/{name}.nnbackupz"));
        let sealed = ["--archive-password-file", secret, "--out-password-file", "@first"];
        let made = cli.json(0, &[&["convert", &file, &ours], &sealed[..]].concat())?;
        assert_eq!(made["verified"], true);
        let first = ["--archive-password-file", "@first"];
        let inspected = cli.json(0, &[&["inspect", &ours], &first[..]].concat())?;
        assert_eq!((text(&inspected, "/format")?, text(&inspected, "/format_version")?), ("backstop", "1"));
        assert_eq!(inspected["encrypted"], true);
        assert_eq!(contents(inspected), before, "{name}");
        let verified = cli.json(0, &[&["verify", &ours], &first[..]].concat())?;
        assert_eq!((verified["ok"].clone(), list(&verified, "/findings")?.len()), (Value::from(true), 0));
        cli.json(0, &[&["convert", &ours, &back, "--no-encryption"], &first[..]].concat())?;
        assert_eq!(contents(cli.json(0, &["inspect", &back])?), before, "{name} back again");
        cli.json(12, &["inspect", &ours])?;
        cli.json(12, &["inspect", &ours, "--archive-password-file", "@wrong"])?;
    }
    let ours = ["~/files/full-encrypted.backstop", "--archive-password-file", "@first"];
    let inventory = cli.json(0, &[&["inspect"], &ours[..]].concat())?;
    let real = real("full-encrypted");
    let source = [real.as_str(), "--archive-password-file", "@real"];
    for note in list(&inventory, "/notes")?.iter().take(3) {
        let raw = |from: [&str; 3]| -> Outcome<Value> {
            cli.json(0, &["show", from[0], text(note, "/id")?, "--as", "raw", from[1], from[2]])
        };
        assert_eq!(raw(ours)?, raw(source)?, "the index leads to its text too");
    }
    let quick = cli.json(0, &[&["verify", "--quick"], &ours[..]].concat())?;
    let size = fs::metadata(cli.path("files/full-encrypted.backstop"))?.len();
    let read = size - number(&quick, "/not_read")?;
    assert!(quick["ok"] == true && read > 0 && read < size / 2, "{quick}");
    let attachment = &list(&inventory, "/attachments")?[0];
    assert_eq!(attachment["present"], true);
    let taken = ["--attachment", text(attachment, "/id")?, "--out", "~/files/taken"];
    cli.run(&[&["show"], &ours[..1], &taken[..], &ours[1..]].concat())?.expect(0)?;
    assert_eq!(fs::metadata(cli.path("files/taken"))?.len(), number(attachment, "/size")?);
    Ok(())
}

#[test]
fn a_library_is_backed_up_into_it_and_restored_from_it() -> Outcome {
    let cli = Cli::with_account()?;
    cli.secret("real", "harbour-lantern-42")?;
    let file = real("full-encrypted");
    let before = contents(cli.json(0, &["inspect", &file, "--archive-password-file", "@real"])?);
    cli.as_anna(0, &["restore", &file, "--archive-password-file", "@real"])?;
    let by_order = cli.as_anna(0, &["backup", "--attachments", "--format", "backstop"])?;
    let path = text(&by_order, "/archives/0/path")?.to_owned();
    assert!(path.ends_with("-full.backstop"), "{path}");
    assert_eq!(by_order["archives"][0]["verified"], true);
    cli.as_anna(2, &["backup", "--format", "jex"])?;
    cli.as_anna(2, &["settings", "set", "format", "jex"])?;
    cli.as_anna(0, &["settings", "set", "format", "backstop"])?;
    let by_setting = cli.as_anna(0, &["backup"])?;
    assert!(text(&by_setting, "/archives/0/path")?.ends_with(".backstop"));
    let known = cli.as_anna(0, &["list"])?;
    assert_eq!(list(&known, "/archives")?.len(), 2);
    assert_eq!(contents(cli.as_anna(0, &["inspect", &path])?), before, "its account opens it");
    let account = ["--account", "bert", "--password-file", "@second"];
    cli.json(0, &["account", "create", "--name", "bert", "--password-file", "@second"])?;
    let wrong = cli.json(12, &[&account[..], &["restore", &path]].concat())?;
    assert_eq!(text(&wrong, "/error/code")?, "wrong_secret");
    let restored =
        cli.json(0, &[&account[..], &["restore", &path, "--recovery-key-file", "@recovery"]].concat())?;
    assert!(number(&restored, "/added")? > 100);
    let plain = ["backup", "--attachments", "--format", "backstop", "--no-encryption"];
    let again = cli.json(0, &[&account[..], &plain].concat())?;
    let inspected = cli.json(0, &["inspect", text(&again, "/archives/0/path")?])?;
    assert_eq!(inspected["encrypted"], false, "a file that anyone can read says so");
    assert_eq!(contents(inspected), before);
    Ok(())
}

#[test]
fn damage_is_told_from_a_wrong_password() -> Outcome {
    let cli = Cli::new()?;
    let ours = "~/files/a.backstop";
    cli.json(0, &["convert", &real("partial-plain"), ours, "--out-password-file", "@first"])?;
    let whole = fs::read(cli.path("files/a.backstop"))?;
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    if let Some(byte) = flipped.get_mut(middle) {
        *byte ^= 1;
    }
    let first = ["--archive-password-file", "@first"];
    for (name, bytes, code) in [
        ("flipped", flipped.as_slice(), "checksum_mismatch"),
        ("cut", whole.get(..middle).unwrap_or_default(), "archive_cut"),
    ] {
        let file = format!("~/files/{name}.backstop");
        fs::File::create_new(cli.path(&format!("files/{name}.backstop")))?.write_all(bytes)?;
        let verified = cli.json(13, &[&["verify", &file], &first[..]].concat())?;
        assert!(verified.to_string().contains(code), "{name}: {verified}");
        let out = ["convert", &file, "~/files/out.nnbackupz", "--no-encryption"];
        let refused = cli.json(13, &[&out[..], &first].concat())?;
        assert_eq!(text(&refused, "/error/code")?, code, "{name}");
    }
    cli.json(12, &["verify", ours, "--archive-password-file", "@wrong"])?;
    Ok(())
}
