//! Audits the age of Azure OpenAI and Azure AI Foundry API keys from exported files, offline.
//!
//! The program reads as its pipeline, and every module uses only those to its right:
//! `commands`, `cli`, `audit` (or another command), `prove`, then `read`, `correlate`, `policy`, `evaluate`, `remedy`,
//! `waivers`, `baseline` and `report`, and last `missing`, `model` and `threads`. By `sandbox`, the process shuts itself in before all of that.

pub mod audit;
pub mod authoring;
pub mod baseline;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod correlate;
pub mod evaluate;
pub mod explain;
pub mod export_script;
pub mod facts;
pub mod missing;
pub mod model;
pub mod policy;
pub mod prove;
pub mod read;
pub mod redact;
pub mod remedy;
pub mod report;
pub mod sandbox;
pub mod threads;
pub mod verify;
pub mod waivers;
