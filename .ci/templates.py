#!/usr/bin/env python3
"""Runs the templates in docs/ci and action.yml: the shell of every step, against an `az` and services of our own.

    templates.py ROTAUDIT WORK

ROTAUDIT is the program, WORK an empty folder. Each scenario is run in a fresh account of the CI system; most scenarios have several
runs, which find the artifacts of the earlier ones. A task or an expression that this file does not know is an error.
"""

import datetime
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ROTAUDIT, WORK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()

SUBSCRIPTION = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95"
ACCOUNT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/contoso"

# It answers only after the sign-in. $AZ has its answers; a log that is missing cannot be exported.
FAKE_AZ = """#!/usr/bin/env bash
[ "$1" != login ] || [ "$AZURE_ID_TOKEN" != identity ] || [ -f "$AZ/locked" ] || touch "$AZ/signed-in"
[ -f "$AZ/signed-in" ] || exit 1
case "$*" in
    login* | logout) ;;
    'account list --output json') echo '[]' ;;
    'account list '*) echo @SUBSCRIPTION@ ;;
    'account show '*) cat "$AZ/user" ;;
    'cognitiveservices account list '*) cat "$AZ/accounts.json" ;;
    'monitor activity-log list '*) cat "$AZ/log.json" ;;
    *) exit 2 ;;
esac
"""
# It takes the place of a compiler, and sees no token of the CI system.
FAKE_CARGO = """#!/usr/bin/env bash
echo "$*" >>"$AZ/cargo"
! env | grep -E 'ACTIONS_.*TOKEN|AZURE_ID_TOKEN' || exit 3
[ ! -f "$AZ/signed-in" ] || exit 4
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin" && cp "$ROTAUDIT" "$2/bin/rotaudit"
"""
FAKE_GH = """#!/usr/bin/env bash
[ "$GH_TOKEN" = token ] || exit 4
case "$1 $2" in
    'api --paginate') [[ $3 == repos/contoso/audits/* ]] && cat "$STORE/artifacts.json" ;;
    'run download') cp -r "$STORE/$3/$7/." "$9" ;;
    *) exit 2 ;;
esac
"""
# The package registry of GitLab. Other addresses are files, for curl itself.
FAKE_CURL = """#!/usr/bin/env bash
[[ ${@: -1} == https://gitlab/api/v4/* ]] || exec "$CURL" "$@"
[[ $* == *'--user gitlab-ci-token:token '* ]] || exit 4
while [[ $1 != --output && $1 != --upload-file ]]; do shift; done
if [ "$1" = --upload-file ]; then
    mkdir -p "$STORE/$RUN/key-rotation-evidence" && cp "$2" "$STORE/$RUN/key-rotation-evidence/evidence.jsonl"
elif [ -f "$STORE/registry-fails" ]; then
    printf 500
elif newest=$(ls -t "$STORE"/*/key-rotation-evidence/evidence.jsonl 2>/dev/null | head -n 1) && [ -n "$newest" ]; then
    cp "$newest" "$2" && printf 200
else
    printf 404
fi
"""


def check(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


NOW = datetime.datetime.now(datetime.timezone.utc)
YESTERDAY = (NOW - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def account(created):
    return {
        "id": ACCOUNT, "name": "contoso", "kind": "OpenAI", "location": "westeurope", "resourceGroup": "rg",
        "type": "Microsoft.CognitiveServices/accounts", "properties": {"dateCreated": created},
    }


# The answers of az: the accounts, and the log. None is an answer that az fails to give, and a text one that is not JSON.
OVERDUE = ([account("2020-01-01T00:00:00Z")], [])
COMPLIANT = ([account(YESTERDAY)], [])
WITHOUT_LOG = ([account("2020-01-01T00:00:00Z")], None)
WITHOUT_ACCOUNTS = (None, [])
CUT_OFF = ([account("2020-01-01T00:00:00Z")], '[{"eventTimestamp": "2026-')


class Site:
    """An account of a CI system: what stays from run to run."""

    def __init__(self, name):
        self.folder = WORK / name
        self.store = self.folder / "store"
        self.repository = self.folder / "repository"
        self.az = self.folder / "az"
        self.bin = self.folder / "bin"
        self.action = self.folder / "action"
        for folder in (self.store, self.repository, self.az, self.bin, self.action):
            folder.mkdir(parents=True)
        (self.store / "artifacts.json").write_text('{"artifacts": []}')
        for program, text in {"az": FAKE_AZ, "cargo": FAKE_CARGO, "gh": FAKE_GH, "curl": FAKE_CURL}.items():
            path = self.bin / program
            path.write_text(text.replace("@SUBSCRIPTION@", SUBSCRIPTION))
            path.chmod(0o755)
        self.runs = 0

    def start(self, answers):
        self.runs += 1
        (self.az / "signed-in").unlink(missing_ok=True)
        # Runs of one second have other manifests.
        (self.az / "user").write_text(f"run-{self.runs}@contoso.example\n")
        for file, answer in zip(("accounts.json", "log.json"), answers):
            (self.az / file).unlink(missing_ok=True)
            if answer is not None:
                (self.az / file).write_text(answer if isinstance(answer, str) else json.dumps(answer))

    def add(self, file, text):
        """Adds a file to the repository that the pipeline checks out."""
        path = self.repository / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def environment(self, more):
        return {
            "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.folder), "AZ": str(self.az), "STORE": str(self.store),
            "ROTAUDIT": str(ROTAUDIT), "CURL": shutil.which("curl"), "RUN": str(self.runs), **more,
        }


class Failed(Exception):
    """A step that fails, as the CI system would have it fail."""


def shell(script, environment, folder, options="-eo pipefail"):
    """Runs the script of a step, and returns its output and status."""
    check(Path(folder).is_dir(), f"a step runs in a folder that does not exist: {folder}")
    command = ["bash", "--noprofile", "--norc", *options.split(), "-c", script]
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout, done.returncode


class Pipeline:
    """A pipeline of a site, and the expectations that differ between the CI systems."""

    can_sign_in = True
    failing_if_unproven = ["Audit"]
    says_that_there_is_no_report = "without a report"

    def __init__(self, site, definition, settings=None):
        self.site, self.definition, self.settings = site, definition, settings or {}

    def failing(self, step):
        """The steps that fail if this step does."""
        return [step]

    def evidence(self):
        """The newest evidence that was kept."""
        found = self.site.store.glob("*/key-rotation-evidence/evidence.jsonl")
        return max(found, key=lambda path: int(path.parts[-3]), default=None)

    def kept(self):
        """The folder of the artifact with the last run's reports."""
        return self.site.store / str(self.site.runs) / "key-rotation"

    def reports(self):
        return {path.name for path in self.kept().glob("*")}

    def keep(self, name, files):
        """Stores an artifact, which does not keep permissions."""
        folder = self.site.store / str(self.site.runs) / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            Path(shutil.copyfile(file, folder / Path(file).name)).chmod(0o644)


class Run:
    """The result of a run: its log, and whether each step passed (True), failed (False) or was left out (None)."""

    def __init__(self):
        self.log, self.steps, self.summary, self.uploaded = "", {}, "", []

    def failed(self):
        return [name for name, passed in self.steps.items() if passed is False]


class GitHub(Pipeline):
    """Runs the jobs of a workflow one after the other."""

    def audit(self, answers):
        run, site = Run(), self.site
        site.start(answers)
        for job in self.definition["jobs"].values():
            if run.failed():
                break
            self.job(job, run)
        return run

    def job(self, job, run):
        folder = self.site.folder / "job"
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("temp", "workspace"):
            (folder / name).mkdir(parents=True)
        self.context = {
            "runner.temp": str(folder / "temp"), "github.workspace": str(folder / "workspace"), "github.token": "token",
            "vars.AZURE_CLIENT_ID": "client", "vars.AZURE_TENANT_ID": "tenant",
        }
        permissions = job.get("permissions", {})
        self.variables = {
            "RUNNER_TEMP": str(folder / "temp"), "GITHUB_WORKSPACE": str(folder / "workspace"),
            "GITHUB_REPOSITORY": "contoso/audits", "GITHUB_REF_NAME": "main",
            "GITHUB_ACTION_PATH": str(self.site.action), "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        }
        if "id-token" in permissions:
            self.variables |= {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token"}
        self.steps(job["steps"], run, permissions)
        summary = folder / "summary"
        run.summary += summary.read_text() if summary.exists() else ""

    def steps(self, steps, run, permissions):
        for step in steps:
            name = step["name"]
            if not self.holds(step.get("if", "success()"), run):
                run.steps[name] = None
                continue
            run.log += f"--- {name}\n"
            try:
                if step.get("uses", "").startswith("OWNER/rotaudit@"):
                    self.action(step, run, permissions)
                elif "uses" in step:
                    self.use(step, run, permissions)
                else:
                    self.shell(step, run)
                run.steps[name] = True
            except Failed as failure:
                run.log += f"{failure}\n"
                run.steps[name] = False

    def action(self, step, run, permissions):
        """The composite action: its steps take the place of this one."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        given = {name: self.text(value) for name, value in step["with"].items()}
        check(given.keys() <= action["inputs"].keys(), f"action.yml has no such inputs: {list(given)}")
        for name, declared in action["inputs"].items():
            check(name in given or not declared.get("required"), f"the input {name} is missing")
            self.context[f"inputs.{name}"] = given.get(name, declared.get("default"))
        self.steps(action["runs"]["steps"], run, permissions)
        check(not any(self.site.action.iterdir()), "the action writes to its own folder")
        if run.failed():
            raise Failed("a step of the action failed")

    def value(self, expression):
        """The value of a name, for example `inputs.waivers`. An output that was not set is empty."""
        check(expression in self.context or re.fullmatch(r"steps\.audit\.outputs\.\w+", expression), f"unknown: {expression}")
        return self.context.get(expression, "")

    def text(self, text):
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: self.value(match[1]), str(text))

    def holds(self, condition, run):
        condition = re.sub(r"^\$\{\{ *(.*?) *\}\}$", r"\1", str(condition))
        if "cancelled()" not in condition:
            # GitHub adds success() to a condition without such a function.
            condition = f"success() && {condition}"
        return all(any(self.term(term, run) for term in part.split(" || ")) for part in condition.split(" && "))

    def term(self, term, run):
        if term == "success()":
            return not run.failed()
        if term == "!cancelled()":
            return True
        if match := re.fullmatch(r"(\S+) == '(.*)'", term):
            return self.value(match[1]) == match[2]
        return bool(self.value(term))

    def shell(self, step, run):
        check(step.get("shell") == "bash", f"{step['name']} does not run in bash")
        given = {name: self.text(self.settings.get(name, value)) for name, value in step.get("env", {}).items()}
        folder = self.text(step.get("working-directory", self.variables["GITHUB_WORKSPACE"]))
        output = Path(self.variables["GITHUB_OUTPUT"])
        output.write_text("")
        log, status = shell(step["run"], self.site.environment(self.variables | given), folder)
        run.log += log
        if "id" in step:
            for line in output.read_text().splitlines():
                name, _, value = line.partition("=")
                self.context[f"steps.{step['id']}.outputs.{name}"] = value
        if status != 0:
            raise Failed(f"status {status}")

    def use(self, step, run, permissions):
        action = step["uses"].partition("@")[0]
        given = {name: self.text(value) for name, value in step.get("with", {}).items()}
        store, workspace = self.site.store, Path(self.context["github.workspace"])
        if action == "actions/checkout":
            check("contents" in permissions, "a job checks out without the permission")
            check(given["persist-credentials"] == "False", "the token stays in the checkout")
            shutil.copytree(self.site.repository, workspace / given.get("path", ""), dirs_exist_ok=True)
        elif action == "actions/upload-artifact":
            files = glob.glob(str(workspace / given["path"]))
            if not files:
                check(given.get("if-no-files-found", "warn") in ("warn", "error"), "an artifact without files is not mentioned")
                run.log += "no files were found\n"
                if given.get("if-no-files-found") == "error":
                    raise Failed("no files")
                return
            self.keep(given["name"], files)
            self.list_artifact(given["name"])
        elif action == "actions/download-artifact":
            shutil.copytree(store / str(self.site.runs) / given["name"], given["path"])
        elif action == "azure/login":
            check("id-token" in permissions, "a job signs in without the permission")
            check((given["client-id"], given["tenant-id"]) == ("client", "tenant"), "the sign-in has other ids")
            program = Path(self.context["runner.temp"]) / "rotaudit/rotaudit"
            check(program.exists(), "the program is installed after the sign-in")
            if self.can_sign_in:
                (self.site.az / "signed-in").touch()
        elif action == "github/codeql-action/upload-sarif":
            check({"actions", "security-events"} <= permissions.keys(), "a job uploads without the permissions")
            run.uploaded.append(json.loads(Path(given["sarif_file"]).read_text())["runs"][0])
        else:
            check(False, f"unknown: {action}")

    def list_artifact(self, name):
        if name != "key-rotation-evidence":
            return
        path = self.site.store / "artifacts.json"
        listed = json.loads(path.read_text())
        run = {"id": self.site.runs, "head_branch": "main", "head_repository_id": 1, "repository_id": 1}
        # Evidence of a fork and of another branch, which are newer and must not be taken.
        others = [run | {"id": 901, "head_repository_id": 2}, run | {"id": 902, "head_branch": "other"}]
        created = f"2026-01-{self.site.runs:02}T00:00:00Z"
        listed["artifacts"] = [
            *({"created_at": "2027-01-01T00:00:00Z", "expired": False, "workflow_run": other} for other in others),
            {"created_at": created, "expired": False, "workflow_run": run},
            *listed["artifacts"],
        ]
        path.write_text(json.dumps(listed))



class GitLab(Pipeline):
    """Runs the jobs of a pipeline one after the other, in a folder of the runner that stays as the last pipeline left it."""

    failing_if_unproven = []
    says_that_there_is_no_report = ""

    def failing(self, step):
        return ["key-rotation-install" if step == "Install" else "key-rotation"]

    def audit(self, answers):
        run, site = Run(), self.site
        site.start(answers)
        if not self.can_sign_in:
            (site.az / "locked").touch()
        project = site.folder / "project"
        shutil.copytree(site.repository, project, dirs_exist_ok=True)
        # A run that was stopped left its files.
        for left in ("key-rotation-run/exports", "rotaudit-program"):
            (project / left).mkdir(parents=True, exist_ok=True)
        for name, job in self.definition.items():
            if run.failed():
                break
            check(job.keys() <= {"stage", "image", "needs", "rules", "resource_group", "id_tokens", "variables", "allow_failure",
                                 "script", "after_script", "artifacts"}, f"unknown: {job.keys()}")
            variables = {
                "CI_PROJECT_DIR": str(project), "CI_API_V4_URL": "https://gitlab/api/v4", "CI_PROJECT_ID": "1", "CI_JOB_TOKEN": "token",
                "AZURE_CLIENT_ID": "client", "AZURE_TENANT_ID": "tenant", **dict.fromkeys(job.get("id_tokens", {}), "identity"),
            }
            given = {variable: self.settings.get(variable, value) for variable, value in job["variables"].items()}
            environment = site.environment(variables | given)
            log, status = shell("\n".join(job["script"]), environment, project)
            run.log += f"--- {name}\n{log}status {status}\n"
            run.steps[name] = status == 0 or status in job.get("allow_failure", {}).get("exit_codes", [])
            if "after_script" in job:
                shell("\n".join(job["after_script"]), environment, project)
            # A job that fails has no artifacts, unless they are kept always.
            if run.steps[name] or job["artifacts"].get("when") == "always":
                files = [file for pattern in job["artifacts"]["paths"] for file in glob.glob(str(project / pattern))]
                if name == "key-rotation" and files:
                    self.keep(name, files)
                    run.summary = (self.kept() / "report.md").read_text()
                    run.uploaded.append(json.loads((self.kept() / "report.sarif").read_text())["runs"][0])
                    check(job["artifacts"]["reports"]["junit"] in (str(Path(file).relative_to(project)) for file in files), "no JUnit")
        check("key-rotation" not in run.steps or not (project / "key-rotation-run/exports").exists(), "the exports stay on the runner")
        return run


class AzurePipelines(Pipeline):
    """Runs the jobs of a pipeline one after the other, in folders of the agent that stay as the last run left them."""

    failing_if_unproven = []
    says_that_there_is_no_report = ""
    first_run = None

    def audit(self, answers):
        run, self.variables = Run(), {}
        self.site.start(answers)
        self.first = self.site.runs == 1 if self.first_run is None else self.first_run
        for folder in ("temp", "sources"):
            (self.site.folder / folder).mkdir(exist_ok=True)
        self.names = {
            "Agent.TempDirectory": str(self.site.folder / "temp"), "System.TeamProjectId": "project", "System.DefinitionId": "definition",
            "Build.SourceBranch": "refs/heads/main",
        }
        for job in self.definition["jobs"]:
            if run.failed():
                break
            for step in job["steps"]:
                for condition, steps in step.items() if any("${{" in key for key in step) else [(None, [step])]:
                    check(condition in (None, "${{ if not(parameters.firstRun) }}"), f"unknown: {condition}")
                    if condition is None or not self.first:
                        for each in steps:
                            self.step(each, run)
        return run

    def step(self, step, run):
        name = step.get("displayName", "Check out nothing")
        condition = step.get("condition")
        if condition is None:
            runs = not run.failed()
        else:
            match = re.fullmatch(r"and\(not\(canceled\(\)\), eq\(variables\['(\w+)'\], 'true'\)\)", condition)
            check(match, f"unknown: {condition}")
            runs = self.variables.get(match[1]) == "true"
        run.steps[name] = None
        if runs:
            run.log += f"--- {name}\n"
            try:
                self.act(step, run)
                run.steps[name] = True
            except Failed as failure:
                run.log += f"{failure}\n"
                run.steps[name] = False

    def text(self, text):
        return re.sub(r"\$\(([\w.]+)\)", lambda match: self.names[match[1]], str(text))

    def act(self, step, run):
        given = {name: self.text(value) for name, value in step.get("inputs", {}).items()}
        if "checkout" in step:
            if step["checkout"] == "self":
                check(step["persistCredentials"] is False, "the token stays in the checkout")
                shutil.copytree(self.site.repository, self.site.folder / "sources", dirs_exist_ok=True)
        elif "bash" in step:
            self.shell(step["bash"], step, step.get("workingDirectory", "$(Agent.TempDirectory)"), run)
        elif step["task"] == "AzureCLI@2":
            if self.can_sign_in:
                (self.site.az / "signed-in").touch()
            self.shell(given["inlineScript"], step, given["workingDirectory"], run)
            (self.site.az / "signed-in").unlink(missing_ok=True)
        elif step["task"] == "PublishPipelineArtifact@1":
            path = Path(given["targetPath"])
            check(path.exists(), f"{path} is published, and is missing")
            self.keep(given["artifactName"], [path] if path.is_file() else list(path.iterdir()))
        elif step["task"] == "PublishBuildArtifacts@1":
            check(given["artifactName"] == "CodeAnalysisLogs", "the Scans tab reads another artifact")
            run.uploaded += [json.loads(path.read_text())["runs"][0] for path in Path(given["pathToPublish"]).iterdir()]
        elif step["task"] == "PublishTestResults@2":
            check((Path(given["searchFolder"]) / given["testResultsFiles"]).exists(), "there are no test results")
        elif step["task"] == "DownloadPipelineArtifact@2":
            self.download(given)
        else:
            check(False, f"unknown: {step['task']}")

    def download(self, given):
        if given["source"] == "current":
            shutil.copytree(self.site.store / str(self.site.runs) / given["artifact"], given["path"], dirs_exist_ok=True)
            return
        check(given["allowFailedBuilds"] == given["allowPartiallySucceededBuilds"] == "True", "a failed run's evidence is not found")
        tagged = [int(path.name) for path in self.site.store.glob("*") if (path / f"tag-{given['tags']}").exists()]
        if not tagged:
            raise Failed("no run has the tag")
        shutil.copytree(self.site.store / str(max(tagged)) / given["artifact"], given["path"], dirs_exist_ok=True)

    def shell(self, script, step, folder, run):
        settings = {name: self.settings.get(name, value) for name, value in step.get("env", {}).items()}
        variables = {
            "AGENT_TEMPDIRECTORY": self.names["Agent.TempDirectory"], "BUILD_SOURCESDIRECTORY": str(self.site.folder / "sources"),
        }
        log, status = shell(script, self.site.environment(variables | settings), self.text(folder), "")
        run.log += log
        for command, value in re.findall(r"^##vso\[([^\]]*)\](.*)$", log, re.MULTILINE):
            if match := re.fullmatch(r"task\.setvariable variable=(\w+)", command):
                self.variables[match[1]] = value
            elif command == "task.uploadsummary":
                run.summary += Path(value).read_text()
            elif command == "build.addbuildtag":
                (self.site.store / str(self.site.runs) / f"tag-{value}").touch()
            else:
                check(command == "task.complete result=SucceededWithIssues;", f"unknown: {command}")
        if status != 0:
            raise Failed(f"status {status}")


def collected(path):
    """The number of exports in an evidence file: each has one manifest."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return sum(line.get("export", {}).get("format") == "manifest" for line in lines)


def failures(log):
    """The number of failures in a run of a SARIF log."""
    return sum(result.get("kind", "fail") == "fail" for result in log["results"])


WAIVERS = f"""waivers:
- control: KR001
  resource: {ACCOUNT}
  expires: 2999-12-31
  justification: invented
"""


def check_system(make):
    """Runs the scenarios. make(NAME, SETTINGS) returns a pipeline of a new account."""
    pipeline = make("findings")
    for number in (1, 2):
        run = pipeline.audit(OVERDUE)
        check(run.failed() == pipeline.failing("Audit"), f"with a finding, these steps fail: {run.failed()}\n{run.log}")
        check("exit status 1" in run.log, f"the log has no verdict:\n{run.log}")
        check("**FAIL**" in run.summary, f"the summary has no verdict: {run.summary}")
        check({"report.sarif", "report.html", "report.json"} <= pipeline.reports(), f"these are kept: {pipeline.reports()}")
        check([failures(log) for log in run.uploaded] == [1], "not one failure is uploaded")
        check(collected(pipeline.evidence()) == number, f"run {number} does not keep the evidence of all runs")
    for answers in (WITHOUT_ACCOUNTS, CUT_OFF):
        run = pipeline.audit(answers)
        check(run.failed() == pipeline.failing("Audit"), f"with a part of the exports, these steps fail: {run.failed()}\n{run.log}")
        check("exit status 2" in run.log and "**INCOMPLETE**" in run.summary, f"an incomplete audit: {run.log}")
        check("report.sarif" in pipeline.reports() and len(run.uploaded) == 1, "the reports of an incomplete audit are not kept")
        check(collected(pipeline.evidence()) == 2, "evidence with an error is kept")
    pipeline.audit(OVERDUE)
    check(collected(pipeline.evidence()) == 3, "an incomplete run loses the evidence of earlier runs")

    pipeline = make("compliant")
    for _ in range(2):
        run = pipeline.audit(COMPLIANT)
        check(not run.failed() and "exit status 0" in run.log and "**PASS**" in run.summary, f"nothing is found: {run.log}")
        check([failures(log) for log in run.uploaded] == [0], "a pass is uploaded as a failure")

    pipeline = make("unproven")
    run = pipeline.audit(WITHOUT_LOG)
    check("exit status 3" in run.log and "**UNPROVEN**" in run.summary, f"without a log: {run.log}")
    check(run.failed() == pipeline.failing_if_unproven, f"without a log, these steps fail: {run.failed()}")

    files = {"WAIVERS": "key-rotation/waivers.yaml", "POLICIES": "key-rotation/policies", "PARAMS": "key-rotation/params.yaml"}
    pipeline = make("waived", files)
    pipeline.site.add("key-rotation/waivers.yaml", WAIVERS)
    pipeline.site.add("key-rotation/params.yaml", "max_age_days: 45\n")
    subprocess.run([ROTAUDIT, "policy", "init", "key-rotation/policies"], cwd=pipeline.site.repository, check=True, capture_output=True)
    run = pipeline.audit(OVERDUE)
    report = json.loads((pipeline.kept() / "report.json").read_text())
    check(report["summary"]["waived"] == 1, f"the waiver is not used: {run.log}")
    check("ACME001" in (policy["control"] for policy in report["policies"]), "the policy is not used")
    check(report["parameters"]["max_age_days"] == 45, "the parameters are not used")

    earlier = make("before-the-baseline")
    earlier.audit(OVERDUE)
    baseline = (earlier.kept() / "report.sarif").read_text()
    for name, settings, passes in (("params", {"PARAMS": "params.yaml"}, False), ("baseline", {"BASELINE": "baseline.sarif"}, True)):
        pipeline = make(f"only-{name}", settings)
        pipeline.site.add("params.yaml", "max_age_days: 45\n")
        pipeline.site.add("baseline.sarif", baseline)
        run = pipeline.audit(OVERDUE)
        check(run.failed() == ([] if passes else pipeline.failing("Audit")), f"with {name}, these steps fail: {run.failed()}\n{run.log}")
        report = json.loads((pipeline.kept() / "report.json").read_text())
        check(("baseline" in report) == passes, f"the baseline is used with {name}: {not passes}")
        check((report["parameters"]["max_age_days"] == 45) != passes, f"the parameters of {name}: {report['parameters']}")

    pipeline = make("no-report", {"WAIVERS": "key-rotation/missing.yaml"})
    run = pipeline.audit(OVERDUE)
    check(run.failed() == pipeline.failing("Audit"), f"without a report, these steps fail: {run.failed()}\n{run.log}")
    check("exit status 2" in run.log and pipeline.says_that_there_is_no_report in run.summary, f"an audit without a report: {run.log}")
    check(not run.uploaded and not pipeline.reports() and not pipeline.evidence(), "something is kept of an audit without a report")

    pipeline = make("signed-out")
    pipeline.can_sign_in = False
    run = pipeline.audit(OVERDUE)
    check(run.failed() == pipeline.failing("Export"), f"without a sign-in, these steps fail: {run.failed()}\n{run.log}")
    check(not run.uploaded, "something is uploaded without an export")

    archive = WORK / "rotaudit-1.2.3-target.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(ROTAUDIT, "rotaudit-1.2.3-target/rotaudit")
        file.add(ROOT / "README.md", "rotaudit-1.2.3-target/completions/rotaudit")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    pipeline = make("release", {"ARCHIVE": archive.as_uri(), "SHA256": digest})
    run = pipeline.audit(COMPLIANT)
    check(not run.failed() and not (pipeline.site.az / "cargo").exists(), f"a release is not installed: {run.log}")
    pipeline = make("other-release", {"ARCHIVE": archive.as_uri(), "SHA256": digest[::-1]})
    run = pipeline.audit(COMPLIANT)
    check(run.failed() == pipeline.failing("Install"), f"an archive with another checksum is installed: {run.log}")


def check_github():
    workflow = yaml.safe_load((ROOT / "docs/ci/github-actions.yml").read_text())
    check_system(lambda name, settings=None: GitHub(Site(f"github-{name}"), workflow, settings))

    pipeline = GitHub(Site("github-expired"), workflow)
    pipeline.audit(COMPLIANT)
    listed = pipeline.site.store / "artifacts.json"
    listed.write_text(listed.read_text().replace('"expired": false', '"expired": true'))
    run = pipeline.audit(COMPLIANT)
    check("::warning::" in run.log and not run.failed(), f"expired evidence is not mentioned: {run.log}")
    listed.write_text("no answer")
    run = pipeline.audit(COMPLIANT)
    check(run.failed() == ["Get the evidence of earlier runs"], f"without an answer of GitHub, a run goes on: {run.log}")

    # The action: its steps with the same name have the same shell.
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    shells = {step["name"]: step["run"] for step in workflow["jobs"]["audit"]["steps"] if "run" in step}
    for step in action["runs"]["steps"]:
        check(shells.get(step["name"], step.get("run")) == step.get("run"), f"{step['name']} differs in action.yml")
    page = (ROOT / "docs/gate.md").read_text()
    example = next(block for block in page.split("```")[1::2] if "OWNER/rotaudit@" in block)
    used = yaml.safe_load(example.removeprefix("yaml\n"))
    check(len(next(iter(used["jobs"].values()))["steps"]) == 1, "the example of the action has several steps")

    names = ("WAIVERS", "POLICIES", "PARAMS", "BASELINE", "ARCHIVE", "SHA256")
    inputs = {name: name.lower() for name in names}

    def make(name, settings=None):
        with_action = json.loads(json.dumps(used))
        step = next(iter(with_action["jobs"].values()))["steps"][0]
        step["name"] = "Action"
        for optional in inputs.values():
            step["with"].pop(optional, None)
        step["with"] |= {inputs[name]: value for name, value in (settings or {}).items()}
        pipeline = GitHub(Site(f"action-{name}"), with_action)
        pipeline.failing_if_unproven = ["Audit", "Action"]
        pipeline.failing = lambda step: [step, "Action"]
        return pipeline

    check_system(make)


def check_gitlab():
    definition = yaml.safe_load((ROOT / "docs/ci/gitlab-ci.yml").read_text())
    check_system(lambda name, settings=None: GitLab(Site(f"gitlab-{name}"), definition, settings))
    pipeline = GitLab(Site("gitlab-registry"), definition)
    (pipeline.site.store / "registry-fails").touch()
    run = pipeline.audit(COMPLIANT)
    check(run.failed() == ["key-rotation"] and not pipeline.evidence(), f"without an answer of the registry, a run goes on: {run.log}")


def check_azure_pipelines():
    definition = yaml.safe_load((ROOT / "docs/ci/azure-pipelines.yml").read_text())
    check_system(lambda name, settings=None: AzurePipelines(Site(f"azure-{name}"), definition, settings))
    pipeline = AzurePipelines(Site("azure-no-evidence"), definition)
    pipeline.first_run = False
    run = pipeline.audit(COMPLIANT)
    check(run.failed() == ["Get the evidence of earlier runs"], f"without its evidence, a run goes on: {run.log}")


def check_hooks():
    """The hooks, as docs/gate.md uses them, in a repository that also has Rego for another program."""
    page = (ROOT / "docs/gate.md").read_text()
    used = yaml.safe_load(next(block for block in page.split("```")[1::2] if "rotaudit-policy-check" in block).removeprefix("yaml\n"))
    declared = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    hooks = [declared[hook["id"]] | hook | {"language": "system"} for hook in used["repos"][0]["hooks"]]
    check(len(hooks) == len(declared), "docs/gate.md does not show every hook")
    site = Site("hooks")
    site.add(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    site.add("conftest/deny.rego", "package main\n\ndeny[message] { input.kind == 1; message := 1 }\n")
    subprocess.run([ROTAUDIT, "policy", "init", "key-rotation/policies"], cwd=site.repository, check=True, capture_output=True)
    subprocess.run(["git", "init", "--quiet"], cwd=site.repository, check=True)
    (site.bin / "rotaudit").symlink_to(ROTAUDIT)
    environment = site.environment({"PRE_COMMIT_HOME": str(site.folder / "pre-commit")})
    script = f"git add . && {Path(sys.executable).parent}/pre-commit run --all-files"
    log, status = shell(script, environment, site.repository)
    check(status == 0 and log.count("Passed") == len(hooks), f"the hooks fail on other Rego:\n{log}")
    site.add("key-rotation/policies/broken.rego", "package broken\n\nviolation contains\n")
    log, status = shell(script, environment, site.repository)
    check(status == 1 and "broken.rego" in log, f"the hooks pass a broken policy:\n{log}")


if __name__ == "__main__":
    check_hooks()
    check_gitlab()
    check_azure_pipelines()
    check_github()
