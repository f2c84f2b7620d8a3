//! A login that is kept: what it opens without a password, what still asks for one, and how it ends. On a
//! bus and with a keyring of the test's own.
#![cfg(target_os = "linux")]

use std::process::Command;

use backstop_tests::cli::{Ended, FIRST_PASSWORD, text};
use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::{Outcome, built};
use serde_json::Value;

struct Kept(Desk);

impl Kept {
    fn new(keyring: bool) -> Outcome<Self> {
        Ok(Self(Desk::new(Equipment { keyring, ..Equipment::default() })?))
    }

    fn command(&self, args: &[&str]) -> Outcome<Command> {
        let mut command = self.0.command(built::program("backstop")?);
        command.arg("--json").args(args);
        Ok(command)
    }

    /// A call without any secret.
    fn bare(&self, code: i32, args: &[&str]) -> Outcome<Value> {
        let ended = Ended::of(&self.command(args)?.output()?)?;
        ended.expect(code).map_err(|trouble| trouble.during(args.join(" ")))?;
        ended.document()
    }

    /// A call with the account's password.
    fn with_password(&self, code: i32, args: &[&str]) -> Outcome<Value> {
        let output = self.command(args)?.env("BACKSTOP_PASSWORD", FIRST_PASSWORD).output()?;
        let ended = Ended::of(&output)?;
        ended.expect(code).map_err(|trouble| trouble.during(args.join(" ")))?;
        ended.document()
    }
}

#[test]
fn a_kept_login_works_without_a_password_until_it_is_forgotten() -> Outcome {
    let desk = Kept::new(true)?;
    let created = desk.with_password(0, &["account", "create", "--name", "anna", "--keep"])?;
    assert_eq!(created.pointer("/kept"), Some(&Value::Bool(true)));
    desk.bare(0, &["list"])?;
    assert_eq!(desk.bare(0, &["account", "status"])?.pointer("/logged_in"), Some(&Value::Bool(true)));
    let due = desk.bare(0, &["run-due"])?;
    assert_eq!(due.pointer("/due"), Some(&Value::Bool(true)), "the schedule needs no password");
    let made = text(&due, "/archives/0/path")?;
    desk.bare(0, &["inspect", made])?;
    desk.bare(0, &["verify", made])?;
    desk.bare(0, &["restore", made])?;
    for args in [
        &["backup", "--no-encryption"][..],
        &["settings", "set", "encryption", "off"],
        &["account", "recovery-key"],
        &["account", "delete"],
    ] {
        let refused = desk.bare(12, args)?;
        assert_eq!(text(&refused, "/error/code")?, "secret_required", "{args:?}");
    }
    let logout = desk.bare(0, &["account", "logout"])?;
    assert_eq!(logout.pointer("/was_kept"), Some(&Value::Bool(true)));
    desk.bare(16, &["list"])?;
    desk.bare(12, &["inspect", made])?;
    assert_eq!(desk.bare(0, &["account", "logout"])?.pointer("/was_kept"), Some(&Value::Bool(false)));
    desk.with_password(0, &["account", "login"])?;
    desk.bare(16, &["list"])?;
    desk.with_password(0, &["account", "login", "--keep"])?;
    desk.bare(0, &["list"])?;
    Ok(())
}

#[test]
fn a_desk_without_a_keyring_keeps_nothing_and_says_so() -> Outcome {
    let desk = Kept::new(false)?;
    let created = desk.with_password(3, &["account", "create", "--name", "anna", "--keep"])?;
    assert_eq!(created.pointer("/kept"), Some(&Value::Bool(false)));
    let login = desk.with_password(3, &["account", "login", "--keep"])?;
    assert_eq!(text(&login, "/keychain")?, "absent");
    desk.bare(16, &["list"])?;
    Ok(())
}

#[test]
fn a_locked_keyring_is_told_from_an_absent_one() -> Outcome {
    let desk = Kept::new(true)?;
    desk.with_password(0, &["account", "create", "--name", "anna", "--keep"])?;
    let mut lock = desk.0.command("dbus-send");
    lock.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"]);
    lock.args([
        "org.freedesktop.Secret.Service.Lock",
        "array:objpath:/org/freedesktop/secrets/collection/login",
    ]);
    Ended::of(&lock.output()?)?.expect(0)?;
    let refused = desk.bare(16, &["list"])?;
    assert!(text(&refused, "/error/message")?.contains("locked"), "{refused}");
    let login = desk.with_password(3, &["account", "login", "--keep"])?;
    assert_eq!(text(&login, "/keychain")?, "locked");
    desk.with_password(0, &["list"])?;
    Ok(())
}
