//! All integration tests, in one program that is linked once. `cargo test --test it cases::` runs those of one module.
//!
//! Tests share the process: none may change its environment, its working directory or its limits. What a test has to do
//! to a process, it does to a child.

mod adversarial;
mod analysis;
mod attempts;
mod cases;
mod cli;
mod collect;
mod commands;
mod damage;
mod diagnostics;
mod docs;
mod explain;
mod export_script;
mod faults;
mod formats;
mod forms;
mod fuzz;
mod golden;
mod hostile;
mod keys;
mod layout;
mod names;
mod oscal;
mod policies;
mod policy_eval;
mod policy_formats;
mod quoting;
mod readme;
mod release;
mod reports;
mod samples;
mod sandbox;
mod sarif;
mod schemas;
mod script;
mod support;
mod text_report;
mod verify;
mod worlds;
