//! The part of a system's logind that tells programs of sleep, on a system bus of the test's own.
//!
//! Source: the D-Bus interface of logind, `org.freedesktop.login1.Manager`.

use std::time::Duration;

use dbus::blocking::Connection;
use dbus::channel::Sender as _;
use dbus::message::Message;

use crate::desk::Desk;
use crate::host::connect;
use crate::process::until;
use crate::{Outcome, Trouble};

/// How long an answer, or somebody who listens, may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Says when the computer falls asleep and wakes.
pub struct Logind(Connection);

impl Logind {
    /// Gives a desk a system bus with nobody else on it, for programs that are started from now on.
    ///
    /// # Errors
    /// If the bus does not start.
    pub fn at(desk: &mut Desk) -> Outcome<Self> {
        let address = desk.system_bus()?;
        let bus = connect(&address)?;
        bus.request_name("org.freedesktop.login1", false, false, true)?;
        Ok(Self(bus))
    }

    /// Waits until somebody is on the bus beside this.
    ///
    /// # Errors
    /// If nobody comes.
    pub fn wait_for_a_listener(&self) -> Outcome {
        let daemon = self.0.with_proxy("org.freedesktop.DBus", "/org/freedesktop/DBus", PATIENCE);
        until(PATIENCE, || {
            let (names,): (Vec<String>,) = daemon.method_call("org.freedesktop.DBus", "ListNames", ())?;
            // Each program has one name of this kind.
            match names.iter().filter(|name| name.starts_with(':')).count() {
                0 | 1 => Err(Trouble::new("nobody listens to the system bus")),
                _ => Ok(()),
            }
        })
    }

    /// Says that the computer is about to sleep, or that it has woken.
    ///
    /// # Errors
    /// If the bus is gone.
    pub fn prepares_for_sleep(&self, sleeps: bool) -> Outcome {
        let path = "/org/freedesktop/login1";
        let signal = Message::new_signal(path, "org.freedesktop.login1.Manager", "PrepareForSleep");
        let signal = signal.map_err(Trouble::new)?.append1(sleeps);
        self.0.send(signal).map_err(|()| Trouble::new("the system bus is gone"))?;
        self.0.channel().flush();
        Ok(())
    }
}
