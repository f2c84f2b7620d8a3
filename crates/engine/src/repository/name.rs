//! The names of archives: `library-2026-11-22-08-03-15-full.nnbackupz`.

use jiff::Zoned;
use jiff::civil::DateTime;

/// The moment inside a name, local time, as Notesnook writes it too.
const MOMENT: &str = "%Y-%m-%d-%H-%M-%S";

/// Letters of the moment in a name.
const MOMENT_LETTERS: usize = "2026-11-22-08-03-15".len();

/// Longest name of a place within a file name; every file system takes the whole then.
const PLACE_LETTERS: usize = 40;

/// The name of a new archive of `place`; `now` carries the person's time zone.
///
/// A taken name gets a number when the file is committed, see
/// [`crate::durable::SyncedFile::commit_numbered`].
#[must_use]
pub fn archive_name(place: &str, now: &Zoned, attachments_included: bool, extension: &str) -> String {
    let full = if attachments_included { "-full" } else { "" };
    format!("{}-{}{full}.{extension}", plain(place), now.strftime(MOMENT))
}

/// What a file name can hold on every system, in lower case.
fn plain(place: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let plain: String = place.to_lowercase().chars().map(letter).take(PLACE_LETTERS).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "place".to_owned() } else { plain.to_owned() }
}

/// What a name tells of an archive that can't be opened. A hint, not a fact: anyone can rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameParts {
    /// The place.
    pub place: String,
    /// Local time of its making, on whatever computer that was.
    pub made: DateTime,
    /// Whether it is called a backup with attachments.
    pub full: bool,
}

/// Takes a name of [`archive_name`] apart, numbered ones too.
#[must_use]
pub fn parse_name(name: &str) -> Option<NameParts> {
    let (stem, _) = name.rsplit_once('.')?;
    // The first moment that is one: a place may have hyphens and digits of its own.
    stem.match_indices('-').find_map(|(at, _)| {
        let (place, rest) = (stem.get(..at)?, stem.get(at + 1..)?);
        let made = DateTime::strptime(MOMENT, rest.get(..MOMENT_LETTERS)?).ok()?;
        let full = match rest.get(MOMENT_LETTERS..)? {
            "" => false,
            "-full" => true,
            tail => {
                let (full, number) = tail.rsplit_once('-')?;
                let _: u32 = number.parse().ok()?;
                match full {
                    "" => false,
                    "-full" => true,
                    _ => return None,
                }
            }
        };
        (!place.is_empty()).then(|| NameParts { place: place.to_owned(), made, full })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::numbered;

    fn now() -> Zoned {
        "2026-11-22T08:03:15.999[Europe/Berlin]".parse().expect("a moment")
    }

    #[test]
    fn names_are_those_of_the_product() {
        assert_eq!(
            archive_name("library", &now(), false, "nnbackupz"),
            "library-2026-11-22-08-03-15.nnbackupz"
        );
        assert_eq!(
            archive_name("library", &now(), true, "nnbackupz"),
            "library-2026-11-22-08-03-15-full.nnbackupz"
        );
    }

    #[test]
    fn any_place_gives_a_name_that_every_system_takes() {
        for (place, start) in [
            ("My Notes/Work", "my-notes-work-2026"),
            ("../..", "place-2026"),
            ("", "place-2026"),
            ("Größe:C\\x\0", "größe-c-x-2026"),
            (&"x".repeat(300), &format!("{}-2026", "x".repeat(40))),
        ] {
            let name = archive_name(place, &now(), true, "backstop");
            assert!(name.starts_with(start), "{name}");
            assert!(name.len() < 200);
        }
    }

    #[test]
    fn a_name_can_be_taken_apart_again() {
        for place in ["library", "my-notes-2025", "2025-01-01"] {
            for full in [false, true] {
                let name = archive_name(place, &now(), full, "nnbackupz");
                let parts = parse_name(&name).expect("one of ours");
                assert_eq!((parts.place.as_str(), parts.full), (place, full));
                assert_eq!(parts.made.to_string(), "2026-11-22T08:03:15");
                let second = numbered(std::path::Path::new(&name), 12);
                let second = second.to_str().and_then(parse_name);
                assert_eq!(second.as_ref(), Some(&parts), "numbered");
            }
        }
        for other in [
            "",
            "notes.nnbackupz",
            "-2026-11-22-08-03-15.x",
            "a-2026-13-22-08-03-15.x",
            "a-2026-11-22-08-03-15-old.x",
        ] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }
}
