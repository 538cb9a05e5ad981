//! What the policies take for an account: the default pack as an audit evaluates it, on one thread and on two; by the
//! interpreter; and the naive way, in which each fact goes through JSON text and each package is asked for as a whole.
//! `tests/opa/compare.py --time` tells what Open Policy Agent takes.

#[expect(dead_code, reason = "the other shape of a log is for the generator")]
mod tenant;

use std::fs::File;
use std::io::BufWriter;
use std::sync::{Arc, OnceLock};

use divan::Bencher;
use divan::counter::ItemsCount;
use mimalloc::MiMalloc;
use regorus::{Engine, Value};
use rotaudit::evaluate::Evaluator;
use rotaudit::model::{AsOfBasis, Facts, Instant, Pack, ProvenAccount};
use rotaudit::policy::{self, PolicySelection};
use rotaudit::prove::{AsOf, ProofQuestion, Reading, prove};
use tenant::{Shape, Tenant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

fn as_of() -> Instant {
    Instant::parse("2026-11-23T00:00:00Z").expect("an instant")
}

/// What a tenant's exports prove; half of the accounts are settled, and half are not.
fn proven(accounts: usize) -> Arc<Vec<ProvenAccount>> {
    let tenant = Tenant { seed: 7, accounts, kinds: &["OpenAI", "AIServices", "OpenAI", "SpeechServices"] };
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name| BufWriter::new(File::create(folder.path().join(name)).expect("a file"));
    tenant.write_accounts(&mut file("accounts.json")).expect("a list");
    tenant.write_log(&mut file("activity.json"), Shape::Az, 0).expect("a log");
    let question = ProofQuestion {
        paths: vec![folder.path().to_owned()],
        as_of: AsOf::At(as_of()),
        now: as_of(),
        kinds: vec!["all".to_owned()],
        declarations: vec![],
        declared_by: None,
        assume_complete: true,
        listed_at: None,
        tolerance_hours: 24,
        max_evidence_age_days: 7,
        strict_coverage: false,
        no_stamps: false,
        etag_evidence: false,
        reading: Reading {
            jobs: 1,
            hashes: true,
            keeps_properties: false,
            shows_progress: false,
            block: Reading::BLOCK_BYTES,
        },
    };
    Arc::new(prove(&question, &[], 90).expect("a proof").accounts)
}

fn of_size(accounts: usize) -> Arc<Vec<ProvenAccount>> {
    static KNOWN: [OnceLock<Arc<Vec<ProvenAccount>>>; 3] = [const { OnceLock::new() }; 3];
    let index = SIZES.iter().position(|size| *size == accounts).expect("a size");
    Arc::clone(KNOWN[index].get_or_init(|| proven(accounts)))
}

fn pack() -> Pack {
    let pack = PolicySelection::default().load().expect("the built-in pack");
    policy::select(pack, &[]).expect("its defaults")
}

fn params() -> serde_json::Value {
    serde_json::json!({ "max_age_days": 90, "kinds": ["OpenAI"], "stamps": true, "etag_evidence": false })
}

fn evaluator() -> Evaluator {
    Evaluator::new(pack(), params()).expect("policies")
}

fn evaluate(bencher: Bencher<'_, '_>, evaluator: &Evaluator, accounts: usize, jobs: usize) {
    let known = of_size(accounts);
    bencher
        .counter(ItemsCount::new(known.len()))
        .bench(|| evaluator.evaluate(&known, as_of(), AsOfBasis::Given, usize::MAX, jobs).expect("findings"));
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn one_thread(bencher: Bencher<'_, '_>, accounts: usize) {
    evaluate(bencher, &evaluator(), accounts, 1);
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn two_threads(bencher: Bencher<'_, '_>, accounts: usize) {
    evaluate(bencher, &evaluator(), accounts, 2);
}

#[divan::bench(args = [SIZES[0], SIZES[1]], sample_count = 3, sample_size = 1)]
fn interpreted(bencher: Bencher<'_, '_>, accounts: usize) {
    evaluate(bencher, &evaluator().interpreted().expect("questions"), accounts, 1);
}

#[divan::bench(args = [SIZES[0]], sample_count = 3, sample_size = 1)]
fn naively(bencher: Bencher<'_, '_>, accounts: usize) {
    let known = of_size(accounts);
    let pack = pack();
    let mut engine = Engine::new();
    for module in &pack.modules {
        engine.add_policy(module.path.clone(), module.text.clone()).expect("a policy");
    }
    engine.add_data(Value::from(serde_json::json!({ "params": params() }))).expect("parameters");
    bencher.counter(ItemsCount::new(known.len())).bench_local(|| {
        for ProvenAccount { account, proof } in known.iter() {
            let facts =
                serde_json::to_string(&Facts::new(account, proof, as_of(), AsOfBasis::Given)).expect("facts");
            engine.set_input_json(&facts).expect("an input");
            for control in &pack.controls {
                engine.eval_query(control.package.clone(), false).expect("answers");
            }
        }
    });
}
