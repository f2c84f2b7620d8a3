//! HMAC-SHA-256 (RFC 2104, FIPS 198-1) over bytes that stand open but must not be changed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::secret::Key;

/// Bytes of a MAC.
pub const MAC_BYTES: usize = 32;

/// The MAC of `bytes` under a key.
#[must_use]
pub fn mac_of(key: &Key, bytes: &[u8]) -> [u8; MAC_BYTES] {
    keyed(key, bytes).finalize().into_bytes().into()
}

/// Whether `mac` is the MAC of `bytes` under a key, compared in constant time.
#[must_use]
pub fn mac_fits(key: &Key, bytes: &[u8], mac: &[u8; MAC_BYTES]) -> bool {
    keyed(key, bytes).verify_slice(mac).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length; ours have 32 bytes")]
fn keyed(key: &Key, bytes: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("any length fits");
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_hmac_sha_256() {
        // RFC 4231, test case 2, has a short key; this is its construction by hand for 32 bytes.
        use sha2::Digest as _;
        let key = Key::from_bytes(std::array::from_fn(|i| u8::try_from(i).unwrap()));
        let pad = |with: u8| {
            let mut block = [with; 64];
            key.expose().iter().zip(&mut block).for_each(|(byte, to)| *to ^= byte);
            block
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(b"header").finalize();
        let outer: [u8; 32] = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into();
        assert_eq!(mac_of(&key, b"header"), outer);
    }

    #[test]
    fn another_key_text_or_mac_does_not_fit() {
        let key = Key::from_bytes([7; 32]);
        let mac = mac_of(&key, b"header");
        assert!(mac_fits(&key, b"header", &mac));
        assert!(!mac_fits(&key, b"Header", &mac));
        assert!(!mac_fits(&Key::from_bytes([8; 32]), b"header", &mac));
        let mut changed = mac;
        changed[31] ^= 1;
        assert!(!mac_fits(&key, b"header", &changed));
    }
}
