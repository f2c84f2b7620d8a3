//! The charge of the battery, where the computer runs on one.
//!
//! Linux: what the kernel says in `/sys/class/power_supply`; it is only read. Elsewhere it is not known, and
//! nothing waits for it.

/// The charge in per cent while the computer runs on its battery; `None` on mains, without a battery, or if it
/// is not known.
#[must_use]
pub fn charge_on_battery() -> Option<u8> {
    read::charge_on_battery()
}

#[cfg(target_os = "linux")]
mod read {
    use std::fs;
    use std::path::Path;

    /// Source: the kernel's `Documentation/ABI/testing/sysfs-class-power`.
    const SUPPLIES: &str = "/sys/class/power_supply";

    pub(super) fn charge_on_battery() -> Option<u8> {
        charge_in(Path::new(SUPPLIES))
    }

    /// The lowest charge of the batteries that feed the computer, if one of them does.
    fn charge_in(supplies: &Path) -> Option<u8> {
        let entries = fs::read_dir(supplies).ok()?;
        entries.flatten().filter_map(|supply| charge_of(&supply.path())).min()
    }

    /// The charge of a battery that feeds the computer now. A mouse has one too, which does not count.
    fn charge_of(supply: &Path) -> Option<u8> {
        let says = |what: &str| -> Option<String> {
            Some(fs::read_to_string(supply.join(what)).ok()?.trim().to_owned())
        };
        let feeds = says("type")? == "Battery"
            && says("scope").is_none_or(|scope| scope != "Device")
            && says("status")? == "Discharging";
        if feeds { says("capacity")?.parse().ok().filter(|charge| *charge <= 100) } else { None }
    }

    #[cfg(test)]
    #[expect(clippy::disallowed_methods, reason = "plays the kernel's files")]
    mod tests {
        use super::*;

        /// The files of one supply, and what is in them.
        type Says<'a> = &'a [(&'a str, &'a str)];

        fn supply(home: &Path, name: &str, says: Says<'_>) {
            let folder = home.join(name);
            fs::create_dir_all(&folder).expect("made");
            for (what, text) in says {
                fs::write(folder.join(what), format!("{text}\n")).expect("written");
            }
        }

        #[test]
        fn only_a_battery_that_feeds_the_computer_counts() {
            let mains = [("type", "Mains"), ("online", "0")];
            let battery =
                |status, capacity| [("type", "Battery"), ("status", status), ("capacity", capacity)];
            let mouse =
                [("type", "Battery"), ("scope", "Device"), ("status", "Discharging"), ("capacity", "3")];
            let rows: [(Says<'_>, Option<u8>); 6] = [
                (&battery("Discharging", "41"), Some(41)),
                (&battery("Charging", "41"), None),
                (&battery("Full", "100"), None),
                (&battery("Discharging", "many"), None),
                (&mouse, None),
                (&mains, None),
            ];
            for (says, expected) in rows {
                let home = tempfile::tempdir().expect("a folder");
                supply(home.path(), "AC", &mains);
                supply(home.path(), "BAT0", says);
                assert_eq!(charge_in(home.path()), expected, "{says:?}");
            }
            let home = tempfile::tempdir().expect("a folder");
            supply(home.path(), "BAT0", &battery("Discharging", "80"));
            supply(home.path(), "BAT1", &battery("Discharging", "12"));
            assert_eq!(charge_in(home.path()), Some(12), "two batteries");
            assert_eq!(charge_in(&home.path().join("none")), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod read {
    pub(super) fn charge_on_battery() -> Option<u8> {
        None
    }
}
