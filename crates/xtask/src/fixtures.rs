//! `fixtures` makes test files that nobody has looked at before, below `target/fixtures`.
//!
//! The files in `tests/fixtures` are never made again: they show that what was written once opens for ever.
//! Those of an app are made by the app itself: the real Notesnook core that the tests compare with.

use std::fs;
use std::path::Path;

use crate::place;
use crate::setup;
use crate::stage::Stage;
use crate::system::Need;

/// The password of the encrypted files, which lies beside them.
const PASSWORD: &str = "harbour-lantern-42";

/// Makes the files that differ with the seed.
///
/// # Errors
/// What could not be prepared or made.
pub(crate) fn make(seed: &str) -> Result<(), String> {
    if seed.parse::<u32>().is_err() {
        return Err(format!("{seed} is no seed. Give a number."));
    }
    setup::prepare(Need::Build)?;
    setup::peer()?;
    let folder = place::target().join("fixtures").join(seed);
    let failed = |error: std::io::Error| format!("{} cannot be made anew: {error}.", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let password = folder.join("password");
    #[expect(clippy::disallowed_methods, reason = "a test file: nothing is lost with it")]
    fs::write(&password, PASSWORD).map_err(failed)?;
    for mode in ["full", "partial"] {
        notesnook(&folder.join(format!("notesnook-{mode}-plain.nnbackupz")), seed, mode, None)?;
        let sealed = folder.join(format!("notesnook-{mode}-encrypted.nnbackupz"));
        notesnook(&sealed, seed, mode, Some(&password))?;
    }
    let own = folder.join("backstop").to_string_lossy().into_owned();
    let example = ["run", "-q", "-p", "backstop-formats", "--example", "container_samples", "--", &own];
    Stage::cargo("container", &example).run()?;
    println!("\nMade in {}. Their password lies beside them.", folder.display());
    Ok(())
}

/// Lets the real core back up notes of its own.
fn notesnook(to: &Path, seed: &str, mode: &str, password: Option<&Path>) -> Result<(), String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut words = vec!["corpus.mjs".to_owned(), path(to)];
    words.extend(["--seed", seed, "--mode", mode].map(str::to_owned));
    words.extend(password.iter().flat_map(|file| ["--password-file".to_owned(), path(file)]));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Stage::new("notesnook", place::peer(), "node".to_owned(), &words).run().map(drop)
}
