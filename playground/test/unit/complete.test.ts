import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { optionsAt, placeAt } from "../../src/complete.js";
import type { Schema } from "../../src/schema.js";

let schema: Schema;

before(async () => {
  schema = JSON.parse(await readFile("../docs/settings.schema.json", "utf8")) as Schema;
});

/** The place of `|` in a text: the steps as one word each, and what is expected. */
function place(marked: string) {
  const position = marked.indexOf("|");
  const text = marked.replace("|", "");
  const { path, expects, from, taken } = placeAt(text, position);
  const steps = path.map((step) => (step === "item" ? "-" : step.key)).join(" ");
  return { steps, expects, typed: text.slice(from, position), taken };
}

/** The words that are offered there. */
function offered(marked: string): string[] {
  const position = marked.indexOf("|");
  return optionsAt(schema, placeAt(marked.replace("|", ""), position)).map(({ label }) => label);
}

test("a place is known by its indentation", () => {
  const of = (marked: string) => {
    const { steps, expects, typed } = place(marked);
    return [steps, expects, typed];
  };
  assert.deepEqual(of("pro|"), ["", "key", "pro"]);
  assert.deepEqual(of("profile: ba|"), ["profile", "value", "ba"]);
  assert.deepEqual(of("profile: |"), ["profile", "value", ""]);
  assert.deepEqual(of("rules:\n  host|"), ["rules", "key", "host"]);
  assert.deepEqual(of("rules:\n  hostPorts:\n    action: w|"), ["rules hostPorts action", "value", "w"]);
  assert.deepEqual(of("rules:\n  hostPorts: warn\n  # a comment\n\n  caps|"), ["rules", "key", "caps"]);
  assert.deepEqual(of("rules:\n  hostPorts:\n    allow: []\nmu|"), ["", "key", "mu"]);
});

test("items of lists are known, however they are indented", () => {
  const of = (marked: string) => place(marked).steps;
  assert.equal(of("exemptions:\n- i|"), "exemptions -");
  assert.equal(of("exemptions:\n  - i|"), "exemptions -");
  assert.equal(of("exemptions:\n- id: x\n  re|"), "exemptions -");
  assert.equal(of("exemptions:\n- id: x\n  match:\n    name|"), "exemptions - match");
  assert.equal(of("exemptions:\n  - id: x\n    rules: [host|"), "exemptions - rules -");
  assert.equal(of("exemptions:\n- id: x\n- id: y\n  rules:\n  - cap|"), "exemptions - rules -");
  assert.equal(of("exemptions:\n- id: x\nrules:\n  p|"), "rules");
});

test("flow collections are known within their line", () => {
  const of = (marked: string) => {
    const { steps, expects } = place(marked);
    return [steps, expects];
  };
  assert.deepEqual(of("rules: {host|"), ["rules", "key"]);
  assert.deepEqual(of("rules: {hostPorts: w|"), ["rules hostPorts", "value"]);
  assert.deepEqual(of("rules: {hostPorts: warn, cap|"), ["rules", "key"]);
  assert.deepEqual(of("rules: {hostPorts: {allow: [{min: 1, m|"), ["rules hostPorts allow -", "key"]);
});

test("keys and words come from the schema, less what is there", () => {
  assert.ok(offered("|").includes("profile"));
  assert.ok(!offered("profile: baseline\n|").includes("profile"));
  assert.ok(!offered("|\nprofile: baseline\n").includes("profile"));
  assert.deepEqual(offered("profile: |"), ["privileged", "baseline", "restricted", "hardened", "fromNamespaceLabels"]);
  assert.deepEqual(offered("mutate: |"), ["true", "false"]);
  assert.ok(offered("rules:\n  |").includes("hostPorts"));
  assert.deepEqual(offered("rules:\n  hostPorts: |"), ["deny", "warn", "audit", "ignore"]);
  assert.deepEqual(offered("rules:\n  hostPorts:\n    |").sort(), ["action", "allow", "level"]);
  assert.deepEqual(offered("rules:\n  hostPorts: {allow: [{|"), ["min", "max"]);
  assert.deepEqual(offered("nothing:\n  |"), []);
  assert.deepEqual(offered("constructor:\n  |"), []);
});

test("a key is written with its colon, and explained", () => {
  const options = optionsAt(schema, placeAt("", 0));
  const find = (label: string) => options.find((option) => option.label === label);
  assert.equal(find("profile")?.apply, "profile: ");
  assert.equal(find("rules")?.apply, "rules:");
  assert.match(String(find("profile")?.info), /The level of the standards/);
});
