//! One Backstop at a time: a second start brings the first one's window to the front and ends.

use std::thread;
use std::time::{Duration, Instant};

use tauri::AppHandle;

use crate::front;

/// How long a first Backstop that is there, but does not take the call, may take to be gone.
const DYING: Duration = Duration::from_secs(10);

/// How often it is called again.
const PAUSE: Duration = Duration::from_millis(100);

/// Stays if this is the only Backstop. Else the other one's window comes to the front, and this process ends.
///
/// After a crash the session bus goes on naming the dead one for a moment: a call to it fails. So it is called
/// until it answers or is gone; else whoever starts Backstop again at once would get nothing at all.
///
/// # Errors
/// The other one is there and fails to take the call.
pub(crate) fn or_end(app: &AppHandle) -> tauri::Result<()> {
    let started = Instant::now();
    loop {
        match app.plugin(tauri_plugin_single_instance::init(|app, _, _| front::show(app))) {
            Err(_) if started.elapsed() < DYING => thread::sleep(PAUSE),
            answered => return answered,
        }
    }
}
