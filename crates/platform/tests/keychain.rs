//! The Secret Service for real: GNOME Keyring on a private bus, in each state it can be in.
//!
//! The bus is found through the environment, which a test must not change for its whole process. So
//! each test runs itself once more as a child on a bus of its own; there it does what it says.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test whose surroundings break must stop")]

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use backstop_engine::ports::{Keychain as _, KeychainError};
use backstop_platform::SystemKeychain;
use dbus_secret_service::{EncryptionType, SecretService};

const CHILD: &str = "BACKSTOP_TEST_ON_PRIVATE_BUS";

/// A session bus that starts no service by itself, as the usual one would.
fn bus_config(rules: &str) -> String {
    format!(
        r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>{rules}
</policy></busconfig>"#
    )
}

/// A program in a process group of its own, which ends with this value or with its parent.
struct Running(Child);

impl Running {
    fn start(program: &str, arguments: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", program]).args(arguments).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        prepare(&mut command);
        Self(command.spawn().expect("the packages of the README are installed"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// Runs `work` in a child process that has a bus, a home and a runtime folder of its own.
fn on_a_private_bus(test: &str, work: impl FnOnce()) {
    on_a_bus_with("", test, work);
}

/// The same on a bus with further rules.
fn on_a_bus_with(rules: &str, test: &str, work: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return work();
    }
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("bus.conf");
    std::fs::File::create_new(&config).unwrap().write_all(bus_config(rules).as_bytes()).unwrap();
    let config = format!("--config-file={}", config.display());
    let arguments = [config.as_str(), "--nofork", "--nopidfile", "--print-address=1"];
    let mut bus = Running::start("dbus-daemon", &arguments, |command| in_home(command, home.path()));
    let mut address = String::new();
    BufReader::new(bus.0.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
    let mut child = Command::new(env::current_exe().unwrap());
    in_home(&mut child, home.path());
    child.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    child.env("DBUS_SESSION_BUS_ADDRESS", address.trim());
    let output = child.output().unwrap();
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("1 passed"), "the child ran this test: {told}");
}

fn in_home(command: &mut Command, home: &Path) {
    for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "HOME"] {
        command.env(name, home);
    }
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
}

/// Starts GNOME Keyring with an open keyring and waits until it answers as told.
fn start_keyring(answer: &Result<(), KeychainError>) -> Running {
    let arguments = ["--foreground", "--unlock", "--components=secrets"];
    let mut keyring = Running::start("gnome-keyring-daemon", &arguments, |_| {});
    keyring.0.stdin.take().unwrap().write_all(b"the keyring's password").unwrap();
    let begun = Instant::now();
    while SystemKeychain.probe() != *answer {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", SystemKeychain.probe());
        std::thread::sleep(Duration::from_millis(50));
    }
    keyring
}

fn load(entry: &str) -> Result<Option<String>, KeychainError> {
    SystemKeychain.load(entry).map(|secret| secret.map(|secret| secret.to_string()))
}

#[test]
fn an_open_keyring_keeps_replaces_and_forgets() {
    on_a_private_bus("an_open_keyring_keeps_replaces_and_forgets", || {
        let _keyring = start_keyring(&Ok(()));
        assert_eq!(load("one"), Ok(None));
        SystemKeychain.store("one", "first").unwrap();
        SystemKeychain.store("two", "other").unwrap();
        SystemKeychain.store("one", "second").unwrap();
        assert_eq!(load("one"), Ok(Some("second".to_owned())));
        assert_eq!(load("two"), Ok(Some("other".to_owned())));
        SystemKeychain.delete("one").unwrap();
        SystemKeychain.delete("one").unwrap();
        assert_eq!(load("one"), Ok(None));
        assert_eq!(load("two"), Ok(Some("other".to_owned())));
    });
}

#[test]
fn a_locked_keyring_says_so_at_once_and_shows_no_dialog() {
    on_a_private_bus("a_locked_keyring_says_so_at_once_and_shows_no_dialog", || {
        let _keyring = start_keyring(&Ok(()));
        SystemKeychain.store("one", "secret").unwrap();
        let service = SecretService::connect(EncryptionType::Dh).unwrap();
        service.get_default_collection().unwrap().lock().unwrap();
        let begun = Instant::now();
        assert_eq!(SystemKeychain.probe(), Err(KeychainError::Locked));
        assert_eq!(load("one"), Err(KeychainError::Locked));
        assert_eq!(load("never stored"), Err(KeychainError::Locked));
        assert_eq!(SystemKeychain.delete("one"), Err(KeychainError::Locked));
        assert!(begun.elapsed() < Duration::from_secs(5));
        // Storing may ask, but there is nobody here who could show the question.
        assert_eq!(SystemKeychain.store("two", "x"), Err(KeychainError::Locked));
    });
}

#[test]
fn without_a_keyring_it_is_absent_and_one_that_starts_later_is_found() {
    on_a_private_bus("without_a_keyring_it_is_absent_and_one_that_starts_later_is_found", || {
        let absent = [SystemKeychain.probe(), load("one").map(drop), SystemKeychain.store("one", "x")];
        assert_eq!(
            absent,
            [Err(KeychainError::Absent), Err(KeychainError::Absent), Err(KeychainError::Absent)]
        );
        let keyring = start_keyring(&Ok(()));
        SystemKeychain.store("one", "secret").unwrap();
        assert_eq!(load("one"), Ok(Some("secret".to_owned())));
        drop(keyring);
        assert_eq!(SystemKeychain.probe(), Err(KeychainError::Absent));
    });
}

#[test]
fn a_bus_that_forbids_it_denies() {
    let rules = r#"<deny send_destination="org.freedesktop.secrets"/>"#;
    on_a_bus_with(rules, "a_bus_that_forbids_it_denies", || {
        let _keyring = start_keyring(&Err(KeychainError::Denied));
        assert_eq!(load("one"), Err(KeychainError::Denied));
        assert_eq!(SystemKeychain.store("one", "x"), Err(KeychainError::Denied));
    });
}

#[test]
fn without_a_bus_it_is_absent() {
    if env::var_os(CHILD).is_some() {
        assert_eq!(SystemKeychain.probe(), Err(KeychainError::Absent));
        assert_eq!(load("one"), Err(KeychainError::Absent));
        return;
    }
    let home = tempfile::tempdir().unwrap();
    for address in ["unix:path=/nonexistent/bus", "", "nonsense"] {
        let mut child = Command::new(env::current_exe().unwrap());
        in_home(&mut child, home.path());
        child.args(["--exact", "without_a_bus_it_is_absent", "--nocapture"]).env(CHILD, "1");
        child.env("DBUS_SESSION_BUS_ADDRESS", address);
        let output = child.output().unwrap();
        assert!(output.status.success(), "{address}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_tray_is_there_when_somebody_watches_for_icons() {
    on_a_private_bus("a_tray_is_there_when_somebody_watches_for_icons", || {
        assert!(!backstop_platform::has_tray());
        let watcher = dbus::blocking::Connection::new_session().unwrap();
        watcher.request_name("org.kde.StatusNotifierWatcher", false, true, false).unwrap();
        assert!(backstop_platform::has_tray());
    });
}
