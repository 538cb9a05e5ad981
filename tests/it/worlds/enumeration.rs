//! All worlds, one decision after the other.

use rotaudit::model::{KeyName, Outcome};

use crate::worlds::known::{Creation, EVER, HOUR, Known, Stretch};
use crate::worlds::scenario::Reading;

/// The instant of an attempt that counts as the instant at which the key was set.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Counted {
    First,
    Outcome,
}

/// Instants as bits: one long ago, then each instant that the evidence names, and the moment after it.
struct Moments(Vec<i64>);

impl Moments {
    fn new(known: &Known<'_>) -> Moments {
        let named = known.named_instants();
        let moments: Vec<i64> =
            [EVER].into_iter().chain(named.into_iter().flat_map(|tick| [tick, tick + 1])).collect();
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

/// The sets of instants in which one key must have been set, and those in which it cannot have been set.
struct Rules {
    demands: Vec<u128>,
    banned: u128,
}

impl Rules {
    fn new(key: KeyName, readings: &[Reading], moments: &Moments, as_of: i64) -> Rules {
        let mut readings: Vec<&Reading> = readings.iter().filter(|reading| reading.key == key).collect();
        readings.sort_by_key(|reading| reading.at);
        let mut demands: Vec<Stretch> = readings.iter().map(|reading| reading.demand()).collect();
        for (earlier, later) in readings.iter().zip(readings.iter().skip(1)) {
            if earlier.month != later.month {
                let clip = if later.tick() <= as_of { as_of } else { i64::MAX };
                demands.push(Stretch { after: earlier.tick() - HOUR, until: clip.min(later.tick() + HOUR) });
            }
        }
        let banned = |tick| readings.iter().any(|reading| reading.ban().contains(tick));
        let demanded = |demand: &Stretch| moments.all(|tick| demand.contains(tick));
        Rules { demands: demands.iter().map(demanded).collect(), banned: moments.all(banned) }
    }

    /// Every set of settings that the key can have: those that are decided, and any unseen ones.
    ///
    /// If most of its unseen settings are removed, a world still has the same last setting and still meets each demand.
    /// So one setting for each demand that nothing else meets, and one more that can be the last, are enough.
    fn completed(&self, decided: Settings, unseen: u128) -> Vec<Settings> {
        if decided.happened & self.banned != 0 {
            return Vec::new();
        }
        let allowed = unseen & !self.banned;
        let mut sets = vec![decided];
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
            Creation::Unknown { by, writes } => {
                let is_possible =
                    |tick: &i64| *tick <= *by && (known.watch.is_unseen(*tick) || writes.contains(tick));
                for created in worlds.moments.0.clone().into_iter().filter(is_possible) {
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
