//! A desk for one app: a home, a display, a bus and, if wished, a keyring and a notice board, all of
//! them new, private and thrown away.
//!
//! The bus has a configuration of its own without services, so that nothing starts by itself: a
//! test without a keyring has none.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};

use crate::look::Theme;
use crate::process::{Group, until};
use crate::{Outcome, Trouble, board};

/// How long a helper may take to appear on its port or bus.
const READY: Duration = Duration::from_secs(20);

/// The password of a desk's new, empty keyring: its program takes all that it is told, line ends too.
pub(crate) const KEYRING_PASSWORD: &[u8] = b"\n";

/// A bus for one user that starts nothing by itself.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What lies on a desk besides the display and the bus.
#[derive(Clone, Copy, Debug, Default)]
pub struct Equipment {
    /// An unlocked keyring (gnome-keyring).
    pub keyring: bool,
    /// A notice board (dunst), and a record of everything said on the bus to it.
    pub notices: bool,
}

/// A home, a display and a bus.
pub struct Desk {
    // The programs come first: fields are dropped in order, and the home must go last.
    helpers: Vec<Group>,
    variables: Vec<(OsString, OsString)>,
    home: TempDir,
}

impl Desk {
    /// Sets up a desk.
    ///
    /// # Errors
    /// If a program is missing or does not start.
    pub fn new(equipment: Equipment) -> Outcome<Self> {
        let home = tempfile::Builder::new().prefix("backstop-").tempdir()?;
        let mut desk = Self { helpers: Vec::new(), variables: Vec::new(), home };
        desk.furnish()?;
        desk.display()?;
        desk.bus()?;
        if equipment.keyring {
            desk.keyring()?;
        }
        if equipment.notices {
            desk.notices()?;
        }
        Ok(desk)
    }

    /// The home folder: nothing outside of it belongs to the app under test.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file in the home, by a path relative to it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    /// Sets a variable for every program that is started on this desk from now on.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.push((name.into(), value.into()));
    }

    /// A command that sees this desk and nothing of the machine's own session.
    #[must_use]
    pub fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.env_clear().envs(self.variables.iter().cloned()).current_dir(self.home());
        command
    }

    /// Runs the command line on this desk and gives back what it printed.
    ///
    /// # Errors
    /// If it is not built, or ends with another code than 0.
    pub fn backstop(&self, arguments: &[&str]) -> Outcome<String> {
        let output = self.command(crate::built::program("backstop")?).args(arguments).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Trouble::new(said).during(format!("backstop {arguments:?}")))
    }

    /// The address of this desk's bus.
    ///
    /// # Errors
    /// If the desk has none.
    pub fn bus_address(&self) -> Outcome<&str> {
        self.variable("DBUS_SESSION_BUS_ADDRESS").ok_or_else(|| Trouble::new("this desk has no bus"))
    }

    /// A variable of this desk: what was set last.
    fn variable(&self, name: &str) -> Option<&str> {
        let (_, value) = self.variables.iter().rev().find(|(set, _)| set == name)?;
        value.to_str()
    }

    /// Everything said to the notice board so far, if there is one.
    ///
    /// # Errors
    /// If the desk has none.
    pub fn notices_said(&self) -> Outcome<String> {
        Ok(fs::read_to_string(self.file("notices.log"))?)
    }

    fn furnish(&mut self) -> Outcome {
        let folders = ["Documents", ".config", ".local/share", ".local/state", ".cache", "run"];
        for folder in folders {
            fs::create_dir_all(self.file(folder))?;
        }
        fs::set_permissions(self.file("run"), fs::Permissions::from_mode(0o700))?;
        let kept = ["PATH", "RUST_BACKTRACE", "LD_LIBRARY_PATH"];
        for (name, value) in kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))) {
            self.set(name, value);
        }
        let named = [
            ("HOME", ""),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_RUNTIME_DIR", "run"),
        ];
        for (name, folder) in named {
            let path = self.file(folder);
            self.set(name, path);
        }
        let fixed = [
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("GDK_BACKEND", "x11"),
            ("NO_AT_BRIDGE", "1"),
            // Nothing that was missed is made up for by itself, unless a test asks for it: a new account is
            // owed a backup with attachments, which would come in the middle of a slow test.
            ("BACKSTOP_CATCH_UP_MS", "3600000"),
            // Without it GTK asks the bus for portals that nobody answers.
            ("GTK_USE_PORTAL", "0"),
            ("XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
        ];
        for (name, value) in fixed {
            self.set(name, value);
        }
        Ok(())
    }

    fn display(&mut self) -> Outcome {
        let mut command = self.command("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset"]);
        let (group, number) = Group::start_and_listen(&command, &self.file("display.log"))?;
        self.helpers.push(group);
        self.set("DISPLAY", format!(":{}", number.trim()));
        Ok(())
    }

    fn bus(&mut self) -> Outcome {
        let address = self.start_bus("bus")?;
        self.set("DBUS_SESSION_BUS_ADDRESS", address);
        Ok(())
    }

    /// Gives the desk a bus of the system too, with nobody on it, and tells its address.
    ///
    /// # Errors
    /// If it does not start.
    pub fn system_bus(&mut self) -> Outcome<String> {
        let address = self.start_bus("system-bus")?;
        self.set("DBUS_SYSTEM_BUS_ADDRESS", address.clone());
        Ok(address)
    }

    fn start_bus(&mut self, name: &str) -> Outcome<String> {
        let rules = self.file(&format!("{name}.conf"));
        fs::write(&rules, BUS)?;
        let mut command = self.command("dbus-daemon");
        command.arg(format!("--config-file={}", rules.display()));
        command.args(["--nofork", "--nopidfile", "--print-address=1"]);
        let (group, address) = Group::start_and_listen(&command, &self.file(&format!("{name}.log")))?;
        self.helpers.push(group);
        Ok(address.trim().to_owned())
    }

    fn keyring(&mut self) -> Outcome {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        self.helpers.push(Group::start_with_input(&command, &self.file("keyring.log"), KEYRING_PASSWORD)?);
        self.wait_for_name("org.freedesktop.secrets")
    }

    fn notices(&mut self) -> Outcome {
        let mut record = self.command("dbus-monitor");
        record.arg("interface='org.freedesktop.Notifications'");
        self.helpers.push(Group::start(&record, &self.file("notices.log"))?);
        let board = board::hang(self, Theme::Light)?;
        self.helpers.push(board);
        Ok(())
    }

    /// Waits until somebody answers to a name on the bus.
    pub(crate) fn wait_for_name(&self, name: &str) -> Outcome {
        until(READY, || {
            let mut ask = self.command("dbus-send");
            ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
            let output =
                ask.args(["org.freedesktop.DBus.NameHasOwner", &format!("string:{name}")]).output()?;
            let answer = String::from_utf8_lossy(&output.stdout).into_owned();
            if answer.contains("boolean true") {
                Ok(())
            } else {
                Err(Trouble::new(format!("{name} is not on the bus")))
            }
        })
    }

    /// Starts the driver of WebKitGTK's windows and returns its port.
    pub(crate) fn driver(&self) -> Outcome<(Group, u16)> {
        // The port is free when asked; between that and the driver's start nobody else wants it.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = self.command("WebKitWebDriver");
        command.args(["--host=127.0.0.1".to_owned(), format!("--port={port}")]);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        let group = Group::start(&command, &self.file("app.log"))?;
        until(READY, || Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map(drop)?))?;
        Ok((group, port))
    }
}

impl Desk {
    /// Answers the dialog of the system that is open, with a path typed on a real keyboard.
    ///
    /// # Errors
    /// If no window with that title opens, or it does not close again.
    pub fn answer_dialog(&self, title: &str, path: &Path) -> Outcome {
        let window = until(READY, || {
            let found = self.type_with(&["search", "--onlyvisible", "--name", title])?;
            let first = found.lines().next().map(str::to_owned);
            first.ok_or_else(|| Trouble::new(format!("no window is called “{title}”")))
        })?;
        let path = path.to_string_lossy().into_owned();
        self.type_with(&["windowfocus", "--sync", &window])?;
        for keys in ["ctrl+l", "ctrl+a"] {
            self.type_with(&["key", "--clearmodifiers", keys])?;
            // GTK opens the line for the path after the key, without saying when it is ready.
            thread::sleep(Duration::from_millis(150));
        }
        self.type_with(&["type", "--delay", "5", &path])?;
        thread::sleep(Duration::from_millis(200));
        self.type_with(&["key", "Return"])?;
        until(READY, || match self.type_with(&["search", "--onlyvisible", "--name", title])?.trim() {
            "" => Ok(()),
            _ => Err(Trouble::new(format!("the window “{title}” stays open"))),
        })
    }

    /// Presses a key in the system's own dialog, and waits until it is gone.
    ///
    /// # Errors
    /// If no window with that title opens, or it does not close again.
    pub fn answer(&self, title: &str, key: &str) -> Outcome {
        let window = until(READY, || {
            let found = self.type_with(&["search", "--onlyvisible", "--name", title])?;
            let first = found.lines().next().map(str::to_owned);
            first.ok_or_else(|| Trouble::new(format!("no window is called “{title}”")))
        })?;
        self.type_with(&["windowfocus", "--sync", &window])?;
        until(READY, || {
            self.type_with(&["key", "--window", &window, key])?;
            match self.type_with(&["search", "--onlyvisible", "--name", title])?.trim() {
                "" => Ok(()),
                _ => Err(Trouble::new(format!("the window “{title}” stays open"))),
            }
        })
    }

    /// Asks a window to close, as the cross in its corner does: by the message `WM_DELETE_WINDOW`.
    ///
    /// # Errors
    /// If no window has that title, or the display can't be asked.
    pub fn close_window(&self, title: &str) -> Outcome {
        let window = self.window_called(title)?;
        let (connection, _) = x11rb::connect(self.variable("DISPLAY"))?;
        let protocols = connection.intern_atom(false, b"WM_PROTOCOLS")?.reply()?.atom;
        let delete = connection.intern_atom(false, b"WM_DELETE_WINDOW")?.reply()?.atom;
        let message = ClientMessageEvent::new(32, window, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
        connection.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
        Ok(())
    }

    /// Sees whether a window with this title is on the display.
    ///
    /// # Errors
    /// If there is none.
    pub fn shows(&self, title: &str) -> Outcome {
        self.window_called(title).map(drop)
    }

    /// The number of the window with a title.
    fn window_called(&self, title: &str) -> Outcome<u32> {
        let found = self.type_with(&["search", "--onlyvisible", "--name", title])?;
        let first = found.lines().next();
        Ok(first.ok_or_else(|| Trouble::new(format!("no window is called “{title}”")))?.parse()?)
    }

    /// Runs xdotool, the hand on this desk's keyboard. Finding nothing is no trouble.
    fn type_with(&self, arguments: &[&str]) -> Outcome<String> {
        let output = self.command("xdotool").args(arguments).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
