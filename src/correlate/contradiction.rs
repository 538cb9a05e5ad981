//! Which statements of an account's evidence cannot all be true.

use super::coverage::Selection;
use super::judge::Case;
use super::moment::{Moment, Stretch};
use super::worlds::{Creation, KeyEvidence, Statement};
use crate::model::{Attempt, Contradiction, Outcome};

/// In how many pieces a set of statements is tried before it is called least. It bounds the work if thousands of
/// attempts contradict a stamp together.
const PIECES: usize = 64;

/// A least set of statements that no world fits, of evidence that no world fits under stated coverage.
///
/// Statements are taken back as long as the rest still fits no world. A stamp is taken back by leaving out all that rests
/// on it, the word of an attempt's records by letting it be of either key or of none, the log's silence by a gap over all
/// of the account's life, the creation by a gap before it. To take one back only ever admits more worlds, so a statement
/// that could not be taken back once need not be tried again.
pub(super) fn contradiction(case: &Case<'_>, of_stamps: &[(Statement, Vec<usize>)]) -> Contradiction {
    let life = case.life;
    let gaps = case.gaps(Selection::STATED).stated;
    let fits = |creation: &Creation, attempts: &[Attempt], gaps: &[Stretch], statements: &[Statement]| {
        KeyEvidence { creation, attempts, gaps, statements }.is_satisfiable_before_readings()
    };
    let of = |kept: &[usize]| -> Vec<Statement> {
        let rests_on_kept =
            |(_, stamps): &&(Statement, Vec<usize>)| stamps.iter().all(|stamp| kept.contains(stamp));
        of_stamps.iter().filter(rests_on_kept).map(|(statement, _)| *statement).collect()
    };
    let all: Vec<usize> = (0..life.stamps.len()).collect();
    let stamps = least(&all, |kept| !fits(&life.creation, &life.attempts, &gaps, &of(kept)));
    let statements = of(&stamps);

    let unlogged = case.gaps_of(&[]);
    let coverage = fits(&life.creation, &life.attempts, &unlogged, &statements);
    let gaps = if coverage { gaps } else { unlogged };

    let weakened = |kept: &[(usize, &Attempt)]| -> Vec<Attempt> {
        let mut attempts: Vec<Attempt> = life.attempts.iter().map(without_word).collect();
        for (index, attempt) in kept {
            attempts[*index] = (*attempt).clone();
        }
        attempts
    };
    let all: Vec<(usize, &Attempt)> = life.attempts.iter().enumerate().collect();
    let kept = least(&all, |kept| !fits(&life.creation, &weakened(kept), &gaps, &statements));
    let attempts = weakened(&kept);

    let creation = match life.creation {
        Creation::At(created) => {
            let before = Stretch { start: Moment::MIN, end: Moment::at(created) };
            let gaps = Stretch::joined([vec![before], gaps].concat());
            fits(&Creation::Elsewhere, &attempts, &gaps, &statements)
        }
        Creation::Elsewhere | Creation::Unknown { .. } => false,
    };
    Contradiction {
        stamps: stamps.into_iter().map(|stamp| life.stamps[stamp].clone()).collect(),
        attempts: kept.into_iter().map(|(_, attempt)| attempt.clone()).collect(),
        creation,
        coverage,
    }
}

/// The attempt as if its records showed neither its key nor its outcome.
fn without_word(attempt: &Attempt) -> Attempt {
    Attempt {
        outcome: Outcome::Uncertain,
        key: None,
        caller: None,
        records: Vec::new(),
        at: attempt.at,
        first_at: attempt.first_at,
        disables_local_auth: false,
    }
}

/// A part of `items` that `contradicts` and of which no item, or no small piece, can be spared.
fn least<T: Clone>(items: &[T], contradicts: impl Fn(&[T]) -> bool) -> Vec<T> {
    if contradicts(&[]) {
        return Vec::new();
    }
    let mut kept = items.to_vec();
    let mut size = kept.len().div_ceil(2);
    loop {
        let before = kept.len();
        let mut from = 0;
        while from < kept.len() {
            let until = (from + size).min(kept.len());
            let rest = [&kept[..from], &kept[until..]].concat();
            if contradicts(&rest) {
                kept = rest;
            } else {
                from = until;
            }
        }
        if size <= 1 || (kept.len() == before && kept.len() / size > PIECES) {
            return kept;
        }
        size = size.min(kept.len()).div_ceil(2);
    }
}
