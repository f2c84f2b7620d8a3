//! What must be there before anything is compiled: compilers, packages, the interface's modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::place;
use crate::stage::Stage;
use crate::system::{self, Need};

/// The oldest Node that the interface's tools run on.
const NODE: [u32; 2] = [20, 19];

/// Prepares the machine: tools, system packages, the interface's modules.
///
/// # Errors
/// What is missing and what to do about it.
pub(crate) fn prepare(need: Need) -> Result<(), String> {
    rust()?;
    system::packages(need)?;
    node()?;
    modules("modules", place::ui())?;
    opener()
}

fn rust() -> Result<(), String> {
    let manifest = fs::read_to_string(place::root().join("Cargo.toml"))
        .map_err(|error| format!("The workspace's Cargo.toml cannot be read: {error}."))?;
    let wanted = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .map(|value| value.trim_matches('"').to_owned())
        .ok_or("The workspace's Cargo.toml names no rust-version.")?;
    at_least("rustc", &numbers(&wanted), &format!("Get Rust {wanted} or newer from https://rustup.rs."))?;
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !answers("cargo", &[tool, "--version"]) {
            return Err(format!("`cargo {tool}` is missing. Type: rustup component add {component}"));
        }
    }
    Ok(())
}

fn node() -> Result<(), String> {
    let [major, minor] = NODE;
    let hint = format!("Get Node {major}.{minor} or newer from https://nodejs.org.");
    at_least("node", &NODE, &hint)?;
    if answers(place::npm(), &["--version"]) { Ok(()) } else { Err(format!("npm is missing. {hint}")) }
}

/// Installs the real Notesnook core that tests compare with. It is no part of the app.
///
/// # Errors
/// The sentence of npm.
pub(crate) fn peer() -> Result<(), String> {
    modules("peer", place::peer())
}

/// Installs a folder's modules when its lock file is newer than what is installed.
fn modules(name: &'static str, folder: PathBuf) -> Result<(), String> {
    let lock = changed(&folder.join("package-lock.json"));
    let installed = changed(&folder.join("node_modules/.package-lock.json"));
    if lock.is_some() && installed >= lock {
        return Ok(());
    }
    let arguments = ["ci", "--no-audit", "--no-fund"];
    Stage::new(name, folder, place::npm().to_owned(), &arguments).run().map(drop)
}

/// Makes the Python that the independent opener of our files runs in, unless it is there and complete.
fn opener() -> Result<(), String> {
    let folder = place::python();
    let python = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    let python = python.to_string_lossy();
    if answers(&python, &["-c", "import argon2, cryptography, zstandard"]) {
        return Ok(());
    }
    let make = ["-m", "venv", "--clear", &folder.to_string_lossy()];
    let made = Stage::new("python", place::root(), place::any_python().to_owned(), &make).run();
    made.map_err(|error| {
        format!("{error}\nGet Python 3.9 or newer with its venv from https://www.python.org.")
    })?;
    let fill = ["-m", "pip", "install", "--quiet", "-r", "docs/formats/requirements.txt"];
    Stage::new("packages", place::root(), python.into_owned(), &fill).run().map(drop)
}

/// Makes sure that nextest is there.
///
/// Each test in a process of its own, time limits and groups are what the window tests stand on, so it
/// is built when it is missing (a few minutes, once a machine) rather than replaced by `cargo test`.
///
/// # Errors
/// What to type when it could not be built.
pub(crate) fn nextest() -> Result<(), String> {
    if answers("cargo", &["nextest", "--version"]) {
        return Ok(());
    }
    Stage::cargo("nextest", &["install", "cargo-nextest", "--locked"])
        .run()
        .map(drop)
        .map_err(|error| format!("{error}\nSee also https://nexte.st for ready-made programs."))
}

/// Whether cargo-deny is there. It takes minutes to build and changes rarely matter to it, so it is not
/// asked of everybody.
pub(crate) fn can_deny() -> bool {
    answers("cargo", &["deny", "--version"])
}

/// Builds the interface when it is older than its sources: the app embeds it.
///
/// # Errors
/// The sentence of the build that failed.
pub(crate) fn interface() -> Result<(), String> {
    let ui = place::ui();
    let built = changed(&ui.join("dist/index.html"));
    let sources = ["src", "public", "index.html", "package-lock.json", "vite.config.ts", "svelte.config.js"];
    let newest = sources.iter().filter_map(|name| newest(&ui.join(name))).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    Stage::npm("interface", "build").run().map(drop)
}

pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn at_least(program: &str, wanted: &[u32], hint: &str) -> Result<(), String> {
    let output = Command::new(program).arg("--version").output();
    let output = output.map_err(|_| format!("{program} is missing. {hint}"))?;
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let first_digit = found.find(|c: char| c.is_ascii_digit()).unwrap_or(found.len());
    let version = found.get(first_digit..).unwrap_or_default();
    if numbers(version).as_slice() >= wanted {
        Ok(())
    } else {
        Err(format!("{program} is too old: {found}. {hint}"))
    }
}

/// The leading numbers of a version: `1.95.0-nightly` is 1, 95, 0.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .collect()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|about| about.modified()).ok()
}

/// When the youngest file at or below a path was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else { return changed(path) };
    entries.filter_map(Result::ok).filter_map(|entry| newest(&entry.path())).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(numbers("1.95.0-nightly (abc)"), [1, 95, 0]);
        assert!(numbers("20.20.1") >= vec![20, 19]);
        assert!(numbers("18.99") < vec![20, 19]);
        assert!(numbers("nonsense").is_empty());
    }

    #[test]
    fn an_absent_program_is_named_with_the_way_to_get_it() {
        let message = at_least("no-such-program-here", &[1], "Get it somewhere.").unwrap_err();
        assert_eq!(message, "no-such-program-here is missing. Get it somewhere.");
    }

    #[test]
    fn the_youngest_file_of_a_folder_counts() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(newest(here) >= changed(&here.join("Cargo.toml")));
        assert_eq!(newest(&here.join("nothing-here")), None);
    }
}
