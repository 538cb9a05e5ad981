//! Runs the tests of policies. For a test that fails, it finds the statement and the values because of which it fails.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module, Query, Rule, RuleHead};
use regorus::{Engine, Value};

use super::lines::lines;
use super::watch::{self, Watchdog, Watched};
use super::{EvaluateError, analysis, engine, unusable};
use crate::model::Pack;

/// Longer values are cut: they are read by people.
const MAX_TEST_VALUE_CHARS: usize = 400;

/// The results of a pack's tests.
#[derive(Debug)]
pub struct TestRun {
    /// One for each test rule, in the order of the modules and of the tests in them.
    pub tests: Vec<TestedRule>,
    /// One for each module without tests, in the order of the modules.
    pub coverage: Vec<LineCoverage>,
}

#[derive(Debug)]
pub struct TestedRule {
    /// `data.acme.owner_tag_test.test_fires`.
    pub name: String,
    pub path: String,
    pub line: u32,
    /// The output of the test's `print` calls. Only the time limit of the engine bounds it.
    pub prints: Vec<String>,
    pub failure: Option<Failure>,
}

/// Why a test is not true.
#[derive(Debug)]
pub enum Failure {
    /// The first of its statements that is not true, and the values in it.
    Statement {
        line: u32,
        text: String,
        values: Vec<(String, String)>,
    },
    /// The test has another value than true.
    Value(String),
    Error(String),
}

/// The lines of a module, counted from 1, by whether a test evaluates them. Lines with nothing to evaluate are in
/// neither set.
#[derive(Debug)]
pub struct LineCoverage {
    pub path: String,
    pub covered: BTreeSet<u32>,
    pub not_covered: BTreeSet<u32>,
}

/// Runs every rule of the user's modules whose name begins with `test_`. The parameters are the defaults.
pub fn run_tests(pack: Pack) -> Result<TestRun, EvaluateError> {
    watch::run_one(move |watchdog| {
        let mut template = watchdog.watch_reading(|| engine::prepare(&pack, &serde_json::json!({})))?;
        template.set_input(Value::new_object());
        let tests = own_tests(&mut template, &pack)?;
        let mut engine = template.clone();
        engine.set_enable_coverage(true);
        let mut tested = Vec::new();
        for test in &tests {
            tested.push(run(&mut engine, &template, test, watchdog)?);
        }
        let coverage = line_coverage(&mut engine, &pack, &tests)?;
        Ok(TestRun { coverage, tests: tested })
    })
}

/// Returns the coverage of the user's modules without tests. If nothing of a module was evaluated, none of its lines
/// are covered.
fn line_coverage(
    engine: &mut Engine,
    pack: &Pack,
    tests: &[Test],
) -> Result<Vec<LineCoverage>, EvaluateError> {
    let files = engine.get_coverage_report().map_err(unusable)?.files.into_iter();
    let mut evaluated: BTreeMap<String, _> = files.map(|file| (file.path.clone(), file)).collect();
    let with_tests: BTreeSet<&str> = tests.iter().map(Test::path).collect();
    let mut coverage = Vec::new();
    for (tree, module) in engine.get_modules().iter().zip(&pack.modules) {
        let path = module.path.clone();
        if module.is_builtin || path.ends_with("_test.rego") || with_tests.contains(path.as_str()) {
            continue;
        }
        let lines = match evaluated.remove(&path) {
            Some(file) => LineCoverage { path, covered: file.covered, not_covered: file.not_covered },
            None => LineCoverage { path, covered: BTreeSet::new(), not_covered: lines(tree) },
        };
        coverage.push(lines);
    }
    coverage.retain(|file| !(file.covered.is_empty() && file.not_covered.is_empty()));
    Ok(coverage)
}

struct Test {
    module: regorus::unstable::Ref<Module>,
    package: String,
    name: String,
    query: Option<regorus::unstable::Ref<Query>>,
    line: u32,
}

impl Test {
    fn path(&self) -> &str {
        self.module.package.span.source.file()
    }
}

/// Lists the tests of the syntax tree, since an undefined test appears nowhere else.
fn own_tests(engine: &mut Engine, pack: &Pack) -> Result<Vec<Test>, EvaluateError> {
    let packages = engine.get_packages().map_err(unusable)?;
    let own = pack.modules.iter().map(|module| !module.is_builtin);
    let mut tests: Vec<Test> = Vec::new();
    for ((module, package), is_own) in engine.get_modules().iter().zip(packages).zip(own) {
        for rule in module.policy.iter().filter(|_| is_own) {
            let Rule::Spec { span, head: RuleHead::Compr { refr, .. }, bodies } = rule.as_ref() else {
                continue;
            };
            let name = refr.span().text();
            let is_known = tests.iter().any(|test| test.name == name && test.package == package);
            if name.starts_with("test_") && !is_known {
                tests.push(Test {
                    module: module.clone(),
                    package: package.clone(),
                    name: name.to_owned(),
                    query: bodies.first().map(|body| body.query.clone()),
                    line: span.line,
                });
            }
        }
    }
    Ok(tests)
}

fn run(
    engine: &mut Engine,
    template: &Engine,
    test: &Test,
    watchdog: &Watchdog,
) -> Result<TestedRule, EvaluateError> {
    let name = format!("{}.{}", test.package, test.name);
    let what = || Watched::Other(format!("the test {name}"));
    let outcome = watchdog.watch(what(), || engine.eval_rule(name.clone()));
    let failure = match outcome {
        Ok(Value::Bool(true)) => None,
        Ok(Value::Undefined) => Some(watchdog.watch(what(), || explain(template, test))),
        Ok(value) => Some(Failure::Value(shown(&value))),
        Err(error) => Some(Failure::Error(format!("{error:#}"))),
    };
    let prints = engine.take_prints().map_err(unusable)?;
    Ok(TestedRule { name, path: test.path().to_owned(), line: test.line, prints, failure })
}

/// Finds the first statement that is not true, by evaluating one more of them each time.
fn explain(template: &Engine, test: &Test) -> Failure {
    let statements = test.query.as_ref().map(|query| query.stmts.as_slice()).unwrap_or_default();
    for (index, statement) in statements.iter().enumerate() {
        let before: Vec<&str> = statements[..index].iter().map(|statement| statement.span.text()).collect();
        let holds = [before.clone(), vec![statement.span.text(), "rotaudit_probe := true"]].concat();
        // A statement that needs a later one shows nothing by itself.
        if ask(template, test, &holds) != Some(Value::Undefined) {
            continue;
        }
        let value = |expression: &str| {
            let bound = format!("rotaudit_probe := {expression}");
            let name = expression.lines().next()?.to_owned();
            if let Some(value) = ask(template, test, &[before.clone(), vec![&bound]].concat()) {
                return Some((name, shown(&value)));
            }
            // The statements before it can have several solutions, each with another value.
            let all = format!("rotaudit_probe := [{expression} |\n{}\n]", before.join("\n"));
            Some((name, format!("one of {}", shown(&ask(template, test, &[&all])?))))
        };
        let values = terms(&statements[..index], statement).iter().filter_map(|term| value(term)).collect();
        let span = &statement.span;
        return Failure::Statement { line: span.line, text: span.text().to_owned(), values };
    }
    Failure::Value("undefined".to_owned())
}

/// Evaluates a rule of these statements in the package of the test, and returns the value of `rotaudit_probe`.
fn ask(template: &Engine, test: &Test, statements: &[&str]) -> Option<Value> {
    let package = test.package.strip_prefix("data.")?;
    let imports: String =
        test.module.imports.iter().map(|import| format!("{}\n", import.span.text())).collect();
    let body = statements.join("\n");
    let module =
        format!("package {package}\n\n{imports}\nrotaudit_probed := rotaudit_probe if {{\n{body}\n}}\n");
    let mut engine = template.clone();
    engine.add_policy("probe.rego".to_owned(), module).ok()?;
    engine.eval_rule(format!("{}.rotaudit_probed", test.package)).ok()
}

/// The expressions whose values show why a statement is not true: its sides, and the variables that it uses.
fn terms(before: &[LiteralStmt], statement: &LiteralStmt) -> Vec<String> {
    let text = statement.span.text();
    let with = statement.with_mods.first().map_or("", |with| {
        let offset = (with.span.start - statement.span.start) as usize;
        text.get(offset..).unwrap_or_default()
    });
    let mut terms = Vec::new();
    let mut add = |expr: &Expr| terms.push(format!("{} {with}", expr.span().text()).trim_end().to_owned());
    if let Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } = &statement.literal {
        match expr.as_ref() {
            Expr::BoolExpr { lhs, rhs, .. } => {
                [lhs, rhs].into_iter().filter(|side| !is_scalar(side)).for_each(|side| add(side));
            }
            Expr::Membership { key, value, collection, .. } => {
                let parts = key.iter().chain([value, collection]);
                parts.filter(|part| !is_written_out(part)).for_each(|part| add(part));
            }
            other => add(other),
        }
    }
    let is_used =
        |name: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name);
    terms.extend(before.iter().filter_map(local).filter(|name| is_used(name)));
    let mut seen = BTreeSet::new();
    terms.retain(|term| seen.insert(term.clone()));
    terms
}

/// Whether no part of the value is computed, so that its text shows it.
fn is_written_out(expression: &Expr) -> bool {
    match expression {
        Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } => {
            analysis::children(expression).into_iter().all(is_written_out)
        }
        other => is_scalar(other),
    }
}

fn is_scalar(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
    )
}

/// The variable that a statement binds.
fn local(statement: &LiteralStmt) -> Option<String> {
    let name = match &statement.literal {
        Literal::Expr { expr, .. } => match expr.as_ref() {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } => lhs.span().text(),
            _ => return None,
        },
        Literal::SomeIn { value, .. } => value.span().text(),
        _ => return None,
    };
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then(|| name.to_owned())
}

fn shown(value: &Value) -> String {
    if *value == Value::Undefined {
        return "undefined".to_owned();
    }
    let text = serde_json::to_string(value).unwrap_or_else(|_| "…".to_owned());
    if text.chars().count() > MAX_TEST_VALUE_CHARS {
        text.chars().take(MAX_TEST_VALUE_CHARS).chain(['…']).collect()
    } else {
        text
    }
}
