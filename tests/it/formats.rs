//! One tenant, written in every format there is: what the program says of it is the same.

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

/// Every case audits some tenants at once, twice or more.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}
