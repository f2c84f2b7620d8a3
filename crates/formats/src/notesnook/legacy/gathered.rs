//! What only many rows of an older backup together tell: which tags and colours there are, where
//! topics lie, what the app itself would have lost. One for a whole archive.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use backstop_model::{Fault, FaultCode, Severity};

use super::super::complete::{COLOR_NAMES, completed};
use super::super::envelope::{Version, md5_hex};
use super::super::map::{kind_of, looks_older};
use super::super::wire::{Row, text_of};
use super::draft::{Draft, Members, relation};
use super::migrate::migrate;
use super::relate::Fact;
use crate::limits;

/// The codes of [`COLOR_NAMES`], in their order. Source: Notesnook's seven built-in colours.
const COLOR_CODES: [&str; 7] = ["#f44336", "#FF9800", "#FFD600", "#4CAF50", "#2196F3", "#673AB7", "#9E9E9E"];

/// A tag or colour that notes name and no row has told of yet.
#[derive(Debug)]
struct Named {
    title: String,
    date: String,
}

/// A tag whose title is the name of a colour: it may be either, or both.
#[derive(Debug)]
struct Doubtful {
    draft: Draft,
    as_tag: bool,
    as_color: bool,
}

/// Where a note is, as far as its own row says.
#[derive(Debug)]
struct Placed {
    note: String,
    date: String,
}

/// Brings the rows of an older backup to version 6.1.
#[derive(Debug, Default)]
pub(crate) struct Migration {
    now_ms: i64,
    /// Whether a file that states a later version turned out to have rows of 5.9.
    older_rows: bool,
    /// Ids of the tags that were given out.
    tags: HashSet<String>,
    wanted_tags: BTreeMap<String, Named>,
    colors: BTreeMap<String, Named>,
    doubtful: BTreeMap<String, Doubtful>,
    /// Ids of tags and colours by the lists that `.nnbackup` files have of them.
    listed_tags: HashSet<String>,
    listed_colors: HashSet<String>,
    new_ids: HashMap<String, String>,
    shortcuts: Vec<Draft>,
    places: HashSet<String>,
    unplaced: BTreeMap<(String, String), Vec<Placed>>,
    renamed: BTreeMap<String, String>,
    without_topic: u64,
    first_without_topic: Option<String>,
    repeated_tags: u64,
    too_many: Option<String>,
    gathered_bytes: usize,
}

/// A row of an older version, taken out of its text so that the text can go.
pub(crate) struct Older(Option<Draft>);

impl Older {
    /// Nothing of a stub of something that was deleted; there were always some.
    pub(crate) fn of(row: &Row<'_>) -> Self {
        Self((!row.switch("deleted")).then(|| Draft::of(row)))
    }
}

impl Migration {
    /// `now_ms` stands where no date is known.
    pub(crate) fn new(now_ms: i64) -> Self {
        Self { now_ms, ..Self::default() }
    }

    /// The version that a row of a file of version `stated` really has. Version 3.0 of the app
    /// wrote rows of 5.9 into files that call themselves 6.1.
    pub(crate) fn version_of(&mut self, row: &Row<'_>, stated: Version) -> Version {
        if stated < Version(60) {
            return stated;
        }
        let r#type = row.text("type").unwrap_or_default();
        let older = match &*r#type {
            "settings" | "topic" => true,
            "tag" => self.older_rows || row.has("noteIds") || row.has("alias"),
            "shortcut" => row.object("item").is_some(),
            "attachment" => looks_older(row) || row.object("metadata").is_some(),
            "tiptap" | "sessioncontent" => {
                !row.has("locked") && (self.older_rows || row.object("data").is_some())
            }
            // Among older rows these are older too, though nothing in them tells.
            "reminder" | "session" => self.older_rows,
            // In 6.0 notes still had this switch.
            "note" | "trash" if stated == Version(60) => {
                ["tags", "notebooks", "color", "topics"].iter().any(|name| row.has(name))
            }
            _ => looks_older(row),
        };
        // Notesnook passes over these two in a file of today, whatever put them there: alone they say
        // nothing of the rows beside them.
        self.older_rows |= older && !matches!(&*r#type, "settings" | "topic");
        if older { Version(59) } else { stated }
    }

    /// The rows of version 6.1 that a row of `version` becomes. `key` is its name in the file.
    pub(crate) fn rows(&mut self, version: Version, key: Option<&str>, row: Older) -> Vec<String> {
        let mut rows = Vec::new();
        let Older(Some(draft)) = row else { return Vec::new() };
        for fact in migrate(draft, version) {
            self.take(fact, key, &mut rows);
        }
        self.complete(rows)
    }

    /// Takes a list of ids that a `.nnbackup` file has beside its rows.
    pub(crate) fn list(&mut self, name: &str, json: &str) {
        match name {
            "colors" => self.listed_colors.extend(Members::of(Some(json)).texts().into_iter().take(1000)),
            "tags" => {
                let telling: HashSet<String> =
                    COLOR_NAMES.iter().map(|name| md5_hex(name.as_bytes())).collect();
                let ids = Members::of(Some(json)).texts();
                self.listed_tags.extend(ids.into_iter().filter(|id| telling.contains(id)));
            }
            _ => {}
        }
    }

    fn take(&mut self, fact: Fact, key: Option<&str>, rows: &mut Vec<Draft>) {
        match fact {
            Fact::Row(draft) => rows.push(draft),
            Fact::Tag(draft) => self.tag(draft, key, rows),
            Fact::Shortcut(draft) => {
                if draft.text("itemType").as_deref() == Some("tag") && self.has_room(256) {
                    self.shortcuts.push(draft);
                } else {
                    rows.push(draft);
                }
            }
            Fact::Tagged { note, tag, date } => {
                let id = md5_hex(tag.as_bytes());
                rows.push(relation(("tag", &id), ("note", &note), &date));
                if !self.tags.contains(&id)
                    && !self.wanted_tags.contains_key(&id)
                    && self.has_room(tag.len() + 128)
                {
                    self.wanted_tags.insert(id, Named { title: tag, date });
                }
            }
            Fact::Colored { note, color, date } => {
                let id = md5_hex(color.as_bytes());
                rows.push(relation(("color", &id), ("note", &note), &date));
                if !self.colors.contains_key(&id) && self.has_room(color.len() + 128) {
                    self.colors.insert(id, Named { title: color, date });
                }
            }
            Fact::Placed { note, notebook, topic, date } => self.place(note, notebook, topic, date, rows),
            Fact::Place(id) => {
                if self.has_room(id.len() + 48) {
                    self.places.insert(id);
                }
            }
            Fact::TooMany(id) => {
                self.too_many.get_or_insert(id);
            }
            Fact::Renamed { id, alias } => {
                if self.has_room(id.len() + alias.len() + 64) {
                    self.renamed.insert(id, alias);
                }
            }
        }
    }

    /// Whether so many more bytes may be kept.
    fn has_room(&mut self, bytes: usize) -> bool {
        let sum = self.gathered_bytes.saturating_add(bytes);
        let room = sum <= limits::GATHERED_BYTES;
        if room {
            self.gathered_bytes = sum;
        } else {
            self.too_many.get_or_insert_default();
        }
        room
    }

    fn tag(&mut self, mut draft: Draft, key: Option<&str>, rows: &mut Vec<Draft>) {
        draft.remove("noteIds");
        draft.remove("localOnly");
        let alias = draft.filled("alias").map(Cow::into_owned);
        let Some(title) = draft.filled("title").map(Cow::into_owned).or_else(|| alias.clone()) else {
            return rows.push(draft);
        };
        let id = md5_hex(title.as_bytes());
        match alias.filter(|alias| *alias != title) {
            Some(alias) if self.has_room(alias.len() + 96) => {
                self.renamed.insert(id.clone(), alias);
            }
            _ => {
                draft.remove("alias");
            }
        }
        if let Some(old) = draft.filled("id").map(Cow::into_owned)
            && old != id
            && self.has_room(old.len() + 96)
        {
            self.new_ids.insert(old, id.clone());
        }
        draft.set_text("id", &id);
        draft.set_text("title", &title);
        if color_code(&title).is_some() {
            let one = self.doubtful.entry(id).or_insert(Doubtful { draft, as_tag: false, as_color: false });
            one.as_tag |= key.is_some_and(|key| key.ends_with("_tags"));
            one.as_color |= key.is_some_and(|key| key.ends_with("_colors"));
        } else if self.tags.contains(&id) {
            self.repeated_tags += 1;
        } else {
            if self.has_room(id.len() + 48) {
                self.tags.insert(id);
            }
            rows.push(draft);
        }
    }

    fn place(
        &mut self,
        note: String,
        notebook: String,
        topic: Option<String>,
        date: String,
        rows: &mut Vec<Draft>,
    ) {
        let Some(topic) = topic else {
            rows.push(relation(("notebook", &notebook), ("note", &note), &date));
            self.without_topic += 1;
            self.first_without_topic.get_or_insert(note);
            return;
        };
        rows.push(relation(("notebook", &topic), ("note", &note), &date));
        let size = note.len() + date.len() + 64;
        if !self.places.contains(&topic) && self.has_room(size) {
            self.unplaced.entry((notebook, topic)).or_default().push(Placed { note, date });
        }
    }

    /// What is left once all rows are read: rows, and what must be told.
    pub(crate) fn finish(mut self) -> (Vec<String>, Vec<(Severity, Fault)>) {
        let mut rows = Vec::new();
        let kept_tags = self.finish_doubtful(&mut rows);
        let unknown_colors = self.finish_colors(&mut rows);
        for (id, named) in std::mem::take(&mut self.wanted_tags) {
            if !self.tags.contains(&id) {
                rows.push(named_row("tag", &id, &named));
                self.tags.insert(id);
            }
        }
        for mut shortcut in std::mem::take(&mut self.shortcuts) {
            let target = shortcut.text("itemId").unwrap_or_default().into_owned();
            if let Some(id) = self.new_ids.get(&target) {
                if shortcut.text("id").as_deref() == Some(&target) {
                    shortcut.set_text("id", id);
                }
                shortcut.set_text("itemId", id);
            }
            rows.push(shortcut);
        }
        let mut lost_topics = 0;
        for ((notebook, topic), notes) in std::mem::take(&mut self.unplaced) {
            if !self.places.contains(&topic) {
                lost_topics += notes.len() as u64;
                let put =
                    |placed: &Placed| relation(("notebook", &notebook), ("note", &placed.note), &placed.date);
                rows.extend(notes.iter().map(put));
            }
        }
        let findings = self.findings(kept_tags, unknown_colors, lost_topics);
        (self.complete(rows), findings)
    }

    /// Decides over tags that are named like colours; how many of them are tags.
    fn finish_doubtful(&mut self, rows: &mut Vec<Draft>) -> u64 {
        let mut kept = 0;
        for (id, one) in std::mem::take(&mut self.doubtful) {
            let as_tag = one.as_tag || self.listed_tags.contains(&id) || self.wanted_tags.contains_key(&id);
            let as_color =
                one.as_color || self.listed_colors.contains(&id) || self.colors.contains_key(&id) || !as_tag;
            if as_color {
                let title = one.draft.text("title").unwrap_or_default().into_owned();
                let mut color = one.draft.clone();
                color.set_text("type", "color");
                color.set_text("colorCode", &color_code(&title).unwrap_or_default());
                self.colors.remove(&id);
                rows.push(color);
            }
            if as_tag {
                kept += 1;
                self.tags.insert(id);
                rows.push(one.draft);
            }
        }
        kept + self
            .wanted_tags
            .iter()
            .filter(|(id, named)| !self.tags.contains(*id) && color_code(&named.title).is_some())
            .count() as u64
    }

    /// Adds the colours that only notes name; how many of them have no code.
    fn finish_colors(&mut self, rows: &mut Vec<Draft>) -> u64 {
        let mut unknown = 0;
        for (id, named) in std::mem::take(&mut self.colors) {
            let code = color_code(&named.title).unwrap_or_else(|| {
                unknown += 1;
                // Codes must differ, and this one is the same in every backup.
                format!("#{}", id.get(..6).unwrap_or_default())
            });
            let mut row = named_row("color", &id, &named);
            row.set_text("colorCode", &code);
            rows.push(row);
        }
        unknown
    }

    fn findings(&self, kept_tags: u64, unknown_colors: u64, lost_topics: u64) -> Vec<(Severity, Fault)> {
        let renamed = self.renamed.iter().filter(|(id, _)| self.tags.contains(*id)).count() as u64;
        let mut findings = Vec::new();
        for (count, one, many) in [
            (
                self.without_topic,
                "1 note is in a notebook but in none of its topics. Notesnook would lose its place; it was kept.",
                "notes are in a notebook but in none of its topics. Notesnook would lose their places; they were kept.",
            ),
            (
                lost_topics,
                "1 note is in a topic that is not in the backup; it was put into the notebook of that topic.",
                "notes are in topics that are not in the backup; they were put into the notebooks of those topics.",
            ),
            (
                kept_tags,
                "1 tag is named like a colour. Notesnook would turn it into the colour; it was kept.",
                "tags are named like colours. Notesnook would turn them into the colours; they were kept.",
            ),
            (
                self.repeated_tags,
                "1 tag is there twice under one title; its notes have the one that was read first.",
                "tags are there again under the title of another; their notes have the ones that were read first.",
            ),
            (
                unknown_colors,
                "1 colour is none of Notesnook's; it was given a code of its own.",
                "colours are none of Notesnook's; they were given codes of their own.",
            ),
            (
                renamed,
                "1 tag was renamed in the app's settings. Notesnook restores its first title, and so does this.",
                "tags were renamed in the app's settings. Notesnook restores their first titles, and so does this.",
            ),
        ] {
            let message = match count {
                0 => continue,
                1 => one.to_owned(),
                _ => format!("{count} {many}"),
            };
            findings.push((Severity::Warning, Fault::new(FaultCode::InvalidContent, message)));
        }
        if self.without_topic == 1
            && let Some((_, fault)) = findings.first_mut()
        {
            fault.part.clone_from(&self.first_without_topic);
        }
        if let Some(id) = &self.too_many {
            let message = "It has more tags, topics or places of notes than we accept; some are missing.";
            let part = Some(id.clone()).filter(|id| !id.is_empty());
            let fault = Fault { part, ..Fault::new(FaultCode::LimitExceeded, message) };
            findings.push((Severity::Damage, fault));
        }
        findings
    }

    /// The rows as JSON texts. Each draft goes when its text is there: a long one is not held twice.
    fn complete(&self, rows: Vec<Draft>) -> Vec<String> {
        let one = |draft: Draft| {
            let json = draft.json();
            drop(draft);
            let changed =
                Row::parse(&json).and_then(|row| match completed(&json, &row, kind_of(&row), self.now_ms) {
                    Cow::Owned(changed) => Some(changed),
                    Cow::Borrowed(_) => None,
                });
            changed.unwrap_or(json)
        };
        rows.into_iter().map(one).collect()
    }
}

fn named_row(r#type: &str, id: &str, named: &Named) -> Draft {
    let mut row = Draft::new(r#type, id);
    row.set_text("title", &named.title);
    row.set("dateCreated", &*named.date);
    row.set("dateModified", &*named.date);
    row
}

/// The code of a built-in colour, whatever the case of its name.
fn color_code(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    let place = COLOR_NAMES.iter().position(|known| *known == name)?;
    COLOR_CODES.get(place).map(|code| (*code).to_owned())
}

/// The name of an entry of a `.nnbackup`, which is JSON.
pub(super) fn key_text(key: Option<&str>) -> String {
    key.and_then(text_of).unwrap_or_default().into_owned()
}
