//! Evidence files: exports that were read before, distilled to what verdicts need.

use super::decode::{Unusable, decode};
use crate::model::{DistilledEnd, DistilledExport, EVIDENCE_SCHEMA};

/// What `schema` says of every version.
pub(super) const SCHEMA: &str = "rotaudit.evidence/";

/// A line of an evidence file.
pub(super) enum Line {
    Export(Box<DistilledExport>),
    End(DistilledEnd),
}

pub(super) fn read(bytes: &[u8]) -> Result<Line, Unusable> {
    let is_end =
        memchr::memmem::find(bytes, b"\"lines\":").is_some() && decode::<DistilledEnd>(bytes).is_ok();
    let line = if is_end { Line::End(decode(bytes)?) } else { Line::Export(Box::new(decode(bytes)?)) };
    let schema = match &line {
        Line::Export(export) => &export.schema,
        Line::End(end) => &end.schema,
    };
    if schema != EVIDENCE_SCHEMA {
        return Err(Unusable::record("this program does not know the version of the evidence"));
    }
    match &line {
        Line::Export(export) if export.export.sha256.is_none() => {
            Err(Unusable::record("the evidence lacks the SHA-256 of its export"))
        }
        _ => Ok(line),
    }
}
