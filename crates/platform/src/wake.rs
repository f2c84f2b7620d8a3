//! When the computer wakes from sleep, as the system says.
//!
//! Linux: logind's signal on the system bus. Elsewhere, and without a bus, nobody says it; the clocks show it.

/// Calls `woke` each time the system says that it is awake again, for as long as the program runs. Returns at
/// once; without anybody who could say it, nothing happens.
pub fn on_wake(woke: impl Fn() + Send + 'static) {
    said::on_wake(woke);
}

#[cfg(target_os = "linux")]
mod said {
    use std::thread;
    use std::time::Duration;

    use dbus::Message;
    use dbus::blocking::Connection;
    use dbus::message::MatchRule;

    /// How long the thread sleeps when nothing is said. Each end costs one turn of a loop.
    const ROUND: Duration = Duration::from_secs(24 * 60 * 60);

    pub(super) fn on_wake(woke: impl Fn() + Send + 'static) {
        // A thread that can't be started: the clocks show it all the same.
        let _ = thread::Builder::new().name("wake".to_owned()).spawn(move || {
            if let Ok(bus) = Connection::new_system() {
                listen(&bus, woke);
            }
        });
    }

    /// Source: the D-Bus interface of logind, `org.freedesktop.login1.Manager`: `PrepareForSleep` carries true
    /// before the sleep and false after it.
    fn listen(bus: &Connection, woke: impl Fn() + Send + 'static) {
        let rule = MatchRule::new_signal("org.freedesktop.login1.Manager", "PrepareForSleep");
        let listening = bus.add_match(rule, move |(falls_asleep,): (bool,), _, _: &Message| {
            if !falls_asleep {
                woke();
            }
            true
        });
        if listening.is_ok() {
            while bus.process(ROUND).is_ok() {}
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod said {
    pub(super) fn on_wake(_woke: impl Fn() + Send + 'static) {}
}
