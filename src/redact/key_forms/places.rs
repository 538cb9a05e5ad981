//! Decides by their place whether 32 digits are a key: by the name of the value, by that of the list, object, element or
//! table around it, or by the text before it in the line or above it.
//!
//! Each check looks at no more than [`super::MAX_CONTEXT_BYTES`], in which the escapes are decoded.

use memchr::{memchr_iter, memchr2_iter};

use super::patterns::{
    ASKED, ASSIGNED, AUTHORIZATION, COMMAND, DECLARED, FLAGS, ITEM_BEGIN, ITEM_END, KEYS_IN_FRONT, LOGGED,
    NAMED_OPTION, NAMELESS, RULE, SIBLING, TEXT_AND_TAGS,
};
use super::{KeyForm, MAX_CONTEXT_BYTES, decoded, languages};

/// The number of bytes before a value in which its name nearly always is. Most values have a name that is not of a key.
const NEAR_BYTES: usize = 64;
/// The maximum depth of lists and objects in each other.
const MAX_LEVELS: usize = 4;
/// Longer than a label such as `Primary key of the account`.
const MAX_LABEL_BYTES: usize = 60;

/// The form of digits between `before` and `after`.
pub(super) fn form(before: &[u8], after: &[u8]) -> Option<KeyForm> {
    let near = decoded::end_of(before, NEAR_BYTES);
    let is_within =
        near.last().is_some_and(|last| last.is_ascii_alphanumeric() || b"/_.~#)]}".contains(last));
    let named = Named::of(&near);
    if is_within || matches!(named, Named::Otherwise) {
        return None;
    }
    let is_named_after = matches!(named, Named::AsValue(_)) && has_word_key(first(after));
    let context = &before[before.len().saturating_sub(MAX_CONTEXT_BYTES)..];
    let is_named = is_named_after
        || matches!(named, Named::Key(_))
        || has_word_key(context)
        || languages::may_be_in(context);
    if !is_named {
        return AUTHORIZATION.is_match(&near).then_some(KeyForm::OtherKey);
    }
    let before = decoded::end_of(before, MAX_CONTEXT_BYTES);
    let before = languages::in_english(&before);
    let place = DigitsPlace { before: &before, after };
    place.of_value(&before, MAX_LEVELS).or_else(|| place.of_line())
}

/// The part of a text after digits that is looked at.
fn first(after: &[u8]) -> &[u8] {
    &after[..after.len().min(MAX_CONTEXT_BYTES)]
}

/// Whether a text has the word that is in every name of a key. This is faster than finding the name of the value.
fn has_word_key(text: &[u8]) -> bool {
    let is_word =
        |at: usize| text.get(at..at + "key".len()).is_some_and(|word| word.eq_ignore_ascii_case(b"key"));
    memchr2_iter(b'k', b'K', text).any(is_word)
}

/// The kind of name that a value has, with a sign like `:` or `=` between the two.
enum Named<'t> {
    Key(KeyForm),
    /// A name such as `value`: the text around it shows the kind of value. With the text before the name.
    AsValue(&'t [u8]),
    Otherwise,
    /// There is no sign before the value. With the text before its quotes.
    No(&'t [u8]),
}

impl<'t> Named<'t> {
    fn of(before: &'t [u8]) -> Named<'t> {
        let opened = without_opening(before);
        let Some(signed) = without_sign(opened) else { return Named::No(opened) };
        let (front, name) = split_name(without_tags(signed));
        if name.is_empty() {
            return Named::No(opened);
        }
        if let Some(form) = KeyForm::of_name(name) {
            return Named::Key(form);
        }
        // The old value of a change, before the new one.
        if opened.ends_with(b"->") && KEYS_IN_FRONT.is_match(opened) {
            return Named::No(opened);
        }
        if !is_value(name) && name != b"str" && name != b"None" {
            let is_header = name.eq_ignore_ascii_case(b"authorization");
            return if is_header { Named::Key(KeyForm::OtherKey) } else { Named::Otherwise };
        }
        let declared = DECLARED.captures(signed).and_then(|found| KeyForm::of_name(found.get(1)?.as_bytes()));
        declared.map_or(Named::AsValue(front), Named::Key)
    }

    fn form(self) -> Option<KeyForm> {
        if let Named::Key(form) = self { Some(form) } else { None }
    }
}

/// Returns `text` without the characters that open a value: blanks, quotes, `>-`, `&anchor` or `!tag` of YAML,
/// `<![CDATA[`.
fn without_opening(text: &[u8]) -> &[u8] {
    let mut text = text;
    loop {
        let trimmed = trim_end(text, b" \t\r\n\"'`*+\\");
        let is_quoted = text.len() > trimmed.len() && b"\"'".contains(&text[trimmed.len()]);
        let is_below = text[trimmed.len()..].contains(&b'\n');
        let without_prefix = trimmed
            .split_last()
            .filter(|(prefix, front)| {
                is_quoted
                    && b"ubrfUBRFL@$".contains(prefix)
                    && !front.last().is_some_and(u8::is_ascii_alphanumeric)
            })
            .map(|(_, front)| front);
        let without_block = is_below.then(|| {
            let signs = trim_end(trimmed, b"+-0123456789");
            signs
                .strip_suffix(b"|")
                .or_else(|| signs.strip_suffix(b">"))
                .filter(|front| front.ends_with(b" "))
        });
        let without_property = || {
            let front = trim_end_matches(trimmed, |byte| !byte.is_ascii_whitespace());
            let word = &trimmed[front.len()..];
            // With a colon at its end, it is a name.
            let is_property =
                matches!(word, [b'&' | b'!', next, ..] if *next != b'=') && !word.ends_with(b":");
            (is_property && trimmed.len() < text.len()).then_some(front)
        };
        let shorter = without_prefix
            .or_else(|| without_block.flatten())
            .or_else(|| trimmed.strip_suffix(b"<![CDATA["))
            .or_else(without_property);
        match shorter {
            Some(shorter) => text = shorter,
            None => return trimmed,
        }
    }
}

/// `text` without the sign at its end, such as `:`, `=`, `=>`, `:=` or `:-`.
fn without_sign(text: &[u8]) -> Option<&[u8]> {
    for sign in [&b"=>"[..], b"->", b"<-", b":-", b"||=", b"??=", b"?="] {
        if let Some(front) = text.strip_suffix(sign) {
            return Some(trim_end(front, b" \t\r\n"));
        }
    }
    let front = trim_end(text, b":=");
    (front.len() < text.len()).then(|| trim_end(front, b" \t\r\n"))
}

/// `text` without the tags at its end, as in `<b>key1</b>:`.
fn without_tags(text: &[u8]) -> &[u8] {
    let found = text.ends_with(b">").then(|| TEXT_AND_TAGS.captures(text)).flatten();
    found.and_then(|found| found.get(2)).map_or(text, |tags| &text[..tags.start()])
}

/// Splits `text` at the name at its end, which quotes and brackets may close.
fn split_name(text: &[u8]) -> (&[u8], &[u8]) {
    let closed = trim_end(text, b"\"'`[])* \t\\");
    let front = trim_end_matches(closed, |byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte));
    closed.split_at(front.len())
}

fn trim_end<'t>(text: &'t [u8], bytes: &[u8]) -> &'t [u8] {
    trim_end_matches(text, |byte| bytes.contains(byte))
}

fn trim_end_matches(text: &[u8], is_end: impl Fn(&u8) -> bool) -> &[u8] {
    let length = text.iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
    &text[..length]
}

/// Whether it is the name of a part of something whose own name counts.
fn is_value(name: &[u8]) -> bool {
    const VALUES: [&str; 18] = [
        "value",
        "val",
        "data",
        "current",
        "previous",
        "properties",
        "content",
        "text",
        "plaintext",
        "string",
        "default",
        "secret",
        "primary",
        "secondary",
        "first",
        "second",
        "1",
        "2",
    ];
    let name = name.rsplit(|byte| b".-_".contains(byte)).next().unwrap_or_default();
    let name = name.strip_suffix(b"Value").filter(|front| !front.is_empty()).map_or(name, |_| b"value");
    VALUES.iter().any(|value| name.eq_ignore_ascii_case(value.as_bytes()))
}

/// Digits in a text.
struct DigitsPlace<'t> {
    /// Decoded.
    before: &'t [u8],
    after: &'t [u8],
}

impl DigitsPlace<'_> {
    /// The form of a value that begins after `text`.
    fn of_value(&self, text: &[u8], levels: usize) -> Option<KeyForm> {
        let levels = levels.checked_sub(1)?;
        match Named::of(text) {
            Named::Key(form) => Some(form),
            Named::AsValue(front) => self.of_member(front, levels),
            Named::Otherwise => None,
            Named::No(text) => match text.last()? {
                b'>' if text.ends_with(b"->") => self.of_list(text, levels),
                b'[' | b'(' | b'{' | b',' | b'@' => self.of_list(text, levels),
                b'>' => of_element(text),
                b'-' => of_item(text),
                _ => None,
            },
        }
    }

    /// The form of a value in an object, by the name next to it or by that of the object.
    fn of_member(&self, front: &[u8], levels: usize) -> Option<KeyForm> {
        let (siblings, open) = Nesting::before(front);
        let after = decoded::begin_of(self.after, MAX_CONTEXT_BYTES);
        if let Some(form) = of_sibling(&siblings).or_else(|| of_sibling(&Nesting::after(&after))) {
            return Some(form);
        }
        match open {
            Some(open) if front[open] == b'{' => {
                let front = front[..open].trim_ascii_end();
                // `variable "openai_key" {`, as Terraform declares it.
                let block =
                    || front.ends_with(b"\"").then(|| KeyForm::of_name(split_name(front).1)).flatten();
                self.of_value(front, levels).or_else(block)
            }
            // `add_argument("--api-key", default="…")`
            Some(open) if front[open] == b'(' => of_label(siblings.split(|byte| *byte == b',').next()?),
            Some(_) => None,
            None => of_parent(front),
        }
    }

    /// The form of a value in a list, by the name of the list or of the function whose argument it is.
    fn of_list(&self, text: &[u8], levels: usize) -> Option<KeyForm> {
        if let Some(form) = KEYS_IN_FRONT.find(text).and_then(|keys| Named::of(&text[..keys.start()]).form())
        {
            return Some(form);
        }
        let (arguments, open) = Nesting::before(text);
        let front = &text[..open?];
        if text[open?] != b'(' {
            let pair = || self.is_last_in_list().then(|| of_label(&arguments.to_ascii_lowercase())).flatten();
            return pair().or_else(|| self.of_value(front, levels));
        }
        let outside =
            trim_end_matches(front, |byte| byte.is_ascii_alphanumeric() || b"_.@$&:".contains(byte));
        let function = &front[outside.len()..];
        let function = function.strip_suffix(b"Credential").unwrap_or(function);
        let argument = split_name(trim_end(&arguments, b", \n\t")).1;
        KeyForm::of_name(argument)
            .or_else(|| KeyForm::of_name(split_name(function).1))
            .or_else(|| Named::of(outside).form())
    }

    /// Whether a list or a tuple ends after the value.
    fn is_last_in_list(&self) -> bool {
        let after = decoded::begin_of(self.after, MAX_LABEL_BYTES);
        trim_begin(&after, b" \t\r\n\"'`").first().is_some_and(|byte| b"]})".contains(byte))
    }

    /// The form of the last value in a line, by the text before it or above it.
    fn of_line(&self) -> Option<KeyForm> {
        let start = self.before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (above, line) = self.before.split_at(start);
        let command = [&COMMAND, &NAMED_OPTION].into_iter().find_map(|form| form.captures(line)?.get(1));
        if let Some(name) = command {
            let after = decoded::begin_of(self.after, MAX_CONTEXT_BYTES);
            let rest = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let sibling = || of_sibling(line).or_else(|| of_sibling(rest));
            return KeyForm::of_name(name.as_bytes())
                .or_else(|| is_value(name.as_bytes()).then(sibling).flatten());
        }
        let assigned = ASSIGNED.captures(line);
        let mut names = assigned.iter().flat_map(|found| found.iter().skip(1).flatten());
        if let Some(form) = names.find_map(|name| KeyForm::of_name(split_name(name.as_bytes()).1)) {
            return Some(form);
        }
        if AUTHORIZATION.is_match(line) {
            return Some(KeyForm::OtherKey);
        }
        let keys = KEYS_IN_FRONT.find(line).map_or(line.len(), |keys| keys.start());
        let is_empty = line[..keys].iter().all(|byte| b" \t\"'`*|>-\r".contains(byte));
        let column = column(above, line);
        if let Some(form) = column.as_ref().and_then(|column| of_label(column.name)) {
            return Some(form);
        }
        if column.is_some_and(|column| column.is_one_of_several && !is_value(column.name.trim_ascii())) {
            return None;
        }
        if is_empty {
            return of_label_above(above);
        }
        self.of_row(line).or_else(|| LOGGED.is_match(line).then_some(KeyForm::OtherKey))
    }

    /// The form of the last value in a row that begins with a name. A row is a line, or a string in it.
    fn of_row(&self, line: &[u8]) -> Option<KeyForm> {
        let after = decoded::begin_of(self.after, MAX_LABEL_BYTES);
        let is_last = |ends: &[u8]| {
            let end = after.iter().position(|byte| ends.contains(byte)).unwrap_or(after.len());
            after[..end].iter().all(|byte| b" \t\"'`*|,;.)}\r".contains(byte))
        };
        let line = trim_end(line.trim_ascii_start(), b"\"'`*");
        let of_line = || is_last(b"\n").then(|| of_begin(line)).flatten();
        let string = in_string(line);
        let of_string =
            || (string.len() < line.len() && is_last(b"\n\"")).then(|| of_begin(string)).flatten();
        of_line().or_else(of_string)
    }
}

/// The form of a value after `row`: a name, blanks or a separator, and perhaps flags.
fn of_begin(row: &[u8]) -> Option<KeyForm> {
    let ends = row.iter().enumerate().filter(|(_, byte)| b" \t,;|".contains(byte)).map(|(end, _)| end);
    let label = |end: usize| of_label(&row[..end]).filter(|_| FLAGS.is_match(trim_begin(&row[end..], b" -")));
    ends.take(MAX_LABEL_BYTES).filter(|end| *end > 0).find_map(label)
}

/// `line` from the last quote on.
fn in_string(line: &[u8]) -> &[u8] {
    line.rsplit(|byte| *byte == b'"').next().unwrap_or_default()
}

fn trim_begin<'t>(text: &'t [u8], bytes: &[u8]) -> &'t [u8] {
    let start = text.iter().position(|byte| !bytes.contains(byte)).unwrap_or(text.len());
    &text[start..]
}

/// The text of one object, list or tag, without that of the objects and lists inside it.
struct Nesting;

impl Nesting {
    /// Returns the text before the end of `text` in the same object, and the place where that object opens.
    fn before(text: &[u8]) -> (Vec<u8>, Option<usize>) {
        let mut level = Vec::new();
        let mut depth = 0_usize;
        for (at, byte) in text.iter().enumerate().rev() {
            match byte {
                b'}' | b']' | b')' => depth += 1,
                b'{' | b'[' | b'(' if depth > 0 => depth -= 1,
                b'{' | b'[' | b'(' | b'<' if depth == 0 => {
                    level.reverse();
                    return (level, Some(at));
                }
                _ if depth == 0 => level.push(*byte),
                _ => {}
            }
        }
        level.reverse();
        // Without brackets, an item or a paragraph is the level.
        let begin = ITEM_BEGIN.find_iter(&level).last().map_or(0, |found| found.start());
        (level.split_off(begin), None)
    }

    /// Returns the text after the beginning of `text` in the same object.
    fn after(text: &[u8]) -> Vec<u8> {
        let mut level = Vec::new();
        let mut depth = 0_usize;
        for byte in text {
            match byte {
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' if depth > 0 => depth -= 1,
                b'}' | b']' | b')' | b'>' if depth == 0 => return level,
                _ if depth == 0 => level.push(*byte),
                _ => {}
            }
        }
        let end = ITEM_END.find(&level).map_or(level.len(), |found| found.start());
        level.truncate(end);
        level
    }
}

/// The form of a value next to a name in `text`.
fn of_sibling(text: &[u8]) -> Option<KeyForm> {
    SIBLING.captures_iter(text).find_map(|found| KeyForm::of_name(found.get(1)?.as_bytes()))
}

/// The form of an item of a list in YAML, by the line above that is indented less, or as far.
fn of_item(text: &[u8]) -> Option<KeyForm> {
    let dash = text.len().checked_sub(1)?;
    let start = text.iter().rposition(|byte| *byte == b'\n')? + 1;
    text[start..dash].trim_ascii().is_empty().then(|| parent(&text[..start], dash - start + 1)).flatten()
}

/// The form of a value in YAML, by the line above that is indented less.
fn of_parent(front: &[u8]) -> Option<KeyForm> {
    let start = front.iter().rposition(|byte| *byte == b'\n')? + 1;
    let line = &front[start..];
    parent(&front[..start], line.len() - line.trim_ascii_start().len())
}

/// The form of the last line in `above` that is indented by fewer than `blanks`.
fn parent(above: &[u8], blanks: usize) -> Option<KeyForm> {
    let lines = above.split(|byte| *byte == b'\n').rev().map(without_comment);
    let mut lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let is_item =
        |line: &[u8]| line.trim_ascii_start().starts_with(b"-") && !line.trim_ascii_end().ends_with(b":");
    let line = lines.find(|line| {
        let indent = line.len() - line.trim_ascii_start().len();
        indent < blanks && !is_item(line)
    })?;
    let name = line.trim_ascii_end().strip_suffix(b":")?;
    KeyForm::of_name(split_name(name).1)
}

/// The form of the text of an element in XML or HTML, by its name, the names in its tag, or the text before it.
fn of_element(text: &[u8]) -> Option<KeyForm> {
    let open = text.iter().rposition(|byte| *byte == b'<')?;
    let tag = &text[open + 1..text.len() - 1];
    let name = tag.split(u8::is_ascii_whitespace).next()?;
    let name = name.rsplit(|byte| *byte == b':').next()?;
    if let Some(form) = KeyForm::of_name(name).or_else(|| of_sibling(tag)) {
        return Some(form);
    }
    if !NAMELESS.is_match(name) {
        return None;
    }
    let found = TEXT_AND_TAGS.captures(text)?;
    let (label, tags) = (found.get(1)?.as_bytes(), found.get(2)?.as_bytes());
    let tags = &tags[..tags.iter().rposition(|byte| *byte == b'<')?];
    let last = tags.iter().rposition(|byte| *byte == b'<').map(|open| &tags[open..]);
    of_label(label).or_else(|| of_sibling(last?))
}

/// A column of a table, of which a line of dashes is below the names.
struct Column<'t> {
    name: &'t [u8],
    is_one_of_several: bool,
}

/// The column in which the end of `line` is.
fn column<'t>(above: &'t [u8], line: &[u8]) -> Option<Column<'t>> {
    let rule = RULE.find_iter(above).last()?;
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    let mut rows = above[rule.end()..].split(|byte| *byte == b'\n').skip(1);
    // The last of them is empty, since it is `line`.
    if rows.by_ref().any(is_blank) && rows.next().is_some() {
        return None;
    }
    let head = trim_end(&above[..rule.start()], b"\r\n");
    let head = &head[head.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)..];
    if line.contains(&b'|') {
        let cells = memchr_iter(b'|', line).count();
        let name = head.split(|byte| *byte == b'|').nth(cells)?;
        return Some(Column { name, is_one_of_several: true });
    }
    let rule = rule.as_bytes();
    let begins = |at: &usize| rule[*at] == b'-' && (*at == 0 || rule[at - 1] != b'-');
    let begin = (0..rule.len()).rfind(|at| *at <= line.len() && begins(at))?;
    let end = (begin + 1..rule.len()).find(begins).unwrap_or(head.len()).min(head.len());
    let is_one_of_several = (0..rule.len()).filter(begins).count() > 1;
    Some(Column { name: head.get(begin..end)?, is_one_of_several })
}

/// The form of a value below a line that is a name, such as `KEY 1`.
fn of_label_above(above: &[u8]) -> Option<KeyForm> {
    let lines = || above.split(|byte| *byte == b'\n').rev().map(<[u8]>::trim_ascii);
    let line = lines().find(|line| !line.is_empty())?;
    let asked = || {
        let asked = ASKED.captures(line)?;
        let name = asked.iter().skip(1).flatten().next();
        name.map_or(Some(KeyForm::OtherKey), |name| KeyForm::of_name(name.as_bytes()))
    };
    // Only in YAML, since `# Key 1` is also a heading.
    let of_commented = || {
        let line = lines().map(without_comment).find(|line| !line.is_empty())?;
        without_sign(trim_end(line, b"|>+-0123456789 ")).and_then(of_label)
    };
    of_label(line).or_else(|| of_label(in_string(line))).or_else(asked).or_else(of_commented)
}

/// `line` without a comment in YAML, and without the blanks before it.
fn without_comment(line: &[u8]) -> &[u8] {
    let begins = |at: &usize| line[*at] == b'#' && (*at == 0 || line[at - 1].is_ascii_whitespace());
    (0..line.len()).find(begins).map_or(line, |begin| line[..begin].trim_ascii_end())
}

/// The form of a value whose name is for people: `Primary key`, `KEY 1`, `AZURE_OPENAI_KEY`.
fn of_label(text: &[u8]) -> Option<KeyForm> {
    let text = trim_begin(trim_end(text, b" \t\r\n\"'`*:,-"), b" \t\r\n\"'`*-|#({:");
    if text.is_empty() || text.len() > MAX_LABEL_BYTES {
        return None;
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte);
    if text.iter().all(is_word) {
        return KeyForm::of_name(text);
    }
    // A capital would begin a word: `Regenerate Key` is not a name.
    let word = text.to_ascii_lowercase();
    let word: Vec<u8> = word.into_iter().filter(|byte| *byte != b' ').collect();
    word.iter().all(is_word).then(|| KeyForm::of_name(&word)).flatten()
}
