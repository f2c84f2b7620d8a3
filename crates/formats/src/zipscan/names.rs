//! Which entry names are accepted, and how a name is shown.
//!
//! No name is ever joined to a path here, yet a name that would lead out of a folder is a sign of
//! an attack and its bytes are not read.

use backstop_model::FaultCode;

use super::{Entry, Findings};

/// Longest piece of a name that appears in a message, in characters.
const SHOWN_CHARS: usize = 80;

/// Names that Windows gives to devices. Source: Microsoft, "Naming Files, Paths, and Namespaces".
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

pub(super) fn check(entries: &mut [Entry], findings: &mut Findings) {
    for entry in entries.iter_mut() {
        if !is_safe(&entry.name) {
            entry.readable = false;
            findings.damage(FaultCode::EntryMismatch, &entry.name, "Its name could lead out of a folder.");
        }
    }
    let mut by_name: Vec<&mut Entry> = entries.iter_mut().collect();
    // Of two that bear one name the first counts, unless another one is whole and it is not.
    let key = |entry: &Entry| (entry.state, entry.header_at);
    by_name.sort_by(|one, other| one.name.cmp(&other.name).then(key(one).cmp(&key(other))));
    let mut previous: Option<Box<str>> = None;
    for entry in by_name {
        if previous.as_deref() == Some(&*entry.name) {
            entry.readable = false;
            findings.damage(FaultCode::ChunkRepeated, &entry.name, "A second entry bears this name.");
        } else {
            previous = Some(entry.name.clone());
        }
    }
}

/// Whether a name is plain and relative on every system. A single `/` may end it.
pub(super) fn is_safe(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    !name.chars().any(|c| c.is_control() || matches!(c, '\\' | ':')) && path.split('/').all(is_safe_part)
}

fn is_safe_part(part: &str) -> bool {
    !part.is_empty() && !matches!(part, "." | "..") && !is_device(part)
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_lowercase();
    let numbered = ["com", "lpt"]
        .iter()
        .any(|port| stem.strip_prefix(port).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9'])));
    numbered || DEVICES.contains(&stem.as_str())
}

/// A name as it may appear in a message: short and without control characters.
pub(crate) fn shown(name: &str) -> String {
    let mut shown: String =
        name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(SHOWN_CHARS).collect();
    if name.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_nowhere_else_are_safe() {
        for name in [
            ".nnbackup",
            "0-plain-ab",
            "attachments/",
            "attachments/.attachments_key",
            "a/b.c",
            "comma",
            "con1",
        ] {
            assert!(is_safe(name), "{name}");
        }
        for name in [
            "",
            "/",
            "/etc/passwd",
            "../up",
            "a/../b",
            "a/./b",
            "a//b",
            "a\\b",
            "C:/x",
            "c:x",
            "\\\\host\\x",
            "a\0b",
            "a\nb",
            "con",
            "CON.txt",
            "a/Lpt1.log",
            "nul ",
            "aux.",
            "attachments//",
        ] {
            assert!(!is_safe(name), "{name:?}");
        }
    }

    #[test]
    fn a_shown_name_is_short_and_printable() {
        assert_eq!(shown("a\nb\u{1b}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(shown(&"x".repeat(200)).chars().count(), SHOWN_CHARS + 1);
    }
}
