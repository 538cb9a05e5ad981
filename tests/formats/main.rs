//! One tenant, written in every format there is: what the program says of it is the same.

mod answer;
mod blobs;
mod containers;
mod files;
mod inventories;
mod inventory_tests;
mod log_tests;
mod logs;
mod packing;
mod run;
#[path = "../support/mod.rs"]
mod support;
mod tenant;

use proptest::prelude::ProptestConfig;

/// Every case audits some tenants at once, twice or more.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}
