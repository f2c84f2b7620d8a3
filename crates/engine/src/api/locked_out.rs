//! A backup that is due and can't be made for lack of a login: it is written into the history, which needs no
//! key, so that nobody takes silence for safety.

use jiff::Timestamp;

use super::session::schedule_of;
use super::{Backstop, Conditions, Problem};
use crate::durable::Origin;
use crate::lock::{AccountLock, LockError, LockKind};
use crate::repository::{CatalogFile, Finder};
use crate::runs::{Begin, End, Outcome, RunId, RunKind, RunLog, Trigger};
use crate::schedule::Dues;
use crate::settings::{LIBRARY, SettingsFile};

impl Backstop {
    /// Records that what is due for the account could not be done, since nobody could be signed in. Says
    /// whether anything was due; else nothing is recorded, nor while another process works for the account.
    ///
    /// # Errors
    /// Settings or history can't be read or written.
    pub fn record_locked_out(&self, account: &str, why: &Problem) -> Result<bool, Problem> {
        let world = &self.world;
        let folder = world.accounts.folder_of(world.accounts.find(account)?.id);
        let _alone = match AccountLock::acquire(&folder, LockKind::Job) {
            Err(LockError::Busy) => return Ok(false),
            other => other?,
        };
        let origin = Origin::new(&world.machine, &folder);
        let settings = SettingsFile::new(&folder, &origin).load()?;
        let runs = RunLog::new(&folder);
        let (ms, zone) = (world.ports.clock.now(), world.ports.clock.zone());
        let now = Timestamp::from_millisecond(ms.0).unwrap_or_default();
        let (history, finder) = (runs.read()?, Finder::new(CatalogFile::new(&folder, &origin)));
        let pasts = history.pasts(LIBRARY, &history.left(LIBRARY, &|made| finder.find(made)), false);
        let conditions = Conditions::by_hand(false);
        let dues = Dues::of(&schedule_of(&settings), &pasts, &now.to_zoned(zone), &conditions);
        let Some(kind) = dues.start().first() else { return Ok(false) };
        let random = backstop_crypto::random_array().map_err(|error| Problem::internal(&error))?;
        let run = RunId::new(now, u32::from_le_bytes(random));
        runs.begin(&Begin {
            run: run.clone(),
            kind: RunKind::Backup,
            trigger: Trigger::Automatic,
            started: ms,
            places: vec![LIBRARY.to_owned()],
            undoes: None,
            folder: None,
            attachments: kind.attachments(),
        })?;
        runs.end(&End::new(&run, ms, Outcome::of(why)))?;
        Ok(true)
    }
}
