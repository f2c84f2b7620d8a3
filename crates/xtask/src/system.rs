//! The system packages: what is needed, what is missing, how to get it.
//!
//! Only Debian and its relatives can be asked and served; elsewhere the needs are said in words.

use std::process::{Command, Stdio};

use crate::place;
use crate::setup::answers;

/// To build the app (`dpkg` names). `perl` and `file` are wanted by build scripts of dependencies.
const TO_BUILD: &[&str] = &[
    "build-essential",
    "file",
    "libayatana-appindicator3-dev",
    "libdbus-1-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "perl",
    "pkg-config",
];

/// To drive its real window on a virtual display, and the interface in a browser.
const TO_TEST: &[&str] = &[
    "adwaita-icon-theme",
    "chromium",
    "dbus",
    "dunst",
    "fonts-dejavu-core",
    "fonts-noto-color-emoji",
    "gnome-keyring",
    "imagemagick",
    "libsecret-1-dev",
    "shared-mime-info",
    "webkit2gtk-driver",
    "xauth",
    "xdg-utils",
    "xdotool",
    "xvfb",
];

/// To mount small disks, which takes root too.
const TO_MOUNT: &[&str] = &["e2fsprogs", "exfat-fuse", "exfatprogs", "mount", "util-linux"];

/// What the machine must be able to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Build the app and open it.
    Build,
    /// Also drive its window and the interface in tests.
    Test,
    /// Also mount small disks.
    Soak,
}

/// Installs what is missing, or says the one command to type.
///
/// # Errors
/// What is missing, when it could not be installed.
pub(crate) fn packages(need: Need) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let mut wanted = TO_BUILD.to_vec();
    if need != Need::Build {
        wanted.extend(TO_TEST);
    }
    if need == Need::Soak {
        wanted.extend(TO_MOUNT);
    }
    // A Python from elsewhere has its venv with it; Debian's has it in a package of its own.
    if !answers(place::any_python(), &["-m", "ensurepip", "--version"]) {
        wanted.push("python3-venv");
    }
    let Some(missing) = missing(&wanted) else {
        println!(
            "set-up: this system has no dpkg; it needs what these Debian packages hold:\n  {}",
            wanted.join(" ")
        );
        return Ok(());
    };
    if missing.is_empty() {
        return Ok(());
    }
    println!("set-up: installing {}", missing.join(" "));
    let command =
        format!("apt-get update && apt-get install -y --no-install-recommends {}", missing.join(" "));
    let done = as_root().is_some_and(|prefix| install(&prefix, &missing));
    if done {
        return Ok(());
    }
    Err(format!("These packages are missing. Type this, then try again:\n  sudo sh -c \"{command}\""))
}

/// The packages that are not fully installed, or nothing where there is no dpkg to ask.
fn missing(wanted: &[&'static str]) -> Option<Vec<&'static str>> {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(not_installed(wanted, &String::from_utf8_lossy(&output.stdout)))
}

/// Reads dpkg's answer: one line `name status` for each package that it has ever heard of.
fn not_installed(wanted: &[&'static str], answer: &str) -> Vec<&'static str> {
    wanted
        .iter()
        .copied()
        .filter(|name| !answer.lines().any(|line| line == format!("{name} installed")))
        .collect()
}

/// The words before a command that make it run as root: none for root itself, `sudo -n` where it
/// asks for nothing. `None` when neither is at hand.
fn as_root() -> Option<Vec<&'static str>> {
    let output = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&output.stdout).trim() == "0" {
        return Some(Vec::new());
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    sudo.is_ok_and(|status| status.success()).then(|| vec!["sudo", "-n"])
}

fn install(prefix: &[&str], packages: &[&str]) -> bool {
    let apt = |arguments: &[&str]| {
        let mut words = prefix.to_vec();
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        words.extend(arguments);
        let Some((program, rest)) = words.split_first() else { return false };
        Command::new(program).args(rest).stdin(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&["update"]) && apt(&arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_is_unknown_or_only_configured_is_missing() {
        let answer = "perl installed\nxvfb config-files\n";
        assert_eq!(not_installed(&["perl", "xvfb", "dunst"], answer), ["xvfb", "dunst"]);
    }

    #[test]
    fn a_name_that_is_the_beginning_of_another_is_not_mistaken_for_it() {
        assert_eq!(not_installed(&["dbus"], "dbus-x11 installed\n"), ["dbus"]);
    }
}
