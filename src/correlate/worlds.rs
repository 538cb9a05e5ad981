//! Decides whether there is a world that fits the evidence and a given answer to a question.
//!
//! # Why the method is exact
//!
//! In a world, each key has a set of *settings*: the creation of its account, the logged regenerations of this key, and
//! unseen ones. A reading of a key states two kinds of facts about that set: no setting is in an interval (a **ban**),
//! or some setting is in an interval (a **demand**). A bound is a question of the same two kinds: "was the key last set
//! at `v` or later, as of `s`" demands a setting in `[v, s]`, and "at `v` or earlier" bans all of `(v, s]`. So every
//! bound reduces to whether *any* world satisfies a list of bans and demands.
//!
//! Additional settings do no harm if they are not banned. Hence a list is satisfiable only if the world with the most
//! settings satisfies it: every regeneration of unknown outcome that is not banned happened, and so did one in every
//! part of a gap that is not banned. What remains to be chosen is the key of each unnamed regeneration that can be of
//! either key. In the order of time, later demands depend only on when each key was last set; for the key that was not
//! chosen, later is never worse. So one pass finds a world if there is one: for each choice of the newest
//! regeneration's key, it keeps the latest possible setting of the other key.
//!
//! An unknown creation is taken to be at its latest allowed instant. Regenerations and readings up to then no longer
//! count, the creation meets every demand that contains it for both keys, and no demand that still counts ends before
//! it. So the world with the latest creation satisfies everything that a world with an earlier one satisfies.
//!
//! `tests/it/worlds.rs` compares the results with an enumeration of all worlds.

use super::moment::{Moment, Stretch, contain, has_room};
use crate::model::{Attempt, Instant, KeyName, Outcome};

/// The evidence about the settings of one account's keys.
#[derive(Clone, Debug)]
pub(super) struct KeyEvidence<'a> {
    pub creation: &'a Creation,
    /// In the order of time.
    pub attempts: &'a [Attempt],
    /// Joined and in order. The time after the audit is always a gap.
    pub gaps: &'a [Stretch],
    pub statements: &'a [Statement],
}

/// When creation set both keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Creation {
    At(Instant),
    /// The account was migrated: its keys may be older, and were set under another id.
    Elsewhere,
    /// At an uncovered instant or at one of `writes`, and not after `by`. Contradicting lists count as writes.
    Unknown {
        by: Instant,
        writes: Vec<Instant>,
        /// Whether the account was, or may have been, migrated at that instant.
        is_migrated: bool,
    },
}

/// A statement of a reading about the settings of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub key: KeyName,
    pub kind: StatementKind,
    pub stretch: Stretch,
    /// The first reading that the statement depends on. The statement does not count if the account was created then or
    /// later.
    pub read_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementKind {
    /// Some setting is in the stretch. No world meets a demand of an empty stretch.
    Demand,
    /// No setting is in the stretch.
    Ban,
}

/// A question about when keys were last set, as of an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub keys: &'a [KeyName],
    pub as_of: Instant,
    pub ask: Ask,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    /// Whether all keys were last set at the moment or later.
    AtOrAfter(Moment),
    /// Whether all keys were last set at the moment or earlier. Attempts count at their first record: the key was set
    /// between the first and the last one.
    AtOrBefore(Moment),
}

impl KeyEvidence<'_> {
    /// Whether a world fits the evidence.
    pub(super) fn is_satisfiable(&self) -> bool {
        self.satisfies(None, None)
    }

    /// Whether a world in which the account is older than all readings fits the evidence. A later creation must not
    /// explain a contradiction away.
    pub(super) fn is_satisfiable_before_readings(&self) -> bool {
        let first = self.statements.iter().map(|statement| statement.read_at).min();
        self.satisfies(None, first.map(|read_at| Moment::at(read_at).previous()))
    }

    /// Whether the answer to the question can be yes.
    pub(super) fn allows(&self, question: Question<'_>) -> bool {
        self.satisfies(Some(question), None)
    }

    /// Whether the account may have been created after the instant: then its keys were, too.
    pub(super) fn may_be_younger_than(&self, at: Instant) -> bool {
        match self.creation {
            Creation::At(created) => at < *created,
            Creation::Elsewhere => false,
            Creation::Unknown { by, writes, .. } => {
                let latest = self.latest_creation(Moment::at(*by), writes, None);
                latest.is_some_and(|latest| Moment::at(at) < latest)
            }
        }
    }

    /// Returns the latest moment at which the account can have been migrated, if its creation is unknown. A migration does
    /// not set the keys, so no reading excludes it.
    pub(super) fn latest_migration(&self) -> Option<Moment> {
        match self.creation {
            Creation::Unknown { by, writes, is_migrated: true } => {
                KeyEvidence { statements: &[], ..self.clone() }.latest_creation(Moment::at(*by), writes, None)
            }
            Creation::At(_) | Creation::Elsewhere | Creation::Unknown { .. } => None,
        }
    }

    fn satisfies(&self, question: Option<Question<'_>>, created_by: Option<Moment>) -> bool {
        let created = match self.creation {
            Creation::At(at) => Some(Moment::at(*at)),
            Creation::Elsewhere => None,
            Creation::Unknown { by, writes, .. } => {
                let by = created_by.map_or(Moment::at(*by), |bound| bound.min(Moment::at(*by)));
                match self.latest_creation(by, writes, question) {
                    Some(created) => Some(created),
                    None => return false,
                }
            }
        };
        let [Some(key1), Some(key2)] =
            KeyName::BOTH.map(|key| KeyConstraints::new(self, key, created, question))
        else {
            return false;
        };
        let are_met = key1.unmet.is_empty() && key2.unmet.is_empty();
        let mut choices = Vec::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.key.is_none()) {
            let at = Moment::at(attempt.at);
            if attempt.outcome == Outcome::Failed || created.is_some_and(|created| at <= created) {
                continue;
            }
            match (attempt.outcome, key1.allow(attempt), key2.allow(attempt)) {
                (Outcome::Succeeded, false, false) => return false,
                _ if are_met => {}
                (_, false, false) => {}
                (_, of_key1, of_key2) => choices.push(Choice { at, open_to: [of_key1, of_key2] }),
            }
        }
        can_divide(&choices, [&key1.unmet, &key2.unmet])
    }

    /// Returns the latest moment at which the account may have been created. This moment is uncovered or at a write,
    /// not after `by` or the time of the question, and outside every ban that would then count.
    fn latest_creation(
        &self,
        by: Moment,
        writes: &[Instant],
        question: Option<Question<'_>>,
    ) -> Option<Moment> {
        let mut most = match question {
            Some(Question { ask: Ask::AtOrBefore(moment), .. }) => by.min(moment),
            Some(Question { ask: Ask::AtOrAfter(_), as_of, .. }) => by.min(Moment::at(as_of)),
            None => by,
        };
        // Each round passes one ban, so there are at most as many rounds as statements.
        loop {
            let gap = self.gaps[..self.gaps.partition_point(|gap| gap.start <= most)].last();
            let uncovered = gap.map(|gap| gap.end.min(most));
            let written = writes.iter().map(|write| Moment::at(*write)).filter(|write| *write <= most).max();
            let latest = uncovered.max(written)?;
            let ban = self.statements.iter().filter(|statement| {
                statement.kind == StatementKind::Ban
                    && latest < Moment::at(statement.read_at)
                    && statement.stretch.contains(latest)
            });
            match ban.map(|ban| ban.stretch.start).min() {
                Some(start) => most = start.previous(),
                None => return Some(latest),
            }
        }
    }
}

/// The bans and demands on one key.
struct KeyConstraints {
    /// The bans of readings, joined and in order.
    bans: Vec<Stretch>,
    /// The ban of the question, as two moments: it bans attempts whose first record is after the first moment and that
    /// are not after the second one.
    asked: Option<(Moment, Moment)>,
    /// Demands that only unnamed regenerations can still meet, sorted by their ends.
    unmet: Vec<Stretch>,
}

impl KeyConstraints {
    /// Returns `None` if a setting that certainly happened is banned.
    fn new(
        evidence: &KeyEvidence<'_>,
        key: KeyName,
        created: Option<Moment>,
        question: Option<Question<'_>>,
    ) -> Option<KeyConstraints> {
        let counts = |statement: &&Statement| {
            statement.key == key && created.is_none_or(|created| created < Moment::at(statement.read_at))
        };
        let of_kind = |kind: StatementKind| {
            let counting = evidence.statements.iter().filter(counts);
            counting.filter(move |statement| statement.kind == kind).map(|statement| statement.stretch)
        };
        let bans = Stretch::joined(of_kind(StatementKind::Ban).collect());
        let mut demanded = None;
        let mut asked = None;
        if let Some(Question { ask, as_of, .. }) = question.filter(|question| question.keys.contains(&key)) {
            match ask {
                Ask::AtOrAfter(moment) => demanded = Some(Stretch::new(moment, Moment::at(as_of))?),
                Ask::AtOrBefore(moment) => asked = Some((moment, Moment::at(as_of))),
            }
        }
        let demands = || of_kind(StatementKind::Demand).chain(demanded);
        let mut constraints = KeyConstraints { bans, asked, unmet: Vec::new() };
        if constraints.bans.is_empty() && asked.is_none() && demands().next().is_none() {
            return Some(constraints);
        }
        let is_asked_away = |at: Moment| asked.is_some_and(|(moment, as_of)| moment < at && at <= as_of);
        if created.is_some_and(|created| contain(&constraints.bans, created) || is_asked_away(created)) {
            return None;
        }
        // The settings are in the order of time, because the attempts are.
        let mut settings = Vec::with_capacity(1 + evidence.attempts.len());
        settings.extend(created);
        for attempt in evidence.attempts.iter().filter(|attempt| attempt.key == Some(key)) {
            let at = Moment::at(attempt.at);
            if created.is_some_and(|created| at <= created) {
                continue;
            }
            match (attempt.outcome, constraints.allow(attempt)) {
                (Outcome::Failed, _) | (Outcome::Uncertain, false) => {}
                (Outcome::Succeeded, false) => return None,
                (Outcome::Succeeded | Outcome::Uncertain, true) => settings.push(at),
            }
        }
        let is_unmet = |demand: &Stretch| {
            !is_met(*demand, &settings) && !evidence.has_gap_for(*demand, created, &constraints)
        };
        let mut unmet: Vec<Stretch> = demands().filter(is_unmet).collect();
        unmet.sort_unstable_by_key(|demand| demand.end);
        constraints.unmet = unmet;
        Some(constraints)
    }

    /// Whether the regeneration may have been of this key.
    fn allow(&self, attempt: &Attempt) -> bool {
        let is_asked_away = self.asked.is_some_and(|(moment, as_of)| {
            moment < Moment::at(attempt.first_at) && Moment::at(attempt.at) <= as_of
        });
        !is_asked_away && !contain(&self.bans, Moment::at(attempt.at))
    }
}

impl KeyEvidence<'_> {
    /// Whether an unseen regeneration can meet the demand.
    fn has_gap_for(&self, demand: Stretch, created: Option<Moment>, constraints: &KeyConstraints) -> bool {
        let first = self.gaps.partition_point(|gap| gap.end < demand.start);
        let near = self.gaps[first..].iter().take_while(|gap| gap.start <= demand.end);
        let parts = near.filter_map(|gap| {
            let since = created.map_or(Moment::MIN, Moment::next);
            gap.intersection(demand)?.intersection(Stretch { start: since, end: Moment::MAX })
        });
        let mut pieces = parts.flat_map(|part| match constraints.asked {
            // The parts that the question does not ban.
            Some((moment, as_of)) => [
                Stretch::new(part.start, part.end.min(moment)),
                Stretch::new(part.start.max(as_of.next()), part.end),
            ],
            None => [Some(part), None],
        });
        pieces.any(|part| part.is_some_and(|part| has_room(part, &constraints.bans)))
    }
}

/// Whether the demand contains one of the settings, which are in order.
fn is_met(demand: Stretch, settings: &[Moment]) -> bool {
    let first = settings.partition_point(|at| *at < demand.start);
    settings.get(first).is_some_and(|at| *at <= demand.end)
}

/// An unnamed regeneration, and whether it may have been of key1 and of key2.
#[derive(Clone, Copy)]
struct Choice {
    at: Moment,
    open_to: [bool; 2],
}

/// When an unnamed regeneration last set a key; `None` if none did.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LastSet(Option<Moment>);

/// Whether the choices, which are in the order of time, can be divided between the keys so that every demand of a key
/// contains a regeneration of that key.
fn can_divide(choices: &[Choice], unmet: [&[Stretch]; 2]) -> bool {
    if unmet.iter().all(|demands| demands.is_empty()) {
        return true;
    }
    let mut newest = LastSet(None);
    // For each key, the world in which the newest regeneration set it, if there is one. Of several such worlds, only
    // the one in which the other key was set latest matters.
    let mut worlds = [Some(LastSet(None)), None];
    let mut due = [0, 0];
    for Choice { at, open_to } in choices {
        let ended = [0, 1].map(|key| {
            let from = due[key];
            due[key] += unmet[key][from..].partition_point(|demand| demand.end < *at);
            &unmet[key][from..due[key]]
        });
        drop_unmet(&mut worlds, newest, ended);
        let [was_key1, was_key2] = worlds;
        // The latest setting of the other key: unchanged if this regeneration sets the same key as the previous one,
        // otherwise the previous regeneration.
        let follow = |same: Option<LastSet>, switched: Option<LastSet>| same.max(switched.map(|_| newest));
        worlds = [
            follow(was_key1, was_key2).filter(|_| open_to[0]),
            follow(was_key2, was_key1).filter(|_| open_to[1]),
        ];
        newest = LastSet(Some(*at));
    }
    drop_unmet(&mut worlds, newest, [0, 1].map(|key| &unmet[key][due[key]..]));
    worlds.iter().any(Option::is_some)
}

/// Drops the worlds in which a demand that has ended was not met.
fn drop_unmet(worlds: &mut [Option<LastSet>; 2], newest: LastSet, ended: [&[Stretch]; 2]) {
    let met =
        |demands: &[Stretch], LastSet(last): LastSet| demands.iter().all(|demand| last >= Some(demand.start));
    for key in [0, 1] {
        worlds[key] = worlds[key].filter(|other| met(ended[key], newest) && met(ended[1 - key], *other));
    }
}
