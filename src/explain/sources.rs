//! The evidence that a bound of a key's age results from.

use crate::model::{
    Attempt, AuditedAccount, CLOCK_DIFFERENCE, Instant, KeyName, Outcome, Place, Report, Stamp,
};

/// One account's evidence, with the names of its places.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub report: &'a Report,
    pub audited: &'a AuditedAccount,
}

impl Sources<'_> {
    /// Why the key was not set before `instant`.
    pub(super) fn of_earliest(self, key: KeyName, instant: Instant) -> Vec<String> {
        let mut words = Vec::new();
        // The key took effect between the first record and the one of success.
        for attempt in self.attempts().filter(|attempt| attempt.first_at == instant) {
            if attempt.outcome == Outcome::Succeeded && attempt.key == Some(key) {
                words.push(format!("{} was regenerated: {}", key, self.records(attempt)));
            }
        }
        words.extend(self.creation(instant));
        let stamps: Vec<&Stamp> = self.audited.proof.stamps.iter().filter(|stamp| stamp.key == key).collect();
        for stamp in &stamps {
            if stamp.set_in.start == instant {
                words.push(format!("{key} carries the month {}: {}", stamp.month, self.place(stamp.place)));
            }
        }
        for (earlier, later) in stamps.iter().zip(stamps.iter().skip(1)) {
            let from = [earlier.taken_at.minus(CLOCK_DIFFERENCE), earlier.taken_at];
            if from.contains(&instant) && earlier.month != later.month {
                words.push(format!(
                    "{key} carried the month {} on {}, and {} on {}: {}, {}",
                    earlier.month,
                    earlier.taken_at,
                    later.month,
                    later.taken_at,
                    self.place(earlier.place),
                    self.place(later.place)
                ));
            }
        }
        settled(words)
    }

    /// Why the key was not set after `instant`.
    pub(super) fn of_latest(self, key: KeyName, instant: Instant) -> Vec<String> {
        let mut words = Vec::new();
        for attempt in self.attempts().filter(|attempt| attempt.at == instant) {
            let records = self.records(attempt);
            match (attempt.outcome, attempt.key) {
                (Outcome::Failed, _) => {}
                (_, Some(named)) if named != key => {}
                (Outcome::Succeeded, Some(_)) => words.push(format!("{key} was regenerated: {records}")),
                (Outcome::Succeeded, None) => {
                    words.push(format!("a key was regenerated, and no record names it: {records}"));
                }
                (Outcome::Uncertain, Some(_)) => {
                    words.push(format!(
                        "{key} may have been regenerated, no record shows the outcome: {records}"
                    ));
                }
                (Outcome::Uncertain, None) => words.push(format!(
                    "a key may have been regenerated, no record names it or shows the outcome: {records}"
                )),
            }
        }
        words.extend(self.creation(instant));
        for stamp in self.audited.proof.stamps.iter().filter(|stamp| stamp.key == key) {
            if stamp.set_in.end == instant || stamp.taken_at == instant {
                words.push(format!("{key} carries the month {}: {}", stamp.month, self.place(stamp.place)));
            }
        }
        // A gap can end at an instant that a stamp proves.
        if words.is_empty() && self.audited.proof.gaps_of(key).iter().any(|gap| gap.end == instant) {
            words.push("up to then it may have been regenerated unseen: no evidence covers that".to_owned());
        }
        settled(words)
    }

    /// `activity.json:12, activity.json:34`
    pub(super) fn records(self, attempt: &Attempt) -> String {
        let places: Vec<String> = attempt.records.iter().map(|record| self.place(record.place)).collect();
        places.join(", ")
    }

    pub(super) fn place(self, place: Place) -> String {
        format!("{}:{}", self.report.path_of(place.input), place.line)
    }

    fn creation(self, instant: Instant) -> Option<String> {
        let account = &self.audited.account;
        let is_creation = account.keys_created_at() == Some(instant);
        is_creation.then(|| {
            format!("the account was created, and its keys with it: {}", self.place(account.region.start))
        })
    }

    fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.audited.proof.attempts.iter()
    }
}

/// Adds a reason if no single piece of evidence gives one: stamps and the log together can exclude an instant.
fn settled(mut words: Vec<String>) -> Vec<String> {
    if words.is_empty() {
        words.push("this results from the log and the months in the keys together".to_owned());
    }
    words
}
