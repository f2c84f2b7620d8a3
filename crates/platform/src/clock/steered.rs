//! A clock that tests move. Debug builds only: a release build has no way to be told another time.
//!
//! `BACKSTOP_CLOCK_FILE` names a file with two numbers: by how many milliseconds the wall clock is moved, and
//! for how many of them the computer was awake. Whoever moves the clock puts a new file in its place.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// How often a wait looks whether the clock was moved.
const GLANCE: Duration = Duration::from_millis(50);

/// How far the clocks are moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Moved {
    wall_ms: i64,
    awake_ms: u64,
}

pub(super) fn wall(now: i64) -> i64 {
    now.saturating_add(moved().wall_ms)
}

pub(super) fn awake(awake: Duration) -> Duration {
    awake.saturating_add(Duration::from_millis(moved().awake_ms))
}

pub(super) fn wait(wait: Duration) -> Duration {
    if file().is_some() { wait.min(GLANCE) } else { wait }
}

fn file() -> Option<&'static PathBuf> {
    static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
    FILE.get_or_init(|| std::env::var_os("BACKSTOP_CLOCK_FILE").map(PathBuf::from)).as_ref()
}

fn moved() -> Moved {
    file().and_then(|file| fs::read_to_string(file).ok()).map(|text| read(&text)).unwrap_or_default()
}

fn read(text: &str) -> Moved {
    let mut words = text.split_whitespace();
    let wall_ms = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let awake_ms = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    Moved { wall_ms, awake_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_how_far_the_clocks_are_moved() {
        let rows = [
            ("86400000 3600000\n", Moved { wall_ms: 86_400_000, awake_ms: 3_600_000 }),
            ("-5000 0", Moved { wall_ms: -5000, awake_ms: 0 }),
            ("", Moved::default()),
            ("soon", Moved::default()),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
