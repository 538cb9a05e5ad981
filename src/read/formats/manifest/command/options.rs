//! Options of az and parameters of PowerShell with their values.

/// The arguments of a command. All of them borrow from its words.
#[derive(Default)]
pub(super) struct Arguments<'a> {
    pub options: Vec<Argument<'a>>,
    /// The values before the first option.
    pub positional: Vec<&'a str>,
    /// Whether a part is not recorded: `…`, or a variable that can contain any option.
    pub is_abridged: bool,
}

pub(super) struct Argument<'a> {
    /// As it is written, like `--caller` or `-StartTime`.
    pub name: &'a str,
    pub values: Vec<&'a str>,
}

impl Argument<'_> {
    pub(super) fn value(&self) -> &str {
        self.values.first().copied().unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        self.values.join(" ")
    }

    /// Returns the full name of an option of az, of which an unambiguous beginning is enough. `short` has the letters
    /// of options with one.
    pub(super) fn az_name<'n>(&self, short: &[(&str, &'n str)], long: &[&'n str]) -> Option<&'n str> {
        if let Some((_, name)) = short.iter().find(|(letter, _)| *letter == self.name) {
            return Some(name);
        }
        let beginning = self.name.strip_prefix("--").filter(|beginning| !beginning.is_empty())?;
        let mut known = long.iter().filter(|name| name.starts_with(beginning));
        match (long.iter().find(|name| **name == beginning), known.next(), known.next()) {
            (Some(name), ..) | (None, Some(name), None) => Some(name),
            _ => None,
        }
    }

    /// Returns the full name of a parameter of PowerShell, in lower case. The first of `names` that begins so is used.
    pub(super) fn parameter<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        let beginning = self.name.strip_prefix('-').filter(|name| !name.is_empty())?.to_lowercase();
        names.iter().copied().find(|name| name.starts_with(&beginning))
    }
}

impl<'a> Arguments<'a> {
    pub(super) fn of_az(words: &[&'a str]) -> Arguments<'a> {
        Arguments::read(words, split_az)
    }

    pub(super) fn of_cmdlet(words: &[&'a str]) -> Arguments<'a> {
        Arguments::read(words, |word| match word.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        })
    }

    fn read(words: &[&'a str], split: fn(&'a str) -> (&'a str, Option<&'a str>)) -> Arguments<'a> {
        let mut arguments = Arguments::default();
        for word in words {
            arguments.is_abridged |= is_ellipsis(word);
            if word.starts_with('-') && word.len() > 1 {
                let (name, value) = split(word);
                arguments.options.push(Argument { name, values: value.into_iter().collect() });
                continue;
            }
            let (values, can_be_options) = match arguments.options.last_mut() {
                // The value of an option can be a variable. In any other place, a variable can contain options.
                Some(Argument { values, .. }) if values.is_empty() => (values, false),
                Some(Argument { values, .. }) => (values, true),
                None => (&mut arguments.positional, true),
            };
            arguments.is_abridged |= can_be_options && word.starts_with(['$', '@', '%']);
            values.push(word);
        }
        arguments
    }
}

pub(super) fn is_ellipsis(word: &str) -> bool {
    word.contains('…') || word.contains("...")
}

/// Returns an option of az, and the value in the same word.
fn split_az(word: &str) -> (&str, Option<&str>) {
    let is_long = word.starts_with("--");
    match word.split_once('=') {
        Some((option, value)) if is_long => (option, Some(value)),
        // A short option needs no character before its value.
        _ if !is_long && word.is_char_boundary(2) && word.len() > 2 => (&word[..2], Some(&word[2..])),
        _ => (word, None),
    }
}
