//! Text that is refused before a module is parsed. The parser of regorus tries `[` and `{` twice, so that its work
//! doubles with each nested one; it builds, walks and drops the tree by recursion; and it writes out any power of ten.

use regorus::unstable::{Lexer, Source, Span, TokenKind};

use super::Problem;
use crate::model::Module;

/// How deep an expression may nest: the brackets that are open, and the operators in them.
pub(super) const MAX_NESTING: usize = 256;

/// The limit for tokens. Each `[` and `{` around a token doubles its count. At the limit, parsing takes seven seconds
/// in a debug build and half a second in a release build.
const MAX_PARSER_WORK: u64 = 1 << 20;

/// A number with more digits in its exponent takes milliseconds each time it is parsed.
const MAX_EXPONENT_DIGITS: usize = 4;

/// An open bracket, and the operators since the last separator in it.
#[derive(Default)]
struct NestingLevel {
    opener: String,
    operators: usize,
}

/// Returns the problem because of which `module` must not be parsed. Text that is not Rego is left to the parser, which
/// reports it.
pub(super) fn too_deep(module: &Module) -> Option<Problem> {
    let source = Source::from_contents(module.path.clone(), module.text.clone()).ok()?;
    let mut lexer = Lexer::new(&source);
    // At most `MAX_NESTING` + 1 levels.
    let mut levels = vec![NestingLevel::default()];
    let mut work = 0_u64;
    let mut last: Option<Span> = None;
    loop {
        let token = lexer.next_token().ok()?;
        let (kind, span) = (token.0, token.1);
        let text = if matches!(kind, TokenKind::String | TokenKind::RawString) { "" } else { span.text() };
        match (&kind, text) {
            (TokenKind::Eof, _) => return None,
            (_, "[" | "{" | "(") => levels.push(NestingLevel { opener: text.to_owned(), operators: 0 }),
            (_, "]" | "}" | ")") if levels.len() > 1 => drop(levels.pop()),
            (_, "," | ";" | ":=" | "if" | "else" | "with") => set_operators(&mut levels, 0),
            _ if is_operator(text) || is_negative(&kind, text) => add_operator(&mut levels),
            // Two operands on two lines are two statements, or two rules.
            _ if last.as_ref().is_some_and(|last| last.line != span.line && !is_operator(last.text())) => {
                set_operators(&mut levels, 0);
            }
            _ => {}
        }
        if kind == TokenKind::Number && exponent_digits(text) > MAX_EXPONENT_DIGITS {
            let message = "the number is too large".to_owned();
            return Some(Problem::error(&span, message).with_help("its exponent has too many digits"));
        }
        let nesting = levels.len() - 1 + levels.iter().map(|level| level.operators).sum::<usize>();
        if nesting > MAX_NESTING {
            let message = format!("an expression nests more than {MAX_NESTING} deep");
            return Some(Problem::error(&span, message).with_help("split it into several rules"));
        }
        // Each of these brackets around a token doubles how often the parser reads it.
        let doubling = levels.iter().filter(|level| matches!(level.opener.as_str(), "[" | "{")).count();
        let doubling = u32::try_from(doubling).unwrap_or(u32::MAX);
        // A shift by 64 bits or more has no result, and is beyond the limit in any case.
        work = work.saturating_add(1_u64.checked_shl(doubling).unwrap_or(u64::MAX));
        if work > MAX_PARSER_WORK {
            let message = "brackets nest too deeply to be parsed in time".to_owned();
            return Some(Problem::error(&span, message).with_help("split the value into several rules"));
        }
        last = Some(span);
    }
}

fn set_operators(levels: &mut [NestingLevel], operators: usize) {
    if let Some(level) = levels.last_mut() {
        level.operators = operators;
    }
}

fn add_operator(levels: &mut [NestingLevel]) {
    if let Some(level) = levels.last_mut() {
        level.operators += 1;
    }
}

fn is_operator(text: &str) -> bool {
    matches!(
        text,
        "+" | "-"
            | "*"
            | "/"
            | "%"
            | "&"
            | "|"
            | "=="
            | "!="
            | "<"
            | "<="
            | ">"
            | ">="
            | "="
            | "."
            | "in"
            | "not"
    )
}

fn exponent_digits(number: &str) -> usize {
    number
        .split_once(['e', 'E'])
        .map_or(0, |(_, exponent)| exponent.trim_start_matches(['+', '-', '0']).len())
}

/// Whether a token is a negative number. The lexer makes two numbers of the subtraction `1 -1`.
fn is_negative(kind: &TokenKind, text: &str) -> bool {
    *kind == TokenKind::Number && text.starts_with('-')
}
