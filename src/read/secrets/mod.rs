//! Keys in the text of a file: found, counted, and replaced before anything reads them.
//!
//! May use the model. Invariant: code that reads the text afterwards never sees a key in one of the known forms
//! (`keys/tests.rs`).

pub(in crate::read) mod keys;
