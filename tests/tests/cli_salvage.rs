//! Damaged archives on the command line: what stops, what comes out, and what is said of the rest.

use backstop_tests::Outcome;
use backstop_tests::cli::{Cli, list, number};
use backstop_tests::foreign::{chunk, marker, note, write};

#[test]
fn what_is_odd_about_a_source_is_said_by_every_command() -> Outcome {
    let cli = Cli::with_account()?;
    let stray = ("readme.txt".to_owned(), b"not a part of any backup".to_vec());
    let items = note(1, "whole", "<p>harbour</p>");
    write(&cli.path("files/odd.nnbackupz"), &[marker(), chunk(0, &items)?, stray])?;
    let odd = "~/files/odd.nnbackupz";
    let converted = cli.json(3, &["convert", odd, "~/files/new.nnbackupz", "--no-encryption"])?;
    assert_eq!(number(&converted, "/notes")?, 1);
    for document in [converted, cli.json(3, &["inspect", odd])?, cli.as_anna(3, &["plan", odd])?] {
        let warnings = list(&document, "/warnings")?;
        assert_eq!((warnings.len(), &warnings[0]["code"]), (1, &"stray".into()), "{document}");
    }
    cli.json(0, &["verify", "~/files/new.nnbackupz"])?;
    Ok(())
}
