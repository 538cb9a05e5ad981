//! Help for exports that cannot be used, if it applies to several forms.

pub(in crate::read) const ONLY_STANDARD_OUTPUT: &str =
    "export again without `2>&1`, so that messages stay out of the file: az … --output json > file";

pub(in crate::read) const SHORTENED_HELP: &str = "export it without `--query`, which shortens it: az cognitiveservices account list --output json, or az monitor activity-log list … \
     --output json";

/// Help for objects that PowerShell wrote as text.
pub(in crate::read) const FLATTENED_HELP: &str = "export again and convert with ConvertTo-Json -Depth 100";
