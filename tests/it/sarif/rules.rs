//! The rules of design/SARIF.md, each a function. Sections are of the standard.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use jsonschema::Validator;
use rotaudit::model::{is_hidden, sha256};
use serde_json::{Value, json};

use crate::sarif::log::Log;
use crate::sarif::text::{
    cut, decoded, holds_account, holds_key, holds_key_record, holds_key_row, is_key, links, percent_decoded,
    times, words,
};
use crate::support::shared;

/// The result of a rule; the error says how the rule is broken.
pub(crate) type Verdict = Result<(), String>;

static SCHEMA: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let text =
        fs::read_to_string(shared()?.join("data/sarif-schema-2.1.0.json")).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let options = jsonschema::draft4::options().should_validate_formats(true);
    Some(options.build(&schema).expect("the schema is one"))
});

/// The official schema, if the shared folder has it.
pub(crate) fn official_schema() -> Option<&'static Validator> {
    SCHEMA.as_ref()
}

/// The official schema, draft-04, with its formats. It knows every name, so that a misspelt member is found.
pub(crate) fn valid_by_the_official_schema(log: &Log) -> Verdict {
    let Some(schema) = official_schema() else { return Ok(()) };
    let mut whole = log.sarif.clone();
    if let Some(results) = whole["runs"][0]["results"].as_array_mut() {
        results.extend(log.absent.iter().cloned());
    }
    let errors: Vec<String> =
        schema.iter_errors(&whole).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    ensure(errors.is_empty(), || errors.join("; "))
}

/// §3.27.9, §3.27.10: a `kind` is always given, and a `level` too: `none` unless the result is a failure.
pub(crate) fn level_is_none_unless_the_result_fails(log: &Log) -> Verdict {
    let check = |result: &Value| {
        let level = result["level"].as_str().unwrap_or_default();
        let levels: &[&str] = match result["kind"].as_str() {
            Some("fail") => &["error", "warning", "note"],
            Some("pass" | "open" | "notApplicable") => &["none"],
            _ => return Err(format!("is of kind {}", result["kind"])),
        };
        ensure(levels.contains(&level), || format!("is of kind {} and has level {level:?}", result["kind"]))
    };
    log.each_result(check)?;
    log.absent.iter().try_for_each(check)
}

/// §3.27.23: suppressions are on all results or on none. §3.35: each states who accepted the finding and until when,
/// and they are on the findings that are waived in the JSON report.
pub(crate) fn suppressions_are_the_waivers(log: &Log) -> Verdict {
    let having = log.results().iter().filter(|result| result["suppressions"].is_array()).count();
    ensure(having == 0 || having == log.results().len(), || {
        format!("{having} results have them, and some do not")
    })?;
    log.each_result(|result| {
        list(&result["suppressions"]).iter().try_for_each(|suppression| {
            let said = ["/justification", "/properties/expires"].map(|of| suppression.pointer(of));
            let is_said =
                said.iter().all(|text| text.and_then(Value::as_str).is_some_and(|text| !text.is_empty()));
            let is_whole =
                suppression["kind"] == "external" && suppression["status"] == "accepted" && is_said;
            ensure(is_whole, || format!("is suppressed by {suppression}"))
        })
    })?;
    let suppressed = log.results().iter().filter(|result| !list(&result["suppressions"]).is_empty()).count();
    let of_accounts = list(&log.json["accounts"]).iter().flat_map(|account| list(&account["findings"]));
    let waived =
        of_accounts.chain(list(&log.json["findings"])).filter(|finding| !finding["waiver"].is_null()).count();
    ensure(suppressed == waived, || {
        format!("{suppressed} results are suppressed, and {waived} findings waived")
    })
}

/// §3.14.8, §3.19.15, §3.49.15: frameworks are taxonomies, and rules refer to the requirements that the JSON report
/// names.
pub(crate) fn relationships_lead_to_requirements(log: &Log) -> Verdict {
    let taxonomies = list(&log.run()["taxonomies"]);
    let supported: Vec<Value> = taxonomies
        .iter()
        .enumerate()
        .map(|(index, taxonomy)| json!({ "name": taxonomy["name"], "index": index }))
        .collect();
    let said = &log.run()["tool"]["driver"]["supportedTaxonomies"];
    ensure(list(said) == supported, || format!("{said} are supported, of {supported:?}"))?;
    let rules = list(&log.run()["tool"]["driver"]["rules"]);
    for (rule, policy) in rules.iter().zip(list(&log.json["policies"])) {
        let mut named: BTreeSet<(String, String)> = BTreeSet::new();
        for relationship in list(&rule["relationships"]) {
            ensure(relationship["kinds"] == json!(["relevant"]), || format!("is {}", relationship["kinds"]))?;
            let target = &relationship["target"];
            let component = &target["toolComponent"];
            let place = |value: &Value| value["index"].as_u64().and_then(|index| usize::try_from(index).ok());
            let taxonomy = place(component).and_then(|index| taxonomies.get(index)).unwrap_or(&Value::Null);
            let taxon = place(target).and_then(|index| list(&taxonomy["taxa"]).get(index));
            ensure(taxonomy["name"] == component["name"], || format!("{component} is {taxonomy}"))?;
            let is_named =
                taxon.and_then(|taxon| taxon["name"].as_str()).is_some_and(|name| !name.is_empty());
            ensure(is_named, || format!("{taxon:?} has no name"))?;
            ensure(taxon.is_some_and(|taxon| taxon["id"] == target["id"]), || {
                format!("{target} is {taxon:?}")
            })?;
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            named.insert((word(&component["name"]), word(&target["id"])));
        }
        let frameworks = policy["frameworks"].as_object().into_iter().flatten();
        let stated: BTreeSet<(String, String)> = frameworks
            .flat_map(|(name, ids)| {
                list(ids).iter().map(|id| (name.clone(), id.as_str().unwrap_or_default().to_owned()))
            })
            .collect();
        ensure(named == stated, || format!("{named:?}, but the report has {stated:?}"))?;
    }
    Ok(())
}

/// One result for each control and account, clean ones included, and one for each finding about the evidence; and
/// `rules` has every control that ran.
pub(crate) fn every_control_answers_for_every_account(log: &Log) -> Verdict {
    let rules: Vec<&Value> =
        list(&log.run()["tool"]["driver"]["rules"]).iter().map(|rule| &rule["id"]).collect();
    let controls: Vec<&Value> = list(&log.json["policies"]).iter().map(|policy| &policy["control"]).collect();
    ensure(rules == controls, || format!("rules {rules:?}, but {controls:?} ran"))?;
    let stated: BTreeSet<String> = log
        .results()
        .iter()
        .filter(|result| !log.is_about_evidence(result))
        .map(|result| {
            let id = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
            format!("{} {id} {} {}", result["ruleId"], result["kind"], result["properties"]["verdict"])
        })
        .collect();
    let expected: BTreeSet<String> = list(&log.json["accounts"])
        .iter()
        .flat_map(|account| {
            let answer = |finding: &Value| {
                let (control, outcome) = (&finding["control"], &finding["outcome"]);
                format!("{control} {} {outcome} {}", account["id"], account["verdict"])
            };
            list(&account["findings"]).iter().map(answer).collect::<Vec<_>>()
        })
        .collect();
    ensure(stated == expected, || format!("stated {stated:#?}, but found {expected:#?}"))?;
    let found = list(&log.json["findings"]);
    let about_evidence: BTreeSet<String> =
        found.iter().map(|finding| finding["control"].to_string()).collect();
    let whole = (rules.len() - about_evidence.len()) * list(&log.json["accounts"]).len() + found.len();
    log.each_result_about_evidence(|result, finding| {
        let is_same = result["ruleId"] == finding["control"] && result["kind"] == finding["outcome"];
        ensure(is_same && result["properties"]["verdict"].is_null(), || format!("is not {finding}"))
    })?;
    ensure(log.results().len() == whole, || format!("{} results, not {whole}", log.results().len()))
}

/// §3.27.6: `ruleId` is the id of the rule that `ruleIndex` points to.
pub(crate) fn rule_id_is_that_of_its_index(log: &Log) -> Verdict {
    let rules = list(&log.run()["tool"]["driver"]["rules"]);
    log.each_result(|result| {
        let rule = index(&result["ruleIndex"]).and_then(|index| rules.get(index));
        let id = rule.map(|rule| &rule["id"]);
        ensure(id == Some(&result["ruleId"]), || {
            format!("{} is not rule {}", result["ruleId"], result["ruleIndex"])
        })
    })
}

/// §3.49, and the properties of a rule that GitHub reads.
pub(crate) fn rules_are_as_github_takes_them(log: &Log) -> Verdict {
    let rules = list(&log.run()["tool"]["driver"]["rules"]);
    for (rule, policy) in rules.iter().zip(list(&log.json["policies"])) {
        let of = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let properties = &rule["properties"];
        let is_named = |text: &str| {
            text.starts_with(|first: char| first.is_ascii_uppercase())
                && text.chars().all(|c| c.is_ascii_alphanumeric())
        };
        let severity = properties["security-severity"].as_str().and_then(|number| number.parse::<f64>().ok());
        let tags = list(&properties["tags"]);
        // The author of a control decides which of these it has.
        let is_own = policy["source"] != "builtin";
        for (what, holds) in [
            ("id", is_named(of("/id")) && of("/id").len() <= 10),
            ("name", is_named(of("/name"))),
            ("shortDescription", !of("/shortDescription/text").is_empty()),
            ("fullDescription", !of("/fullDescription/text").is_empty()),
            ("help.text", !of("/help/text").is_empty()),
            ("help.markdown", !of("/help/markdown").is_empty()),
            ("helpUri", of("/helpUri").starts_with("https://") || (is_own && rule["helpUri"].is_null())),
            ("level", ["error", "warning", "note"].contains(&of("/defaultConfiguration/level"))),
            ("security-severity", severity.is_some_and(|number| (0.0..=10.0).contains(&number))),
            (
                "precision",
                ["very-high", "high", "medium", "low"].contains(&of("/properties/precision"))
                    || (is_own && properties["precision"].is_null()),
            ),
            ("tags", tags.len() <= 10 && tags.iter().all(Value::is_string)),
        ] {
            ensure(holds, || format!("{}: its {what} is not as it should be", rule["id"]))?;
        }
    }
    Ok(())
}

/// GitHub accepts descriptions of at most 1024 characters.
pub(crate) fn descriptions_are_short_enough(log: &Log) -> Verdict {
    for rule in list(&log.run()["tool"]["driver"]["rules"]) {
        for member in ["shortDescription", "fullDescription"] {
            let length = rule[member]["text"].as_str().unwrap_or_default().chars().count();
            ensure(length <= 1024, || format!("{}: its {member} has {length} characters", rule["id"]))?;
        }
    }
    Ok(())
}

/// Exactly one, with a complete region that counts from 1, or only a line if the result is not about an account: GitHub
/// rejects a file with a result that has no location.
pub(crate) fn every_result_has_one_location(log: &Log) -> Verdict {
    log.each_result(|result| {
        let locations = list(&result["locations"]);
        ensure(locations.len() == 1, || format!("has {} locations", locations.len()))?;
        let region = &locations[0]["physicalLocation"]["region"];
        let members = ["startLine", "startColumn", "endLine", "endColumn"];
        let needed = if log.is_about_evidence(result) { &members[..1] } else { &members[..] };
        needed.iter().try_for_each(|member| {
            ensure(region[member].as_u64() >= Some(1), || format!("has {member} {}", region[member]))
        })
    })
}

/// The region is the account's object in the export, in code points and without a byte-order mark. For a finding about
/// the evidence, it is the line of the first evidence, or the first line of the first input.
pub(crate) fn region_is_the_account_in_the_export(log: &Log) -> Verdict {
    log.each_result_about_evidence(|result, finding| {
        let physical = &result["locations"][0]["physicalLocation"];
        let path = percent_decoded(physical["artifactLocation"]["uri"].as_str().unwrap_or_default());
        let (file, line) = match list(&finding["evidence"]).first() {
            Some(evidence) => (&evidence["file"], evidence["line"].clone()),
            None => (&log.json["inputs"][0]["path"], json!(1)),
        };
        ensure(*file == path && physical["region"] == json!({ "startLine": line }), || {
            format!("is at {physical}, and not at {file}:{line}")
        })
    })?;
    log.each_result_of_an_account(|result| {
        let location = &result["locations"][0];
        let physical = &location["physicalLocation"];
        let text = decoded(&log.file(&physical["artifactLocation"])?.bytes)?;
        let region = cut(&text, &physical["region"])?;
        let id = location["logicalLocations"][0]["fullyQualifiedName"].as_str().unwrap_or_default();
        if physical["artifactLocation"]["uri"]
            .as_str()
            .is_some_and(|uri| uri.rsplit('.').next() == Some("csv"))
        {
            let mut cells = region.split(',').map(|cell| cell.trim_matches('"'));
            let is_row = cells.any(|cell| cell.eq_ignore_ascii_case(id)) && !region.contains('\n');
            return ensure(is_row && !id.is_empty(), || format!("its region is not a row of {id}: {region}"));
        }
        let account: Value = serde_json::from_str(region)
            .map_err(|error| format!("its region is not JSON ({error}): {region}"))?;
        if let Some(cells) = account.as_array() {
            let is_row = cells.iter().filter_map(Value::as_str).any(|cell| cell.eq_ignore_ascii_case(id));
            return ensure(is_row && !id.is_empty(), || format!("its region is not a row of {id}: {region}"));
        }
        // In PowerShell, every name begins with a capital letter. A slash at the end of an id is not part of it, and
        // another list may write the id in another case.
        let is_of = ["id", "Id"].iter().any(|name| {
            let written = account[name].as_str().unwrap_or_default();
            written.strip_suffix('/').unwrap_or(written).eq_ignore_ascii_case(id)
        });
        ensure(region.starts_with('{') && region.ends_with('}') && is_of && !id.is_empty(), || {
            format!("its region is not {id} but {region}")
        })
    })
}

/// §3.33: the ARM id and its last segment. A result that is not about an account has none.
pub(crate) fn logical_location_is_the_resource(log: &Log) -> Verdict {
    log.each_result_about_evidence(|result, _| {
        ensure(result["locations"][0].get("logicalLocations").is_none(), || "has a resource".to_owned())
    })?;
    log.each_result_of_an_account(|result| {
        let logical = list(&result["locations"][0]["logicalLocations"]);
        ensure(logical.len() == 1, || format!("has {} logical locations", logical.len()))?;
        let id = logical[0]["fullyQualifiedName"].as_str().unwrap_or_default();
        ensure(id.to_lowercase().starts_with("/subscriptions/"), || format!("is of {id}"))?;
        let name = logical[0]["name"].as_str();
        ensure(id.rsplit('/').next() == name, || format!("is of {id}, but named {name:?}"))?;
        ensure(logical[0]["kind"] == "resource", || format!("is of a {}", logical[0]["kind"]))
    })
}

/// Related locations are numbered from 1 and have a message. Each is a place where an event that counts for keys, or a
/// row of key stamps, begins. The message of the result links to each of them.
pub(crate) fn related_locations_are_the_records_and_are_linked(log: &Log) -> Verdict {
    log.each_result(|result| {
        let related = list(&result["relatedLocations"]);
        let linked = links(result["message"]["text"].as_str().unwrap_or_default())?;
        let numbers: Vec<String> = (1..=related.len()).map(|number| number.to_string()).collect();
        ensure(linked == numbers, || format!("has links {linked:?} to {} records", related.len()))?;
        for (number, location) in related.iter().enumerate() {
            ensure(location["id"] == number + 1, || {
                format!("has a record {} of id {}", number + 1, location["id"])
            })?;
            let message = location["message"]["text"].as_str().unwrap_or_default();
            ensure(!message.is_empty(), || format!("has a record {} that says nothing", number + 1))?;
            let physical = &location["physicalLocation"];
            let text = decoded(&log.file(&physical["artifactLocation"])?.bytes)?;
            let line = index(&physical["region"]["startLine"]).unwrap_or_default();
            // An account that a newer list lacks, or that is undecidable, is shown at its place in a list, even in a
            // list of deleted accounts.
            let is_listed = holds_account(&text, line);
            let is_event = holds_key_record(&text, line) || holds_key_row(&text, line);
            ensure(is_listed || is_event || holds_key(&text, line), || {
                format!(
                    "line {line} begins no event that counts for keys, and no row of their stamps, and holds no key"
                )
            })?;
        }
        Ok(())
    })
}

/// §3.11.6: a bracket is escaped, or part of a link to a related location.
pub(crate) fn links_lead_to_related_locations(log: &Log) -> Verdict {
    for message in log.messages() {
        links(message)?;
    }
    for message in log.messages_outside_results() {
        let links = links(message)?;
        ensure(links.is_empty(), || format!("{links:?} lead nowhere: {message}"))?;
    }
    log.each_result(|result| {
        let related = list(&result["relatedLocations"]);
        let is_there = |link: &String| {
            related.iter().any(|location| link.parse() == Ok(location["id"].as_u64().unwrap_or_default()))
        };
        let links = links(result["message"]["text"].as_str().unwrap_or_default())?;
        ensure(links.iter().all(is_there), || format!("has a link that leads nowhere: {links:?}"))
    })
}

/// §3.27.24: all results have a state or none has, as in the JSON report. A result that is gone keeps its place, refers
/// to no artifact of this run, and links to no record.
pub(crate) fn results_are_compared_with_the_baseline(log: &Log) -> Verdict {
    let of_accounts = list(&log.json["accounts"]).iter().flat_map(|account| list(&account["findings"]));
    let findings = of_accounts.chain(list(&log.json["findings"]));
    let stated: Vec<&Value> = log.results().iter().map(|result| &result["baselineState"]).collect();
    let expected: Vec<&Value> = findings.map(|finding| &finding["baseline_state"]).collect();
    ensure(stated == expected, || format!("results are {stated:?}, and findings {expected:?}"))?;
    let has_baseline = log.json["baseline"].is_object();
    let is_whole = stated.iter().all(|state| state.is_string() == has_baseline);
    ensure(is_whole && (has_baseline || log.absent.is_empty()), || {
        "some are compared, and some not".to_owned()
    })?;
    log.absent.iter().try_for_each(|result| {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let is_placed =
            place["uri"].is_string() && place["index"].is_null() && result["relatedLocations"].is_null();
        let is_plain = links(result["message"]["text"].as_str().unwrap_or_default())?.is_empty();
        ensure(is_placed && is_plain, || format!("{result} is not marked as gone"))
    })
}

/// §3.24: every input, in its order, with its length, its type and, unless hashing is off, its SHA-256 under the name
/// `sha-256`.
pub(crate) fn artifacts_are_the_inputs(log: &Log) -> Verdict {
    let artifacts = list(&log.run()["artifacts"]);
    let paths: Vec<String> = artifacts
        .iter()
        .map(|artifact| percent_decoded(artifact["location"]["uri"].as_str().unwrap_or_default()))
        .collect();
    let inputs: Vec<&str> =
        list(&log.json["inputs"]).iter().filter_map(|input| input["path"].as_str()).collect();
    ensure(paths == inputs, || format!("artifacts {paths:?} of inputs {inputs:?}"))?;
    for (artifact, input) in artifacts.iter().zip(list(&log.json["inputs"])) {
        let file = log.file(&artifact["location"])?;
        let is_taken = !input["sha256"].is_null();
        let hashes = if is_taken { json!({ "sha-256": sha256(&file.bytes) }) } else { Value::Null };
        ensure(artifact["hashes"] == hashes, || format!("hashes {} are not {hashes}", artifact["hashes"]))?;
        let length = file.bytes.len();
        ensure(artifact["length"] == length, || format!("length {} is not {length}", artifact["length"]))?;
        let is_type = artifact["mimeType"].as_str().is_some_and(|mime| mime.contains('/'));
        ensure(is_type, || format!("{} is not a type", artifact["mimeType"]))?;
    }
    Ok(())
}

/// §3.4.5: a location agrees with the artifact at its index.
pub(crate) fn artifact_locations_agree_with_their_index(log: &Log) -> Verdict {
    let artifacts = list(&log.run()["artifacts"]);
    for (position, artifact) in artifacts.iter().enumerate() {
        let index = &artifact["location"]["index"];
        ensure(*index == position, || format!("artifact {position} has index {index}"))?;
    }
    for location in log.artifact_locations() {
        let artifact = index(&location["index"]).and_then(|index| artifacts.get(index));
        let agrees = artifact.is_some_and(|artifact| artifact["location"] == *location);
        ensure(agrees, || format!("{location} is not the artifact of its index"))?;
        let base = location["uriBaseId"].as_str().unwrap_or_default();
        let is_known = log.run()["originalUriBaseIds"].get(base).is_some();
        ensure(is_known, || format!("{location} has an unknown base"))?;
    }
    Ok(())
}

/// Never `https:` or an absolute path, which uploads reject. All characters are allowed in a path by RFC 3986.
pub(crate) fn uris_of_artifacts_are_relative(log: &Log) -> Verdict {
    for location in log.artifact_locations() {
        let uri = location["uri"].as_str().unwrap_or_default();
        let is_path = uri.chars().all(|c| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=@%/".contains(c));
        let is_escaped = uri.split('%').skip(1).all(|rest| {
            rest.get(..2).is_some_and(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()))
        });
        let is_below = uri.split('/').all(|segment| !["", ".", ".."].contains(&segment));
        ensure(is_path && is_escaped && is_below, || format!("{uri:?} is not a relative reference"))?;
    }
    Ok(())
}

/// The root of the exports has a description and no location, and no text contains the path of the folder.
pub(crate) fn no_local_path_leaks(log: &Log) -> Verdict {
    let bases = log.run()["originalUriBaseIds"].as_object().ok_or("no originalUriBaseIds")?;
    for (name, base) in bases {
        let members: Vec<&String> = base.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
        ensure(members == ["description"], || format!("{name} has {members:?}"))?;
    }
    let folder = log.folder.to_string_lossy();
    let leak = log.strings().into_iter().find(|text| text.contains(folder.as_ref()));
    leak.map_or(Ok(()), |text| Err(format!("{text} shows a local path")))
}

/// §3.14.27: the kind is present and is code points, since consumers agree on nothing else.
pub(crate) fn columns_count_code_points(log: &Log) -> Verdict {
    let kind = &log.run()["columnKind"];
    ensure(kind == "unicodeCodePoints", || format!("columnKind {kind}"))
}

/// §3.20.14: an execution with findings is successful; one with a notification of level `error` is not.
pub(crate) fn execution_is_successful_unless_an_error_is_told(log: &Log) -> Verdict {
    for invocation in list(&log.run()["invocations"]) {
        let is_failed = notifications(invocation).any(|notification| notification["level"] == "error");
        let stated = &invocation["executionSuccessful"];
        ensure(*stated == !is_failed, || {
            format!("executionSuccessful {stated}, errors stated: {is_failed}")
        })?;
    }
    Ok(())
}

/// One invocation, with no time, machine, account, folder or environment of a run.
pub(crate) fn invocation_tells_nothing_of_the_machine(log: &Log) -> Verdict {
    let invocations = list(&log.run()["invocations"]);
    ensure(invocations.len() == 1, || format!("{} invocations", invocations.len()))?;
    let known = ["executionSuccessful", "toolExecutionNotifications", "toolConfigurationNotifications"];
    has_only(&invocations[0], &known)?;
    notifications(&invocations[0])
        .try_for_each(|notification| has_only(notification, &["level", "message", "locations", "descriptor"]))
}

/// §3.11.5: a literal brace is doubled, so that nothing is taken for a placeholder.
pub(crate) fn braces_are_doubled(log: &Log) -> Verdict {
    for message in log.messages() {
        let mut letters = message.chars().peekable();
        while let Some(letter) = letters.next() {
            let is_literal = !"{}".contains(letter) || letters.next_if_eq(&letter).is_some();
            ensure(is_literal, || format!("{letter} is not doubled in: {message}"))?;
        }
    }
    Ok(())
}

/// No message acts on a terminal, or looks different from its contents.
pub(crate) fn messages_hold_no_hidden_characters(log: &Log) -> Verdict {
    for message in log.messages() {
        let hidden = message.chars().find(|letter| is_hidden(*letter) && *letter != '\n');
        ensure(hidden.is_none(), || format!("{hidden:?} in: {message:?}"))?;
    }
    Ok(())
}

/// The message is a line with a sentence, then a line for each step, then a line of links: no name adds a line. A
/// command is in its line unchanged, or the line says where it is. It is never in `fixes`, which is for changes of
/// files.
pub(crate) fn message_is_a_sentence_and_the_steps(log: &Log) -> Verdict {
    log.each_result(|result| {
        let mut lines = result["message"]["text"].as_str().unwrap_or_default().lines();
        let summary = lines.next().unwrap_or_default();
        ensure(summary.len() > 1 && summary.ends_with('.'), || format!("is summed up as {summary:?}"))?;
        for (number, step) in list(&result["properties"]["remediation"]).iter().enumerate() {
            let line = lines.next().unwrap_or_default();
            let is_step = line.starts_with(&format!("{}. ", number + 1));
            let has_command = step["command"].as_str().is_none_or(|command| {
                line.ends_with(&format!(" {command}"))
                    || line.ends_with(" The command is among the result's properties.")
            });
            ensure(is_step && has_command, || format!("has {line:?} for the step {step}"))?;
        }
        let rest: Vec<&str> = lines.collect();
        let is_evidence = rest.len() == 1 && rest[0].starts_with("Evidence: [");
        ensure(rest.is_empty() || is_evidence, || format!("has the lines {rest:?}"))?;
        ensure(result.get("fixes").is_none(), || "has fixes".to_owned())
    })
}

/// §3.9: every time, in any text, is in UTC and ends in `Z`.
pub(crate) fn times_are_utc(log: &Log) -> Verdict {
    log.strings().into_iter().try_for_each(|text| {
        let local = times(text).into_iter().find(|time| !time.ends_with('Z'));
        local.map_or(Ok(()), |time| Err(format!("{time} is not in UTC: {text}")))
    })
}

/// Both of ours are there (GitHub uses only the first), and no two results share one.
pub(crate) fn fingerprints_tell_results_apart(log: &Log) -> Verdict {
    let mut seen = BTreeSet::new();
    log.each_result(|result| {
        for name in ["primaryLocationLineHash", "rotaudit/v1"] {
            let print = result["partialFingerprints"][name].as_str().unwrap_or_default();
            ensure(!print.is_empty(), || format!("has no {name}"))?;
            ensure(seen.insert((name, print.to_owned())), || format!("has the {name} of another"))?;
        }
        Ok(())
    })
}

/// No text has anything in the form of a key: 32 hexadecimal digits, or 84 letters with the mark of a service.
pub(crate) fn nothing_looks_like_a_key_and_the_run_has_its_id(log: &Log) -> Verdict {
    for text in log.strings() {
        let key = words(text).find(|word| is_key(word));
        ensure(key.is_none(), || format!("{key:?} looks like a key"))?;
    }
    let id = &log.run()["automationDetails"]["id"];
    ensure(id == "rotaudit/key-rotation/", || format!("automationDetails.id {id}"))
}

pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(why()) }
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub(crate) fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok())
}

pub(crate) fn notifications(invocation: &Value) -> impl Iterator<Item = &Value> {
    ["toolExecutionNotifications", "toolConfigurationNotifications"]
        .into_iter()
        .flat_map(|member| list(&invocation[member]))
}

pub(crate) fn has_only(object: &Value, known: &[&str]) -> Verdict {
    let mut members = object.as_object().into_iter().flat_map(serde_json::Map::keys);
    let unknown = members.find(|member| !known.contains(&member.as_str()));
    unknown.map_or(Ok(()), |member| Err(format!("{member} is unknown")))
}
