//! The end of the evidence: the newest instant that an input vouches for.

use super::{AsOf, ProofQuestion, ProveError};
use crate::correlate;
use crate::model::{AsOfBasis, CLOCK_DIFFERENCE, Declaration, InputId, Instant, KeyOperation};
use crate::read::Exports;

/// The instants in the evidence, each with its input or option: at most one for each log, reading, list, account, entry
/// of a manifest and `--coverage`.
pub(super) struct Dates<'a> {
    vouched: Vec<(Instant, DateSource<'a>)>,
    /// Instants in inputs that do not show how far the evidence reaches: ends of declarations that may not count, and
    /// creations of accounts.
    mentioned: Vec<(Instant, DateSource<'a>)>,
    exports: &'a Exports,
}

#[derive(Clone, Copy)]
enum DateSource<'a> {
    Input(InputId),
    Coverage(&'a str),
    ListedAt,
}

impl DateSource<'_> {
    fn help(self) -> &'static str {
        match self {
            DateSource::Input(_) => {
                "one of the two clocks is wrong: set the clock of this machine, or correct the input"
            }
            DateSource::Coverage(_) | DateSource::ListedAt => {
                "correct the option, or set the clock of this machine"
            }
        }
    }
}

impl<'a> Dates<'a> {
    /// `declarations` are those that count.
    pub(super) fn of(
        question: &'a ProofQuestion,
        exports: &'a Exports,
        declarations: &[Declaration],
    ) -> Dates<'a> {
        let events =
            exports.logs.iter().filter_map(|log| Some((log.newest()?, DateSource::Input(log.input))));
        // A record of the log that cannot be read still has a time.
        let unreadable = exports.key_events.iter();
        let unreadable = unreadable.filter(|event| event.operation == KeyOperation::Unreadable);
        let unreadable = unreadable.map(|event| (event.at, DateSource::Input(event.place.input)));
        let readings = exports.stamped.iter().map(|row| (row.taken_at, DateSource::Input(row.place.input)));
        let lists = correlate::dates_of_lists(&exports.collected, &exports.inputs).into_iter();
        let lists = lists.map(|(input, taken_at)| (taken_at, DateSource::Input(input)));
        let stated = declarations.iter().map(|known| {
            (known.interval.end, known.manifest.map_or(DateSource::Coverage(""), DateSource::Input))
        });
        let dated = correlate::dates_of_lists(&exports.collected, &exports.inputs);
        let is_dated = |input: InputId| dated.iter().any(|(list, _)| *list == input);
        let mut of_lists = exports.accounts.iter().map(|account| account.region.start.input);
        // `--listed-at` applies only to lists without a date.
        let listed_at = question.listed_at.filter(|_| of_lists.any(|input| !is_dated(input)));
        let listed_at = listed_at.map(|listed_at| (listed_at, DateSource::ListedAt));
        let taken = exports.collected.iter();
        let taken = taken.map(|collected| (collected.taken_at, DateSource::Input(collected.place.input)));
        let created = exports
            .accounts
            .iter()
            .filter_map(|account| Some((account.created_at?, DateSource::Input(account.region.start.input))));
        let written = question.declarations.iter();
        Dates {
            vouched: events
                .chain(unreadable)
                .chain(readings)
                .chain(lists)
                .chain(stated)
                .chain(listed_at)
                .collect(),
            mentioned: written
                .map(|(declaration, written)| (declaration.interval.end, DateSource::Coverage(written)))
                .chain(taken)
                .chain(created)
                .collect(),
            exports,
        }
    }

    /// Returns the audit instant and its basis. An instant in the future of this machine's clock is an error: one of
    /// the two clocks is wrong.
    pub(super) fn audit_instant(&self, question: &ProofQuestion) -> Result<(Instant, AsOfBasis), ProveError> {
        let newest = |dates: &[(Instant, DateSource<'a>)]| dates.iter().max_by_key(|(at, _)| *at).copied();
        let is_future = |(at, _): &(Instant, DateSource<'a>)| *at > question.now.plus(CLOCK_DIFFERENCE);
        let end = newest(&self.vouched);
        if let Some((at, source)) = newest(&self.mentioned).filter(is_future).or(end.filter(is_future)) {
            let (input, help) = (self.name(source), source.help());
            return Err(ProveError::Future { input, at, now: question.now, help });
        }
        Ok(match (question.as_of, end) {
            (AsOf::At(at), _) => (at, AsOfBasis::Given),
            (AsOf::EndOfEvidence, Some((at, _))) => (at, AsOfBasis::Evidence),
            (AsOf::EndOfEvidence, None) | (AsOf::Now, _) => (question.now, AsOfBasis::Clock),
        })
    }

    fn name(&self, source: DateSource<'_>) -> String {
        match source {
            DateSource::Input(id) => {
                self.exports.inputs.get(id.0).map_or_else(String::new, |input| input.path.clone())
            }
            DateSource::Coverage(written) => format!("--coverage {written}"),
            DateSource::ListedAt => "--listed-at".to_owned(),
        }
    }
}
