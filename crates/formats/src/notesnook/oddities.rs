//! What was odd about the rows of one part, told once per part.

use backstop_model::{Fault, FaultCode, Finding, Severity};

use super::map::NoItem;

/// Counts of rows that are no whole items.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    pub(super) rows: u64,
    pub(super) utf16_units: u64,
    pub(super) no_rows: u64,
    pub(super) deleted: u64,
    pub(super) bad_ids: u64,
    pub(super) too_large: u64,
    pub(super) broken_carriers: u64,
}

impl Oddities {
    pub(super) fn count(&mut self, why: NoItem) {
        match why {
            NoItem::NoRow => self.no_rows += 1,
            NoItem::Deleted => self.deleted += 1,
            NoItem::BadId => self.bad_ids += 1,
        }
    }

    /// In words, about the part of this name.
    pub(super) fn findings(&self, part: Option<&str>) -> Vec<Finding> {
        use FaultCode::{Empty, InvalidContent, LimitExceeded, Stray};
        use Severity::{Damage, Warning};
        let rows = |count: u64| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        let empty = u64::from(self.rows + self.too_large == 0);
        let all = [
            (empty, Warning, Empty, "It holds no items.".to_owned()),
            (
                self.no_rows,
                Warning,
                Stray,
                format!("{} in it can be no item and were passed over.", rows(self.no_rows)),
            ),
            (
                self.deleted,
                Warning,
                Stray,
                format!("{} in it are marked as deleted and were passed over.", rows(self.deleted)),
            ),
            (
                self.bad_ids,
                Damage,
                InvalidContent,
                format!("{} in it have an id that can't be one.", rows(self.bad_ids)),
            ),
            (
                self.too_large,
                Damage,
                LimitExceeded,
                format!("{} in it are larger or deeper than we accept.", rows(self.too_large)),
            ),
            (
                self.broken_carriers,
                Damage,
                InvalidContent,
                format!("{} of Backstop in it are not whole.", rows(self.broken_carriers)),
            ),
        ];
        all.into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(_, severity, code, message)| {
                let fault = Fault { part: part.map(str::to_owned), ..Fault::new(code, message) };
                Finding { severity, fault }
            })
            .collect()
    }
}
