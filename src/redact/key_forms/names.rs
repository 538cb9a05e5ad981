//! Names of things whose values are keys.

use memchr::memchr2_iter;

/// Words that can precede `key` without a separator.
const QUALIFIERS: [&str; 24] = [
    "access",
    "account",
    "admin",
    "ai",
    "aoai",
    "api",
    "auth",
    "authorization",
    "azure",
    "cognitive",
    "endpoint",
    "foundry",
    "gpt",
    "openai",
    "primary",
    "query",
    "resource",
    "search",
    "secondary",
    "secret",
    "service",
    "services",
    "shared",
    "subscription",
];

/// Words after `key` that only distinguish one key from another.
const ENDS: [&str; 10] =
    ["primary", "secondary", "current", "old", "new", "prod", "dev", "test", "value", "secret"];

/// Endings of names after which a place or an environment can follow: `AZURE_OPENAI_KEY_EASTUS`.
const KEYS_OF_PLACES: [&str; 4] = ["openai_key_", "openai-key-", "api_key_", "api-key-"];

/// Words after `key` that are about the key.
const ABOUT: [&str; 16] = [
    "etag", "expiry", "file", "hash", "header", "id", "length", "name", "path", "ref", "source", "type",
    "uri", "url", "vault", "version",
];

const SEPARATORS: [char; 4] = ['_', '-', '.', ':'];

/// The maximum number of digits that number a key.
const MAX_NUMBER_DIGITS: usize = 2;

/// Whether it is the name of a key, or of several: `key`, `openai_key`, `AZURE-OPENAI-KEY-1`, `primaryKey`, `apikeys`,
/// `AZURE_OPENAI_KEY_PROD`, `keyValue`.
pub(super) fn is_name_of_key(name: &str) -> bool {
    // Most names do not have the word.
    if !memchr2_iter(b'k', b'K', name.as_bytes()).any(|at| is_key_at(name, at)) {
        return false;
    }
    if is_name_of_key_of_a_place(name) {
        return true;
    }
    let name = without_number(without_end(without_number(name)));
    let name = name.strip_suffix(['s', 'S']).unwrap_or(name);
    let Some((before, key)) = name.len().checked_sub(3).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    if !key.eq_ignore_ascii_case("key") {
        return false;
    }
    let is_word = before.is_empty() || before.ends_with(SEPARATORS) || key.starts_with('K');
    let before = before.to_ascii_lowercase();
    is_word || QUALIFIERS.iter().any(|qualifier| before.ends_with(qualifier))
}

fn is_key_at(name: &str, at: usize) -> bool {
    name.get(at..at + "key".len()).is_some_and(|word| word.eq_ignore_ascii_case("key"))
}

fn is_name_of_key_of_a_place(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let after = KEYS_OF_PLACES.iter().find_map(|key| name.split_once(key)).map(|(_, after)| after);
    after.is_some_and(|after| !after.is_empty() && !after.split(SEPARATORS).any(|word| ABOUT.contains(&word)))
}

fn without_number(name: &str) -> &str {
    let front = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let front = if name.len() - front.len() <= MAX_NUMBER_DIGITS { front } else { name };
    front.trim_end_matches(SEPARATORS)
}

fn without_end(name: &str) -> &str {
    let front = |end: &&str| {
        let (front, last) = name.split_at_checked(name.len().checked_sub(end.len())?)?;
        last.eq_ignore_ascii_case(end).then(|| front.trim_end_matches(SEPARATORS))
    };
    ENDS.iter().find_map(front).unwrap_or(name)
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
            "key01",
            "keys",
            "apiKeys",
            "AZURE_OPENAI_KEYS",
            "AZURE_OPENAI_KEY_PROD",
            "AZURE_OPENAI_KEY_EASTUS",
            "openAiKeySecondary",
            "keyValue",
            "key1_value",
            "aoaikey",
        ] {
            assert!(is_name_of_key(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_contain_key_are_not_names_of_keys() {
        for name in [
            "monkey",
            "hockey2",
            "monkeys",
            "keyName",
            "apiKeyId",
            "keyHash",
            "AZURE_OPENAI_KEY_VAULT_NAME",
            "API_KEY_ID",
            "internalId",
            "turkey",
            "key2024",
            "s",
            "value",
            "",
            "ke",
            "é",
        ] {
            assert!(!is_name_of_key(name), "{name}");
        }
    }
}
