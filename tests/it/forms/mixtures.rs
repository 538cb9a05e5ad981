//! The property: the answer does not depend on the forms in which a tenant is exported.
//!
//! If coverage is stated for the whole tenant, this applies to each form alone and to every mixture. Observed coverage
//! is tested with complete files, form by form.

use std::path::PathBuf;
use std::{env, fs, iter};

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::forms::answer::{Answer, Coverage, Depth, File};
use crate::forms::chance::Chance;
use crate::forms::lists::ListForm;
use crate::forms::logs::LogForm;
use crate::forms::tenant::{Account, Event, Tenant, tenant};
use crate::support::{cases, is_thorough};

/// The exports of a tenant: parts of its log and of its list, each in a form.
#[derive(Clone, Debug, Default)]
struct Mixture {
    logs: Vec<(LogForm, Part)>,
    lists: Vec<(ListForm, Part)>,
    /// The forms of additional copies of the log. They may lack ids.
    copies: Vec<LogForm>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    /// Log Analytics gives rows in any order, and then they prove no absence.
    Any,
}

/// A part of the records. The two halves with the same number are all records together.
#[derive(Clone, Copy, Debug)]
enum Part {
    Whole,
    Half {
        number: u64,
        is_other: bool,
    },
    /// The first half, by time or by the order of the list.
    Beginning,
    End,
}

impl Part {
    fn has(self, index: usize, count: usize) -> bool {
        match self {
            Part::Whole => true,
            Part::Half { number, is_other } => {
                Chance(number.wrapping_add(index as u64)).is_one_in(2) == is_other
            }
            Part::Beginning => index < count / 2,
            Part::End => index >= count / 2,
        }
    }

    fn of<T>(self, records: &[T]) -> Vec<&T> {
        let own = records.iter().enumerate().filter(|(index, _)| self.has(*index, records.len()));
        own.map(|(_, record)| record).collect()
    }

    fn halves(chance: &mut Chance) -> [Part; 2] {
        if chance.is_one_in(3) {
            return [Part::Beginning, Part::End];
        }
        let number = chance.next();
        [false, true].map(|is_other| Part::Half { number, is_other })
    }
}

impl Mixture {
    /// One form, two, or three, each complete; or halves of two forms.
    fn random(chance: &mut Chance) -> Mixture {
        let mut mixture = Mixture::default();
        let count = chance.below(4);
        if count == 3 {
            mixture.logs = Part::halves(chance).map(|part| (chance.one_of(&LogForm::ALL), part)).to_vec();
        } else {
            mixture.logs = (0..=count).map(|_| (chance.one_of(&LogForm::ALL), Part::Whole)).collect();
        }
        let count = chance.below(4);
        if count == 3 {
            mixture.lists = Part::halves(chance).map(|part| (chance.one_of(&ListForm::ALL), part)).to_vec();
        } else {
            mixture.lists = (0..=count).map(|_| (chance.one_of(&ListForm::ALL), Part::Whole)).collect();
        }
        mixture
    }

    fn single(log: LogForm, list: ListForm) -> Mixture {
        Mixture { logs: vec![(log, Part::Whole)], lists: vec![(list, Part::Whole)], copies: Vec::new() }
    }

    /// The details that one of the forms lacks.
    fn lacking(&self, tenant: &Tenant) -> Lacking {
        let has_ids = self.logs.iter().all(|(form, _)| form.has_operation_ids());
        Lacking {
            operation_ids: !has_ids && !tenant.are_operation_ids_redundant(),
            system_data: !self.lists.iter().all(|(form, _)| form.has_system_data()),
        }
    }

    /// The coarsest unit of all forms.
    fn unit(&self) -> i64 {
        let units = self.logs.iter().map(|(form, _)| form).chain(&self.copies).map(|form| form.unit());
        units.chain(self.lists.iter().map(|(form, _)| form.unit())).max().unwrap_or(1)
    }

    /// The files, under names in random order.
    fn files(&self, tenant: &Tenant, chance: &mut Chance, order: Order) -> Vec<File> {
        let mut texts: Vec<String> = Vec::new();
        let copies = self.copies.iter().map(|form| (*form, Part::Whole));
        for (form, part) in self.logs.iter().copied().chain(copies) {
            let mut events: Vec<&Event> = part.of(&tenant.events);
            if order == Order::Any && chance.is_one_in(3) {
                chance.shuffle(&mut events);
            }
            if !events.is_empty() {
                texts.push(form.write(&events));
            }
        }
        for (form, part) in &self.lists {
            let accounts: Vec<&Account> = part.of(&tenant.accounts);
            if !accounts.is_empty() {
                texts.push(form.write(&accounts));
            }
        }
        named(texts, chance)
    }
}

/// Gives each text a name that says nothing about its content.
fn named(mut texts: Vec<String>, chance: &mut Chance) -> Vec<File> {
    chance.shuffle(&mut texts);
    let ending = |chance: &mut Chance| chance.one_of(&["json", "csv", "txt", "jsonl", "log"]);
    texts.into_iter().enumerate().map(|(index, text)| (format!("{index}.{}", ending(chance)), text)).collect()
}

/// The details that are left out of both sides of a comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Lacking {
    operation_ids: bool,
    system_data: bool,
}

impl Lacking {
    fn reduced(self, tenant: &Tenant) -> Tenant {
        let mut tenant = tenant.clone();
        if self.operation_ids {
            tenant = tenant.without_operation_ids();
        }
        if self.system_data {
            tenant = tenant.without_system_data();
        }
        tenant
    }
}

/// Returns `count` random mixtures that lack the same details, so that all of them can be compared with one answer.
fn alike(count: usize, tenant: &Tenant, mut random: impl FnMut() -> Mixture) -> Vec<Mixture> {
    let first = random();
    let lacking = first.lacking(tenant);
    let others = iter::repeat_with(random).filter(|mixture| mixture.lacking(tenant) == lacking);
    iter::once(first).chain(others.take(count - 1)).collect()
}

/// Asserts that the exports give the same answer as the export of az. All mixtures must lack the same details.
fn assert_same(
    tenant: &Tenant,
    mixtures: &[Mixture],
    coverage: fn(&Tenant) -> Coverage<'_>,
    order: Order,
    chance: &mut Chance,
) -> Result<(), TestCaseError> {
    let tenant = mixtures[0].lacking(tenant).reduced(tenant);
    let coverage = coverage(&tenant);
    // Ordinary runs then try enough of them, and thorough runs do not spend most of their time here.
    let one_in = if is_thorough() { 64 } else { 16 };
    let depth = if chance.is_one_in(one_in) { Depth::Findings } else { Depth::Proofs };
    let answer = |files: &[File]| Answer::of(files, coverage, depth).map_err(TestCaseError::fail);
    let az = Mixture::single(LogForm::Az, ListForm::Az);
    let expected = answer(&az.files(&tenant, &mut Chance(0), Order::NewestFirst))?;
    prop_assert!(expected.errors.is_empty(), "{:?}", expected.errors);
    for mixture in mixtures {
        let files = mixture.files(&tenant, chance, order);
        let found = answer(&files)?;
        expected.agrees_with(&found, mixture.unit()).map_err(|difference| {
            keep(&files);
            TestCaseError::fail(format!("{mixture:?}\n{difference}\nnotes: {:#?}", found.notes))
        })?;
    }
    Ok(())
}

/// Writes the files of a failed comparison to the folder `FORMS_KEEP`, for an inspection with the program.
fn keep(files: &[File]) {
    let Some(folder) = env::var_os("FORMS_KEEP").map(PathBuf::from) else { return };
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a file");
    }
}

fn every_mixture(tenant: &Tenant, chance: &mut Chance) -> Result<(), TestCaseError> {
    let mixtures = alike(4, tenant, || Mixture::random(chance));
    // Half of a log is observed to be incomplete, so only stated coverage is used.
    assert_same(tenant, &mixtures, |tenant| Coverage::Stated(&tenant.declared), Order::Any, chance)
}

fn every_observation(tenant: &Tenant, chance: &mut Chance) -> Result<(), TestCaseError> {
    let singles =
        alike(2, tenant, || Mixture::single(chance.one_of(&LogForm::ALL), chance.one_of(&ListForm::ALL)));
    assert_same(tenant, &singles, |_| Coverage::Observed, Order::NewestFirst, chance)
}

/// A copy may lack ids and precision that the original has. It must not weaken the answer.
fn every_copy(tenant: &Tenant, chance: &mut Chance) -> Result<(), TestCaseError> {
    let tenant = if chance.is_one_in(2) { tenant } else { &tenant.without_system_data() };
    let has_system_data = tenant.accounts.iter().any(|account| account.created_in_system.is_some());
    let copies = iter::repeat_with(|| {
        let original = chance.one_of(&LogForm::WITH_OPERATION_IDS);
        let copy = if chance.is_one_in(8) { LogForm::Seconds } else { chance.one_of(&LogForm::ALL) };
        let mut copied = Mixture::single(original, ListForm::Az);
        copied.copies.push(copy);
        let list = chance.one_of(&ListForm::ALL);
        if list.has_system_data() || !has_system_data {
            copied.lists.push((list, Part::Whole));
        }
        copied
    });
    let copies: Vec<Mixture> = copies.take(2).collect();
    assert_same(
        tenant,
        &copies,
        |tenant| Coverage::StatedAndObserved(&tenant.declared),
        Order::NewestFirst,
        chance,
    )
}

/// A tenant with an account in scope: an audit of none is an error.
fn audited(may_be_busy: bool) -> impl Strategy<Value = Tenant> {
    tenant(may_be_busy).prop_filter("no account is in scope", |tenant| {
        tenant.accounts.iter().any(|account| ["OpenAI", "AIServices"].contains(&account.kind))
    })
}

proptest! {
    #![proptest_config(cases(200, 5_000))]

    #[test]
    fn every_mixture_of_forms_gives_the_same_answer(tenant in audited(false), seed in any::<u64>()) {
        every_mixture(&tenant, &mut Chance(seed))?;
    }

    #[test]
    fn every_form_of_a_complete_log_is_observed_alike(tenant in audited(true), seed in any::<u64>()) {
        every_observation(&tenant, &mut Chance(seed))?;
    }
}

proptest! {
    #![proptest_config(cases(200, 2_500))]

    #[test]
    fn a_copy_in_any_form_changes_nothing(tenant in audited(true), seed in any::<u64>()) {
        every_copy(&tenant, &mut Chance(seed))?;
    }
}
