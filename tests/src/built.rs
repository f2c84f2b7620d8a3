//! Where the programs under test and the files of the workspace lie.

use std::path::{Path, PathBuf};

use crate::{Outcome, Trouble};

/// The top folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder where cargo puts what it builds: tests lie in it too.
///
/// # Errors
/// If this program lies in no such folder.
pub fn target() -> Outcome<PathBuf> {
    Ok(profile()?.parent().unwrap_or(Path::new("/")).to_owned())
}

/// `target/debug`: tests lie in its folder `deps`, programs beside that.
fn profile() -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().ok_or_else(|| Trouble::new("this program lies nowhere"))?;
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    Ok(folder.to_owned())
}

/// A program of ours.
///
/// # Errors
/// If it has not been built: `cargo xtask` builds it, cargo's own test command does not.
pub fn program(name: &str) -> Outcome<PathBuf> {
    // Measurements name the release builds here.
    let variable = if name == "backstop" { "BACKSTOP_PROGRAM" } else { "BACKSTOP_APP" };
    if let Some(named) = std::env::var_os(variable).filter(|_| name.starts_with("backstop")) {
        return Ok(named.into());
    }
    let path = profile()?.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    let missing = path.display();
    Err(Trouble::new(format!("{missing} is not there; type: cargo build --workspace --bins")))
}
