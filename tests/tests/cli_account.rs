//! Accounts on the command line: made, opened, changed, lost and found, deleted; and no secret anywhere.

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, FIRST_PASSWORD, SECOND_PASSWORD, list, text};

#[test]
fn an_account_is_made_listed_and_opened() -> Outcome {
    let cli = Cli::new()?;
    let none = cli.json(0, &["account", "list"])?;
    assert!(list(&none, "/accounts")?.is_empty());
    let created = cli.json(0, &["account", "create", "--name", "anna", "--password-file", "@first"])?;
    assert_eq!(text(&created, "/account")?, "anna");
    let key = text(&created, "/recovery_key")?.to_owned();
    assert_eq!(key.split('-').map(str::len).collect::<Vec<_>>(), [4; 14], "{key}");
    let listed = cli.json(0, &["account", "list"])?;
    assert_eq!(text(&listed, "/accounts/0/account")?, "anna");
    assert_eq!(text(&listed, "/accounts/0/id")?, text(&created, "/id")?);
    let right = cli.json(0, &["account", "login", "--password-file", "@first"])?;
    assert_eq!(right["kept"], false);
    let wrong = cli.json(12, &["account", "login", "--password-file", "@wrong"])?;
    assert_eq!(text(&wrong, "/error/code")?, "wrong_secret");
    let none_given = cli.json(12, &["account", "login"])?;
    assert_eq!(text(&none_given, "/error/code")?, "secret_required");
    let from_outside = cli.run_with(&[("BACKSTOP_PASSWORD", FIRST_PASSWORD)], &["account", "login"])?;
    from_outside.expect(0)?;
    let out = cli.json(0, &["account", "status"])?;
    assert_eq!(out["logged_in"], false);
    let status = cli.as_anna(0, &["account", "status"])?;
    assert_eq!(status["logged_in"], true);
    assert_eq!(status["library"]["encryption"], true);
    cli.json(0, &["account", "logout"])?;
    let places = cli.json(0, &["place", "list"])?;
    assert_eq!(text(&places, "/places/0/id")?, "library", "a fresh account has one place");
    assert_eq!(list(&places, "/places")?.len(), 1);
    Ok(())
}

#[test]
fn a_login_that_can_not_be_kept_is_said_and_nothing_is_stored() -> Outcome {
    let cli = Cli::with_account()?;
    let kept = cli.json(3, &["account", "login", "--keep", "--password-file", "@first"])?;
    assert_eq!(kept["kept"], false);
    assert_eq!(text(&kept, "/keychain")?, "absent");
    cli.json(16, &["list"])?;
    Ok(())
}

#[test]
fn a_weak_password_is_refused_unless_it_is_insisted_on() -> Outcome {
    let cli = Cli::new()?;
    cli.secret("weak", "password1")?;
    let args = ["account", "create", "--name", "anna", "--password-file", "@weak"];
    let refused = cli.json(2, &args)?;
    assert_eq!(text(&refused, "/error/code")?, "usage");
    assert!(list(&cli.json(0, &["account", "list"])?, "/accounts")?.is_empty());
    cli.json(0, &[&args[..], &["--allow-weak-password"]].concat())?;
    let twice = cli.json(2, &["account", "create", "--name", "anna", "--password-file", "@first"])?;
    assert_eq!(text(&twice, "/error/code")?, "usage");
    Ok(())
}

#[test]
fn the_password_is_changed() -> Outcome {
    let cli = Cli::with_account()?;
    let change = ["account", "change-password", "--new-password-file", "@second", "--password-file"];
    cli.json(12, &[&change[..], &["@wrong"]].concat())?;
    cli.json(0, &[&change[..], &["@first"]].concat())?;
    cli.json(12, &["account", "login", "--password-file", "@first"])?;
    cli.json(0, &["account", "login", "--password-file", "@second"])?;
    let same_key = cli.json(0, &["account", "recovery-key", "--password-file", "@second"])?;
    cli.secret("shown", text(&same_key, "/recovery_key")?)?;
    let back =
        ["account", "reset-password", "--recovery-key-file", "@shown", "--new-password-file", "@first"];
    cli.json(0, &back)?;
    cli.json(0, &["account", "login", "--password-file", "@first"])?;
    Ok(())
}

#[test]
fn the_recovery_key_sets_a_new_password_and_can_be_replaced() -> Outcome {
    let cli = Cli::with_account()?;
    let reset = |key: &str, code| {
        let args = ["account", "reset-password", "--recovery-key-file", key, "--password-file", "@second"];
        cli.json(code, &args)
    };
    cli.secret("no-key", "This is not a key")?;
    assert_eq!(text(&reset("@no-key", 12)?, "/error/code")?, "wrong_secret");
    let other = Cli::with_account()?;
    let foreign = other.json(0, &["account", "recovery-key", "--password-file", "@first"])?;
    cli.secret("foreign", text(&foreign, "/recovery_key")?)?;
    assert_eq!(text(&reset("@foreign", 12)?, "/error/code")?, "wrong_secret");
    reset("@recovery", 0)?;
    cli.json(0, &["account", "login", "--password-file", "@second"])?;
    cli.json(12, &["account", "recovery-key", "--password-file", "@first"])?;
    let new = cli.json(0, &["account", "recovery-key", "--new", "--password-file", "@second"])?;
    cli.secret("new", text(&new, "/recovery_key")?)?;
    reset("@recovery", 12)?;
    reset("@new", 0)?;
    Ok(())
}

#[test]
fn a_saved_recovery_key_is_read_as_it_was_saved() -> Outcome {
    let cli = Cli::new()?;
    let args = [
        "account",
        "create",
        "--name",
        "anna",
        "--password-file",
        "@first",
        "--save-recovery-key",
        "~/files/key.txt",
    ];
    let created = cli.json(0, &args)?;
    let saved = std::fs::read_to_string(cli.path("files/key.txt"))?;
    assert!(saved.contains(text(&created, "/recovery_key")?), "the file holds the key");
    let reset =
        ["account", "reset-password", "--recovery-key-file", "~/files/key.txt", "--password-file", "@second"];
    cli.json(0, &reset)?;
    let plain = Cli::new()?;
    let said = plain.run(&args)?;
    said.expect(0)?;
    let saved = std::fs::read_to_string(plain.path("files/key.txt"))?;
    let shown = said.out.split_whitespace().any(|word| word.contains('-') && saved.contains(word));
    assert!(!shown, "a saved key is not printed: {}", said.out);
    Ok(())
}

#[test]
fn a_deleted_account_leaves_its_archives() -> Outcome {
    let cli = Cli::with_account()?;
    cli.as_anna(0, &["backup"])?;
    let archives = cli.archives()?;
    assert_eq!(archives.len(), 1);
    cli.json(12, &["account", "delete", "--password-file", "@wrong"])?;
    cli.json(12, &["account", "delete"])?;
    cli.json(0, &["account", "delete", "--password-file", "@first"])?;
    assert!(list(&cli.json(0, &["account", "list"])?, "/accounts")?.is_empty());
    assert_eq!(cli.archives()?, archives);
    let file = archives.first().map(|path| path.display().to_string()).unwrap_or_default();
    cli.json(0, &["verify", &file, "--archive-password-file", "@first"])?;
    Ok(())
}

#[test]
fn two_accounts_are_told_apart() -> Outcome {
    let cli = Cli::with_account()?;
    cli.json(0, &["account", "create", "--name", "bert", "--password-file", "@second"])?;
    let which = cli.json(2, &["list", "--password-file", "@first"])?;
    assert_eq!(text(&which, "/error/code")?, "usage");
    cli.json(0, &["--account", "anna", "list", "--password-file", "@first"])?;
    cli.json(0, &["--account", "bert", "list", "--password-file", "@second"])?;
    cli.json(12, &["--account", "bert", "list", "--password-file", "@first"])?;
    Ok(())
}

/// Passwords and the recovery key lie nowhere but in the files that the test itself wrote, and no output
/// but the one of `create` and `recovery-key` has them.
#[test]
fn no_secret_is_left_anywhere() -> Outcome {
    let cli = Cli::with_account()?;
    let key = std::fs::read_to_string(cli.path("secrets/recovery"))?.trim().to_owned();
    let secrets = [FIRST_PASSWORD, SECOND_PASSWORD, key.as_str()];
    let mut said = String::new();
    for args in [
        &["-v", "account", "login", "--password-file", "@first"][..],
        &["-v", "account", "login", "--password-file", "@second"],
        &["-v", "account", "change-password", "--password-file", "@first", "--new-password-file", "@second"],
        &["-v", "account", "reset-password", "--recovery-key-file", "@recovery", "--password-file", "@first"],
        &["-v", "backup", "--password-file", "@first"],
        &["-v", "list", "--password-file", "@first"],
        &["-v", "history", "--password-file", "@first"],
        &["-v", "settings", "get", "--password-file", "@first"],
        &["-v", "inspect", "~/secrets/first", "--recovery-key-file", "@first"],
    ] {
        let ended = cli.run(args)?;
        said.push_str(&ended.out);
        said.push_str(&ended.err);
    }
    for secret in secrets {
        assert!(!said.contains(secret), "a secret was printed");
        for (path, bytes) in cli.every_file()? {
            let own = path.starts_with(cli.path("secrets"));
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(own || !found, "a secret lies in {}", path.display());
        }
    }
    Ok(())
}
