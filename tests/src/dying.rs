//! A program that has a name on the session bus and dies at the first call to it, as one that has just crashed.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dbus::MessageType;
use dbus::blocking::Connection;
use dbus::channel::Channel;

use crate::Outcome;

/// How long it waits for a call.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes a name on a bus and gives it up by dropping the line, without an answer, when somebody calls.
/// Joined, it says whether anybody did.
///
/// # Errors
/// If the bus or the name is not to be had.
pub fn dies_when_called(bus: &str, name: &str) -> Outcome<JoinHandle<bool>> {
    let mut channel = Channel::open_private(bus)?;
    channel.register()?;
    let line = Connection::from(channel);
    line.request_name(name, false, false, true)?;
    Ok(thread::spawn(move || {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if line.channel().read_write(Some(Duration::from_millis(100))).is_err() {
                return false;
            }
            while let Some(message) = line.channel().pop_message() {
                if message.msg_type() == MessageType::MethodCall {
                    return true;
                }
            }
        }
        false
    }))
}
