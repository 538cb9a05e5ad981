// Exports to be shown: hostile ones, and those of a large tenant.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SUBSCRIPTION = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

/** Sets `window.pwned`, should any of it run. */
export const HOSTILE = [
  "<script>window.pwned=1</script>",
  "<ScRiPt src=//evil.example/x></sCrIpT>",
  "\"><img src=x onerror=window.pwned=1>",
  "'><svg onload=window.pwned=1>",
  "<\u0000script>window.pwned=1<",
  "</style><style>*{display:none}",
  "</title><script>window.pwned=1</script>",
  "--><iframe srcdoc='<script>parent.pwned=1<\\script>'>",
  "javascript:window.pwned=1",
  "&lt;b&gt; &amp;lt;",
  "\" autofocus onfocus=window.pwned=1 x=\"",
  "` onmouseover=window.pwned=1 `",
  "gpt\u202e\u2066drowssap\u2069",
  "a\u200bb\u2028c\nd\re\tf",
  "\u05d0\u05d1\u05d2-1",
  "{{constructor.constructor('window.pwned=1')()}}",
];

const id = (group, name, subscription = SUBSCRIPTION) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.CognitiveServices/accounts/${name}`;

const account = (id, name, kind = "OpenAI") => ({
  id, name, kind, type: "Microsoft.CognitiveServices/accounts",
  properties: { dateCreated: "2024-01-01T00:00:00Z" },
});

const regeneration = (resourceId, number, { caller, status = "Succeeded", at = "2026-11-10T09:00:02Z", key = "key2" }) => ({
  resourceId, caller, status: { value: status }, eventTimestamp: at,
  category: { value: "Administrative" }, subStatus: { value: "" },
  operationName: { value: "Microsoft.CognitiveServices/accounts/regenerateKey/action" },
  correlationId: `correlation-${number}`, operationId: `operation-${number}`, eventDataId: `event-${number}`,
  properties: key === "" ? {} : { requestbody: JSON.stringify({ keyName: key }) },
});

const write = (folder, name, records) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(records));
};

/** Everything that an export can say is hostile: ids, kinds, who did it, and the files' names. */
export function hostile(folder) {
  // A slash would end the name.
  const names = HOSTILE.map((text) => text.replaceAll("/", "\\"));
  const group = "<b onclick=window.pwned=1>g";
  write(folder, "accounts \"><img src=x onerror=window.pwned=1>.json", names.map((name) => account(id(group, name), name)));
  write(folder, "activity <script>window.pwned=1<.json", names.map((name, number) =>
    regeneration(id(group, name), number, { caller: HOSTILE[number], status: "Failed" })));
}

/** A third of the accounts each overdue, unproven (no record names a key) and compliant, with declared coverage. */
export function large(folder, count) {
  const accounts = [];
  const events = [];
  for (let number = 0; number < count; number += 1) {
    const subscription = `${String(10 + (number % 20)).padEnd(8, "0")}-0000-0000-0000-000000000000`;
    const name = `account-${String(number).padStart(5, "0")}`;
    const resource = id(`rg-${number % 100}`, name, subscription);
    accounts.push(account(resource, name, number % 4 ? "OpenAI" : "AIServices"));
    const days = String(1 + (number % 20)).padStart(2, "0");
    const first = `2026-11-${days}T09:00:00Z`;
    const later = first.replace("T09", "T15");
    for (const [key, at] of [[], [["", first], ["", later]], [["key1", first], ["key2", later]]][number % 3]) {
      events.push(regeneration(resource, events.length, { caller: "a@contoso.com", at, key }));
    }
  }
  write(folder, "accounts.json", accounts);
  write(folder, "activity.json", events);
}

// exports.mjs KIND FOLDER [COUNT]
const [, script, kind, folder, count] = process.argv;
if (script?.endsWith("exports.mjs")) ({ hostile, large })[kind](folder, Number(count));
