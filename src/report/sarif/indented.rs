//! Indented JSON. The text is that of `serde_json`, which writes the two spaces of each level one after the other. A log
//! of many results has ten million lines, so a line's end and all its spaces are written together here.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// A comma, a line feed, and the spaces of more levels than a result has.
const COMMA_AND_INDENTATION: &[u8] = b",\n                                                                ";
const SPACES_PER_LEVEL: usize = 2;

/// Formats a value that is `depth` levels deep in its document.
pub(super) struct Indented {
    depth: usize,
    has_value: bool,
}

impl Indented {
    pub(super) fn new(depth: usize) -> Indented {
        Indented { depth, has_value: false }
    }

    /// Begins a line; `skipped` is 1 without the comma of the line before.
    fn line(&self, out: &mut (impl Write + ?Sized), skipped: usize) -> io::Result<()> {
        let end = 2 + self.depth * SPACES_PER_LEVEL;
        if let Some(text) = COMMA_AND_INDENTATION.get(skipped..end) {
            return out.write_all(text);
        }
        out.write_all(&COMMA_AND_INDENTATION[skipped..2])?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }

    fn begin(&mut self) {
        self.depth += 1;
        self.has_value = false;
    }

    fn end(&mut self, out: &mut (impl Write + ?Sized), bracket: u8) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(out, 1)?;
        }
        out.write_all(&[bracket])
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin();
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b']')
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, usize::from(first))
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin();
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b'}')
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, usize::from(first))
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::Indented;

    #[test]
    fn the_text_is_that_of_serde_json() {
        let mut deep = json!("\n\"");
        for level in 0..40 {
            deep = if level % 3 == 0 { json!([deep, {}, []]) } else { json!({"a": deep, "b": [1, null]}) };
        }
        for value in [json!([]), json!({}), json!({"a": []}), deep] {
            assert_eq!(indented(&value), serde_json::to_string_pretty(&value).expect("JSON"));
        }
    }

    fn indented(value: &Value) -> String {
        let mut text = Vec::new();
        value.serialize(&mut Serializer::with_formatter(&mut text, Indented::new(0))).expect("JSON");
        String::from_utf8(text).expect("UTF-8")
    }
}
