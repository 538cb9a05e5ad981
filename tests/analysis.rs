//! What `check` says of policies: each folder of `tests/analysis/` holds policies and the problems expected of them.
//! `UPDATE_EXPECTED=1` writes what there is.

use std::fs;
use std::path::{Path, PathBuf};

use rotaudit::evaluate::{Analysis, check};
use rotaudit::model::Module;

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
    let module = |file: &PathBuf| Module {
        path: file.strip_prefix(folder).expect("below the folder").display().to_string(),
        text: fs::read_to_string(file).expect("a policy"),
    };
    files.iter().map(module).collect()
}

fn analysis_of(modules: Vec<Module>) -> Analysis {
    let pack = rotaudit::policy::load(modules, "test").expect("a pack");
    check(&pack).unwrap_or_else(|error| panic!("{error}"))
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
    said(&analysis_of(vec![Module { path: "p.rego".to_owned(), text: text.to_owned() }]))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn every_case_has_the_problems_that_it_expects() {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root().join("tests/analysis")).expect("cases").map(|case| case.expect("a case").path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        let problems = said(&analysis_of(modules_below(&case)));
        let file = case.join("expected.txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&file, &problems).expect("what is expected is written");
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if problems != expected {
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
    assert_eq!((read.names.iter().map(String::as_str).collect::<Vec<_>>(), read.any), (vec!["max_age_days"], false));
    let library = &analysis.parameters["data.rotaudit.lib.remediation"];
    assert!(library.names.contains("in_use_key") && library.names.contains("stamps"));
    let any = analysis_of(vec![Module {
        path: "p.rego".to_owned(),
        text: "package p\nr := data.params[input.schema]\ns := data.params[\"a\"]\n".to_owned(),
    }]);
    assert!(any.parameters["data.p"].any && any.parameters["data.p"].names.contains("a"));
}
