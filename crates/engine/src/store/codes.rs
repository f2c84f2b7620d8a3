//! Kinds and apps as the numbers of the schema. Once given, a number never changes.

use backstop_model::{App, Kind};

use super::StoreError;

/// In the order in which a library is written out.
const KINDS: [(i64, Kind); 15] = [
    (0, Kind::AttachmentsKey),
    (1, Kind::Note),
    (2, Kind::Notebook),
    (3, Kind::Body),
    (4, Kind::Revision),
    (5, Kind::RevisionBody),
    (6, Kind::Color),
    (7, Kind::Tag),
    (8, Kind::Setting),
    (9, Kind::Shortcut),
    (10, Kind::Reminder),
    (11, Kind::Relation),
    (12, Kind::Attachment),
    (13, Kind::Vault),
    (14, Kind::Opaque),
];

const APPS: [(i64, App); 4] = [(0, App::Notesnook), (1, App::Joplin), (2, App::Markdown), (3, App::Backstop)];

fn code_of<T: Copy + PartialEq>(table: &[(i64, T)], value: T) -> i64 {
    table.iter().find(|(_, known)| *known == value).map_or(-1, |(code, _)| *code)
}

fn value_of<T: Copy>(table: &[(i64, T)], code: i64, what: &str) -> Result<T, StoreError> {
    let found = table.iter().find(|(known, _)| *known == code);
    found.map(|(_, value)| *value).ok_or_else(|| StoreError::Damaged(format!("{what} {code}")))
}

pub(crate) fn kind_code(kind: Kind) -> i64 {
    code_of(&KINDS, kind)
}

pub(crate) fn kind_of(code: i64) -> Result<Kind, StoreError> {
    value_of(&KINDS, code, "kind")
}

pub(crate) fn app_code(app: App) -> i64 {
    code_of(&APPS, app)
}

pub(crate) fn app_of(code: i64) -> Result<App, StoreError> {
    value_of(&APPS, code, "app")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_app_has_a_number_that_leads_back() {
        for kind in Kind::all() {
            assert_eq!(kind_of(kind_code(kind)).expect("known"), kind);
        }
        for (code, app) in APPS {
            assert_eq!((app_code(app), app_of(code).expect("known")), (code, app));
        }
        assert!(kind_of(99).is_err());
    }
}
