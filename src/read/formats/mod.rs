//! The forms of exports: detects each, and decodes its records.
//!
//! May use [`crate::read::json`] and the model. Invariant: a record is decoded, or it is an error with a place; an
//! unknown value never counts as harmless (`read/tests/unreadable.rs`).

pub(in crate::read) mod account;
pub(in crate::read) mod activity;
pub(in crate::read) mod advice;
pub(in crate::read) mod csv;
pub(in crate::read) mod decode;
pub(in crate::read) mod distilled;
pub(in crate::read) mod embedded;
pub(in crate::read) mod family;
pub(in crate::read) mod forms;
pub(in crate::read) mod ids;
pub(in crate::read) mod manifest;
pub(in crate::read) mod member;
pub(in crate::read) mod nested;
mod properties;
pub(in crate::read) mod response;
pub(in crate::read) mod shown;
pub(in crate::read) mod span;
pub(in crate::read) mod stamps;
pub(in crate::read) mod subscriptions;
pub(in crate::read) mod tables;
pub(in crate::read) mod words;
