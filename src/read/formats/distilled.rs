//! Decodes evidence files: exports that an earlier run distilled to the facts that verdicts need.

use crate::model::{DistilledEnd, DistilledExport, EVIDENCE_SCHEMA, KeyEvent};
use crate::read::formats::decode::{Unusable, decode};
use crate::read::formats::ids::Ids;

/// Beginning of `schema` in every version.
pub(in crate::read) const SCHEMA: &str = "rotaudit.evidence/";

/// One line of an evidence file.
pub(in crate::read) enum EvidenceLine {
    Export(Box<DistilledExport>),
    End(DistilledEnd),
}

pub(in crate::read) fn read(bytes: &[u8], ids: &mut Ids) -> Result<EvidenceLine, Unusable> {
    let is_end =
        memchr::memmem::find(bytes, b"\"lines\":").is_some() && decode::<DistilledEnd>(bytes).is_ok();
    let mut line = if is_end {
        EvidenceLine::End(decode(bytes)?)
    } else {
        EvidenceLine::Export(Box::new(decode(bytes)?))
    };
    let schema = match &line {
        EvidenceLine::Export(export) => &export.schema,
        EvidenceLine::End(end) => &end.schema,
    };
    if schema != EVIDENCE_SCHEMA {
        return Err(Unusable::record("this program does not know the version of the evidence"));
    }
    if let EvidenceLine::Export(export) = &mut line {
        if export.export.sha256.is_none() {
            return Err(Unusable::record("the evidence lacks the SHA-256 of its export"));
        }
        share_texts(&mut export.key_events, ids);
    }
    Ok(line)
}

/// Lets the events share their texts, as those of a log do.
fn share_texts(events: &mut [Box<KeyEvent>], ids: &mut Ids) {
    for event in events {
        if let Some(resource) = ids.parse(event.resource.as_str()) {
            event.resource = resource.id;
        }
        event.caller = event.caller.take().map(|caller| ids.caller(&caller));
    }
}
