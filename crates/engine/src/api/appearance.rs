//! The look of the window before anybody has signed in: the one that was last chosen on this computer.
//!
//! Each account has a look of its own among its settings. This is a copy of the last one, outside of every
//! account and without a secret, so that a dark room stays dark while the password is asked for. It is
//! only a hint: what can't be read counts as "as the system".

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Backstop, Problem, Theme};
use crate::durable::{Origin, replace};

/// The file, in the data folder.
const FILE: &str = "window.json";

#[derive(Serialize, Deserialize)]
struct Window {
    theme: Theme,
}

/// The look that was last chosen in this data folder. Reads one small file and opens nothing else.
#[must_use]
pub fn last_theme(data_dir: &Path) -> Theme {
    let bytes = std::fs::read(file(data_dir)).unwrap_or_default();
    serde_json::from_slice(&bytes).map_or(Theme::System, |window: Window| window.theme)
}

impl Backstop {
    /// The look that was last chosen.
    #[must_use]
    pub fn last_theme(&self) -> Theme {
        last_theme(&self.world.data_dir)
    }

    /// Keeps the look for the next start.
    ///
    /// # Errors
    /// The data folder can't be written.
    pub fn remember_theme(&self, theme: Theme) -> Result<(), Problem> {
        if self.last_theme() == theme {
            return Ok(());
        }
        let world = &self.world;
        let bytes = serde_json::to_vec(&Window { theme }).map_err(|error| Problem::internal(&error))?;
        let origin = Origin::new(&world.machine, &world.data_dir);
        replace(&file(&world.data_dir), &origin, "window", &bytes).map_err(Problem::writing)
    }
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}
