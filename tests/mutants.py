#!/usr/bin/env python3
"""Finds changes of the program that no test notices, with all of them compiled at once.

    cargo install cargo-mutants
    python3 -m venv venv && venv/bin/pip install tree-sitter tree-sitter-rust
    venv/bin/python tests/mutants.py --folder /tmp/mutants src/remedy

cargo-mutants lists the changes, but compiles the program and its tests again for each change, which takes a minute; a test that
notices the change takes a second. This script writes each change next to the code that it replaces, in a copy of the project, and an
environment variable selects one. `.cargo/mutants.toml` sets which code is changed and which tests run. Changes that do not compile
are left out. Changes that cannot be written this way are listed, so that cargo-mutants can try them.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import tree_sitter
import tree_sitter_rust

ROOT = Path(__file__).resolve().parent.parent
RUST = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))
CHOSEN = """//! Which change holds.

pub fn is_chosen(number: u32) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<u32>> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").ok()?.parse().ok());
    *CHOSEN == Some(number)
}
"""
SECONDS = 120
# A change can make a loop that never ends, and fills all memory.
BYTES = 6 << 30
# Its policies try to take more than that, which is theirs to be refused.
UNLIMITED = "hostile::"


def chosen(change):
    return f"crate::chosen::is_chosen({change['number']})"


def choose(changes, write, else_):
    """An expression of one change or another."""
    return "".join(f"if {chosen(change)} {{ {write(change)} }} else " for change in changes) + f"{{ {else_} }}"


class Source:
    """A file with changes, which it writes next to the code that they replace."""

    def __init__(self, text, changes):
        self.text, self.written = text, set()
        starts = [0]
        for line in text.split(b"\n"):
            starts.append(starts[-1] + len(line) + 1)
        self.at = collections.defaultdict(list)
        for change in changes:
            start = change["span"]["start"]
            self.at[change["genre"], starts[start["line"] - 1] + start["column"] - 1].append(change)

    def take(self, genre, node):
        changes = self.at.get((genre, node.start_byte), [])
        self.written.update(change["number"] for change in changes)
        return changes

    def write(self, node, from_=None):
        """The node; its text before `from_` is left out."""
        writer = getattr(self, node.type, None)
        return (writer and from_ is None and writer(node)) or self.unchanged(node, from_)

    def unchanged(self, node, from_=None):
        text, end = "", node.start_byte if from_ is None else from_
        for child in node.children:
            if child.start_byte >= end:
                text += self.text[end : child.start_byte].decode() + self.write(child)
                end = child.end_byte
        return text + self.text[end : node.end_byte].decode()

    def function_item(self, node):
        body, type_ = node.child_by_field_name("body"), node.child_by_field_name("return_type")
        statements = [child for child in body.named_children if "comment" not in child.type] if body else []
        if not statements or (type_ is not None and type_.text.startswith(b"impl")):
            return None
        changes = self.take("FnValue", statements[0])
        returns = "".join(f"\nif {chosen(change)} {{ return {change['replacement']}; }}" for change in changes)
        before = self.text[node.start_byte : body.start_byte].decode()
        return before + "{" + returns + self.unchanged(body, body.start_byte + 1)

    def binary_expression(self, node):
        operator = node.child_by_field_name("operator")
        changes = self.take("BinaryOperator", operator)
        if not changes:
            return None
        sides = [self.write(node.child_by_field_name(side)) for side in ("left", "right")]
        if operator.text in (b"&&", b"||"):
            new = lambda by: f"left {by} ({sides[1]})"
            return f"({{ let left: bool = {sides[0]}; {choose(changes, lambda one: new(one['replacement']), new(operator.text.decode()))} }})"
        if operator.text in (b"+", b"-", b"*", b"/", b"%"):
            new = lambda by: f"{sides[0]} {by} {sides[1]}"
            return f"({choose(changes, lambda one: new(one['replacement']), new(operator.text.decode()))})"
        new = lambda by: f"left {by} right"
        return f"(match (&({sides[0]}), &({sides[1]})) {{ (left, right) => {choose(changes, lambda one: new(one['replacement']), new(operator.text.decode()))} }})"

    def compound_assignment_expr(self, node):
        operator = node.child_by_field_name("operator")
        changes = self.take("BinaryOperator", operator)
        left, right = [self.write(node.child_by_field_name(side)) for side in ("left", "right")]
        new = lambda by: f"{left} {by} {right}"
        return changes and choose(changes, lambda one: new(one["replacement"]), new(operator.text.decode()))

    def unary_expression(self, node):
        changes = self.take("UnaryOperator", node) if node.text.startswith(b"!") else []
        return changes and f"(({self.write(node.children[-1])}) == {chosen(changes[0])})"

    def match_arm(self, node):
        pattern = node.child_by_field_name("pattern")
        condition = pattern.child_by_field_name("condition")
        others = [arm.child_by_field_name("pattern").text for arm in node.parent.named_children if arm != node]
        deleted = self.take("MatchArm", node) if b"_" in others else []
        guards = self.take("MatchArmGuard", condition) if condition is not None else []
        if not deleted and not guards:
            return None
        guard = f"({self.write(condition)})" if condition is not None else "true"
        for change in guards:
            is_true = change["replacement"] == "true"
            guard = f"({chosen(change)} || {guard})" if is_true else f"(!{chosen(change)} && {guard})"
        for change in deleted:
            guard = f"!{chosen(change)} && {guard}"
        bare = pattern.text if condition is None else self.text[pattern.start_byte : condition.start_byte]
        bare = re.sub(r"\bif\s*$", "", bare.decode())
        return f"{bare} if {guard}" + self.unchanged(node, pattern.end_byte)

    def field_initializer(self, node):
        changes = self.take("StructField", node)
        if not changes:
            return None
        base = next(child for child in node.parent.children if child.type == "base_field_initializer")
        name, value = (node.child_by_field_name(part) for part in ("field", "value"))
        name = (name or node).text.decode()
        of_base = f"({base.named_children[0].text.decode()}).{name}"
        return f"{name}: {choose(changes, lambda _: of_base, self.write(value) if value else name)}"

    shorthand_field_initializer = field_initializer


def changes(paths):
    listed = subprocess.run(["cargo", "mutants", "--list", "--json"], cwd=ROOT, capture_output=True, check=True)
    chosen_ones = [one for one in json.loads(listed.stdout) if any(one["file"].startswith(path) for path in paths)]
    return [{**one, "number": number} for number, one in enumerate(chosen_ones, 1)]


def copy(project):
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns("target", ".git"))
    if (ROOT / "../shared").exists() and not (project / "../shared").exists():
        (project / "../shared").symlink_to((ROOT / "../shared").resolve())
    (project / "src/chosen.rs").write_text(CHOSEN)
    library = project / "src/lib.rs"
    library.write_text(library.read_text() + "\npub mod chosen;\n")
    # The tests run the program with nothing of the environment.
    support = project / "tests/it/support.rs"
    kept = '.env_clear().envs(std::env::vars().filter(|(name, _)| name == "MUTANT"))'
    support.write_text(support.read_text().replace(".env_clear()", kept))


def cargo(project, *arguments):
    """What the compiler says, message by message."""
    command = ["cargo", *arguments, "--message-format", "json", "--quiet"]
    environment = {**os.environ, "RUSTFLAGS": "--cap-lints allow", "CARGO_TARGET_DIR": str(project.parent / "target")}
    # Run hundreds of times, the tests are worth a little optimisation.
    environment |= {"CARGO_PROFILE_DEV_OPT_LEVEL": "1", "CARGO_PROFILE_DEV_DEBUG": "0"}
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, env=environment)
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def write(project, all_changes):
    """Writes the changes down, and returns those that are, and those that do not compile."""
    left_out = set()
    while True:
        written = set()
        for file in {change["file"] for change in all_changes}:
            of_file = [one for one in all_changes if one["file"] == file and one["number"] not in left_out]
            text = (ROOT / file).read_bytes()
            source = Source(text, of_file)
            (project / file).write_text(source.write(RUST.parse(text).root_node))
            written |= source.written
        faulty = set()
        for said in cargo(project, "check", "--lib"):
            if said.get("reason") == "compiler-message" and said["message"]["level"] == "error":
                for span in said["message"]["spans"]:
                    lines = "".join(line["text"] for line in span["text"])
                    returned = re.findall(r"is_chosen\((\d+)\) \{ return", lines)
                    faulty.update(map(int, returned or re.findall(r"is_chosen\((\d+)\)", lines)))
        if not faulty:
            return written, left_out
        left_out |= faulty


def modules(project):
    """The test program, and the modules of it, in the order in which they run."""
    settings = tomllib.loads((ROOT / ".cargo/mutants.toml").read_text())
    built = [
        said["executable"]
        for said in cargo(project, "test", "--no-run", *settings["additional_cargo_args"])
        if said.get("executable") and said["profile"]["test"]
    ]
    if len(built) != 1:
        sys.exit("the tests do not compile")
    return built[0], [name for name in settings["additional_cargo_test_args"] if name != "--"]


def noticed_by(project, tests, number):
    """The module of tests that notices the change, if any does. One that does not end has noticed it, too."""
    program, names = tests
    environment = {**os.environ, "MUTANT": str(number), "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "true"}
    environment |= {"PROPTEST_MAX_SHRINK_ITERS": "0", "CARGO_MANIFEST_DIR": str(project)}
    for name in names:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        running = subprocess.Popen([program, name], cwd=project, env=environment, **quiet)
        if name != UNLIMITED:
            resource.prlimit(running.pid, resource.RLIMIT_AS, (BYTES, BYTES))
        try:
            failed = running.wait(SECONDS) != 0
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            failed = True
        if failed:
            return name.removesuffix("::")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the copy is built; it is kept for the next time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("paths", nargs="*", default=[""], help="files and folders, such as src/remedy")
    arguments = parser.parse_args()
    project = arguments.folder.resolve() / "project"
    all_changes = changes(arguments.paths)
    copy(project)
    written, left_out = write(project, all_changes)
    tests = modules(project)
    if (test := noticed_by(project, tests, 0)) is not None:
        sys.exit(f"{test} fails without any change")
    counts = collections.defaultdict(collections.Counter)
    to_try = [change for change in all_changes if change["number"] in written]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda change: noticed_by(project, tests, change["number"]), to_try)
        for change, test in zip(to_try, results):
            counts[change["file"]]["missed" if test is None else "caught"] += 1
            if test is None:
                print("missed:", change["name"], flush=True)
    for change in all_changes:
        if change["number"] in left_out and change["genre"] == "FnValue":
            counts[change["file"]]["not compiled"] += 1
        elif change["number"] not in written:
            print("not tried:", change["name"])
    for file, count in sorted(counts.items()):
        print(f"{file}: {', '.join(f'{number} {what}' for what, number in sorted(count.items()))}")


if __name__ == "__main__":
    main()
