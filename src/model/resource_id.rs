//! Azure resource ids: compared without case, shown as they were written.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::is_hidden;

/// The beginning of every id after its case is folded.
const SUBSCRIPTIONS_PREFIX: &str = "/subscriptions/";
/// The text between the subscription and the name of a resource group, after its case is folded.
const RESOURCE_GROUPS: &str = "/resourcegroups/";
/// The text between the resource group and the name in an account's id, after its case is folded.
const ACCOUNTS: &str = "/providers/microsoft.cognitiveservices/accounts";

/// An ARM id, `/subscriptions/{subscription}[/resourceGroups/{group}[/providers/…]]`.
///
/// Two ids that differ only in case are equal. The text is kept, because reports show an id as the inventory
/// has it and commands are made from its parts. Copies of an id share its texts, because a log can name one resource a
/// million times.
#[derive(Clone)]
pub struct ResourceId {
    /// The id as it was written, followed by its case-folded form.
    texts: Arc<str>,
    /// Length of the first of the two.
    written: usize,
}

impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        ResourceId::parse(&text).ok_or_else(|| de::Error::custom("it is not an ARM id"))
    }
}

impl ResourceId {
    /// Parses an id inside a subscription; `None` for everything else (tenant-level ids, display names, an empty text).
    pub fn parse(text: &str) -> Option<ResourceId> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let folded = fold_case(text);
        let within = folded.strip_prefix(SUBSCRIPTIONS_PREFIX)?;
        let is_whole = segments(within).all(|segment| !segment.is_empty());
        is_whole.then(|| ResourceId::of_texts(text, &folded))
    }

    fn of_texts(written: &str, folded: &str) -> ResourceId {
        ResourceId { texts: [written, folded].concat().into(), written: written.len() }
    }

    /// The subscription itself, `/subscriptions/{subscription}`.
    pub fn of_subscription(subscription: &str) -> Option<ResourceId> {
        ResourceId::parse(&format!("/subscriptions/{subscription}"))
    }

    /// Whether this is the id of a Cognitive Services account, and not of something inside one.
    pub fn is_account(&self) -> bool {
        let (_, within) = split_at_subscription(self.folded());
        let scope = memrchr(b'/', within.as_bytes()).and_then(|slash| within[..slash].strip_suffix(ACCOUNTS));
        let group = scope.and_then(|scope| scope.strip_prefix(RESOURCE_GROUPS));
        group.is_some_and(|group| !group.contains('/'))
    }

    /// Returns the id of the account, if this is the id of a deleted account, which Azure writes in another order:
    /// `/subscriptions/{s}/providers/Microsoft.CognitiveServices/locations/{l}/resourceGroups/{g}/deletedAccounts/{name}`.
    pub fn deleted_account(&self) -> Option<ResourceId> {
        let [_, _, _, _, provider, _, _, groups, group, kind, name] =
            *self.as_str().split('/').collect::<Vec<_>>()
        else {
            return None;
        };
        let is = |segment: &str, expected: &str| segment.eq_ignore_ascii_case(expected);
        let is_deleted = is(provider, "Microsoft.CognitiveServices")
            && is(groups, "resourceGroups")
            && is(kind, "deletedAccounts");
        let subscription = self.subscription();
        is_deleted.then(|| {
            ResourceId::parse(&format!(
                "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"
            ))
        })?
    }

    pub fn as_str(&self) -> &str {
        &self.texts[..self.written]
    }

    /// Returns the form that all spellings of one id share. Fingerprints and sorting use it.
    pub fn folded(&self) -> &str {
        &self.texts[self.written..]
    }

    pub fn subscription(&self) -> &str {
        split_at_subscription(self.as_str()).0
    }

    /// The form that all spellings of the subscription's id share.
    pub fn folded_subscription(&self) -> &str {
        split_at_subscription(self.folded()).0
    }

    /// Returns the name of the resource group; empty if the id names something outside every resource group.
    pub fn resource_group(&self) -> &str {
        let (_, within) = split_at_subscription(self.as_str());
        match within.split_at_checked(RESOURCE_GROUPS.len()) {
            Some((groups, group)) if groups.eq_ignore_ascii_case(RESOURCE_GROUPS) => first_segment(group),
            _ => "",
        }
    }

    /// Returns the id of the resource group that contains it.
    pub fn group(&self) -> Option<ResourceId> {
        let group = self.resource_group();
        (!group.is_empty()).then(|| {
            ResourceId::parse(&format!("/subscriptions/{}/resourceGroups/{group}", self.subscription()))
        })?
    }

    /// Whether Azure allows the names of the subscription, of the resource group and, in the id of an account, of the
    /// account. If not, the id was written in some other form (percent-encoded, with a query, with spaces), and may be
    /// that of any resource.
    pub fn has_possible_names(&self) -> bool {
        // In a group's name, Azure allows letters of any alphabet.
        let is_of_group = |letter: char| match letter {
            '-' | '_' | '.' | '(' | ')' => true,
            _ if letter.is_ascii() => letter.is_ascii_alphanumeric(),
            _ => !letter.is_whitespace() && !is_hidden(letter),
        };
        let is_of_account = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        self.subscription().chars().all(is_of_group)
            && self.resource_group().chars().all(is_of_group)
            && (!self.is_account() || self.name().bytes().all(is_of_account))
    }

    /// The same resource in another group.
    pub fn in_group(&self, group: &ResourceId) -> Option<ResourceId> {
        let within: Vec<&str> = self.as_str().split('/').skip(5).collect();
        ResourceId::parse(&format!("{group}/{}", within.join("/")))
    }

    /// Returns whether the two ids are the same except for their subscriptions and resource groups.
    pub fn names_same(&self, other: &ResourceId) -> bool {
        self.folded().split('/').skip(5).eq(other.folded().split('/').skip(5))
    }

    /// Replaces the spelling by that of `other`, an equal id, if that one takes precedence, so that the order of files
    /// does not matter. Mixed case takes precedence over lower case, which some exports use for all ids, and lower case
    /// over upper case.
    pub fn respell(&mut self, other: &ResourceId) {
        fn rank(text: &str) -> (bool, bool, &str) {
            let has_small = text.chars().any(char::is_lowercase);
            let has_both = has_small && text.chars().any(char::is_uppercase);
            (!has_both, !has_small, text)
        }
        if rank(other.as_str()) < rank(self.as_str()) {
            self.clone_from(other);
        }
    }

    /// The last segment: an account's name, for the id of an account.
    pub fn name(&self) -> &str {
        let text = self.as_str();
        &text[memrchr(b'/', text.as_bytes()).map_or(0, |slash| slash + 1)..]
    }

    /// Whether `name` is its name, in any case.
    pub fn is_named(&self, name: &str) -> bool {
        self.folded().rsplit('/').next() == Some(&fold_case(name))
    }

    /// Whether it contains `part`, in any case.
    pub fn has_part(&self, part: &str) -> bool {
        self.folded().contains(&fold_case(part))
    }

    /// Returns the case-folded namespace of the innermost resource's provider.
    pub fn provider(&self) -> Option<&str> {
        let mut segments = segments(self.folded());
        let mut provider = None;
        while segments.by_ref().any(|segment| segment == "providers") {
            provider = segments.next().or(provider);
        }
        provider
    }

    /// Whether `other` is this resource or is inside it.
    pub fn contains(&self, other: &ResourceId) -> bool {
        other
            .folded()
            .strip_prefix(self.folded())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The innermost scope that contains both: a resource, a resource group or the subscription. `None` if they are in
    /// different subscriptions.
    pub fn common_scope(&self, other: &ResourceId) -> Option<ResourceId> {
        let shared = segments(self.folded())
            .zip(segments(other.folded()))
            .take_while(|(mine, theirs)| mine == theirs)
            .count();
        (shared >= 3).then(|| self.outer(whole_steps(segments(self.folded()), shared)))
    }

    /// Returns the resource that the first `count` segments name.
    fn outer(&self, count: usize) -> ResourceId {
        let end = |text: &str| memchr_iter(b'/', text.as_bytes()).nth(count - 1).unwrap_or(text.len());
        let (written, folded) = (self.as_str(), self.folded());
        ResourceId::of_texts(&written[..end(written)], &folded[..end(folded)])
    }

    /// Whether the id is a complete scope, and not only a part of one.
    pub fn is_scope(&self) -> bool {
        let count = segments(self.folded()).count();
        whole_steps(segments(self.folded()), count) == count
    }
}

/// The subscription's name, and what follows it: nothing, or a slash and more. Only ASCII letters fold to ASCII letters, so
/// `/subscriptions/` has one length in every spelling.
fn split_at_subscription(id: &str) -> (&str, &str) {
    let within = &id[SUBSCRIPTIONS_PREFIX.len()..];
    within.split_at(first_segment(within).len())
}

fn first_segment(text: &str) -> &str {
    &text[..memchr(b'/', text.as_bytes()).unwrap_or(text.len())]
}

/// The segments between the slashes; the first segment of an id is empty.
fn segments(id: &str) -> impl Iterator<Item = &str> {
    let ends = memchr_iter(b'/', id.as_bytes()).chain([id.len()]);
    ends.scan(0, |start, end| {
        let segment = &id[*start..end];
        *start = end + 1;
        Some(segment)
    })
}

/// Returns how many of the first `most` segments form complete steps. Each step of an id is
/// `/providers/namespace/type/name` or `/type/name`, and a part of a step names nothing.
fn whole_steps<'a>(segments: impl Iterator<Item = &'a str>, most: usize) -> usize {
    let mut whole = 3;
    let mut segments = segments.skip(3);
    while let Some(next) = segments.next() {
        let step = if next == "providers" { 4 } else { 2 };
        if whole + step > most {
            break;
        }
        whole += step;
        segments.nth(step - 2);
    }
    whole
}

/// Folds case letter by letter, like .NET's `OrdinalIgnoreCase`, which Azure uses to compare names. Each letter is
/// converted to upper case, and the result to lower case. So all lower-case letters with the same upper-case letter
/// (`σ` and `ς`, `μ` and the micro sign) are equal, and so are ids that an exporter writes in one case.
///
/// A letter is folded only if the result is a single letter: `ß`, whose upper case is `SS`, stays. A letter of another
/// alphabet is never folded to an ASCII letter, so that no look-alike is taken for another name: the Kelvin sign is not
/// a `k`, `ſ` is not an `s`, and neither `ı` nor `İ` is an `i`.
pub fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(fold_letter).collect()
}

fn fold_letter(letter: char) -> char {
    let capital = single(letter.to_uppercase()).filter(|capital| capital.is_ascii() == letter.is_ascii());
    let capital = capital.unwrap_or(letter);
    let small = single(capital.to_lowercase()).filter(|small| small.is_ascii() == letter.is_ascii());
    small.unwrap_or(capital)
}

/// Returns the letter of a mapping, unless it has several.
fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &ResourceId) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for ResourceId {}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &ResourceId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &ResourceId) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn id(text: &str) -> ResourceId {
        ResourceId::parse(text).unwrap_or_else(|| panic!("{text} is no resource id"))
    }

    #[test]
    fn ids_are_compared_without_case_and_shown_as_written() {
        let written =
            id("/subscriptions/S1/resourceGroups/rg-Ä/providers/Microsoft.CognitiveServices/accounts/Gpt");
        let logged =
            id("/SUBSCRIPTIONS/s1/RESOURCEGROUPS/RG-ä/PROVIDERS/MICROSOFT.COGNITIVESERVICES/ACCOUNTS/GPT");
        assert_eq!(written, logged);
        assert!(written.is_account() && logged.is_account());
        assert_eq!((written.subscription(), written.resource_group(), written.name()), ("S1", "rg-Ä", "Gpt"));
    }

    #[test]
    fn names_that_azure_does_not_allow_are_known() {
        let account = |group: &str, name: &str| {
            id(&format!(
                "/subscriptions/s-1/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"
            ))
        };
        for (group, name, expected) in [
            ("rg-ai_(1).x", "gpt_4.o-1", true),
            ("rg-münchen", "gpt", true),
            ("rg-λόγος", "gpt", true),
            ("rg-m%C3%BCnchen", "gpt", false),
            ("rg ai", "gpt", false),
            ("rg-ai\u{a0}", "gpt", false),
            ("rg-ai\u{200b}", "gpt", false),
            ("rg-ai", "g%70t", false),
            ("rg-ai", "gpt ", false),
            ("rg-ai", "gpt\n", false),
            ("rg-ai", "gpt?api-version=2024-10-01", false),
            ("rg-ai", "gpt;", false),
            ("rg-ai", "gрt", false),
        ] {
            assert_eq!(account(group, name).has_possible_names(), expected, "{group:?} {name:?}");
        }
        assert!(!id("/subscriptions/s%2D1").has_possible_names());
        assert!(id("/subscriptions/s/resourceGroups/g/providers/a.b/c/any name").has_possible_names());
    }

    #[test]
    fn a_look_alike_is_another_resource() {
        assert_ne!(id("/subscriptions/s/resourceGroups/k"), id("/subscriptions/s/resourceGroups/\u{212a}"));
        assert_ne!(id("/subscriptions/s/resourceGroups/s"), id("/subscriptions/s/resourceGroups/\u{17f}"));
    }

    #[test]
    fn every_letter_is_equal_to_its_capital_and_its_small_letter() {
        for letter in '\0'..=char::MAX {
            let folded = fold_letter(letter);
            assert_eq!(fold_letter(folded), folded, "{letter}");
            for other in [single(letter.to_uppercase()), single(letter.to_lowercase())].into_iter().flatten()
            {
                let is_look_alike = other.is_ascii() != letter.is_ascii();
                assert_eq!(fold_letter(other) == folded, !is_look_alike, "{letter} and {other}");
            }
        }
        for alike in ["σςΣ", "μµΜ", "βϐΒ", "θϑΘ", "ᾳᾼ", "ǆǅǄ", "ßẞ", "äÄ"] {
            let folded: BTreeSet<String> =
                alike.chars().map(|letter| fold_case(&letter.to_string())).collect();
            assert_eq!(folded.len(), 1, "{alike}");
        }
        let apart = "s\u{17f}k\u{212a}i\u{131}\u{130}";
        let folded: BTreeSet<char> = apart.chars().map(fold_letter).collect();
        assert_eq!(folded.len(), apart.chars().count());
    }

    #[test]
    fn only_an_account_itself_is_an_account() {
        let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
        for other in [
            &format!("{account}/deployments/d"),
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
            "/subscriptions/s/resourceGroups/g",
            "/subscriptions/s/resourceGroups/g/h/providers/Microsoft.CognitiveServices/accounts/a",
            "/subscriptions/s/resourceGroups/providers/Microsoft.CognitiveServices/accounts/a",
            "/subscriptions/s/providers/Microsoft.CognitiveServices/accounts/a",
            "/subscriptions/providers/Microsoft.CognitiveServices/accounts/a",
        ] {
            assert!(!id(other).is_account(), "{other}");
        }
        assert_eq!(ResourceId::parse("/subscriptions//resourceGroups/g"), None);
        assert_eq!(ResourceId::parse("/providers/Microsoft.Management/managementGroups/m"), None);
    }

    #[test]
    fn the_common_scope_is_the_innermost_whole_one() {
        let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
        for (other, scope) in [
            (account.to_uppercase(), Some(account.to_owned())),
            (format!("{account}/deployments/d"), Some(account.to_owned())),
            (
                account.replace("/accounts/a", "/accounts/b"),
                Some("/subscriptions/s/resourceGroups/g".to_owned()),
            ),
            ("/subscriptions/s/resourceGroups/h".to_owned(), Some("/subscriptions/s".to_owned())),
            ("/subscriptions/s".to_owned(), Some("/subscriptions/s".to_owned())),
            ("/subscriptions/t".to_owned(), None),
        ] {
            assert_eq!(id(account).common_scope(&id(&other)), scope.as_deref().map(id), "{other}");
            assert_eq!(id(&other).common_scope(&id(account)), scope.as_deref().map(id), "{other}");
        }
    }

    #[test]
    fn the_provider_is_that_of_the_innermost_resource() {
        let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
        assert_eq!(id(account).provider(), Some("microsoft.cognitiveservices"));
        let lock = format!("{account}/providers/Microsoft.Authorization/locks/l");
        assert_eq!(id(&lock).provider(), Some("microsoft.authorization"));
        assert_eq!(id("/subscriptions/s/resourceGroups/g").provider(), None);
    }
}
