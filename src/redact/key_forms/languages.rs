//! The names of the two keys in the other languages of the Azure portal.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::pattern;

/// `Schlüssel 1` and the like. The number is required, because some of these words also mean a password. Letters with
/// accents are one or two bytes, also of Latin-1.
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi) (?: (?-u: \b (?: schlu?[^\x00-\x7F]{1,2}ssel | cle?[^\x00-\x7F]{1,2} | kl[ic\x80-\xFF]{2,6}
               | clave | chiave | chave | sleutel | klucz | nyckel | anahtar | kunci ) )
             | キー | 密钥 | 金鑰 | 키 | ключ ) (?-u: [\ \t] | \xC2?\xA0 )? (?-u: ( [12] ) \b )
           | (?-u: \b ( [12] ) \. \  kulcs )",
    )
});

/// What is in every such name, also if it is escaped: a word in ASCII, or a character that is not ASCII.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i-u)[^\x00-\x7F]|\\u|clave|chiave|chave|sleutel|klucz|nyckel|anahtar|kunci|kulcs")
});

/// Whether a text can have such a name. This is faster than decoding it.
pub(super) fn may_be_in(text: &[u8]) -> bool {
    WORDS.is_match(text)
}

/// `text` with `key1` and `key2` in place of these names.
pub(super) fn in_english(text: &[u8]) -> Cow<'_, [u8]> {
    NAMES.replace_all(text, &b"key$1$2"[..])
}
