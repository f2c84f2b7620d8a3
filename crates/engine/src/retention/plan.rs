//! What a policy means for the archives there are. Pure: archives in, one verdict for each out.
//!
//! Slots are counted over the archives there are, not over the calendar: "7 daily" is the last archive of
//! each of the 7 newest days that *have* one. So a computer that was off for a year loses nothing when it
//! comes back, and a clock that was set forward deletes nothing. Each span picks for itself; an archive
//! stays if any of them picked it. That makes the plan monotone in the policy, and planning again after a
//! plan was carried out gives nothing more to delete.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::policy::{Keep, Spans};

/// Who made a file, as far as that is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A run of this account made it for a place that this account still has.
    Ours,
    /// A run of this account made it, and since then someone gave it another name.
    Renamed,
    /// Made for a place that this account does not have any more.
    OtherPlace,
    /// Another account, another computer, another app, or nobody knows.
    Foreign,
}

/// What is known of an archive's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Every byte and item was read back.
    Verified,
    /// It was not, or not since it last changed.
    Unverified,
    /// Something in it is not as it was written.
    Damaged,
}

/// One archive, as the plan sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// Its file name, which decides between two of the same moment.
    pub name: &'a str,
    /// The place it is a backup of.
    pub place: &'a str,
    /// Whether attachments are in it: a kind of its own.
    pub full: bool,
    /// When it was made, if that is known.
    pub created: Option<Timestamp>,
    /// Who made it.
    pub origin: Origin,
    /// What is known of its state.
    pub health: Health,
    /// Whether it could be seen at the last look.
    pub present: bool,
    /// Whether its owner said that it stays.
    pub pinned: bool,
}

/// A reason for which an archive stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The policy is to keep everything.
    Everything,
    /// Its owner pinned it.
    Pinned,
    /// The newest verified one of its place without attachments.
    LastVerified,
    /// The newest verified one of its place with attachments.
    LastVerifiedFull,
    /// The last one of its day.
    Daily,
    /// The last one of its week.
    Weekly,
    /// The last one of its month.
    Monthly,
    /// The last one of its year.
    Yearly,
    /// Not verified; it would have a slot if it were. It takes none from a verified one.
    Unverified,
    /// There is no verified one of its place and kind.
    NothingVerified,
    /// It is damaged. What can be recovered from it may be all there is.
    Damaged,
    /// This account did not make it, as far as is known.
    NotOurs,
    /// Someone gave it a name of their own.
    Renamed,
    /// Its place is not in this account any more.
    OtherPlace,
    /// Its folder can't be reached.
    Away,
    /// It is from a time that has not come yet: this clock or another one is wrong.
    Future,
    /// Nobody knows when it was made.
    Undated,
}

/// Why an archive is one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Surplus {
    /// Another one of the same day stays.
    SameDay,
    /// No span of the policy reaches back to it.
    Older,
}

/// What becomes of one archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It stays, for these reasons: at least one, each once, in their order.
    Keep(BTreeSet<Kept>),
    /// It goes.
    Forget(Surplus),
}

impl Verdict {
    /// Whether it goes.
    #[must_use]
    pub fn is_forget(&self) -> bool {
        matches!(self, Self::Forget(_))
    }
}

/// A verdict for each archive of one folder, in their order.
#[must_use]
pub fn plan(keep: Keep, archives: &[Known<'_>], now: &Zoned) -> Vec<Verdict> {
    let mut reasons: Vec<BTreeSet<Kept>> =
        archives.iter().map(|archive| apart_from_slots(archive, keep, now.timestamp())).collect();
    let mut days: Vec<Option<Slot>> = vec![None; archives.len()];
    for kind in kinds(archives, now) {
        for one in &kind {
            if let Some(day) = days.get_mut(one.index) {
                *day = Some(Span::Day.slot_of(&one.made));
            }
        }
        for (index, reason) in slots_of(&kind, keep) {
            reasons.get_mut(index).map(|reasons| reasons.insert(reason));
        }
    }
    let kept_days: BTreeSet<_> = (archives.iter().zip(&days).zip(&reasons))
        .filter(|(_, reasons)| !reasons.is_empty())
        .filter_map(|((archive, day), _)| Some((archive.place, archive.full, (*day)?)))
        .collect();
    let verdict = |((archive, day), reasons): ((&Known<'_>, Option<Slot>), BTreeSet<Kept>)| {
        if !reasons.is_empty() {
            return Verdict::Keep(reasons);
        }
        let same_day = day.is_some_and(|day| kept_days.contains(&(archive.place, archive.full, day)));
        Verdict::Forget(if same_day { Surplus::SameDay } else { Surplus::Older })
    };
    archives.iter().zip(days).zip(reasons).map(verdict).collect()
}

/// The reasons that have nothing to do with the other archives.
fn apart_from_slots(archive: &Known<'_>, keep: Keep, now: Timestamp) -> BTreeSet<Kept> {
    let origin = match archive.origin {
        Origin::Ours => None,
        Origin::Renamed => Some(Kept::Renamed),
        Origin::OtherPlace => Some(Kept::OtherPlace),
        Origin::Foreign => Some(Kept::NotOurs),
    };
    let dated = match archive.created {
        None => Some(Kept::Undated),
        Some(created) => (created > now).then_some(Kept::Future),
    };
    let facts = [
        (keep == Keep::All).then_some(Kept::Everything),
        archive.pinned.then_some(Kept::Pinned),
        (!archive.present).then_some(Kept::Away),
        (archive.health == Health::Damaged).then_some(Kept::Damaged),
        origin,
        dated,
    ];
    facts.into_iter().flatten().collect()
}

/// An archive that can take a slot.
struct Dated<'a> {
    index: usize,
    name: &'a str,
    made: Zoned,
    verified: bool,
    full: bool,
}

/// The archives of each place and kind that can take a slot, newest first.
fn kinds<'a>(archives: &[Known<'a>], now: &Zoned) -> Vec<Vec<Dated<'a>>> {
    let mut kinds: BTreeMap<(&str, bool), Vec<Dated<'a>>> = BTreeMap::new();
    for (index, archive) in archives.iter().enumerate() {
        let sound = archive.present && archive.origin == Origin::Ours && archive.health != Health::Damaged;
        let created = archive.created.filter(|created| sound && *created <= now.timestamp());
        let Some(created) = created else { continue };
        kinds.entry((archive.place, archive.full)).or_default().push(Dated {
            index,
            name: archive.name,
            made: created.to_zoned(now.time_zone().clone()),
            verified: archive.health == Health::Verified,
            full: archive.full,
        });
    }
    let mut kinds: Vec<_> = kinds.into_values().collect();
    for kind in &mut kinds {
        kind.sort_by(|a, b| (b.made.timestamp(), b.name).cmp(&(a.made.timestamp(), a.name)));
    }
    kinds
}

/// The reasons that one kind's archives have by being what they are among the others.
fn slots_of(kind: &[Dated<'_>], keep: Keep) -> Vec<(usize, Kept)> {
    let verified: Vec<&Dated<'_>> = kind.iter().filter(|one| one.verified).collect();
    let Some(newest) = verified.first() else {
        return kind.iter().map(|one| (one.index, Kept::NothingVerified)).collect();
    };
    let last = if newest.full { Kept::LastVerifiedFull } else { Kept::LastVerified };
    let mut found = vec![(newest.index, last)];
    let all: Vec<&Dated<'_>> = kind.iter().collect();
    for (span, count) in keep.spans().map(Span::each).into_iter().flatten() {
        found.extend(span.last_of_each(&verified, count).map(|one| (one.index, span.reason())));
        let unverified = span.last_of_each(&all, count).filter(|one| !one.verified);
        found.extend(unverified.map(|one| (one.index, Kept::Unverified)));
    }
    found
}

/// Names a day, week, month or year: the year it counts to, and its number in there.
type Slot = (i16, i16);

/// A length of time of which the last archive stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Day,
    Week,
    Month,
    Year,
}

impl Span {
    fn each(spans: Spans) -> [(Self, u16); 4] {
        [
            (Self::Day, spans.daily),
            (Self::Week, spans.weekly),
            (Self::Month, spans.monthly),
            (Self::Year, spans.yearly),
        ]
    }

    fn reason(self) -> Kept {
        match self {
            Self::Day => Kept::Daily,
            Self::Week => Kept::Weekly,
            Self::Month => Kept::Monthly,
            Self::Year => Kept::Yearly,
        }
    }

    /// Which one a moment is in. Weeks begin on Monday and count to the year that has most of their days.
    fn slot_of(self, made: &Zoned) -> Slot {
        match self {
            Self::Day => (made.year(), made.day_of_year()),
            Self::Week => {
                let week = made.date().iso_week_date();
                (week.year(), i16::from(week.week()))
            }
            Self::Month => (made.year(), i16::from(made.month())),
            Self::Year => (made.year(), 0),
        }
    }

    /// The last archive of each of the newest `count` slots that have one.
    fn last_of_each<'a, 'b>(
        self,
        newest_first: &[&'b Dated<'a>],
        count: u16,
    ) -> impl Iterator<Item = &'b Dated<'a>> {
        // A set, not the last one: where clocks go back over midnight, a day comes twice.
        let mut seen = BTreeSet::new();
        let last = newest_first.iter().copied().filter(move |one| seen.insert(self.slot_of(&one.made)));
        last.take(usize::from(count))
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
