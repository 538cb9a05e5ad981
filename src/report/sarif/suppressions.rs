//! Waivers as suppressions (§3.35), and doubts about them as notifications.

use super::format::{Notification, Suppression, SuppressionProperties};
use super::{message, plain};
use crate::model::{Finding, Report, Waiver};

/// If waivers were given, every result has a list of those that apply to it, even if none does.
pub(super) fn of(report: &Report, finding: &Finding) -> Option<Vec<Suppression>> {
    let waivers = report.waivers.as_ref()?;
    let held = finding.waivers.iter().filter_map(|index| waivers.all.get(*index));
    Some(held.map(|waiver| suppression(&waivers.file, waiver)).collect())
}

fn suppression(file: &str, waiver: &Waiver) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: waiver.justification.clone(),
        properties: SuppressionProperties {
            file: file.to_owned(),
            line: waiver.line,
            expires: waiver.expires.to_string(),
            key: waiver.key,
            approver: waiver.approver.clone(),
            ticket: waiver.ticket.clone(),
        },
    }
}

pub(super) fn doubts(report: &Report) -> Vec<Notification> {
    let doubt = |file: &str, line: u64, text: &str| Notification {
        level: "warning",
        message: message(plain(&format!("{file}:{line}: {text}."))),
        locations: Vec::new(),
    };
    let waivers = report.waivers.iter();
    waivers
        .flat_map(|waivers| waivers.doubts.iter().map(|(line, text)| doubt(&waivers.file, *line, text)))
        .collect()
}
