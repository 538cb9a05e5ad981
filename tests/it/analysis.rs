//! The problems that `check` finds in policies: each folder of `tests/analysis/` holds policies and the problems expected of them.
//! `UPDATE_EXPECT=1 cargo test --test it analysis::` writes the problems again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rotaudit::evaluate::{Analysis, EvaluateError, Problem, check_within};
use rotaudit::model::{Module, Pack};

use crate::support::is_expected;

fn modules_below(folder: &Path) -> Vec<Module> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rego") {
                files.push(path);
            }
        }
    }
    files.sort();
    let module = |file: &PathBuf| {
        let path = file.strip_prefix(folder).expect("below the folder").display().to_string();
        Module::new(path, fs::read_to_string(file).expect("a policy"))
    };
    files.iter().map(module).collect()
}

/// Checks without a time limit, so that a slow machine does not fail the test.
fn check(pack: &Pack) -> Result<Analysis, EvaluateError> {
    check_within(Duration::MAX, pack)
}

fn analysis_of(modules: Vec<Module>) -> Analysis {
    let pack = rotaudit::policy::load(modules).expect("a pack");
    check(&pack).unwrap_or_else(|error| panic!("{error} {error:?}"))
}

fn said(analysis: &Analysis) -> String {
    let line = |problem: &rotaudit::evaluate::Problem| {
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let place = format!("{}:{}:{}", problem.file, problem.line, problem.column);
        format!("{place}: {}: {}{help}\n", problem.severity.as_str(), problem.message)
    };
    analysis.problems.iter().map(line).collect()
}

fn of_text(text: &str) -> String {
    said(&analysis_of(vec![Module::new("p.rego".to_owned(), text.to_owned())]))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn every_case_has_the_problems_that_it_expects() {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/analysis"))
        .expect("cases")
        .map(|case| case.expect("a case").path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        let problems = said(&analysis_of(modules_below(&case)));
        let file = case.join("expected.txt");
        if !is_expected(&file, &problems) {
            let expected = fs::read_to_string(&file).unwrap_or_default();
            wrong.push(format!("{}\nexpected:\n{expected}\nbut there is:\n{problems}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pack_and_its_tests_have_no_problem() {
    assert_eq!(said(&analysis_of(modules_below(&root().join("policies")))), "");
}

#[test]
fn the_parameters_that_a_package_reads_are_known() {
    let analysis = analysis_of(modules_below(&root().join("policies")));
    let read = &analysis.parameters["data.rotaudit.key_rotation_overdue"];
    assert_eq!(
        (read.names.iter().map(String::as_str).collect::<Vec<_>>(), read.any),
        (vec!["max_age_days"], false)
    );
    let library = &analysis.parameters["data.rotaudit.lib.remediation"];
    assert!(library.names.contains("in_use_key") && library.names.contains("stamps"));
    let any = analysis_of(vec![Module::new(
        "p.rego".to_owned(),
        "package p\nr := data.params[input.schema]\ns := data.params[\"a\"]\n".to_owned(),
    )]);
    assert!(any.parameters["data.p"].any && any.parameters["data.p"].names.contains("a"));
}

/// A policy that grows with a number, and has a rule `data.p.r`.
type Growing = (&'static str, fn(usize) -> String);

const GROWING: [Growing; 11] = [
    ("functions", |n| chain(n, |next| format!("{next}(x)"))),
    ("calls in calls", |n| chain(n, |next| format!("{}{next}(x){}", "abs(".repeat(12), ")".repeat(12)))),
    ("comprehensions", |n| {
        chain(n, |next| format!("{}{next}(x){}", "[a | a := ".repeat(8), "][0]".repeat(8)))
    }),
    ("loops", |n| {
        let loops: String = (0..10).map(|at| format!("some z{at} in [x]; ")).collect();
        chain(n, |next| format!("[y | {loops} y := {next}(z9)][0]"))
    }),
    ("rules", |n| {
        let rules: String = (0..n).map(|at| format!("r{at} := r{}\n", at + 1)).collect();
        format!("{rules}r{n} := 1\nr := r0\n")
    }),
    ("local names as well", |n| {
        let rules: String = (0..n)
            .map(|at| format!("r{at} := x if {{ x := [r{0} | true; y := r{0}; r{0} := y][0] }}\n", at + 1))
            .collect();
        format!("{rules}r{n} := 1\nr := r0\n")
    }),
    ("statements that loop", |n| format!("r if {{\n x := [1]\n{}}}\n", " x[_] == 1\n".repeat(n))),
    ("operators", |n| format!("r := 0{}\n", " +\n 1".repeat(n))),
    ("signs", |n| format!("r := {}1\n", "-\n".repeat(n))),
    ("brackets", |n| format!("r := {}1{}\n", "abs(\n".repeat(n), ")\n".repeat(n))),
    ("arrays", |n| format!("r := {}1{}\n", "[".repeat(n), "]".repeat(n))),
];

fn chain(n: usize, call: impl Fn(&str) -> String) -> String {
    let functions: String =
        (0..n).map(|at| format!("f{at}(x) := {}\n", call(&format!("f{}", at + 1)))).collect();
    format!("{functions}f{n}(x) := x\nr := f0(1)\n")
}

/// A stack overflow aborts the process, so it would fail the test.
#[test]
fn every_accepted_policy_is_evaluated_without_an_overflow() {
    for (what, policy) in GROWING {
        let policy = move |n| format!("package p\n\n{}", policy(n));
        let is_accepted = |n: usize| {
            let module = Module::new("p.rego".to_owned(), policy(n));
            let pack = rotaudit::policy::load(vec![module]).expect("a pack");
            // The engine refuses this policy at any depth, before it evaluates a rule.
            let is_of_order = |problem: &Problem| problem.message.contains("used before definition");
            check(&pack).is_ok_and(|analysis| analysis.problems.iter().all(is_of_order))
        };
        assert!(is_accepted(8), "{what}: {}", of_text(&policy(8)));
        let (mut accepted, mut refused) = (8, 16);
        while is_accepted(refused) {
            assert!(refused < 4_000, "{what}");
            (accepted, refused) = (refused, 2 * refused);
        }
        while refused - accepted > 1 + accepted / 20 {
            let middle = usize::midpoint(accepted, refused);
            if is_accepted(middle) { accepted = middle } else { refused = middle }
        }
        let work = move || {
            let mut engine = regorus::Engine::new();
            engine.add_policy("p.rego".to_owned(), policy(accepted)).map_err(|error| format!("{error:#}"))?;
            engine.set_input(regorus::Value::new_object());
            engine.eval_rule("data.p.r".to_owned()).map_err(|error| format!("{error:#}"))
        };
        let worker = std::thread::Builder::new().stack_size(rotaudit::evaluate::STACK_BYTES).spawn(work);
        let outcome = worker.expect("a thread").join().expect("no panic");
        // Regorus itself refuses some of the policies, which is fine as well.
        let message = outcome.map(|_| ()).err().unwrap_or_default();
        let is_refusal = message.is_empty() || message.contains("definition") || message.contains("unary -");
        assert!(is_refusal, "{what}: {message}");
    }
}

#[test]
fn recursion_of_any_form_is_refused() {
    let ways = [
        "f(x) := f(x)",
        "f(x) := g(x)\ng(x) := [y | y := f(x)]",
        "f(x) := data.p.f(x)",
        "f(x) := data[\"p\"].f(x)",
        "import data.p as q\nf(x) := q.f(x)",
        "import data.p.f as q\nf(x) := q(x)",
        "f(f) := f(f)",
        "f(x) := y if { some f in [x]; y := f(f) }",
        "f(x) := 1 if x else := f(x)",
        "f(x) := 1 if every y in [x] { f(y) }",
        "f(x) := 1 if not f(x)",
        "f(x) := {f(x): 1}",
        "f(x) := [1][f(x)]",
        "f(x) := x.y[f(x)].z",
        "f(x) if f(x) with input as 1",
        "f(x) if input with input as f(x)",
        "a.f(x) := a.f(x)",
        "a[\"f\"](x) := a.f(x)",
        "g(x) := x\nh(x) := g(x)\nf(x) := y if y := h(x) with data.p.g as data.p.f",
        "h(x) := upper(x)\nf(x) := y if y := h(x) with upper as f",
        "f(x) := y if f(x, y)",
        "f(x) := r\nr := f(1)",
        "f(x) := data.p.r\nr contains f(1)",
        "f(x) := count(data[x])\nr := f(\"p\")",
        "f(x) := data[x].r\nr := f(\"p\")",
        "f() := f()",
        "r[x] := y if { some x in [1]; y := r[x] }",
        "r contains x if some x in r",
        "r := s\ns := data.p[input.x]",
    ];
    for way in ways {
        let said = of_text(&format!("package p\n\n{way}\n"));
        assert!(said.contains("refers to itself"), "{way}\n{said}");
    }
}

#[test]
fn rules_that_all_refer_to_all_end_in_an_error() {
    let rules: String = (0..1_100).map(|at| format!("r{at} := data[input.x]\n")).collect();
    let said = of_text(&format!("package p\n\n{rules}"));
    assert!(
        said.contains("rules refer to each other more than"),
        "{}",
        said.lines().next().unwrap_or_default()
    );
}
