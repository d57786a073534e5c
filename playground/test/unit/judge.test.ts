import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { load, type Policy } from "@ringfence/policy";
import { EXAMPLES } from "../../src/examples.js";
import { judge } from "../../src/judge.js";
import { diagnostics, summary } from "../../src/results.js";

let policy: Policy;

before(async () => {
  policy = await load(await readFile(new URL(import.meta.resolve("@ringfence/policy/module.wasm"))));
});

const TODAY = "2026-11-28";
const look = (manifests: string, settings: string) => judge(policy, manifests, settings, TODAY);

test("every example shows what its name says", () => {
  const verdicts = EXAMPLES.map(({ name, manifests, settings }) => {
    const report = look(manifests, settings);
    assert.deepEqual([report.unread, report.mistakes], [[], []], name);
    return [name, report.judged.map(({ verdict }) => verdict).join(" ")];
  });
  assert.deepEqual(Object.fromEntries(verdicts), {
    "A risky pod": "denied",
    "A restricted deployment": "warned",
    "By the namespace's labels": "skipped warned denied",
    "An exemption": "denied",
    Parameters: "denied",
  });
});

test("findings stand where they are, waived ones are not marked", () => {
  const exemption = EXAMPLES.find(({ name }) => name === "An exemption")!;
  const report = look(exemption.manifests, exemption.settings);
  const found = report.judged[0]!.findings.map(({ violation, at, waived }) => [violation.found, at.line, waived?.exemption]);
  assert.deepEqual(found, [["SYS_TIME", 13, undefined], ["NET_ADMIN", 13, "redirect"]]);
  assert.equal(diagnostics(report).length, 1);
});

test("an object is no part of its own cluster, the others are", () => {
  const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pod-security.kubernetes.io/enforce: privileged}}\n";
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: [{name: a, image: a}]}\n";
  const verdicts = (text: string) => look(text, "profile: fromNamespaceLabels").judged.map(({ verdict }) => verdict);
  assert.deepEqual(verdicts(`${namespace}---\n${pod}`), ["skipped", "accepted"]);
  assert.deepEqual(verdicts(pod), ["denied"]);
});

test("what cannot be judged is said, and the rest is shown", () => {
  const odd = "apiVersion: v1\nkind: Namespace\nmetadata: [a]\n---\n";
  const report = look(`${odd}${EXAMPLES[0]!.manifests}`, "profile: fromNamespaceLabels");
  const verdicts = report.judged.map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, ["skipped", "denied"]);
  const [missing] = report.judged[1]!.findings;
  assert.match(missing?.violation.found ?? "", /a Namespace whose metadata cannot be read/);
  const none = { ...policy, cluster: () => { throw new Error("no memory"); } };
  const [judged] = judge(none, EXAMPLES[0]!.manifests, "", TODAY).judged;
  assert.deepEqual([judged?.verdict, judged?.reason], ["not judged", "no memory"]);
});

test("mistakes in the settings have their line, and nothing is judged by them", () => {
  const report = look("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "profile: baseline\nrules:\n  hostPort: warn\n");
  assert.deepEqual(report.judged, []);
  assert.deepEqual(report.mistakes.map(({ at, path }) => [at.line, path]), [[3, "rules.hostPort"]]);
  assert.equal(summary(report), "nothing is judged: 1 mistake in the settings");
  assert.match(look("", "a: [").mistakes[0]?.message ?? "", /broken YAML/);
  assert.match(look("", "profile: baseline\n---\nprofile: baseline\n").mistakes[0]?.message ?? "", /one document/);
  assert.deepEqual(look("", "").mistakes, []);
});

test("the summary counts", () => {
  const report = look(`${EXAMPLES[0]!.manifests}---\nkind: [\n`, EXAMPLES[0]!.settings);
  assert.equal(summary(report), "1 object: 1 denied, 1 not read, 4 findings");
});
