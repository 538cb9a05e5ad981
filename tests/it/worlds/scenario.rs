//! Random evidence about one account, and its translation into the program's types.
//!
//! All instants are minutes from the first instant of June 2026, so that the ends of two months are near.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::select;
use rotaudit::correlate::{self, AccountEvidence, CoveredResidence, Limits};
use rotaudit::model::{
    Account, Basis, CoverageClass, Covered, InputId, Instant, Interval, KeyEvent, KeyName, KeyOperation,
    LocalAuthSource, LogId, Month, NamedKey, Place, Proof, Region, Reliance, ResourceId, Stamp, Status,
};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// The end of the last residence: later than every instant of a scenario.
const FAR: i64 = 1_000 * DAY;

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) created: Option<i64>,
    pub(crate) is_migrated: bool,
    pub(crate) created_by: Option<i64>,
    pub(crate) local_auth_disabled: Option<bool>,
    pub(crate) listed_at: Option<i64>,
    pub(crate) as_of: i64,
    pub(crate) max_age: i64,
    pub(crate) tolerance: i64,
    pub(crate) max_evidence_age: i64,
    pub(crate) requests: Vec<Request>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) residences: Vec<Residence>,
}

/// One request and its records, in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) operation: KeyOperation,
    pub(crate) records: Vec<(i64, Status)>,
    /// The key that the first record names.
    pub(crate) key: Option<KeyName>,
    pub(crate) disables_local_auth: bool,
}

/// A stamp; `month` is one of 2026.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) key: KeyName,
    pub(crate) month: u32,
    pub(crate) at: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Residence {
    /// `None`: the account did not move there.
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) logs: Vec<Log>,
}

#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) basis: Basis,
    pub(crate) class: CoverageClass,
}

pub(crate) fn at(minute: i64) -> Instant {
    Instant::parse_argument("2026-06-01").expect("a date").plus(TimeDelta::minutes(minute))
}

pub(crate) fn place(line: usize) -> Place {
    Place { input: InputId(0), line: line as u64 + 1, column: 1 }
}

pub(crate) fn id() -> ResourceId {
    let provider = "providers/Microsoft.CognitiveServices/accounts/account";
    ResourceId::parse(&format!(
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/group/{provider}"
    ))
    .expect("an id")
}

impl Request {
    fn events(&self, number: usize) -> impl Iterator<Item = KeyEvent> {
        self.records.iter().enumerate().map(move |(index, (minute, status))| KeyEvent {
            operation: self.operation,
            resource: id(),
            at: at(*minute),
            status: *status,
            key: self.key.filter(|_| index == 0).map_or(NamedKey::Unnamed, NamedKey::Named),
            operation_id: Some(LogId::from(&*format!("operation {number}"))),
            correlation_id: None,
            event_data_id: Some(LogId::from(&*format!("event {number}.{index}"))),
            caller: None,
            disables_local_auth: self.disables_local_auth && index == 0,
            place: place(10 * number + index),
        })
    }
}

impl Request {
    /// A request of one record.
    pub(crate) fn of(operation: KeyOperation, at: i64, status: Status) -> Request {
        Request { operation, records: vec![(at, status)], key: None, disables_local_auth: false }
    }
}

impl Residence {
    /// Returns the residence of an account that did not move.
    pub(crate) fn only(logs: Vec<Log>) -> Vec<Residence> {
        vec![Residence { start: None, end: None, logs }]
    }
}

impl Log {
    pub(crate) fn declared(start: i64, end: i64) -> Log {
        Log { start, end, basis: Basis::Declared, class: CoverageClass::Stated }
    }

    pub(crate) fn observed(start: i64, end: i64) -> Log {
        Log { start, end, basis: Basis::Observed, class: CoverageClass::Inferred }
    }

    fn covered(&self) -> Covered {
        let interval = Interval { start: at(self.start), end: at(self.end) };
        Covered { interval, basis: self.basis, class: self.class }
    }
}

impl Scenario {
    /// An account without evidence.
    pub(crate) fn new(created: Option<i64>, as_of: i64) -> Scenario {
        Scenario {
            created,
            is_migrated: false,
            created_by: None,
            local_auth_disabled: None,
            listed_at: None,
            as_of,
            max_age: HOUR,
            tolerance: 0,
            max_evidence_age: 0,
            requests: Vec::new(),
            readings: Vec::new(),
            residences: Residence::only(Vec::new()),
        }
    }

    pub(crate) fn account(&self) -> Account {
        Account {
            id: id(),
            kind: "OpenAI".to_owned(),
            location: None,
            created_at: self.created.map(at),
            created_by: self.created_by.map(at),
            is_migrated: self.is_migrated,
            is_migration_unknown: false,
            local_auth_disabled: self.local_auth_disabled,
            tags: std::collections::BTreeMap::new(),
            properties: None,
            written_at: None,
            listed_at: self.listed_at.map(at),
            other_kinds: Vec::new(),
            is_local_auth_contradicted: false,
            is_creation_contradicted: false,
            vouched_at: self.listed_at.map(at),
            came: None,
            local_auth_source: LocalAuthSource::Own,
            is_local_auth_unreadable: false,
            region: Region { start: place(0), end_line: 1, end_column: 1 },
        }
    }

    pub(crate) fn evidence(&self) -> AccountEvidence {
        let events = self.requests.iter().enumerate().flat_map(|(number, request)| request.events(number));
        let stamp = |(line, reading): (usize, &Reading)| {
            let month = Month::new(2026, reading.month).expect("a month");
            Stamp::new(reading.key, month, at(reading.at), place(line))
        };
        let mut stamps: Vec<Stamp> = self.readings.iter().enumerate().map(stamp).collect();
        stamps.sort_by_key(|stamp| stamp.taken_at);
        let residences = self.residences.iter().map(|residence| CoveredResidence {
            id: id(),
            window: Interval {
                start: residence.start.map_or(Instant::MIN, at),
                end: at(residence.end.unwrap_or(FAR)),
            },
            covered: residence.logs.iter().map(Log::covered).collect(),
        });
        AccountEvidence {
            events: events.collect(),
            deleted: Vec::new(),
            stamps,
            residences: residences.collect(),
            newest_record: None,
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            as_of: at(self.as_of),
            max_age: TimeDelta::minutes(self.max_age),
            tolerance: TimeDelta::minutes(self.tolerance),
            max_evidence_age: TimeDelta::minutes(self.max_evidence_age),
        }
    }

    pub(crate) fn prove(&self) -> Proof {
        correlate::prove(&self.account(), self.evidence(), &self.limits())
    }

    pub(crate) fn logs(&self) -> impl Iterator<Item = &Log> {
        self.residences.iter().flat_map(|residence| &residence.logs)
    }

    fn keep_logs(&mut self, keep: impl Fn(&Log) -> bool) {
        for residence in &mut self.residences {
            residence.logs.retain(&keep);
        }
    }

    /// The same without one thing that a verdict can rest on.
    pub(crate) fn without(&self, reliance: Reliance) -> Scenario {
        let mut less = self.clone();
        match reliance {
            Reliance::Tolerance => less.tolerance = 0,
            Reliance::Stamps => less.readings.clear(),
            Reliance::Fingerprints => {}
            _ => less.keep_logs(|log| log.basis.as_str() != reliance.as_str()),
        }
        less
    }

    /// Returns the scenario under `--strict-coverage --tolerance 0`.
    pub(crate) fn strict(&self) -> Scenario {
        let mut strict = self.without(Reliance::Tolerance);
        strict.keep_logs(|log| log.class == CoverageClass::Stated);
        strict
    }
}

/// The instants and lengths that a scenario is made of: few, so that they often coincide.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    instants: Vec<i64>,
    ages: Vec<i64>,
    tolerances: Vec<i64>,
    evidence_ages: Vec<i64>,
}

/// Hours, days and weeks around the ends of months.
pub(crate) fn palettes() -> Vec<Palette> {
    let hours = |numbers: &[i64]| numbers.iter().map(|number| number * HOUR).collect::<Vec<_>>();
    let days = |numbers: &[i64]| numbers.iter().map(|number| number * DAY).collect::<Vec<_>>();
    let near_month = |mut instants: Vec<i64>| {
        instants.extend([-HOUR, HOUR]);
        instants
    };
    vec![
        Palette {
            instants: hours(&[-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]),
            ages: hours(&[1, 2, 3, 4, 5, 7]),
            tolerances: vec![0, HOUR / 2, HOUR, 2 * HOUR, 3 * HOUR],
            evidence_ages: hours(&[0, 1, 2, 3, 5]),
        },
        Palette {
            instants: near_month(days(&[-4, -3, -2, -1, 0, 1, 2, 3, 4, 5])),
            ages: days(&[1, 2, 3, 4, 5, 7]),
            tolerances: hours(&[0, 12, 24, 48, 72]),
            evidence_ages: days(&[0, 1, 2, 3, 5]),
        },
        Palette {
            instants: near_month(days(&[-40, -31, -20, -10, 0, 5, 10, 20, 30, 35, 45])),
            ages: days(&[15, 20, 30, 40, 55]),
            tolerances: days(&[0, 1, 5, 7]),
            evidence_ages: days(&[0, 5, 10, 20]),
        },
    ]
}

impl Palette {
    fn instant(&self) -> impl Strategy<Value = i64> + use<> {
        // The distance from an instant is less or more than the gap that coverage bridges.
        (select(self.instants.clone()), prop_oneof![12 => Just(0), 1 => select(vec![-20, -15, 15, 20, 21])])
            .prop_map(|(instant, offset)| instant + offset)
    }

    fn early(&self) -> impl Strategy<Value = i64> + use<> {
        let half = self.instants.len() / 2;
        (self.instant(), select(self.instants[..half].to_vec()), prop::bool::weighted(0.8))
            .prop_map(|(any, early, is_early)| if is_early { early } else { any })
    }

    fn late(&self) -> impl Strategy<Value = i64> + use<> {
        let half = self.instants.len() / 2;
        (self.instant(), select(self.instants[half..].to_vec()), prop::bool::weighted(0.8))
            .prop_map(|(any, late, is_late)| if is_late { late } else { any })
    }

    pub(crate) fn request(&self) -> impl Strategy<Value = Request> + use<> {
        let operation = prop_oneof![
            9 => Just(KeyOperation::Regenerate),
            2 => Just(KeyOperation::Write),
            1 => Just(KeyOperation::Delete),
            1 => Just(KeyOperation::List),
        ];
        let key = prop_oneof![2 => Just(None), 3 => select(KeyName::BOTH.to_vec()).prop_map(Some)];
        let outcome = prop_oneof![
            4 => Just(Status::Succeeded),
            2 => Just(Status::Failed),
            2 => select(vec![Status::ServerError, Status::FailedWithoutCode, Status::Other]),
        ];
        let is_started = prop::option::weighted(0.5, prop::bool::weighted(0.8));
        let duration = select(vec![0, 1, 30, 60, 120]);
        (operation, self.instant(), key, outcome, is_started, duration, any::<bool>()).prop_map(
            |(operation, first, key, outcome, is_started, duration, disables)| Request {
                operation,
                records: match is_started {
                    None => vec![(first, outcome)],
                    Some(true) => vec![(first, Status::Started), (first + duration, outcome)],
                    Some(false) => vec![(first, Status::Started)],
                },
                key: key.filter(|_| operation == KeyOperation::Regenerate),
                disables_local_auth: disables && operation == KeyOperation::Write,
            },
        )
    }

    pub(crate) fn reading(&self) -> impl Strategy<Value = Reading> + use<> {
        (select(KeyName::BOTH.to_vec()), 4..=7_u32, self.late()).prop_map(|(key, month, at)| {
            // A sheet is refused if a month begins later than its reading, apart from the difference between clocks.
            let has_begun = |month: u32| {
                Month::new(2026, month).is_some_and(|month| month.interval().start <= self::at(at + HOUR))
            };
            Reading { key, month: (1..=month).rfind(|month| has_begun(*month)).unwrap_or(1), at }
        })
    }

    pub(crate) fn log(&self) -> impl Strategy<Value = Log> + use<> {
        let stated = |basis| (basis, CoverageClass::Stated);
        let inferred = |basis| (basis, CoverageClass::Inferred);
        let basis = select(vec![
            stated(Basis::Declared),
            stated(Basis::Declared),
            stated(Basis::AssumedComplete),
            stated(Basis::Path),
            inferred(Basis::Path),
            inferred(Basis::Observed),
            inferred(Basis::Observed),
            inferred(Basis::Etag),
        ]);
        (self.early(), self.late(), basis).prop_map(|(one, other, (basis, class))| Log {
            start: one.min(other),
            end: one.max(other),
            basis,
            class,
        })
    }

    fn residences(&self) -> impl Strategy<Value = Vec<Residence>> + use<> {
        let logs = || prop::collection::vec(self.log(), 0..4);
        let stays = logs().prop_map(Residence::only);
        let moved = (logs(), logs(), self.instant(), self.instant(), any::<bool>()).prop_map(
            |(before, after, one, other, at_once)| {
                let (left, arrived) = if at_once { (one, one) } else { (one.min(other), one.max(other)) };
                vec![
                    Residence { start: None, end: Some(left), logs: before },
                    Residence { start: Some(arrived), end: None, logs: after },
                ]
            },
        );
        prop_oneof![9 => stays, 1 => moved]
    }

    /// A scenario of [`readings_apart`].
    pub(crate) fn scenario(&self) -> impl Strategy<Value = Scenario> + use<> {
        self.scenario_of_any_readings()
            .prop_map(|scenario| Scenario { readings: readings_apart(&scenario.readings), ..scenario })
    }

    fn scenario_of_any_readings(&self) -> impl Strategy<Value = Scenario> + use<> {
        let account = (
            prop::option::weighted(0.75, self.early()),
            prop::bool::weighted(0.2),
            prop::option::of(self.instant()),
            prop_oneof![4 => Just(None), 1 => Just(Some(false)), 1 => Just(Some(true))],
            prop::option::of(self.instant()),
        );
        let limits = (
            prop_oneof![3 => self.late(), 1 => self.instant()],
            select(self.ages.clone()),
            select(self.tolerances.clone()),
            select(self.evidence_ages.clone()),
        );
        let evidence = (
            prop::collection::vec(self.request(), 0..5),
            prop_oneof![
                1 => Just(Vec::new()),
                1 => prop::collection::vec(self.reading(), 1..5),
            ],
            self.residences(),
        );
        (account, limits, evidence).prop_map(|(account, limits, (requests, readings, residences))| {
            let (created, is_migrated, created_by, local_auth_disabled, listed_at) = account;
            let (as_of, max_age, tolerance, max_evidence_age) = limits;
            Scenario {
                created,
                is_migrated,
                created_by,
                local_auth_disabled,
                listed_at,
                as_of,
                max_age,
                tolerance,
                max_evidence_age,
                requests,
                readings: without_conflicts(readings),
                residences,
            }
        })
    }
}

/// Two readings of one key at one instant that differ are refused with the sheets.
pub(crate) fn without_conflicts(readings: Vec<Reading>) -> Vec<Reading> {
    let mut kept: Vec<Reading> = Vec::new();
    for reading in readings {
        let differs = |other: &Reading| {
            (other.key, other.at) == (reading.key, reading.at) && other.month != reading.month
        };
        if !kept.iter().any(differs) {
            kept.push(reading);
        }
    }
    kept
}

/// Returns the readings without those within two hours of the end of a month if the key had another month at any other
/// reading.
///
/// A setting in the hour before or after the end of a month can carry either month. The program lets a logged one count
/// for both months if a reading is so close that it may have been taken before or after that setting.
fn readings_apart(readings: &[Reading]) -> Vec<Reading> {
    let month = |minute| Month::of(at(minute));
    let is_apart = |reading: &&Reading| {
        month(reading.at - 2 * HOUR) == month(reading.at + 2 * HOUR)
            || readings.iter().all(|other| other.key != reading.key || other.month == reading.month)
    };
    readings.iter().filter(is_apart).cloned().collect()
}

pub(crate) fn scenario() -> impl Strategy<Value = Scenario> {
    select(palettes()).prop_flat_map(|palette| palette.scenario())
}

pub(crate) fn scenario_of_any_readings() -> impl Strategy<Value = Scenario> {
    select(palettes()).prop_flat_map(|palette| palette.scenario_of_any_readings())
}

/// Returns scenarios with stated coverage only, because other coverage does not count for `earliest`.
pub(crate) fn migrated_at_an_unknown_instant() -> impl Strategy<Value = Scenario> {
    scenario().prop_map(|mut scenario| {
        scenario.created = None;
        scenario.is_migrated = true;
        for log in scenario.residences.iter_mut().flat_map(|residence| &mut residence.logs) {
            (log.basis, log.class) = (Basis::Declared, CoverageClass::Stated);
        }
        scenario
    })
}
