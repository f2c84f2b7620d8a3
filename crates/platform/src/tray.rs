//! Whether this desktop has a tray, and shows notices.

/// Whether a tray icon would be seen. Windows and macOS always have a tray. On Linux somebody on the
/// session bus has to watch for icons: some desktops do, others only with an extension.
#[must_use]
pub fn has_tray() -> bool {
    asked::has_tray()
}

/// Whether a notice would be shown. Windows and macOS always have a place for them. On Linux somebody on the
/// session bus shows them, or is started when he is needed.
#[must_use]
pub fn has_notices() -> bool {
    asked::has_notices()
}

#[cfg(target_os = "linux")]
mod asked {
    use std::time::Duration;

    use dbus::blocking::Connection;

    /// Who watches for icons. Source: freedesktop.org, StatusNotifierItem, "StatusNotifierWatcher".
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";

    /// Who shows notices. Source: freedesktop.org, Desktop Notifications Specification.
    const BOARD: &str = "org.freedesktop.Notifications";

    /// How long the bus may take to answer.
    const PATIENCE: Duration = Duration::from_secs(3);

    pub(super) fn has_tray() -> bool {
        Connection::new_session().is_ok_and(|bus| is_owned(&bus, WATCHER))
    }

    pub(super) fn has_notices() -> bool {
        Connection::new_session().is_ok_and(|bus| is_owned(&bus, BOARD) || is_started(&bus, BOARD))
    }

    /// Whether the bus starts somebody of this name when he is called.
    fn is_started(bus: &Connection, name: &str) -> bool {
        let daemon = bus.with_proxy("org.freedesktop.DBus", "/org/freedesktop/DBus", PATIENCE);
        let answer: Result<(Vec<String>,), dbus::Error> =
            daemon.method_call("org.freedesktop.DBus", "ListActivatableNames", ());
        answer.is_ok_and(|(names,)| names.iter().any(|known| known == name))
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

    pub(super) fn has_notices() -> bool {
        true
    }
}
