#!/usr/bin/env python3
"""Holds what policies answer in rotaudit against what they answer in Open Policy Agent. See README.md.

Exit status: 0 where all answers are the same, 1 where some are not, 2 where they cannot be compared.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ("not_applicable", "violation", "unproven")
# The parameters that rotaudit sets by default, in addition to the limit.
DATA = {"kinds": ["OpenAI", "AIServices"], "stamps": True, "etag_evidence": False}

# Few times, so that many are equal, or just so far apart as a threshold is.
TIMES = [
    "2024-05-01T00:00:00Z", "2026-02-01T12:00:00.25Z", "2026-05-27T00:00:00Z", "2026-08-25T00:00:00Z",
    "2026-08-25T00:59:59Z", "2026-09-08T23:59:59.9999999Z", "2026-11-01T00:00:00Z", "2026-11-01T00:30:00Z",
    "2026-11-01T01:00:00Z", "2026-11-08T00:00:00.1Z", "2026-11-16T00:00:00Z", "2026-11-22T23:00:00Z",
]
NUMBERS = [0, 0.5, 1, 6.999999, 7, 7.000001, 14, 22.25, 75.5, 76, 76.000001, 83, 89.98, 90, 90.000001, 97, 180.5, 900]
MONTHS = ["2025-01", "2026-05", "2026-08", "2026-09", "2026-11"]
TEXTS = ["", "a", "-x", "prod gpt", "$(id)", "key1", "anna@contoso.com", "größe", "100%", "%d %s"]
FIXED = {"as_of": "2026-11-23T00:00:00Z"}


def main():
    arguments = parsed_arguments()
    modules = [] if arguments.no_builtin_policies else policies(ROOT / "policies")
    for path in arguments.policy:
        modules += policies(Path(path))
    engine = opa([text for _, text in modules], arguments.params)
    failed = 0
    if arguments.tests:
        failed += run_tests(engine, modules)
    documents = [json.loads(line) for path in arguments.facts for line in Path(path).open(encoding="utf-8")]
    documents += random_documents(arguments.random, arguments.seed)
    if arguments.time:
        take_time(engine, modules, documents)
    elif documents:
        failed += compare(engine, arguments, modules, documents)
    sys.exit(1 if failed else 0)


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rotaudit", default="rotaudit", help="the program (default: the one on the path)")
    parser.add_argument("--policy", action="append", default=[], help="a Rego file or a folder of them; repeatable")
    parser.add_argument("--no-builtin-policies", action="store_true", help="leave the built-in policies out")
    parser.add_argument("--params", help="a JSON file with parameters of the policies")
    parser.add_argument("--random", type=int, default=0, help="how many random facts to ask about, too")
    parser.add_argument("--seed", type=int, default=1, help="of the random facts (default: 1)")
    parser.add_argument("--time", action="store_true", help="show how long OPA takes for the facts, without a comparison")
    parser.add_argument("--tests", action="store_true", help="run the tests next to the policies in OPA, too")
    parser.add_argument("facts", nargs="*", help="files with facts, as `rotaudit facts` prints them")
    return parser.parse_args()


def policies(path):
    files = sorted(path.rglob("*.rego")) if path.is_dir() else [path]
    if not files:
        exit_with(f"{path}: there is no policy in it")
    return [(str(file), file.read_text(encoding="utf-8")) for file in files]


def exit_with(message):
    print(message, file=sys.stderr)
    sys.exit(2)


def opa(texts, params):
    try:
        from opa_bindings import OpaEngine
    except ImportError:
        exit_with("opa_bindings is not installed: see tests/opa/README.md")
    engine = OpaEngine()
    for index, text in enumerate(texts):
        engine.add_policy(f"{index}.rego", text)
    own = json.loads(Path(params).read_text(encoding="utf-8")) if params else {}
    engine.add_data({"params": {"max_age_days": 90, **own, **DATA}})
    return engine


def package_of(text):
    return re.search(r"^package\s+(\S+)", text, re.M).group(1)


def run_tests(engine, modules):
    names = [f"{package_of(text)}.{name}" for _, text in modules for name in re.findall(r"^(test_\w+)", text, re.M)]
    failed = 0
    for name in names:
        try:
            passed = engine.eval_document(name, {}) is True
        except Exception as error:  # The bindings raise what OPA says as RuntimeError, and where it is undefined.
            passed = False
            print(f"{name}: {error}")
        if not passed:
            failed += 1
            print(f"fails in OPA: {name}")
    print(f"{len(names)} tests, {failed} fail in OPA")
    return failed


def packages_of(modules):
    """The package of each control."""
    packages = {}
    for _, text in modules:
        control = re.search(r"^#\s+id:\s*(\S+)", text, re.M)
        if control:
            packages[control.group(1)] = package_of(text)
    return packages


def take_time(engine, modules, documents):
    """All controls at once, so that OPA evaluates what they share once, and the bindings are crossed once."""
    query = "x := [" + ", ".join(f"data.{package}" for package in packages_of(modules).values()) + "]"
    engine.eval_query(query, documents[0])
    start = time.perf_counter()
    for document in documents:
        engine.eval_query(query, document)
    taken = time.perf_counter() - start
    print(f"{len(documents)} facts, {taken / len(documents) * 1e6:.0f} µs each in OPA")


def compare(engine, arguments, modules, documents):
    packages = packages_of(modules)
    answers = asked(arguments, documents)
    interpreted = asked(arguments, documents, "--interpreter")
    for document, fast, slow in zip(documents, answers, interpreted, strict=True):
        if fast != slow:
            print(f"rotaudit's two engines differ, of {json.dumps(document, ensure_ascii=False)}\n  {fast}\n  {slow}")
            return 1
    compared = differing = found = 0
    for document, mine in zip(documents, answers, strict=True):
        for control, rules in mine.items():
            if control not in packages:
                continue
            theirs = bindings(engine.eval_query(f"x := data.{packages[control]}", document))
            for rule in RULES:
                compared += 1
                one, other = normal(rules.get(rule, [])), normal(theirs.get(rule, []))
                found += bool(one)
                if one != other:
                    differing += 1
                    if differing <= 5:
                        show(document, control, rule, one, other)
    print(f"{len(documents)} facts, {compared} answers of which {found} are not empty, {differing} differ from OPA's")
    if not found:
        exit_with("no policy has anything to say about these facts, so nothing was compared")
    return differing


def asked(arguments, documents, *options):
    """What rotaudit answers, by control and rule, for each document."""
    command = [arguments.rotaudit, "policy", "eval", *options]
    command += ["--no-builtin-policies"] if arguments.no_builtin_policies else []
    for path in arguments.policy:
        command += ["--policy", path]
    command += ["--params", arguments.params] if arguments.params else []
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    ran = subprocess.run([*command, "-"], input=lines, capture_output=True, encoding="utf-8")
    if ran.returncode:
        exit_with(ran.stderr)
    return [json.loads(line)["answers"] for line in ran.stdout.splitlines()]


def bindings(result):
    """`x` of the one result of `x := …`, however deep the bindings wrap it."""
    while isinstance(result, list):
        result = result[0]
    result = result.get("bindings", result)
    return result.get("x", result)


def normal(elements):
    return sorted(json.dumps(element, sort_keys=True) for element in elements)


def show(document, control, rule, one, other):
    print(f"{control} {rule}, of {json.dumps(document, ensure_ascii=False)}")
    for element in sorted(set(one) ^ set(other)):
        print(f"  {'rotaudit' if element in one else 'OPA'} only: {element}")


def random_documents(count, seed):
    """Facts that keep to the schemas, and to nothing else."""
    source = random.Random(seed)
    schemas = [json.loads((ROOT / "policies" / "schemas" / name).read_text(encoding="utf-8"))
               for name in ("facts.json", "evidence-facts.json")]
    # Of the evidence as a whole there is less to say.
    return [walked(source, schema, schema) for schema in source.choices(schemas, weights=(9, 1), k=count)]


def walked(source, schema, whole, name=None):
    if name in FIXED:
        return FIXED[name]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            return walked(source, source.choice(schema[key]), whole, name)
    if "$ref" in schema:
        return walked(source, whole["definitions"][schema["$ref"].rsplit("/", 1)[1]], whole, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return source.choice(schema["enum"])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = source.choice([one for one in kind if one != "null"])
    if kind == "object":
        required = schema.get("required", [])
        document = {
            member: walked(source, of, whole, member)
            for member, of in schema.get("properties", {}).items()
            if member in required or source.random() < 0.7
        }
        if isinstance(schema.get("additionalProperties"), dict):
            for member in source.sample(TEXTS, source.randint(0, 2)):
                document[member] = walked(source, schema["additionalProperties"], whole)
        return document
    if kind == "array":
        if name == "keys" and "properties" in whole and whole["properties"].get("keys") == schema:
            return [{**walked(source, schema["items"], whole), "name": key} for key in ("key1", "key2")]
        return [walked(source, schema["items"], whole) for _ in range(source.choice((0, 0, 1, 1, 2, 3)))]
    if kind == "boolean":
        return source.random() < 0.3
    if kind == "integer":
        return source.randint(0, 5)
    if kind == "number":
        return source.choice(NUMBERS)
    if kind == "string" and schema.get("pattern", "").startswith("^[0-9]{4}"):
        return source.choice(MONTHS)
    if kind == "string":
        return source.choice(TIMES if schema.get("format") == "date-time" else TEXTS)
    raise ValueError(f"a schema of no known kind: {schema}")


if __name__ == "__main__":
    main()
