//! What to do about exports that cannot be used, if several forms have the same remedy.

pub(in crate::read) const ONLY_STANDARD_OUTPUT: &str =
    "export again without `2>&1`, so that messages stay out of the file: az … --output json > file";

pub(in crate::read) const SHORTENED_HELP: &str = "export it without `--query`, which shortens it: az cognitiveservices account list --output json, or az monitor activity-log list … \
     --output json";

/// How to export with all levels.
pub(in crate::read) const FLATTENED_HELP: &str = "export again and convert with ConvertTo-Json -Depth 100";
