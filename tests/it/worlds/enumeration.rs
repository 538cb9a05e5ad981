//! All worlds, one decision after the other.

use rotaudit::model::{KeyName, Outcome};

use crate::worlds::known::{Creation, EVER, HOUR, Known};
use crate::worlds::scenario::Reading;

/// The instant of an attempt that counts as the instant at which the key was set.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Counted {
    First,
    Outcome,
}

/// Instants as bits, see [`Known::moments`].
struct Moments(Vec<i64>);

impl Moments {
    fn new(known: &Known<'_>) -> Moments {
        let moments = known.moments();
        assert!(moments.len() <= 128, "too many instants");
        Moments(moments)
    }

    fn bit(&self, tick: i64) -> u128 {
        1 << self.0.binary_search(&tick).expect("an instant that the evidence names")
    }

    fn all(&self, is_in: impl Fn(i64) -> bool) -> u128 {
        let bits = self.0.iter().enumerate().filter(|(_, tick)| is_in(**tick));
        bits.fold(0, |bits, (index, _)| bits | 1 << index)
    }
}

fn each_bit(mut bits: u128) -> impl Iterator<Item = u128> {
    std::iter::from_fn(move || {
        let lowest = bits & bits.wrapping_neg();
        bits ^= lowest;
        (lowest != 0).then_some(lowest)
    })
}

fn index(key: KeyName) -> usize {
    usize::from(key == KeyName::Key2)
}

/// Settings of one key: when they happened, and when they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Settings {
    happened: u128,
    counted: u128,
}

impl Settings {
    fn with(self, happened: u128, counted: u128) -> Settings {
        Settings { happened: self.happened | happened, counted: self.counted | counted }
    }
}

/// A reading of a key: the months of settings, and the reading itself, as sets of instants.
struct Shown {
    month: u32,
    /// The instants of settings that can carry the month.
    stamped: u128,
    /// The instants at which the reading may have been taken, and the ones before.
    until: u128,
    /// The same instants, and the ones after.
    since: u128,
}

/// What the readings of one key require of its settings.
struct Rules {
    /// In the order of time.
    shown: Vec<Shown>,
    /// The sets of instants in which the key must have been set.
    demands: Vec<u128>,
    /// The instants at which it cannot have been set.
    banned: u128,
    /// The moments that represent many instants, so that a key can have been set at several of them.
    between: u128,
}

impl Rules {
    fn new(key: KeyName, readings: &[Reading], moments: &Moments, as_of: i64) -> Rules {
        let mut readings: Vec<&Reading> = readings.iter().filter(|reading| reading.key == key).collect();
        readings.sort_by_key(|reading| reading.at);
        let shown = |reading: &&Reading| {
            let (start, end) = reading.month();
            let latest = reading.tick() + HOUR;
            let latest = if reading.tick() <= as_of { latest.min(as_of) } else { latest };
            Shown {
                month: reading.month,
                stamped: moments.all(|tick| start <= tick && tick <= end),
                until: moments.all(|tick| tick <= latest),
                since: moments.all(|tick| reading.tick() - HOUR < tick),
            }
        };
        let demanded = |reading: &&Reading| moments.all(|tick| reading.demand().contains(tick));
        let banned = |tick| readings.iter().any(|reading| reading.ban().contains(tick));
        Rules {
            shown: readings.iter().map(shown).collect(),
            demands: readings.iter().map(demanded).collect(),
            banned: moments.all(banned),
            between: moments.all(|tick| tick % 2 != 0),
        }
    }

    /// Every set of settings that the key can have: those that are decided, and any unseen ones.
    ///
    /// If most of its unseen settings are removed, a world still has the same last setting, still meets each demand, and
    /// its readings still show the same. So one setting for each change of the month that readings show, one for each
    /// demand that nothing else meets, and one more that can be the last, are enough.
    fn completed(&self, decided: Settings, unseen: u128) -> Vec<Settings> {
        if decided.happened & self.banned != 0 {
            return Vec::new();
        }
        let allowed = unseen & !self.banned;
        let mut sets = self.with_shown(decided, allowed);
        for demand in &self.demands {
            let meet = |set: Settings| -> Vec<Settings> {
                match set.happened & demand {
                    0 => each_bit(allowed & demand).map(|bit| set.with(bit, bit)).collect(),
                    _ => vec![set],
                }
            };
            sets = sets.into_iter().flat_map(meet).collect();
        }
        let one_more = |set: &Settings| {
            [*set].into_iter().chain(each_bit(allowed).map(|bit| set.with(bit, bit))).collect::<Vec<_>>()
        };
        let mut sets: Vec<Settings> = sets.iter().flat_map(one_more).collect();
        sets.sort_unstable();
        sets.dedup();
        sets
    }

    /// Every way to decide which setting each reading shows. A setting has one stamp, so two readings of different months
    /// show two settings. The later one was set after the setting that the earlier reading shows, and after that reading.
    /// Readings of the same month in a row can show the same setting.
    fn with_shown(&self, decided: Settings, allowed: u128) -> Vec<Settings> {
        let mut sets = vec![(decided, 0)];
        let mut earlier: Option<&Shown> = None;
        for reading in &self.shown {
            if earlier.is_none_or(|earlier| earlier.month != reading.month) {
                let since = earlier.map_or(u128::MAX, |earlier| earlier.since);
                let show = |(set, last): (Settings, u128)| {
                    let possible = (set.happened | allowed) & reading.stamped & reading.until & since;
                    let is_later = move |bit: &u128| *bit > last || *bit == last & self.between;
                    each_bit(possible).filter(is_later).map(move |bit| {
                        let is_unseen = set.happened & bit == 0;
                        (if is_unseen { set.with(bit, bit) } else { set }, bit)
                    })
                };
                sets = sets.into_iter().flat_map(show).collect();
                sets.sort_unstable();
                sets.dedup();
            }
            earlier = Some(reading);
        }
        let mut sets: Vec<Settings> = sets.into_iter().map(|(set, _)| set).collect();
        sets.dedup();
        sets
    }
}

/// The worlds that agree on the creation and on the attempts. The unseen settings of one key do not depend on those of
/// the other.
pub(crate) struct Family {
    pub(crate) created: i64,
    keys: [usize; 2],
}

pub(crate) struct Worlds {
    moments: Moments,
    /// Every set of settings of one key, for each way to decide the creation and the attempts.
    lives: Vec<Vec<Settings>>,
    pub(crate) families: Vec<Family>,
}

impl Worlds {
    pub(crate) fn new(known: &Known<'_>, counted: Counted) -> Worlds {
        let mut worlds = Worlds { moments: Moments::new(known), lives: Vec::new(), families: Vec::new() };
        match &known.creation {
            Creation::At(created) => worlds.extend(known, *created, counted),
            Creation::MigratedAt(_) => worlds.extend(known, EVER, counted),
            Creation::Unknown { .. } => {
                for created in known.possible_creations() {
                    worlds.extend(known, created, counted);
                }
            }
        }
        worlds
    }

    fn extend(&mut self, known: &Known<'_>, created: i64, counted: Counted) {
        let moments = &self.moments;
        let is_unknown = matches!(known.creation, Creation::Unknown { .. });
        let readings: Vec<Reading> = known
            .readings
            .iter()
            .filter(|reading| !is_unknown || reading.tick() > created)
            .cloned()
            .collect();
        let born = Settings::default().with(moments.bit(created), moments.bit(created));
        let mut decided = vec![[born, born]];
        for attempt in &known.attempts {
            let mut choices: Vec<Option<KeyName>> = match attempt.key {
                Some(key) => vec![Some(key)],
                None => KeyName::BOTH.into_iter().map(Some).collect(),
            };
            match attempt.outcome {
                Outcome::Succeeded => {}
                Outcome::Uncertain => choices.push(None),
                Outcome::Failed => choices = vec![None],
            }
            if is_unknown && attempt.at <= created {
                choices = vec![None];
            }
            let happened = moments.bit(attempt.at);
            let counts = moments.bit(if counted == Counted::First { attempt.first_at } else { attempt.at });
            let decide = |keys: [Settings; 2]| {
                choices.iter().map(move |choice| {
                    let mut keys = keys;
                    if let Some(key) = choice {
                        keys[index(*key)] = keys[index(*key)].with(happened, counts);
                    }
                    keys
                })
            };
            decided = decided.into_iter().flat_map(decide).collect();
            decided.sort_unstable();
            decided.dedup();
        }
        let unseen = moments.all(|tick| tick > created && known.watch.is_unseen(tick));
        let rules = KeyName::BOTH.map(|key| Rules::new(key, &readings, moments, known.as_of()));
        let mut lives: Vec<(usize, Settings, usize)> = Vec::new();
        for keys in decided {
            let [one, other] = [0, 1].map(|key| {
                if let Some((.., life)) =
                    lives.iter().find(|(of, settings, _)| (*of, *settings) == (key, keys[key]))
                {
                    return *life;
                }
                self.lives.push(rules[key].completed(keys[key], unseen));
                lives.push((key, keys[key], self.lives.len() - 1));
                self.lives.len() - 1
            });
            if !self.lives[one].is_empty() && !self.lives[other].is_empty() {
                self.families.push(Family { created, keys: [one, other] });
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// Returns the least and the greatest last setting as of an instant, for key1, for key2 and for the older of the
    /// two.
    pub(crate) fn extremes(&self, as_of: i64) -> [(i64, i64); 3] {
        let until = self.moments.all(|tick| tick <= as_of);
        // The last settings in each life, as bits. A life without one belongs to an account that was created later,
        // with its keys.
        let last = |settings: &Settings| 127_u32.checked_sub((settings.counted & until).leading_zeros());
        let lasts: Vec<(u128, bool)> = self
            .lives
            .iter()
            .map(|life| {
                let bits = life.iter().filter_map(last).fold(0, |bits, last| bits | 1 << last);
                (bits, life.iter().any(|settings| last(settings).is_none()))
            })
            .collect();
        let mut extremes = [(i64::MAX, EVER); 3];
        let mut include = |which: usize, last: i64| {
            let (lowest, highest) = &mut extremes[which];
            (*lowest, *highest) = ((*lowest).min(last), (*highest).max(last));
        };
        let mut pairs: Vec<(i64, [(u128, bool); 2])> = self
            .families
            .iter()
            .map(|family| (family.created, family.keys.map(|life| lasts[life])))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (created, keys) in pairs {
            let [ones, others] = keys.map(|(bits, is_unborn)| {
                let settings = each_bit(bits).map(|bit| self.moments.0[bit.trailing_zeros() as usize]);
                settings.chain(is_unborn.then_some(created)).collect::<Vec<i64>>()
            });
            for one in &ones {
                for other in &others {
                    include(0, *one);
                    include(1, *other);
                    include(2, *one.min(other));
                }
            }
        }
        extremes
    }

    pub(crate) fn latest(&self, as_of: i64) -> [i64; 3] {
        self.extremes(as_of).map(|(_, latest)| latest)
    }

    /// Whether there is a world in which no key was set in between.
    pub(crate) fn can_be_quiet(&self, after: i64, until: i64) -> bool {
        let between = self.moments.all(|tick| after < tick && tick <= until);
        let is_quiet: Vec<bool> = self
            .lives
            .iter()
            .map(|life| life.iter().any(|settings| settings.happened & between == 0))
            .collect();
        self.families.iter().any(|family| family.keys.into_iter().all(|life| is_quiet[life]))
    }
}
