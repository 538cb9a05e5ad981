"""Reads SARIF logs with DefectDojo's parser (parser.py on PYTHONPATH), whose imports of Django are replaced."""

import json
import sys
import types


class Record:
    """A substitute for the models of DefectDojo."""

    def __init__(self, **members):
        self.unsaved_locations = []
        self.__dict__.update(members)


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(members)


module("django")
module("django.conf", settings=Record(V3_FEATURE_LOCATIONS=False))
module("django.utils")
module("django.utils.translation", gettext=str)
module("dojo")
module("dojo.models", Finding=Record)
module("dojo.tools")
module("dojo.tools.locations", LocationData=Record)
module("dojo.tools.parser_test", ParserTest=Record)

from parser import SarifParser  # noqa: E402

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as log:
        run = json.load(log)["runs"][0]
        log.seek(0)
        (test,) = SarifParser().get_tests("SARIF", log)
    failures = [result for result in run["results"] if result["kind"] == "fail"]
    assert failures, path
    assert test.version == run["tool"]["driver"]["version"], test.version
    assert len(test.findings) == len(failures), (path, len(test.findings), len(failures))
    ids = {finding.unique_id_from_tool for finding in test.findings}
    assert len(ids) == len(failures), path
    for finding, result in zip(test.findings, failures):
        assert finding.vuln_id_from_tool == result["ruleId"], finding.title
        assert finding.false_p == bool(result.get("suppressions")), finding.title
    print(f"DefectDojo reads {len(failures)} findings of {path.rsplit('/', 1)[-1]}")
