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

/// Returns whether a text is the portal's name of the operation that regenerates a key.
pub(in crate::read) fn is_display_of_regeneration(text: &str) -> bool {
    VALUES[KINDS..].iter().any(|value| value.eq_ignore_ascii_case(text))
}
