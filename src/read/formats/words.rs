//! The words by which Azure and its portal name accounts and the regeneration of a key.

/// Number of [`VALUES`] before those for the operation.
const KINDS: usize = 8;

/// Values that are marks of a text from Azure: kinds of accounts, the portal's names of types, and its name of the
/// operation that regenerates a key, in some of its languages.
pub(in crate::read) const VALUES: [&str; KINDS + 9] = [
    "OpenAI",
    "AIServices",
    "CognitiveServices",
    "Azure OpenAI",
    "Azure AI services",
    "Azure AI Foundry",
    "Azure AI services multi-service account",
    "Cognitive Services",
    "regenerate key",
    "schlüssel neu generieren",
    "régénérer la clé",
    "regenerar clave",
    "regenerar chave",
    "rigenera chiave",
    "キーの再生成",
    "重新生成密钥",
    "키 다시 생성",
];

/// Ends of the names of hosts that serve one account each, which the first label names.
pub(in crate::read) const ENDPOINTS: [&str; 3] =
    [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

/// Returns the name in a text that is the endpoint of an account, like `https://NAME.openai.azure.com/`.
pub(in crate::read) fn name_in_endpoint(text: &str) -> Option<&str> {
    let host = text.strip_prefix("https://").unwrap_or(text);
    let host = host.strip_suffix('/').unwrap_or(host);
    let name = ENDPOINTS.iter().find_map(|end| host.strip_suffix(end))?;
    let is_label = |one: u8| one.is_ascii_alphanumeric() || one == b'-';
    (!name.is_empty() && name.bytes().all(is_label)).then_some(name)
}

/// Returns whether a text is the portal's name of the operation that regenerates a key.
pub(in crate::read) fn is_display_of_regeneration(text: &str) -> bool {
    VALUES[KINDS..].iter().any(|value| value.eq_ignore_ascii_case(text))
}
