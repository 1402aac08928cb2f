//! `longhand serve` as a browser and its author meet it: the program itself, on a
//! port of the system's choice, asked over raw sockets.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod browser;
mod edits;
mod hazards;
mod preview;
mod said;
mod search;
#[path = "../tools/mod.rs"]
mod tools;
