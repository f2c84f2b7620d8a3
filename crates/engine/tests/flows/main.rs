//! The main job through the door: accounts, restore, backup, undo, on real Notesnook files.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

mod anew;
mod attend;
mod backup;
mod choices;
mod giving_way;
mod history;
mod look;
mod missing;
mod notices;
mod places;
mod proof;
mod recheck;
mod rest;
mod restore;
mod told_aside;
mod world;
