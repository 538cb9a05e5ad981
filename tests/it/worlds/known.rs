//! The evidence about one account by the rules of VERDICTS: when its keys can have been set, and when this can have
//! happened unseen.
//!
//! Time is counted in half minutes, so that there is an instant between two minutes.

use rotaudit::model::{CoverageClass, Instant, KeyName, KeyOperation, Month, Outcome, Status};

use crate::worlds::scenario::{self, Reading, Request, Scenario};

pub(crate) const HOUR: i64 = 120;

/// Longer ago than any instant that the evidence names.
pub(crate) const EVER: i64 = i64::MIN;

/// A request, as its records up to the audit show it.
#[derive(Clone, Debug)]
pub(crate) struct Attempted {
    pub(crate) first_at: i64,
    pub(crate) at: i64,
    pub(crate) outcome: Outcome,
    pub(crate) key: Option<KeyName>,
    pub(crate) disables_local_auth: bool,
}

/// When the keys were first set.
#[derive(Clone, Debug)]
pub(crate) enum Creation {
    At(i64),
    /// The keys were set at any instant up to the migration, or later.
    MigratedAt(i64),
    /// The keys were set at any uncovered instant up to `by`, or at one of the writes.
    Unknown {
        by: i64,
        writes: Vec<i64>,
    },
}

/// The periods for which logs are complete, and the logs that count.
#[derive(Clone, Debug)]
pub(crate) struct Watch<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) is_strict: bool,
    /// Migration and deletion hide everything up to here.
    pub(crate) hidden_until: i64,
    pub(crate) tolerated: Option<Tolerated>,
}

/// The part of a gap that counts as covered, though no log covers it: later than `after`, up to `until`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerated {
    pub(crate) after: i64,
    pub(crate) until: i64,
    /// The only instant in this part that stays uncovered.
    pub(crate) except: Option<i64>,
}

/// All instants later than `after` and up to `until`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) after: i64,
    pub(crate) until: i64,
}

/// Everything that decides which worlds exist.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) creation: Creation,
    pub(crate) attempts: Vec<Attempted>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) watch: Watch<'a>,
    /// Up to here, deletion and certain migration hide everything.
    surely_hidden_until: i64,
}

impl Attempted {
    fn new(request: &Request, as_of: i64) -> Option<Attempted> {
        let records: Vec<(i64, Status)> = request
            .records
            .iter()
            .map(|(minute, status)| (2 * minute, *status))
            .filter(|(at, _)| *at <= as_of)
            .collect();
        let first_at = records.first()?.0;
        let success = records.iter().find(|(_, status)| *status == Status::Succeeded);
        let is_failed = records.iter().any(|(_, status)| *status == Status::Failed);
        Some(Attempted {
            first_at,
            at: success.or(records.last())?.0,
            outcome: match success {
                Some(_) => Outcome::Succeeded,
                None if is_failed => Outcome::Failed,
                None => Outcome::Uncertain,
            },
            key: request.key,
            disables_local_auth: request.disables_local_auth,
        })
    }

    pub(crate) fn all(scenario: &Scenario, operation: KeyOperation) -> Vec<Attempted> {
        let requests = scenario.requests.iter().filter(|request| request.operation == operation);
        requests.filter_map(|request| Attempted::new(request, 2 * scenario.as_of)).collect()
    }

    pub(crate) fn may_have_happened(&self) -> bool {
        self.outcome != Outcome::Failed
    }
}

impl Watch<'_> {
    /// Whether a log that counts is complete at the instant.
    pub(crate) fn is_logged(&self, tick: i64) -> bool {
        self.scenario.residences.iter().any(|residence| {
            let is_there = residence.start.is_none_or(|start| 2 * start < tick)
                && residence.end.is_none_or(|end| tick <= 2 * end);
            let logs = || {
                let logs = residence.logs.iter();
                logs.filter(|log| !self.is_strict || log.class == CoverageClass::Stated)
            };
            let covers = || logs().any(|log| 2 * log.start < tick && tick <= 2 * log.end);
            let is_in_a_short_gap = || {
                logs().any(|before| {
                    logs().any(|after| {
                        2 * before.end < tick && tick <= 2 * after.start && after.start - before.end <= 20
                    })
                })
            };
            is_there && (covers() || is_in_a_short_gap())
        })
    }

    /// Whether a key can have been set unseen.
    pub(crate) fn is_unseen(&self, tick: i64) -> bool {
        let is_tolerated = self.tolerated.is_some_and(|tolerated| {
            tolerated.after < tick && tick <= tolerated.until && Some(tick) != tolerated.except
        });
        let is_later = tick > 2 * self.scenario.as_of;
        is_later || !is_tolerated && (tick <= self.hidden_until || !self.is_logged(tick))
    }
}

impl Reading {
    pub(crate) fn tick(&self) -> i64 {
        2 * self.at
    }

    /// The month, widened by the possible difference between clocks.
    pub(crate) fn month(&self) -> (i64, i64) {
        let interval = Month::new(2026, self.month).expect("a month").interval();
        let tick = |instant: Instant| instant.seconds_since(scenario::at(0)) / 30;
        (tick(interval.start) - HOUR, tick(interval.end) + HOUR)
    }

    /// The stretch in which the key was set. The month's first instant is in it.
    pub(crate) fn demand(&self) -> Stretch {
        let (start, end) = self.month();
        Stretch { after: start - 1, until: end.min(self.tick()) }
    }

    /// The stretch in which the key was not set.
    pub(crate) fn ban(&self) -> Stretch {
        Stretch { after: self.month().1, until: self.tick() }
    }
}

impl Stretch {
    pub(crate) fn contains(self, tick: i64) -> bool {
        self.after < tick && tick <= self.until
    }
}

impl<'a> Known<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Known<'a> {
        let as_of = 2 * scenario.as_of;
        let created = scenario.created.map(|created| 2 * created);
        let deleted = Known::deleted(scenario);
        let recovered = deleted.map_or(EVER, |deleted| deleted + 48 * HOUR);
        let by = [scenario.created_by, scenario.listed_at].into_iter().flatten().map(|by| 2 * by);
        let by = by.chain([as_of]).min().expect("the audit is one");
        let creation = match created {
            Some(created) if scenario.is_migrated => Creation::MigratedAt(created),
            Some(created) => Creation::At(created),
            None => {
                let writes = Attempted::all(scenario, KeyOperation::Write).into_iter();
                let writes = writes.filter(Attempted::may_have_happened);
                let writes = writes.flat_map(|write| [write.first_at, write.at]);
                Creation::Unknown { by, writes: writes.filter(|write| *write <= by).collect() }
            }
        };
        let mut attempts = Attempted::all(scenario, KeyOperation::Regenerate);
        attempts.retain(|attempt| created.is_none_or(|created| attempt.at > created - HOUR));
        for attempt in &mut attempts {
            // An attempt on this account may have been recorded by another clock just before its creation.
            if attempt.at <= recovered && attempt.may_have_happened() {
                attempt.outcome = Outcome::Uncertain;
            }
        }
        let is_of_this_account = |reading: &&Reading| {
            created.is_none_or(|created| reading.tick() > created)
                && deleted.is_none_or(|deleted| reading.tick() > deleted)
        };
        let surely_hidden_until = match creation {
            Creation::MigratedAt(created) => created.max(recovered),
            // It may have been migrated by the last of the writes, and its keys were set elsewhere before.
            // `possible_migrations` has the others.
            Creation::Unknown { ref writes, .. } if scenario.is_migrated => {
                writes.iter().copied().max().unwrap_or(EVER).max(recovered)
            }
            _ => recovered,
        };
        let known = Known {
            attempts,
            readings: scenario.readings.iter().filter(is_of_this_account).cloned().collect(),
            watch: Watch { scenario, is_strict: false, hidden_until: surely_hidden_until, tolerated: None },
            surely_hidden_until,
            creation,
        };
        known.hiding_migration()
    }

    /// If readings exclude that a key was set at the last possible instant of a migration, its keys can have been set at any
    /// instant before, also where a log is complete.
    fn hiding_migration(mut self) -> Known<'a> {
        self.watch.hidden_until = self.surely_hidden_until;
        let Some(last) = self.possible_migrations().into_iter().max() else { return self };
        let is_banned = self.readings.iter().any(|reading| reading.ban().contains(last));
        let is_seen = |tick: &i64| *tick <= last && !self.watch.is_unseen(*tick);
        if is_banned && self.moments().iter().any(is_seen) {
            self.watch.hidden_until = last;
        }
        self
    }

    /// The last deletion in the account's life.
    pub(crate) fn deleted(scenario: &Scenario) -> Option<i64> {
        let deletions = Attempted::all(scenario, KeyOperation::Delete).into_iter();
        let deletions = deletions.filter(Attempted::may_have_happened).map(|deletion| deletion.at);
        deletions.filter(|at| scenario.created.is_none_or(|created| 2 * created < *at)).max()
    }

    /// Returns the instants at which the account can have been created, if its creation is unknown: the uncovered ones and
    /// those of the writes.
    pub(crate) fn possible_creations(&self) -> Vec<i64> {
        let Creation::Unknown { by, writes } = &self.creation else { return Vec::new() };
        let is_possible = |tick: &i64| *tick <= *by && (self.watch.is_unseen(*tick) || writes.contains(tick));
        self.moments().into_iter().filter(is_possible).collect()
    }

    /// Returns the instants at which an account of unknown creation can have been migrated.
    pub(crate) fn possible_migrations(&self) -> Vec<i64> {
        if self.watch.scenario.is_migrated { self.possible_creations() } else { Vec::new() }
    }

    /// Returns what is known in the worlds in which the account was migrated at the instant: until then, its keys can have
    /// been set at any instant.
    pub(crate) fn migrated_at(mut self, tick: i64) -> Known<'a> {
        self.watch.hidden_until = self.watch.hidden_until.max(tick);
        self
    }

    pub(crate) fn as_of(&self) -> i64 {
        2 * self.watch.scenario.as_of
    }

    pub(crate) fn strict(mut self) -> Known<'a> {
        self.watch.is_strict = true;
        self.hiding_migration()
    }

    pub(crate) fn without_readings(mut self) -> Known<'a> {
        self.readings.clear();
        self.hiding_migration()
    }

    /// All instants that the evidence names, in order.
    pub(crate) fn named_instants(&self) -> Vec<i64> {
        let scenario = self.watch.scenario;
        let mut named = vec![self.as_of()];
        match &self.creation {
            Creation::At(created) | Creation::MigratedAt(created) => named.push(*created),
            Creation::Unknown { by, writes } => named.extend([*by].iter().chain(writes)),
        }
        named.extend(Some(self.watch.hidden_until).filter(|until| *until != EVER));
        named.extend(self.watch.tolerated.map(|tolerated| tolerated.after).filter(|after| *after != EVER));
        named.extend(self.attempts.iter().flat_map(|attempt| [attempt.first_at, attempt.at]));
        for residence in &scenario.residences {
            named.extend([residence.start, residence.end].into_iter().flatten().map(|end| 2 * end));
        }
        named.extend(scenario.logs().flat_map(|log| [2 * log.start, 2 * log.end]));
        for reading in &self.readings {
            let (start, end) = reading.month();
            named.extend([start, end, reading.tick() - HOUR, reading.tick(), reading.tick() + HOUR]);
        }
        named.sort_unstable();
        named.dedup();
        named
    }

    /// Returns an instant long ago, each instant that the evidence names, and the moment after it.
    pub(crate) fn moments(&self) -> Vec<i64> {
        let mut moments = vec![EVER];
        moments.extend(self.named_instants().into_iter().flat_map(|tick| [tick, tick + 1]));
        moments.dedup();
        moments
    }
}
