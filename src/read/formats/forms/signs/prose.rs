//! The signs of texts that are no exports: pipelines and e-mails.

use super::{Head, is_yaml};

/// Lines that begin the work of a pipeline.
const OF_PIPELINE: [&str; 3] = ["steps:", "jobs:", "stages:"];

/// Returns whether the text is YAML that describes a pipeline, by a member of the document itself.
pub(in crate::read::formats::forms) fn is_pipeline(head: &Head<'_>) -> bool {
    let is_list = head.line.trim_start().starts_with("- ");
    !is_list && is_yaml(head) && head.text.lines().any(|line| OF_PIPELINE.contains(&line.trim_end()))
}

/// Returns whether the text begins with the fields of a message, among them its sender.
pub(in crate::read::formats::forms) fn is_email(head: &Head<'_>) -> bool {
    // A mailbox has this line before each message.
    let lines = head.text.lines().skip_while(|line| line.starts_with("From "));
    let fields =
        lines.take_while(|line| !line.trim().is_empty()).filter(|line| !line.starts_with([' ', '\t']));
    let names: Option<Vec<&str>> = fields.map(|line| line.split_once(':').map(|(name, _)| name)).collect();
    let names = names.unwrap_or_default();
    let has = |field: &str| names.iter().any(|name| name.eq_ignore_ascii_case(field));
    has("From") && ["To", "Subject", "Date", "MIME-Version"].into_iter().any(has)
}
