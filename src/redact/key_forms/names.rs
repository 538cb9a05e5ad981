//! Names of things whose values are keys.

/// Words in front of `key` that are written together with it.
const QUALIFIERS: [&str; 14] = [
    "access",
    "account",
    "admin",
    "api",
    "auth",
    "authorization",
    "openai",
    "primary",
    "query",
    "secondary",
    "secret",
    "service",
    "shared",
    "subscription",
];

/// Whether it is the name of a key: `key`, `openai_key`, `AZURE-OPENAI-KEY-1`, `primaryKey`, `apikey`.
pub(super) fn is_name_of_key(name: &str) -> bool {
    let name = name.trim_end_matches(['1', '2']).trim_end_matches(['_', '-', '.', ':']);
    let Some((before, key)) = name.len().checked_sub(3).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    if !key.eq_ignore_ascii_case("key") {
        return false;
    }
    let is_word = before.is_empty() || before.ends_with(['_', '-', '.', ':']) || key.starts_with('K');
    let before = before.to_ascii_lowercase();
    is_word || QUALIFIERS.iter().any(|qualifier| before.ends_with(qualifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_end_in_the_word_key_are_names_of_keys() {
        for name in [
            "key",
            "Key",
            "KEY",
            "key_1",
            "primary_key",
            "primary_access_key",
            "subscription_key",
            "openai_key",
            "azure-openai-key",
            "AZURE_OPENAI_KEY",
            "AZURE_OPENAI_API_KEY_2",
            "apikey",
            "apiKey1",
            "accountkey",
            "openaikey",
            "AzureOpenAI:Key",
            "openai.key",
            "PrimaryKey",
        ] {
            assert!(is_name_of_key(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_contain_key_are_not_names_of_keys() {
        for name in ["monkey", "hockey2", "keyName", "apiKeyId", "internalId", "turkey", "", "ke", "é"] {
            assert!(!is_name_of_key(name), "{name}");
        }
    }
}
