//! Whether this desktop has a tray.

/// Whether a tray icon would be seen. Windows and macOS always have a tray. On Linux somebody on the
/// session bus has to watch for icons: some desktops do, others only with an extension.
#[must_use]
pub fn has_tray() -> bool {
    asked::has_tray()
}

#[cfg(target_os = "linux")]
mod asked {
    use std::time::Duration;

    use dbus::blocking::Connection;

    /// Who watches for icons. Source: freedesktop.org, StatusNotifierItem, "StatusNotifierWatcher".
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";

    /// How long the bus may take to answer.
    const PATIENCE: Duration = Duration::from_secs(3);

    pub(super) fn has_tray() -> bool {
        Connection::new_session().is_ok_and(|bus| is_owned(&bus, WATCHER))
    }

    /// Whether anybody has this name on the bus.
    pub(super) fn is_owned(bus: &Connection, name: &str) -> bool {
        let daemon = bus.with_proxy("org.freedesktop.DBus", "/org/freedesktop/DBus", PATIENCE);
        let answer: Result<(bool,), dbus::Error> =
            daemon.method_call("org.freedesktop.DBus", "NameHasOwner", (name,));
        answer.is_ok_and(|(owned,)| owned)
    }
}

#[cfg(not(target_os = "linux"))]
mod asked {
    pub(super) fn has_tray() -> bool {
        true
    }
}
