//! The data types of an audit. They do not depend on file formats, Rego or reports: they use no other module, which
//! `tests/it/layout.rs` checks.

mod account;
mod attempt;
mod baseline;
mod bounds;
mod control;
mod coverage;
mod digest;
mod distilled;
mod evidence_facts;
mod facts;
mod finding;
mod framework;
mod gate;
mod input;
mod instant;
mod key_material;
mod log;
mod log_id;
mod manifest;
mod moves;
mod note;
mod plan;
mod proof;
mod report;
mod resource_id;
mod schema;
mod stamp;
mod subscription;
mod text;
mod waiver;

pub use crate::redact::{begins_action, has_action, is_hidden};
pub use account::{Account, DEFAULT_KINDS, DeletedAccount, KeptProperties, LocalAuthSource, UNKNOWN_KIND};
pub use attempt::{
    Attempt, AttemptRecord, CallerKind, KeyEvent, KeyName, KeyOperation, NamedKey, Outcome, Status,
    UnplacedEvent,
};
pub use baseline::{AbsentResult, Baseline, BaselineCounts, SinceBaseline};
pub use bounds::{Bounds, Judgement, KeyBounds, Unchanged, Verdict};
pub use control::{About, BUILTIN_SOURCE, Control, Level, MAX_OWN_TAGS, Module, Pack, Precision};
pub use coverage::{Basis, CoverageClass, Covered, Declaration, Gap, Scope};
pub use digest::{hex, sha256};
pub use distilled::{DistilledEnd, DistilledExport, EVIDENCE_SCHEMA};
pub use evidence_facts::{
    EvidenceFacts, InputFacts, KeyMaterialFacts, Unlisted, UnlistedAccountFacts, UnlistedReason,
};
pub use facts::{
    AccountFacts, AgeDays, AttemptFacts, ContradictionFacts, CoverageFacts, Facts, GapFacts, KeyAge,
    KeyFacts, KeyReadFacts, OldestKeyFacts, RecordFacts, SetAt, StampFacts, UndecidableFacts,
};
pub use finding::{
    BaselineState, Compared, ControlOutcome, EvidenceFinding, EvidenceRecord, FINGERPRINT, Finding, Step,
    fingerprint,
};
pub use framework::{Framework, Requirement};
pub use gate::{AuditOutcome, Gate, GateLevel};
pub use input::{EMPTY_ANSWER, EMPTY_LIST, Input, InputId, Place, Region};
pub use instant::{Instant, Interval, days_between};
pub use key_material::{KeyLine, KeyMaterial};
pub use log::{
    Administrative, BlobHour, LogDocument, LogExport, LogSource, MAX_DOCUMENTS, MAX_SHOWN, Span, UnreadLog,
    Variety, Witnesses,
};
pub use log_id::LogId;
pub use manifest::{Collected, CollectedKind};
pub use moves::{Move, MoveRecord, MoveRequest};
pub use note::{NO_HISTORY, Note, NoteTopic, Severity};
pub use plan::PlannedStep;
pub use proof::{Contradiction, Proof, Reliance, SubscriptionStay, Undecidable, UndecidableReason};
pub use report::{
    AsOfBasis, AuditedAccount, EvidenceWindow, Incomplete, Parameters, ProvenAccount, REPORT_SCHEMA, Report,
    Summary, UNPROVEN_SUFFIX, VERDICT_CONTROL,
};
pub use resource_id::{ResourceId, fold_case};
pub use schema::{evidence_facts_schema, facts_schema, has_path};
pub use stamp::{CLOCK_DIFFERENCE, Month, Stamp, StampedAccount};
pub use subscription::{SubscriptionName, SubscriptionNames, is_guid, subscription_in_command};
pub use text::{counted, near, printable, printable_lines, printable_source};
pub use waiver::{Waiver, Waivers};
