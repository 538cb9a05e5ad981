//! Finds statements in the evidence about an account that cannot all be true.

use super::coverage::Selection;
use super::judge::Case;
use super::moment::{Moment, Stretch};
use super::worlds::{Creation, KeyEvidence, Statement};
use crate::model::{Attempt, Contradiction, Outcome};

/// If a set of statements is divided into more pieces than this and no piece can be removed, the search stops. This
/// limits the work if thousands of attempts contradict a stamp together.
const PIECES: usize = 64;

/// Returns a minimal set of statements that no world fits. Requires that no world fits the complete evidence under
/// stated coverage.
///
/// Statements are removed as long as no world fits the rest. A stamp is removed by leaving out everything that depends
/// on it; the records of an attempt, by allowing that the attempt set either key or none; the completeness of the log,
/// by a gap over the entire life of the account; and the creation, by a gap before it. A removal only adds possible
/// worlds, so a statement that could not be removed once need not be tried again.
pub(super) fn contradiction(case: &Case<'_>, of_stamps: &[(Statement, Vec<usize>)]) -> Contradiction {
    let life = case.life;
    let gaps = case.gaps(Selection::STATED, case.statements).stated;
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

/// Returns a part of `items` that `contradicts` and from which no item (of very many items: no small piece) can be
/// removed.
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
