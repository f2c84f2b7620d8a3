//! Real small disks that fill up, become read-only, vanish, and know less than others. Mounting them needs
//! root, so `cargo xtask check` leaves them out.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use backstop_tests::bad_day::BadDay;
use backstop_tests::built;
use backstop_tests::cli::{Cli, Ended, list, number, text};
use backstop_tests::faults::SmallDisk;
use backstop_tests::faults::mount::Format;
use backstop_tests::foreign::{chunk, marker, note, write};
use backstop_tests::process::until;
use backstop_tests::resident::Resident;
use backstop_tests::{Outcome, Trouble};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const MIB: u64 = 1024 * 1024;
/// Text that does not get smaller, in so many notes of so many bytes before base64.
const LARGE_NOTES: usize = 18;
const LARGE_BYTES: usize = 800_000;

const ANNA: [&str; 4] = ["--account", "anna", "--password-file", "@first"];

fn anna<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&ANNA[..], args].concat()
}

/// An account whose archives go onto a small disk, with a first one there.
struct OnDisk {
    disk: SmallDisk,
    cli: Cli,
    earlier: BTreeMap<PathBuf, Vec<u8>>,
}

impl OnDisk {
    fn new(format: Format) -> Outcome<Self> {
        let disk = SmallDisk::new(format, 128 * MIB)?;
        let mut cli = Cli::with_account()?;
        cli.go_through(disk.inside());
        let folder = disk.point().display().to_string();
        cli.run(&anna(&["settings", "set", "backups-folder", &folder]))?.expect(0)?;
        cli.run(&anna(&["restore", &small_notes(&cli)?]))?.expect(0)?;
        cli.run(&anna(&["backup"]))?.expect(0)?;
        let mut this = Self { disk, cli, earlier: BTreeMap::new() };
        for path in this.archives()? {
            this.earlier.insert(path.clone(), fs::read(this.seen(&path))?);
        }
        assert_eq!(this.earlier.len(), 1);
        Ok(this)
    }

    fn seen(&self, path: &std::path::Path) -> PathBuf {
        self.disk.seen().join(path.strip_prefix(self.disk.point()).unwrap_or(path))
    }

    /// Every file in the folder of archives, unfinished ones too, by its path in the namespace.
    fn archives(&self) -> Outcome<Vec<PathBuf>> {
        let below = "Backstop/backups";
        let entries = fs::read_dir(self.disk.seen().join(below))?;
        entries.map(|entry| Ok(self.disk.point().join(below).join(entry?.file_name()))).collect()
    }

    /// A backup that must end with 15 and this code, and leave the folder as it was.
    fn refused(&self, code: &str) -> Outcome {
        let said = self.cli.json(15, &anna(&["backup"]))?;
        assert_eq!(text(&said, "/error/code")?, code, "{said}");
        assert!(text(&said, "/error/hint")?.len() > 10, "{said}");
        Ok(())
    }

    /// The archives that were there are what they were, and nothing else is there.
    fn only_earlier(&self) -> Outcome {
        let there = self.archives()?;
        assert_eq!(there.iter().collect::<Vec<_>>(), self.earlier.keys().collect::<Vec<_>>());
        self.earlier_verify()
    }

    fn earlier_verify(&self) -> Outcome {
        for (path, bytes) in &self.earlier {
            assert!(fs::read(self.seen(path))? == *bytes, "{} changed", path.display());
            self.verifies(&path.display().to_string())?;
        }
        Ok(())
    }

    fn verifies(&self, archive: &str) -> Outcome {
        self.cli.run(&["verify", archive, "--archive-password-file", "@first"])?.expect(0)
    }

    /// A backup that works, of so many notes.
    fn backs_up(&self, notes: u64) -> Outcome<String> {
        let made = self.cli.json(0, &anna(&["backup"]))?;
        assert_eq!(number(&made, "/archives/0/notes")?, notes);
        let path = text(&made, "/archives/0/path")?.to_owned();
        self.verifies(&path)?;
        Ok(path)
    }
}

const SMALL_NOTES: usize = 20;

fn small_notes(cli: &Cli) -> Outcome<String> {
    let items: Vec<_> = (0..SMALL_NOTES)
        .flat_map(|number| note(number, &format!("Note {number}"), "<p>a small one</p>"))
        .collect();
    let path = cli.path("files/small");
    write(&path, &[marker(), chunk(0, &items)?])?;
    Ok(path.display().to_string())
}

/// Notes of noise, as a text that only base64 makes larger.
fn large_notes(cli: &Cli, count: usize) -> Outcome<String> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut noise = |_: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes().first().copied().unwrap_or_default()
    };
    let mut parts = vec![marker()];
    for number in 0..count {
        let text = STANDARD.encode((0..LARGE_BYTES).map(&mut noise).collect::<Vec<u8>>());
        // One long word: what a search would index is not what is tried here.
        let text = text.replace(['+', '/'], "A");
        let title = format!("Large note {number}");
        parts.push(chunk(number, &note(1000 + number, &title, &format!("<p>{text}</p>")))?);
    }
    let path = cli.path("files/large");
    write(&path, &parts)?;
    Ok(path.display().to_string())
}

#[test]
fn a_disk_that_fills_up_during_a_backup() -> Outcome {
    let on = OnDisk::new(Format::Usual)?;
    on.cli.run(&anna(&["restore", &large_notes(&on.cli, LARGE_NOTES)?]))?.expect(0)?;
    // Room enough to begin, and too little to end.
    on.disk.fill_up_to(18 * MIB)?;
    on.refused("no_space")?;
    on.only_earlier()?;
    on.disk.make_room()?;
    // Too little to begin.
    on.disk.fill_up_to(MIB)?;
    on.refused("no_space")?;
    on.only_earlier()?;
    on.disk.make_room()?;
    on.backs_up((SMALL_NOTES + LARGE_NOTES) as u64)?;
    on.earlier_verify()
}

#[test]
fn a_disk_that_becomes_read_only_or_is_not_there() -> Outcome {
    let on = OnDisk::new(Format::Usual)?;
    on.disk.read_only(true)?;
    on.refused("read_only")?;
    on.only_earlier()?;
    on.disk.read_only(false)?;
    on.backs_up(SMALL_NOTES as u64)?;
    on.earlier_verify()?;
    on.disk.unmount()?;
    on.refused("disk_gone")?;
    let left = fs::read_dir(on.disk.seen())?.count();
    assert_eq!(left, 0, "nothing is written where the disk should be");
    Ok(())
}

/// Large notes that fit into a library, but not beside their stage on a disk with a little room.
const FEWER: usize = 8;

/// The library itself runs out of space: it stays as it was.
#[test]
fn a_disk_that_fills_up_during_a_restore() -> Outcome {
    let disk = SmallDisk::new(Format::Usual, 400 * MIB)?;
    let mut cli = Cli::new()?;
    cli.go_through(disk.inside());
    let data = disk.point().join("data").display().to_string();
    cli.set("BACKSTOP_DATA_DIR", &data);
    cli.run(&["account", "create", "--name", "anna", "--password-file", "@first"])?.expect(0)?;
    cli.run(&anna(&["restore", &small_notes(&cli)?]))?.expect(0)?;
    let large = large_notes(&cli, FEWER)?;
    let whole = |notes: usize| -> Outcome {
        let made = cli.json(0, &anna(&["backup"]))?;
        assert_eq!(number(&made, "/archives/0/notes")?, notes as u64);
        Ok(())
    };
    // Full while the archive is read, while the safety archive and the rows are written.
    for free in [MIB, 5 * MIB, 11 * MIB] {
        disk.fill_up_to(free)?;
        let said = cli.json(15, &anna(&["restore", &large]))?;
        assert_eq!(text(&said, "/error/code")?, "no_space", "with {free} bytes free: {said}");
        disk.make_room()?;
        whole(SMALL_NOTES)?;
    }
    cli.run(&anna(&["restore", &large]))?.expect(0)?;
    whole(SMALL_NOTES + FEWER)
}

/// exFAT through FUSE knows no links, no renaming without overwriting, no owners.
#[test]
fn a_stick_with_exfat() -> Outcome {
    let on = OnDisk::new(Format::Exfat)?;
    let second = on.backs_up(SMALL_NOTES as u64)?;
    let third = on.backs_up(SMALL_NOTES as u64)?;
    assert_ne!(second, third, "a taken name gets a number");
    on.earlier_verify()?;
    let parts =
        on.archives()?.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "part"));
    assert_eq!(parts.count(), 0);
    Ok(())
}

/// The stick is pulled out while the archive is being written.
#[test]
fn a_stick_that_is_pulled_out() -> Outcome {
    let mut on = OnDisk::new(Format::Exfat)?;
    on.cli.run(&anna(&["restore", &large_notes(&on.cli, LARGE_NOTES)?]))?.expect(0)?;
    let child = on.cli.command(&anna(&["--json", "backup"])).spawn()?;
    let part = until(Duration::from_secs(60), || {
        let written = on.archives()?.iter().any(|path| {
            let grows = fs::metadata(on.seen(path)).is_ok_and(|about| about.len() > MIB);
            grows && path.extension().is_some_and(|ending| ending == "part")
        });
        if written { Ok(()) } else { Err(Trouble::new("nothing is being written")) }
    });
    on.disk.pull_out()?;
    let ended = Ended::of(&child.wait_with_output()?)?;
    part?;
    ended.expect(15)?;
    assert_eq!(text(&ended.document()?, "/error/code")?, "disk_gone");
    on.refused("disk_gone")?;
    let history = on.cli.json(0, &anna(&["history"]))?;
    let failed =
        list(&history, "/runs")?.iter().filter(|run| text(run, "/outcome").is_ok_and(|how| how == "failed"));
    assert_eq!(failed.count(), 2, "{history}");
    Ok(())
}

/// Longer than a missed backup waits after a start.
const SETTLED_MS: i64 = 120_000;

/// The app itself, hidden in the tray, through everything that a disk can do.
#[test]
fn the_app_on_a_disk_that_fills_up_becomes_read_only_goes_away_and_comes_back() -> Outcome {
    let disk = SmallDisk::new(Format::Usual, 128 * MIB)?;
    let mut resident = Resident::new()?;
    let inside = disk.inside();
    let (nsenter, words) = inside.split_first().ok_or_else(|| Trouble::new("no words"))?;
    let mut choose = resident.desk.command(nsenter);
    choose.args(words).arg(built::program("backstop")?).args(["settings", "set", "backups_folder"]);
    Ended::of(&choose.arg(disk.point()).output()?)?.expect(0)?;
    resident.start_behind(&inside)?;
    let tray = resident.host.tray()?;
    tray.wait_for("Not backed up yet")?;
    resident.clock.pass(SETTLED_MS)?;
    tray.wait_long_for("Your notes are backed up", Duration::from_secs(90))?;
    let folder = disk.seen().join("Backstop/backups");
    let mut live = |code: &str,
                    title: &str,
                    begins: &dyn Fn(&Resident) -> Outcome,
                    ends: &dyn Fn(&Resident) -> Outcome| {
        let day = BadDay { folder: &folder, code, title, begins, ends };
        day.live_through(&mut resident, &tray).map_err(|trouble| trouble.during(code))
    };
    let full = "Backup failed: the disk is full";
    live("no_space", full, &|_| disk.fill_up_to(MIB), &|_| disk.make_room())?;
    live("read_only", "Backup failed", &|_| disk.read_only(true), &|_| disk.read_only(false))?;
    live("disk_gone", "Backup waits for its disk", &|_| disk.unmount(), &|_| disk.mount_again())
}
