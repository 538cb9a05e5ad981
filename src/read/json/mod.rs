//! JSON as a stream of records: cut, checked and walked without being decoded.
//!
//! May use nothing else of the crate. Invariant: the fast path (`scan`) agrees with the plain one (`split`) or returns
//! [`scan::Unsure`]. `scan/tests.rs` and `file/parallel/tests.rs` test this with random texts.

pub(in crate::read) mod piece;
pub(in crate::read) mod scan;
pub(in crate::read) mod split;
