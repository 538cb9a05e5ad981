//! What the members next to the records of a list state about it, as az, REST, Resource Graph, PowerShell and the SDKs
//! name them.

/// A statement about a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// There are more pages, or rows that were cut off.
    MorePages,
    Count(u64),
    /// Number of records on all pages.
    Total(u64),
    /// The service failed in addition to sending the records.
    Error,
}

impl Statement {
    /// Returns the statement of a member, given with its quotes; `None` if it states nothing.
    pub(super) fn of(name: &[u8], value: &[u8]) -> Option<Statement> {
        let value = str::from_utf8(value).ok()?.trim_matches(['"', ' ']);
        let is_empty = matches!(value, "" | "null") || is_empty_container(value);
        match folded(name).as_str() {
            "nextlink" | "skiptoken" => (!is_empty).then_some(Statement::MorePages),
            "resulttruncated" => {
                let is_false = value.eq_ignore_ascii_case("false") || value == "0";
                (!is_empty && !is_false).then_some(Statement::MorePages)
            }
            "count" => value.parse().ok().map(Statement::Count),
            "totalrecords" => value.parse().ok().map(Statement::Total),
            "error" => (!is_empty).then_some(Statement::Error),
            _ => None,
        }
    }
}

fn is_empty_container(value: &str) -> bool {
    let inside = value.strip_prefix(['{', '[']).and_then(|rest| rest.strip_suffix(['}', ']']));
    inside.is_some_and(|inside| inside.trim().is_empty())
}

/// Returns a name as all tools would spell it: `@odata.nextLink` and `next_link` are `nextlink`.
fn folded(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let last = name.trim_matches('"').rsplit('.').next().unwrap_or_default();
    last.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_states_the_same() {
        for name in
            ["nextLink", "NextLink", "next_link", "@odata.nextLink", "$skipToken", "skipToken", "skip_token"]
        {
            let of = |value: &[u8]| Statement::of(format!("\"{name}\"").as_bytes(), value);
            assert_eq!(of(b"\"x\""), Some(Statement::MorePages), "{name}");
            assert_eq!((of(b"null"), of(b"\"\"")), (None, None), "{name}");
        }
        for name in ["resultTruncated", "result_truncated", "ResultTruncated"] {
            let of = |value: &str| Statement::of(format!("\"{name}\"").as_bytes(), value.as_bytes());
            for value in ["true", "\"true\"", "\"True\"", "1"] {
                assert_eq!(of(value), Some(Statement::MorePages), "{name}: {value}");
            }
            for value in ["false", "\"False\"", "null", "\"\"", "0"] {
                assert_eq!(of(value), None, "{name}: {value}");
            }
        }
        for name in ["total_records", "totalRecords", "TotalRecords"] {
            for value in ["7", "\"7\""] {
                let of_member = Statement::of(format!("\"{name}\"").as_bytes(), value.as_bytes());
                assert_eq!(of_member, Some(Statement::Total(7)), "{name}: {value}");
            }
        }
    }

    #[test]
    fn an_error_without_content_states_nothing() {
        for value in ["null", "\"\"", "{}", "[ ]"] {
            assert_eq!(Statement::of(b"\"error\"", value.as_bytes()), None, "{value}");
        }
        assert_eq!(Statement::of(b"\"error\"", b"{\"code\": \"Throttled\"}"), Some(Statement::Error));
    }
}
