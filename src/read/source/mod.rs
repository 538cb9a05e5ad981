//! Bytes and text: which files there are, and what each gives as UTF-8, unpacked, counted and hashed on the way.
//!
//! May use the model, and whom [`crate::missing`] asks. Its invariant: text is passed on whole or ends in an error; a file
//! that is left out is in a note.

pub(in crate::read) mod archive;
pub(in crate::read) mod container;
pub(in crate::read) mod digest;
pub(in crate::read) mod encoding;
pub(in crate::read) mod find;
pub(in crate::read) mod hash;
pub(in crate::read) mod progress;
