//! Makes the seeds of the fuzz targets anew, below `fuzz/seeds`.
//!
//! `cargo run -p backstop-hostile --example seeds`, or with names of targets to make only theirs.
#![expect(clippy::print_stdout, reason = "it is run by hand")]

use std::fs;
use std::path::Path;

use backstop_hostile::{TARGETS, seeds_of};

fn main() -> std::io::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for target in TARGETS.iter().filter(|target| wanted.is_empty() || wanted.iter().any(|w| w == target.name))
    {
        let folder = root.join(target.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let seeds = seeds_of(target.name);
        for (name, bytes) in &seeds {
            #[expect(clippy::disallowed_methods, reason = "test files: nothing is lost with them")]
            fs::write(folder.join(name), bytes)?;
        }
        println!("{}: {}", target.name, seeds.len());
    }
    Ok(())
}
