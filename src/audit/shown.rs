//! A diagnostic as standard error shows it: its texts are printable, so that no name in them acts on a terminal.

use std::error::Error;
use std::fmt;

use miette::{Diagnostic, LabeledSpan, Report, Severity, SourceCode};

use crate::model::{printable, printable_lines};

/// Shows the message on one line, and the help on its lines. Sources must be printable already, since labels point into
/// them.
#[derive(Debug)]
pub(super) struct Shown(pub(super) Report);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0.to_string()))
    }
}

impl Error for Shown {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl Diagnostic for Shown {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.0.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.0.severity()
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.0.help().map(|help| Box::new(printable_lines(&help.to_string())) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let shown =
            |label: LabeledSpan| LabeledSpan::new_with_span(label.label().map(printable), *label.inner());
        Some(Box::new(self.0.labels()?.map(shown)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.0.related()
    }
}
