//! Hostile files on the real program: each is refused or read, in bounded memory, and leaves nothing
//! behind and says nothing that a terminal would obey.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "what each took is shown when one takes too much")]

use std::fs;
use std::process::Stdio;

use backstop_testkit::notesnook::{Chunk, archive, note, notebook};
use backstop_tests::bombs::{BOMBS, Bomb, COSTS, dear_keyslot};
use backstop_tests::cli::Cli;
use backstop_tests::giants::GIANTS;
use backstop_tests::{Outcome, meter};

/// What any job may hold beyond a key derivation.
const MOST_MIB: u64 = 128;

/// Writes a file for the program.
fn put(cli: &Cli, name: &str, bytes: &[u8]) -> Outcome<String> {
    let path = cli.path("files").join(name);
    fs::write(&path, bytes)?;
    Ok(path.display().to_string())
}

/// Runs it under the meter and says how it ended, having held no more than it may.
fn ended(cli: &Cli, args: &[&str], too_much: &mut Vec<String>) -> Outcome<i32> {
    ended_beyond(0, cli, args, too_much)
}

/// The same for a call that derives a key, which takes so much for itself.
fn ended_beyond(derivation_mib: u64, cli: &Cli, args: &[&str], too_much: &mut Vec<String>) -> Outcome<i32> {
    let (status, cost) = meter::run(cli.command(args).stdout(Stdio::null()).stderr(Stdio::null()))?;
    println!(
        "{:>4?} {:>5} MiB {:>6.1} s {}",
        status.code(),
        cost.peak_mib(),
        cost.processor_s,
        args.join(" ")
    );
    if cost.peak_mib() > derivation_mib + MOST_MIB {
        too_much.push(format!("{} held {} MiB", args.join(" "), cost.peak_mib()));
    }
    Ok(status.code().unwrap_or(-1))
}

/// Looks into and checks each of them.
fn all_bounded(bombs: &[Bomb]) -> Outcome {
    let cli = Cli::with_account()?;
    let mut wrong = Vec::new();
    let account = ["--account", "anna", "--password-file", "@first"];
    let login = [&account[..], &["account", "login"]].concat();
    let (_, login) = meter::run(cli.command(&login).stdout(Stdio::null()))?;
    for (number, bomb) in bombs.iter().enumerate() {
        println!("{}", bomb.what);
        let file = put(&cli, &format!("{number}.{}", bomb.ending), &(bomb.build)()?)?;
        let inspected = ended(&cli, &["inspect", &file], &mut wrong)?;
        let verified = ended(&cli, &["verify", &file], &mut wrong)?;
        let looked = ended(&cli, &["verify", "--quick", &file], &mut wrong)?;
        let plan = [&account[..], &["plan", &file, "--into", "library", "--mode", "merge"]].concat();
        let planned = ended_beyond(login.peak_mib(), &cli, &plan, &mut wrong)?;
        if !bomb.ends.contains(&inspected)
            || [verified, looked, planned].iter().any(|code| ![0, 3, 13].contains(code))
        {
            let ends = [inspected, verified, looked, planned];
            wrong.push(format!("{}: ended with {ends:?}", bomb.what));
        }
        fs::remove_file(file)?;
    }
    let left: Vec<_> = fs::read_dir(cli.path("tmp"))?.chain(fs::read_dir(cli.path("files"))?).collect();
    assert_eq!(left.len(), 0, "something was written: {left:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

// In parts, so that each has the time of a test for itself.
#[test]
fn a_packed_bomb_is_read_or_refused_in_bounded_memory() -> Outcome {
    all_bounded(BOMBS.get(..10).unwrap_or_default())
}

#[test]
fn a_deep_file_is_read_or_refused_in_bounded_memory() -> Outcome {
    all_bounded(BOMBS.get(10..20).unwrap_or_default())
}

#[test]
fn a_file_with_lies_and_giants_is_read_or_refused_in_bounded_memory() -> Outcome {
    all_bounded(BOMBS.get(20..).unwrap_or_default())
}

#[test]
fn a_small_file_with_a_giant_row_is_read_or_refused_in_bounded_memory() -> Outcome {
    all_bounded(GIANTS.get(..6).unwrap_or_default())
}

#[test]
fn a_small_file_with_a_giant_carried_or_older_row_is_read_or_refused_in_bounded_memory() -> Outcome {
    all_bounded(GIANTS.get(6..13).unwrap_or_default())
}

#[test]
fn a_small_container_with_a_giant_line_is_read_or_refused_in_bounded_memory() -> Outcome {
    all_bounded(GIANTS.get(13..).unwrap_or_default())
}

#[test]
fn a_keyslot_that_asks_for_too_much_is_refused_before_it_is_paid() -> Outcome {
    let cli = Cli::new()?;
    let mut wrong = Vec::new();
    for (number, (memory, passes, lanes)) in COSTS.iter().enumerate() {
        let bytes = dear_keyslot(*memory, *passes, *lanes)?;
        let file = put(&cli, &format!("{number}.backstop"), &bytes)?;
        let code = ended(&cli, &["inspect", &file, "--archive-password-file", "@first"], &mut wrong)?;
        assert_eq!(code, 13, "{memory} KiB, {passes} passes, {lanes} lanes");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn what_a_file_says_of_itself_steers_no_terminal() -> Outcome {
    let cli = Cli::new()?;
    let nasty = "a\u{1b}[31m\u{1b}]0;own\u{7}b\u{9b}2Jc\0d\r\ne\u{202e}f\u{2066}g\u{7f}";
    let rows = [note("n1", nasty, None), notebook("b1", nasty)];
    let mut zip = archive(&[Chunk::plain(0, &rows)]);
    zip.entries.push(backstop_testkit::RawEntry::stored(nasty, b"x"));
    let file = put(&cli, "nasty.nnbackupz", &zip.bytes())?;
    for args in [
        &["inspect", &*file][..],
        &["verify", &file],
        &["verify", "--quick", &file],
        &["--verbose", "inspect", &file],
    ] {
        let ended = cli.run(args)?;
        for (place, text) in [("output", &ended.out), ("error output", &ended.err)] {
            let steers = |c: char| {
                (c.is_control() && c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!text.contains(steers), "{args:?} steers the terminal on its {place}: {text:?}");
        }
        let json = cli.run(&[&["--json"], args].concat())?;
        assert!(!json.out.contains(|c: char| c.is_control() && c != '\n'), "{args:?} --json: {:?}", json.out);
    }
    Ok(())
}
