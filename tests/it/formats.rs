//! Exports that are packed, spread over files or mixed with other records, and forms that leave something out: the program says
//! the same as of the export of az, or no more. The forms that hold all of a tenant are tested in `forms`.

pub(crate) mod answer;
mod blobs;
mod containers;
pub(crate) mod files;
pub(crate) mod inventories;
mod inventory_tests;
mod log_tests;
pub(crate) mod logs;
pub(crate) mod packing;
mod run;
pub(crate) mod tenant;

use proptest::prelude::ProptestConfig;

use crate::support;

/// Few cases, because each of them audits some tenants at once, twice or more.
fn cases(ordinarily: u32, thoroughly: u32) -> ProptestConfig {
    let config = support::cases(ordinarily, thoroughly);
    ProptestConfig { failure_persistence: None, max_shrink_iters: 200, ..config }
}
