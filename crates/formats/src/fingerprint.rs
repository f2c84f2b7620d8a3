//! Fingerprints of items, each by the rules of its own app.

use backstop_model::{App, Fingerprint, FingerprintBuilder, Item};

use crate::notesnook;

/// A fingerprint of everything in an item that its app can hold.
///
/// Two rows of one item with the same fingerprint are the same for a restore: order of fields,
/// white space, and what the app itself adds or leaves out freely do not count.
#[must_use]
pub fn fingerprint(item: &Item) -> Fingerprint {
    let mut builder = FingerprintBuilder::default();
    builder.part("app", item.key.app.as_str().as_bytes());
    builder.part("kind", item.key.kind.as_str().as_bytes());
    builder.part("id", item.key.id.as_str().as_bytes());
    let parsed = item.key.app == App::Notesnook && notesnook::add_to_fingerprint(item, &mut builder);
    if !parsed {
        builder.part("native", item.native.json.as_bytes());
    }
    builder.finish()
}
