//! What a developer types: `cargo xtask run | test | check | bench | soak | fuzz | fixtures`.
//!
//! Purpose: the two commands of the README, and their short and long relatives. It depends on std
//! alone, so that it compiles in seconds on a fresh clone and can prepare the machine before anything
//! large is built. It may start programs and touch `target/` and `ui/`; nothing else.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a terminal is its only face")]

mod checks;
mod fixtures;
mod fuzz;
mod place;
mod setup;
mod stage;
mod system;
mod walk;

use std::process::ExitCode;

/// How a command ends when it is not known.
const USAGE: u8 = 2;

const HELP: &str = "\
cargo xtask COMMAND

  run        open the app; without a display, walk its main job in a virtual one
             and save pictures under target/demo (--walk does so in any case)
  test       everything: format, lints, unit and flow tests, the interface, the real window
  check      test without its slow parts: no browser, no window
  bench      measure release builds on made-up notes, beside zip, 7z, restic and others; behind it
             may stand what to measure: small, notes, mixed, many, large, window
  soak       the tests that take longer than a test run may: very large archives, hundreds of kills,
             half an hour in the tray, a failing disk and a power cut at every step, small disks that
             fill up and vanish (as root), ten thousand ways to damage a file, and every fuzz target
             for minutes
  fuzz       feed every parser with made-up inputs; behind it may stand for how many seconds
             each (60), and a target to run it alone
  fixtures   make test files that nobody has looked at, below target/fixtures; a number
             behind it is the seed";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["run"] => walk::run(false),
        ["run", "--walk"] => walk::run(true),
        ["test"] => checks::test(),
        ["check"] => checks::check(),
        ["bench", what @ ..] => walk::bench(what),
        ["soak"] => walk::soak(),
        ["fuzz"] => fuzz::fuzz("60", None),
        ["fuzz", seconds] => fuzz::fuzz(seconds, None),
        ["fuzz", seconds, target] => fuzz::fuzz(seconds, Some(target)),
        ["fixtures"] => fixtures::make("1"),
        ["fixtures", seed] => fixtures::make(seed),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(USAGE);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n{message}");
            ExitCode::FAILURE
        }
    }
}
