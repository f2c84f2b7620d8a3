//! Moments in words: RFC 3339 in UTC, for JSON and logs.

use jiff::Timestamp;

/// Milliseconds since 1970 as `2026-11-22T08:03:15.000Z`.
///
/// A moment outside the years 0 to 9999, which no app writes, is given as its number.
#[must_use]
pub(crate) fn rfc3339(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        Err(_) => ms.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn always_three_digits_of_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_795_307_854_004), "2026-11-22T00:37:34.004Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(i64::MAX), i64::MAX.to_string());
    }
}
