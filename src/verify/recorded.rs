//! The inputs that a report names, each with the digest of its bytes.

use std::io::{self, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde_json::Deserializer;

use super::VerifyError;
use crate::missing;
use crate::model::{EVIDENCE_SCHEMA, REPORT_SCHEMA, printable};
use crate::read;

/// The hexadecimal digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

/// One input of an audit, as its report has it.
#[derive(Debug)]
pub(super) struct Recorded {
    pub path: String,
    /// The digest in lower-case hexadecimal.
    pub sha256: String,
}

/// The members of a JSON report or a SARIF log that are needed here. An error says only that the file is not a report,
/// so the names of these types are not shown.
#[derive(Deserialize)]
struct RecordedDocument {
    schema: Option<String>,
    inputs: Option<Vec<RecordedInput>>,
    runs: Option<Vec<RecordedRun>>,
    /// The export in a line of an evidence file.
    export: Option<RecordedInput>,
}

#[derive(Deserialize)]
struct RecordedInput {
    path: String,
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct RecordedRun {
    tool: RecordedTool,
    artifacts: Option<Vec<RecordedArtifact>>,
}

#[derive(Deserialize)]
struct RecordedTool {
    driver: RecordedDriver,
}

#[derive(Deserialize)]
struct RecordedDriver {
    name: String,
}

#[derive(Deserialize)]
struct RecordedArtifact {
    location: RecordedLocation,
    hashes: Option<RecordedHashes>,
}

#[derive(Deserialize)]
struct RecordedLocation {
    uri: String,
}

#[derive(Deserialize)]
struct RecordedHashes {
    #[serde(rename = "sha-256")]
    sha256: Option<String>,
}

pub(super) fn read(report: &Path) -> Result<Vec<Recorded>, VerifyError> {
    let path = || printable(&report.to_string_lossy());
    let unreadable = |error: io::Error| VerifyError::Unreadable {
        path: path(),
        what: missing::with_advice(&error, report),
    };
    let text = read::text(report).map_err(unreadable)?;
    let document: RecordedDocument = serde_json::from_reader(BufReader::new(text)).map_err(|error| {
        if error.is_io() { unreadable(error.into()) } else { VerifyError::NoReport { path: path() } }
    })?;
    let inputs = document.into_inputs().ok_or_else(|| VerifyError::NoReport { path: path() })?;
    let recorded = inputs.into_iter().map(|input| {
        let sha256 = input
            .sha256
            .filter(|sha256| is_digest(sha256))
            .ok_or_else(|| VerifyError::NoDigest { path: path(), input: printable(&input.path) })?;
        Ok(Recorded { path: input.path, sha256: sha256.to_ascii_lowercase() })
    });
    recorded.collect()
}

/// Returns the kind of the file if this program wrote it and it holds nothing that the report does not know.
pub(super) fn own_kind(file: &Path, is_known: impl Fn(&str) -> bool) -> Option<&'static str> {
    let text = BufReader::new(read::text(file).ok()?);
    let mut documents = Deserializer::from_reader(text).into_iter::<RecordedDocument>();
    let mut document = documents.next()?.ok()?;
    if document.schema.as_deref() != Some(EVIDENCE_SCHEMA) {
        return document.into_inputs().map(|_| "a report of rotaudit, and no export");
    }
    loop {
        let export = document.export.filter(|export| !export.sha256.as_deref().is_some_and(&is_known));
        if export.is_some() {
            return None;
        }
        match documents.next() {
            Some(next) => document = next.ok()?,
            None => return Some("exports distilled by rotaudit collect, all of which the report has"),
        }
    }
}

impl RecordedDocument {
    /// Returns the inputs of the document, if it is a report of this program.
    fn into_inputs(self) -> Option<Vec<RecordedInput>> {
        if self.schema.as_deref() == Some(REPORT_SCHEMA) {
            return self.inputs;
        }
        let run = self.runs?.into_iter().next()?;
        if run.tool.driver.name != env!("CARGO_PKG_NAME") {
            return None;
        }
        let input = |artifact: RecordedArtifact| {
            let sha256 = artifact.hashes.and_then(|hashes| hashes.sha256);
            Some(RecordedInput { path: percent_decoded(&artifact.location.uri)?, sha256 })
        };
        run.artifacts?.into_iter().map(input).collect()
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == SHA256_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The path of a URI reference (RFC 3986).
fn percent_decoded(uri: &str) -> Option<String> {
    let mut parts = uri.split('%');
    let mut path = parts.next()?.as_bytes().to_vec();
    for part in parts {
        path.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        path.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(path).ok()
}
