//! Secrets other than keys of Azure OpenAI, each known by the word in front of it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::{KeyForm, pattern};

/// A secret of 32 bytes or more in base 64, as it is and as URLs and JSON escape it.
const VALUE: &str = r"[A-Za-z0-9+/_%\\-]{40,512}={0,2}";

/// The words, and the secrets after them; the value is the group of each.
static SECRETS: LazyLock<[(Regex, KeyForm); 3]> = LazyLock::new(|| {
    [
        (r"(?:Account|SharedAccess)Key=(VALUE)", KeyForm::ConnectionString),
        (r"[?&;]sig=(VALUE)", KeyForm::SharedAccessSignature),
        (
            r"\b(eyJ[A-Za-z0-9_-]{10,600}\.eyJ[A-Za-z0-9_-]{10,2500}\.[A-Za-z0-9_-]{20,800})",
            KeyForm::BearerToken,
        ),
    ]
    .map(|(text, form)| (pattern(&format!("(?-u){}", text.replace("VALUE", VALUE))), form))
});

/// The secrets in `text`, the words in front of them not included.
pub(super) fn secrets(text: &[u8]) -> impl Iterator<Item = (Range<usize>, KeyForm)> {
    SECRETS.iter().flat_map(move |(regex, form)| {
        let values = regex.captures_iter(text).filter_map(|captures| captures.get(1));
        values.map(|value| (value.range(), *form))
    })
}
