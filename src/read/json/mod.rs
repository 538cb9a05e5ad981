//! JSON as a stream of records: cut, checked and walked without being decoded.
//!
//! May use nothing else of the crate. Its invariant: the quick ways (`scan`) agree with the plain one (`split`) or say
//! that they are unsure, which `scan/tests.rs` tests with random texts.

pub(in crate::read) mod piece;
pub(in crate::read) mod scan;
pub(in crate::read) mod split;
