//! The rules by which shells read the commands that the program writes, applied backwards. Text that a shell would
//! interpret, and that the program never needs to write, is an error.

/// Words of plain characters, `'…'`, `\'` and `$'…'`.
pub(crate) fn read_bash(line: &str) -> Result<Vec<String>, &'static str> {
    let (mut words, mut word): (_, Option<Vec<u8>>) = (Vec::new(), None);
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b' ' {
            words.push(word.take().ok_or("two spaces")?);
            continue;
        }
        let word = word.get_or_insert_default();
        match byte {
            b'\'' => loop {
                match bytes.next().ok_or("a string without its end")? {
                    b'\'' => break,
                    byte => word.push(byte),
                }
            },
            b'\\' if bytes.next() == Some(b'\'') => word.push(b'\''),
            b'$' if bytes.next() == Some(b'\'') => loop {
                match bytes.next().ok_or("a string without its end")? {
                    b'\'' => break,
                    b'\\' => word.push(escaped(&mut bytes)?),
                    byte => word.push(byte),
                }
            },
            byte if byte.is_ascii_alphanumeric() || b"-_./:=,+@".contains(&byte) => word.push(byte),
            _ => return Err("a bare word with a special character"),
        }
    }
    words.extend(word);
    words.into_iter().map(|word| String::from_utf8(word).map_err(|_| "no UTF-8")).collect()
}

/// The byte after a backslash in `$'…'`.
fn escaped(bytes: &mut impl Iterator<Item = u8>) -> Result<u8, &'static str> {
    match bytes.next() {
        Some(quoted @ (b'\'' | b'\\')) => Ok(quoted),
        Some(b'x') => {
            let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
            let (high, low) = digit().zip(digit()).ok_or("an escape without its digits")?;
            u8::try_from(16 * high + low).map_err(|_| "no byte")
        }
        _ => Err("an escape of another kind"),
    }
}

/// Reads bare words and `'…'`. PowerShell treats typographic single quotes as plain ones, and two in a row as the
/// second one.
pub(crate) fn read_pwsh(line: &str) -> Result<Vec<String>, &'static str> {
    const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    read_words(line, |rest| {
        let Some(inner) = rest.strip_prefix('\'') else { return read_bare(rest) };
        let mut text = String::new();
        let mut letters = inner.chars();
        loop {
            match letters.next().ok_or("a string without its end")? {
                quote if QUOTES.contains(&quote) => {
                    let after = letters.as_str();
                    match letters.next() {
                        Some(second) if QUOTES.contains(&second) => text.push(second),
                        _ => return Ok((text, after)),
                    }
                }
                letter => text.push(letter),
            }
        }
    })
}

/// Bare words and `"…"`, in which nothing is escaped.
pub(crate) fn read_cmd(line: &str) -> Result<Vec<String>, &'static str> {
    read_words(line, |rest| {
        let Some(inner) = rest.strip_prefix('"') else { return read_bare(rest) };
        let (text, after) = inner.split_once('"').ok_or("a string without its end")?;
        if text.contains(['%', '!']) {
            Err("something that is replaced")
        } else {
            Ok((text.to_owned(), after))
        }
    })
}

/// Splits a line into words. `read` takes each word from the beginning of the rest.
fn read_words(
    mut rest: &str,
    read: impl Fn(&str) -> Result<(String, &str), &'static str>,
) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (word, after) = read(rest)?;
        words.push(word);
        rest = match after.strip_prefix(' ') {
            Some(next) if !next.is_empty() => next,
            None if after.is_empty() => after,
            _ => return Err("something after a word"),
        };
    }
    Ok(words)
}

fn read_bare(rest: &str) -> Result<(String, &str), &'static str> {
    let (word, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "-_./:".contains(letter);
    if word.is_empty() || !word.chars().all(is_bare) {
        return Err("a bare word with a special character");
    }
    Ok((word.to_owned(), after))
}
