//! One Backstop at a time on a data folder: a lock of the kernel decides which one stays. A second start brings
//! the first one's window to the front over the bus, and ends.

use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use backstop_engine::api::Code;
use backstop_platform::OnlyOne;
use tauri::{AppHandle, Manager, Wry, plugin::TauriPlugin};

use crate::{front, start};

/// How long a first Backstop that is there, but does not take the call, may take to be gone.
const DYING: Duration = Duration::from_secs(10);

/// How often it is called again.
const PAUSE: Duration = Duration::from_millis(100);

/// What is to be done after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Stay,
    Again,
    End,
}

/// Decides. `reachable`: the first one's place on the bus is ours now, or there is no bus at all: nobody was
/// called. A first one that was reached has ended this process already.
fn next(locked: bool, reachable: bool, tried: Duration) -> Next {
    match (locked, reachable) {
        (true, true) => Next::Stay,
        // After a crash the bus goes on naming the dead one for a moment. The lock says that it is dead.
        (true, false) if tried >= DYING => Next::Stay,
        (false, _) if tried >= DYING => Next::End,
        _ => Next::Again,
    }
}

/// Stays if this is the only Backstop on this folder, and keeps it so until the program ends. Else the other
/// one's window comes to the front, and this process ends.
pub(crate) fn or_end(app: &AppHandle, data_dir: &Path) {
    let (started, mut reachable) = (Instant::now(), false);
    loop {
        let lock = OnlyOne::take(data_dir);
        // Registered once only: a call that fails has registered nothing.
        reachable = reachable || app.plugin(calling()).is_ok();
        match next(lock.is_some(), reachable, started.elapsed()) {
            Next::Stay => {
                app.manage(lock);
                return;
            }
            Next::Again => thread::sleep(PAUSE),
            Next::End => end(app, data_dir),
        }
    }
}

/// The plugin that calls the first one, or takes such calls. Each data folder that was named has a name of its
/// own on the bus, so that two of them don't end each other.
fn calling() -> TauriPlugin<Wry> {
    let mut calling = tauri_plugin_single_instance::Builder::new().callback(|app, words, _| {
        // A start by the system is no wish to see the window.
        if !start::is_hidden(&words) {
            front::show(app);
        }
    });
    if let Some(name) = start::name_on_the_bus() {
        calling = calling.dbus_id(name);
    }
    calling.build()
}

/// Says that there is another one that can't be reached, and ends with the code of `busy`.
#[expect(clippy::exit, reason = "nothing has begun yet, and nothing may begin")]
fn end(app: &AppHandle, data_dir: &Path) {
    let _ = writeln!(
        std::io::stderr(),
        "Backstop is running already with the data folder {}, and its window can't be called: there is no session \
         bus, or it does not answer. Nothing was started and nothing was changed. Use the one that runs, or quit it \
         first.",
        data_dir.display()
    );
    app.cleanup_before_exit();
    std::process::exit(Code::Busy.exit_code().into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_decides_and_the_bus_only_calls() {
        let (soon, late) = (Duration::from_secs(1), DYING);
        let rows = [
            // locked, reachable, tried, next
            (true, true, soon, Next::Stay),
            (true, false, soon, Next::Again),
            (true, false, late, Next::Stay),
            (false, true, soon, Next::Again),
            (false, false, soon, Next::Again),
            (false, true, late, Next::End),
            (false, false, late, Next::End),
        ];
        for (locked, reachable, tried, expected) in rows {
            assert_eq!(next(locked, reachable, tried), expected, "{locked} {reachable} {tried:?}");
        }
    }
}
