//! Gives every command of the window a permission of its own, so that none can be called unless a
//! capability grants it.

use tauri_build::{AppManifest, Attributes};

include!("src/commands/names.rs");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest = AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(Attributes::new().app_manifest(manifest))?;
    Ok(())
}
