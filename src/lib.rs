//! Audits the age of Azure OpenAI and Azure AI Foundry API keys from exported files, offline.
//!
//! The modules follow the pipeline, and a module uses only modules after it: `commands`, `cli`, `audit` (or another
//! command), `prove` (`read`, then `correlate`), `policy`, `evaluate`, `remedy`, `waivers`, `baseline`, `report`, and last
//! `companion`, `missing`, `model`, `powershell`, `redact` and `threads`. Before it reads, the process sandboxes itself
//! (`sandbox`). `tests/it/layout.rs` has the exact table, and checks it.

pub mod audit;
pub mod authoring;
pub mod baseline;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod companion;
pub mod correlate;
pub mod evaluate;
pub mod explain;
pub mod export_script;
pub mod facts;
pub mod missing;
pub mod model;
pub mod policy;
pub mod powershell;
pub mod prove;
pub mod read;
pub mod redact;
pub mod remedy;
pub mod report;
pub mod sandbox;
pub mod threads;
pub mod verify;
pub mod waivers;
