//! Secrets other than keys of Azure OpenAI, each known by the word in front of it.

use std::ops::Range;

use memchr::memmem;

use super::KeyForm;

/// Shorter than a secret of 32 bytes in base 64.
const MIN_VALUE_BYTES: usize = 40;
/// Longer than a key or a signature, however it is escaped. A token has three parts of at most as many bytes.
const MAX_PART_BYTES: usize = 1300;
const _: () = assert!(3 * MAX_PART_BYTES + 2 < super::MAX_SECRET_BYTES);

/// The first characters of a token's header and of its claims: `{"` in base 64.
const TOKEN: &[u8] = b"eyJ";

/// Words, the bytes of which one must be in front of the word (if any), and the form of the value after it.
const WORDS: [(&[u8], &[u8], KeyForm); 3] = [
    (b"AccountKey=", b"", KeyForm::ConnectionString),
    (b"SharedAccessKey=", b"", KeyForm::ConnectionString),
    (b"sig=", b"?&;", KeyForm::SharedAccessSignature),
];

/// The secrets in `text`, without the words in front of them.
pub(super) fn secrets(text: &[u8]) -> impl Iterator<Item = (Range<usize>, KeyForm)> {
    let values = WORDS.into_iter().flat_map(move |(word, before, form)| {
        let is_after = move |start: usize| {
            before.is_empty() || text[..start].last().is_some_and(|byte| before.contains(byte))
        };
        let starts = memmem::find_iter(text, word).filter(move |start| is_after(*start));
        starts.filter_map(move |start| Some((value(text, start + word.len())?, form)))
    });
    let tokens = memmem::find_iter(text, TOKEN).filter_map(|start| token(text, start));
    values.chain(tokens.map(|token| (token, KeyForm::BearerToken)))
}

/// A value that begins at `start`, as it is or as URLs and JSON escape it.
fn value(text: &[u8], start: usize) -> Option<Range<usize>> {
    let length = length(&text[start..], |byte| byte.is_ascii_alphanumeric() || b"+/=_%\\-".contains(&byte));
    (length >= MIN_VALUE_BYTES).then_some(start..start + length)
}

/// A token that begins at `start`: a header, claims and a signature.
fn token(text: &[u8], start: usize) -> Option<Range<usize>> {
    if text[..start].last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let part = |start: usize| {
        let length = length(&text[start..], |byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        (length >= TOKEN.len()).then_some(start + length)
    };
    let claims = part(start)? + 1;
    let is_next = text.get(claims - 1) == Some(&b'.') && text[claims..].starts_with(TOKEN);
    let signature = is_next.then(|| part(claims)).flatten()? + 1;
    let end = (text.get(signature - 1) == Some(&b'.')).then(|| part(signature)).flatten()?;
    (end - start >= 2 * MIN_VALUE_BYTES).then_some(start..end)
}

fn length(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    text.iter().take(MAX_PART_BYTES).take_while(|byte| is_part(**byte)).count()
}
