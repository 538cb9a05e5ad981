//! Bytes and text: finds the files, and reads each as UTF-8, unpacked, counted and hashed.
//!
//! May use the model and [`crate::missing`]. Invariants: text is passed on completely or ends in an error
//! (`encoding.rs` tests it), and a note names every file that is left out.

pub(in crate::read) mod archive;
pub(in crate::read) mod container;
pub(in crate::read) mod digest;
pub(in crate::read) mod encoding;
pub(in crate::read) mod find;
pub(in crate::read) mod hash;
pub(in crate::read) mod progress;
