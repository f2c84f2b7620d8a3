//! A day on which the folder of backups can't be used, lived through by the app in the tray: what it must
//! tell, how often, what must stay as it is, and that it goes on by itself when the folder can be used again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::host::Tray;
use crate::resident::{HOUR_MS, Resident};
use crate::{Outcome, Trouble};

const MINUTE_MS: i64 = HOUR_MS / 60;

/// How long a look of the app and a backup may take on a busy machine.
const LONG: Duration = Duration::from_secs(90);

/// What keeps the app from its folder, and what it must say of it.
pub struct BadDay<'a> {
    /// The folder of the archives, as it is seen from here.
    pub folder: &'a Path,
    /// The code of the failure.
    pub code: &'a str,
    /// The title of its notice.
    pub title: &'a str,
    /// Makes the folder useless.
    pub begins: &'a dyn Fn(&Resident) -> Outcome,
    /// Makes it usable again.
    pub ends: &'a dyn Fn(&Resident) -> Outcome,
}

/// Every file of a folder with its bytes. One that is not there is empty.
fn everything(folder: &Path) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| Ok(entry?.path()))
        .map(|path| path.and_then(|path| Ok((path.clone(), fs::read(path)?))))
        .collect()
}

fn claim(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(Trouble::new(otherwise())) }
}

impl BadDay<'_> {
    /// Lives through it: a backup that falls due fails, is tried again after the pauses of the schedule, and is
    /// made by itself with the first attempt after the day's end.
    ///
    /// # Errors
    /// If anything is not as it must be.
    pub fn live_through(&self, resident: &mut Resident, tray: &Tray) -> Outcome {
        let (before, earlier) = (resident.backups_begun()?, everything(self.folder)?);
        let said = resident.notices(self.title)?;
        (self.begins)(resident)?;
        resident.pass_until_backups(24 * HOUR_MS, before + 1)?;
        tray.wait_long_for("The last backup failed", LONG)?;
        resident.wait_for_notice(self.title)?;
        self.is_in_the_status(resident)?;
        // The next attempt comes after five minutes, the one after it not before another fifteen.
        resident.pass_until_backups(6 * MINUTE_MS, before + 2)?;
        resident.clock.pass(9 * MINUTE_MS)?;
        let meanwhile = everything(self.folder)?;
        claim(meanwhile.is_empty() || meanwhile == earlier, || names(&meanwhile))?;
        (self.ends)(resident)?;
        resident.pass_until_backups(7 * MINUTE_MS, before + 3)?;
        tray.wait_long_for("Your notes are backed up", LONG)?;
        let told = resident.notices(self.title)? - said;
        claim(told == 1, || format!("it was told {told} times"))?;
        self.is_whole(resident, &earlier)
    }

    /// The command line says the same as the tray, and why.
    fn is_in_the_status(&self, resident: &Resident) -> Outcome {
        let status = resident.status()?;
        let says = |pointer: &str| status.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let waits = says("/waiting/on") == "disk" || self.code == "no_space";
        let right = says("/state") == "failed" && says("/code") == self.code && !says("/reason").is_empty();
        claim(right && waits, || format!("the status is {status}"))
    }

    /// What was there is there, one archive is new, and all of them are whole.
    fn is_whole(&self, resident: &Resident, earlier: &BTreeMap<PathBuf, Vec<u8>>) -> Outcome {
        let now = everything(self.folder)?;
        let harmed = earlier.iter().find(|(path, bytes)| now.get(*path) != Some(bytes));
        claim(harmed.is_none() && now.len() == earlier.len() + 1, || names(&now))?;
        now.keys().try_for_each(|archive| {
            resident.desk.backstop(&["verify", &archive.display().to_string()]).map(drop)
        })
    }
}

fn names(files: &BTreeMap<PathBuf, Vec<u8>>) -> String {
    let each = files.iter().map(|(path, bytes)| format!("{} ({} bytes)", path.display(), bytes.len()));
    format!("the folder has: {}", each.collect::<Vec<_>>().join(", "))
}
