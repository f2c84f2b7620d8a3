//! The JSON of places. Fields may be added here, never renamed.

use backstop_engine::api::{FoundPlace, PlaceCard, PlaceKind, TakenIn};
use serde::Serialize;
use serde_json::{Value, json};

use super::words::rfc3339;
use crate::desk::LIBRARY;

/// `place list`.
pub(crate) fn list(account: &str, places: &[PlaceCard]) -> Value {
    let library = json!({"id": LIBRARY, "kind": LIBRARY, "account": account});
    let all: Vec<Value> = std::iter::once(library).chain(places.iter().map(place)).collect();
    json!({"places": all})
}

/// `place add`.
pub(crate) fn added(card: &PlaceCard, taken_in: &[TakenIn]) -> Value {
    json!({"place": place(card), "taken_in": value(&taken_in)})
}

/// `place discover`.
pub(crate) fn found(folders: &[FoundPlace]) -> Value {
    let folder = |found: &FoundPlace| {
        json!({
            "kind": PlaceKind::NotesnookBackups.as_str(),
            "folder": found.folder,
            "files": found.files,
            "bytes": found.bytes,
            "newest": rfc3339(found.newest),
        })
    };
    json!({"found": folders.iter().map(folder).collect::<Vec<_>>()})
}

/// A folder of Notesnook backups: its card, with moments as programs read them.
fn place(card: &PlaceCard) -> Value {
    let mut document = value(card);
    let moments =
        [("newest", card.newest), ("newest_verified", card.newest_verified), ("merged_at", card.merged_at)];
    for (name, moment) in moments {
        if let Some(field) = document.get_mut(name) {
            *field = json!(moment.and_then(rfc3339));
        }
    }
    document
}

/// Plain values always are JSON.
fn value(plain: &impl Serialize) -> Value {
    serde_json::to_value(plain).unwrap_or_default()
}
