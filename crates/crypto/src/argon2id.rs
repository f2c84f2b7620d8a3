//! Argon2id (RFC 9106, version 1.3): a password becomes a key, slowly on purpose.

use std::time::{Duration, Instant};

use argon2::Algorithm;
use serde::{Deserialize, Serialize};

pub use crate::argon2mem::Argon2Error;
use crate::secret::Key;

/// Bytes of salt. Source: RFC 9106, section 3.1 (16 recommended).
pub const SALT_BYTES: usize = 16;

/// Most memory that a file may ask for; a hostile one must not bring the computer down.
pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// Most passes that a file may ask for.
pub const MAX_PASSES: u32 = 16;
/// Most lanes that a file may ask for.
pub const MAX_LANES: u32 = 16;
/// Least memory per lane. Source: RFC 9106, section 3.1.
pub const MIN_MEMORY_KIB: u32 = 8;

/// Least memory for a new password, 64 MiB. Source: RFC 9106, second recommended option.
pub const CALIBRATED_MIN_KIB: u32 = 64 * 1024;
/// Most memory for a new password, 256 MiB: more would not open on a small computer.
pub const CALIBRATED_MAX_KIB: u32 = 256 * 1024;
/// Passes for a new password. Source: RFC 9106, second recommended option.
const CALIBRATED_PASSES: u32 = 3;

/// What a slow computer fills in a millisecond; estimates should err on the long side.
const SLOW_KIB_PER_MS: u64 = 512;

/// The cost of one derivation, checked where it is born, also when read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Params {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Parameters outside what Argon2 or our caps allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "key derivation parameters outside the allowed range (memory {memory_kib} KiB, passes {passes}, lanes {lanes})"
)]
pub struct ParamsError {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl TryFrom<Wire> for Params {
    type Error = ParamsError;
    fn try_from(Wire { memory_kib, passes, lanes }: Wire) -> Result<Self, ParamsError> {
        Self::new(memory_kib, passes, lanes)
    }
}

impl Params {
    /// Parameters within Argon2's minimum (8 KiB a lane) and our caps (1 GiB, 16 passes, 16 lanes).
    ///
    /// # Errors
    /// [`ParamsError`] outside of them.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, ParamsError> {
        let allowed = (1..=MAX_LANES).contains(&lanes)
            && (1..=MAX_PASSES).contains(&passes)
            && (MIN_MEMORY_KIB.saturating_mul(lanes)..=MAX_MEMORY_KIB).contains(&memory_kib);
        if allowed {
            Ok(Self { memory_kib, passes, lanes })
        } else {
            Err(ParamsError { memory_kib, passes, lanes })
        }
    }

    /// The least that a new password is ever made with: 64 MiB, 3 passes, 1 lane.
    #[must_use]
    pub const fn least_for_new() -> Self {
        Self { memory_kib: CALIBRATED_MIN_KIB, passes: CALIBRATED_PASSES, lanes: 1 }
    }

    /// Memory in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Independent lanes of the memory.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// How long a slow computer takes, roughly.
    #[must_use]
    pub fn estimate(self) -> Duration {
        Duration::from_millis(u64::from(self.memory_kib) * u64::from(self.passes) / SLOW_KIB_PER_MS)
    }

    /// Whether a file with these parameters may be opened without asking the user first: at most
    /// 256 MiB and an estimated 3 seconds.
    #[must_use]
    pub fn is_usual(self) -> bool {
        self.memory_kib <= CALIBRATED_MAX_KIB && self.estimate() <= Duration::from_secs(3)
    }

    /// Parameters that take about `target` here and now, between 64 and 256 MiB, 3 passes, 1 lane.
    ///
    /// Measures one derivation at the lower bound, so it takes a few tenths of a second.
    ///
    /// # Errors
    /// [`Argon2Error::OutOfMemory`] when not even 64 MiB can be had.
    pub fn calibrate(target: Duration) -> Result<Self, Argon2Error> {
        let start = Instant::now();
        let least = Self::least_for_new();
        derive(b"calibration", &[0; SALT_BYTES], least)?;
        Ok(Self { memory_kib: fitting_memory_kib(start.elapsed(), target), ..least })
    }
}

/// The memory that takes `target`, when the least takes `measured`; time grows with memory.
fn fitting_memory_kib(measured: Duration, target: Duration) -> u32 {
    let measured_us = measured.as_micros().max(1);
    let fitting_kib = u128::from(CALIBRATED_MIN_KIB) * target.as_micros() / measured_us;
    // Whole mebibytes, so that the number tells nothing finer about the computer.
    let mebibytes = u32::try_from(fitting_kib / 1024).unwrap_or(u32::MAX);
    mebibytes.saturating_mul(1024).clamp(CALIBRATED_MIN_KIB, CALIBRATED_MAX_KIB)
}

/// A 32-byte key from a secret and its salt.
///
/// # Errors
/// [`Argon2Error::OutOfMemory`] when the memory cannot be had.
pub fn derive(secret: &[u8], salt: &[u8; SALT_BYTES], params: Params) -> Result<Key, Argon2Error> {
    crate::argon2mem::derive(
        Algorithm::Argon2id,
        (params.memory_kib, params.passes, params.lanes),
        secret,
        salt,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_at_every_door() {
        let rows = [
            (8, 1, 1, true),
            (7, 1, 1, false),
            (16, 1, 2, true),
            (15, 1, 2, false),
            (MAX_MEMORY_KIB, MAX_PASSES, MAX_LANES, true),
            (MAX_MEMORY_KIB + 1, 3, 1, false),
            (65536, MAX_PASSES + 1, 1, false),
            (65536, 0, 1, false),
            (65536, 3, MAX_LANES + 1, false),
            (65536, 3, 0, false),
            (u32::MAX, u32::MAX, u32::MAX, false),
        ];
        for (memory, passes, lanes, ok) in rows {
            assert_eq!(Params::new(memory, passes, lanes).is_ok(), ok, "{memory} {passes} {lanes}");
            let json = format!(r#"{{"memory_kib":{memory},"passes":{passes},"lanes":{lanes}}}"#);
            assert_eq!(serde_json::from_str::<Params>(&json).is_ok(), ok, "{json}");
        }
    }

    #[test]
    fn what_needs_no_question_ends_at_256_mib_and_three_seconds() {
        assert!(Params::new(CALIBRATED_MAX_KIB, 3, 1).unwrap().is_usual());
        assert!(!Params::new(CALIBRATED_MAX_KIB + 1, 3, 1).unwrap().is_usual());
        assert!(!Params::new(CALIBRATED_MAX_KIB, 16, 1).unwrap().is_usual());
        assert!(Params::least_for_new().is_usual());
    }

    #[test]
    fn memory_follows_the_measurement_within_its_bounds() {
        let half = Duration::from_millis(500);
        let rows = [(1, 256), (125, 256), (250, 128), (300, 106), (500, 64), (5000, 64)];
        for (measured_ms, mebibytes) in rows {
            let fitting = fitting_memory_kib(Duration::from_millis(measured_ms), half);
            assert_eq!(fitting, mebibytes * 1024, "{measured_ms} ms");
        }
    }

    #[test]
    fn calibration_stays_in_its_bounds_on_this_computer() {
        let params = Params::calibrate(Duration::from_millis(500)).unwrap();
        assert!((CALIBRATED_MIN_KIB..=CALIBRATED_MAX_KIB).contains(&params.memory_kib()));
        assert_eq!((params.passes(), params.lanes()), (3, 1));
    }

    #[test]
    fn a_different_salt_or_cost_is_a_different_key() {
        let params = Params::new(8, 1, 1).unwrap();
        let key = derive(b"secret", &[1; 16], params).unwrap();
        assert!(key.same_as(&derive(b"secret", &[1; 16], params).unwrap()));
        assert!(!key.same_as(&derive(b"secret", &[2; 16], params).unwrap()));
        assert!(!key.same_as(&derive(b"secreT", &[1; 16], params).unwrap()));
        assert!(!key.same_as(&derive(b"secret", &[1; 16], Params::new(9, 1, 1).unwrap()).unwrap()));
    }
}
