//! What the command line says to those who mistype, ask for help, or want what is not there yet.

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, text};

#[test]
fn a_mistake_ends_with_2_and_one_document() -> Outcome {
    let cli = Cli::new()?;
    for args in [
        &["fly"][..],
        &["inspect"],
        &["restore", "F", "--mode", "all"],
        &["backup", "--all", "--place", "library"],
        &["schedule", "set", "--backups", "hourly"],
        &["account", "create"],
        &["list", "--password", "secret"],
    ] {
        let document = cli.json(2, args)?;
        assert_eq!(text(&document, "/error/code")?, "usage", "{args:?}");
        assert!(!text(&document, "/error/message")?.is_empty(), "{args:?}");
        assert!(document["error"]["details"].is_array(), "{args:?}");
        let plain = cli.run(args)?;
        plain.expect(2)?;
        assert!(plain.out.is_empty() && !plain.err.is_empty(), "{args:?}: {}", plain.out);
    }
    Ok(())
}

#[test]
fn what_is_not_there_yet_says_so_and_does_nothing() -> Outcome {
    let cli = Cli::with_account()?;
    cli.run(&["convert", "~/files/x", "~/files/y"])?.expect(10)?;
    for args in [
        &["diff", "a", "b"][..],
        &["export", "--as", "markdown", "out"],
        &["place", "add", "joplin", "dir"],
        &["place", "add", "markdown", "dir"],
        &["backup", "--format", "jex"],
        &["restore", "f", "--full-joplin", "keep"],
        &["convert", "a", "b", "--as", "markdown"],
        &["show", "f", "x", "--as", "markdown"],
        &["schedule", "set", "--full", "daily"],
        &["schedule", "set", "--keep", "7/5"],
        &["schedule", "set"],
    ] {
        let document = cli.as_anna(2, args)?;
        assert_eq!(text(&document, "/error/code")?, "usage", "{args:?}");
    }
    let document = cli.as_anna(10, &["backup", "--place", "joplin"])?;
    assert_eq!(text(&document, "/error/code")?, "not_found");
    assert!(cli.archives()?.is_empty());
    Ok(())
}

#[test]
fn help_and_version_are_results() -> Outcome {
    let cli = Cli::new()?;
    let help = cli.run(&["--help"])?;
    help.expect(0)?;
    for word in ["backup", "restore", "inspect", "130", "BACKSTOP_PASSWORD"] {
        assert!(help.out.contains(word), "{word} is in the help");
    }
    for hidden in ["not in this version", "diff"] {
        assert!(!help.out.contains(hidden), "{hidden} is not in the help");
    }
    let version = cli.run(&["--version"])?;
    version.expect(0)?;
    assert!(version.out.starts_with("backstop "), "{}", version.out);
    let nothing = cli.run(&[])?;
    nothing.expect(2)?;
    assert!(nothing.out.is_empty() && nothing.err.contains("Usage"));
    let command = cli.run(&["help", "restore"])?;
    command.expect(0)?;
    assert!(command.out.contains("Exit codes"), "{}", command.out);
    Ok(())
}

#[test]
fn without_an_account_or_a_login_nothing_of_it_is_done() -> Outcome {
    let nobody = Cli::new()?;
    let document = nobody.json(16, &["backup"])?;
    assert_eq!(text(&document, "/error/code")?, "not_logged_in");
    let cli = Cli::with_account()?;
    for args in [
        &["backup"][..],
        &["list"],
        &["history"],
        &["run-due"],
        &["schedule", "show"],
        &["settings", "get"],
        &["plan", "~/files/x"],
        &["restore", "~/files/x"],
        &["undo", "x"],
        &["show", "--place", "library", "x"],
        &["search", "--place", "library", "x"],
    ] {
        let document = cli.json(16, args)?;
        assert_eq!(text(&document, "/error/code")?, "not_logged_in", "{args:?}");
    }
    let nobody = cli.json(10, &["--account", "ghost", "list", "--password-file", "@first"])?;
    assert_eq!(text(&nobody, "/error/code")?, "not_found");
    Ok(())
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() -> Outcome {
    let cli = Cli::new()?;
    let mut child = cli.command(&["account", "list"]).spawn()?;
    drop(child.stdout.take());
    let ended = child.wait()?;
    assert_eq!(ended.code(), Some(0));
    Ok(())
}
