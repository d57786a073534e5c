import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { load, type Policy } from "@ringfence/policy";
import { buildRequest, clusterOf, locate, readManifest } from "@ringfence/policy/manifest";

let policy: Policy;

before(async () => {
  const module = new URL(import.meta.resolve("@ringfence/policy/module.wasm"));
  policy = await load(await readFile(module));
});

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  - name: web
    image: nginx:1.29
    securityContext:
      privileged: true
`;

function first(text: string) {
  const { resources, unread } = readManifest(text);
  assert.deepEqual(unread, []);
  const [resource] = resources;
  assert.ok(resource);
  return resource;
}

test("a privileged pod is denied, at its line", () => {
  const resource = first(POD);
  const answer = policy.validate({ request: buildRequest(resource), settings: { profile: "baseline" } });
  assert.equal(answer.accepted, false);
  assert.equal(answer.outcome, "judged");
  assert.equal(answer.policy, "baseline:latest");
  const [violation, ...others] = answer.violations;
  assert.deepEqual(others, []);
  assert.equal(violation?.rule, "privileged");
  assert.equal(violation?.path, "spec.containers[0].securityContext.privileged");
  assert.equal(violation?.container?.image, "nginx:1.29");
  assert.equal(locate(resource.node, violation?.path ?? "").line, 11);
});

test("a mended pod is accepted", () => {
  const request = buildRequest(first(POD.replace("privileged: true", "privileged: false")));
  const answer = policy.validate({ request, settings: { profile: "baseline" } });
  assert.deepEqual([answer.accepted, answer.violations], [true, []]);
});

test("a Service is skipped, and broken settings accept nothing", () => {
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n";
  const request = buildRequest(first(service));
  assert.equal(policy.validate({ request, settings: { profile: "baseline" } }).outcome, "skipped");
  const answer = policy.validate({ request, settings: '{"profil":"baseline"}' });
  assert.deepEqual([answer.accepted, answer.outcome], [false, "invalid-settings"]);
});

test("settings are checked, with a path for each mistake", () => {
  const errors = policy.settingsErrors({ profile: "strict", rules: { hostPort: "warn" } });
  assert.deepEqual(errors.map((error) => error.path).sort(), ["profile", "rules.hostPort"]);
  assert.match(errors.find((error) => error.path === "rules.hostPort")?.message ?? "", /hostPorts/);
  assert.deepEqual(policy.settingsErrors({}), []);
});

test("rules ask the other documents", () => {
  const settings = { profile: "fromNamespaceLabels" } as const;
  const request = buildRequest(first(POD));
  assert.equal(policy.validate({ request, settings }).accepted, false);
  const namespace = (level: string) => `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: ${level}}
`;
  const accepted = (level: string) =>
    policy.validate({ request, settings, cluster: clusterOf([first(namespace(level))]) }).accepted;
  assert.equal(accepted("privileged"), true);
  assert.equal(accepted("baseline"), false);

  // Read once, it serves many requests; what is judged can be left out.
  const cluster = policy.cluster(clusterOf([first(namespace("privileged"))]));
  assert.equal(policy.validate({ request, settings, cluster }).accepted, true);
  assert.equal(policy.validate({ request, settings, cluster, without: 0 }).accepted, false);
  cluster.free();
});

test("an exemption ends, and says what it let pass", () => {
  const settings = {
    profile: "baseline",
    exemptions: [
      {
        id: "legacy",
        reason: "until it is rewritten",
        expires: "2026-12-31",
        rules: ["privileged"],
        match: { namespaces: ["shop"] },
      },
    ],
  } as const;
  const request = buildRequest(first(POD));
  // The types take lists that may be written to.
  const on = (today: string) => policy.validate({ request, settings: JSON.stringify(settings), today });
  assert.equal(on("2026-12-31").accepted, true);
  assert.deepEqual(on("2026-12-31").waived.map((waived) => waived.exemption), ["legacy"]);
  assert.equal(on("2027-01-01").accepted, false);
});

test("mutation gives the object back", () => {
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}]}\n";
  const settings = { profile: "privileged", mutate: true, rules: { allowPrivilegeEscalation: "deny" } } as const;
  const answer = policy.validate({ request: buildRequest(first(pod)), settings });
  assert.equal(answer.accepted, true);
  assert.match(answer.mutated ?? "", /"allowPrivilegeEscalation":false/);
});

test("arguments that are none are refused by name", () => {
  assert.throws(() => policy.validate({ request: "[]" }), /request: a JSON object is expected/);
  assert.throws(() => policy.validate({ request: "{}", today: "tomorrow" }), /today: `tomorrow` is not a date/);
  assert.throws(() => policy.validate({ request: "{}", cluster: "{}" }), /cluster: /);
});

test("rules are listed, each with its page", async () => {
  const rules = policy.rules();
  const file = new URL(import.meta.resolve("@ringfence/policy/rules.json"));
  const pages = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  assert.deepEqual(rules.map((rule) => rule.id), Object.keys(pages));
  assert.ok(rules.some((rule) => rule.id === "hostPorts" && rule.checks[0]?.level === "baseline"));
  assert.match(pages["hostPorts"] ?? "", /^# hostPorts/);
});

test("settings say which checks they ask", () => {
  const asked = policy.askedChecks({ profile: "privileged", rules: { hostPorts: "warn" } });
  assert.deepEqual(asked.map(({ rule, action }) => [rule, action]), [["hostPorts", "warn"]]);
  assert.throws(() => policy.askedChecks('{"profile":"strict"}'), /profile: /);
});

test("a seccomp profile is shown against a baseline", () => {
  const { arches, baselines } = policy.seccompChoices();
  assert.ok(arches.includes("x86_64") && baselines.includes("containerd-2.3"));
  const profile = {
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [{ names: ["read", "mount"], action: "SCMP_ACT_ALLOW" }],
  };
  const view = policy.seccompView(profile, { baseline: "containerd-2.3", add: ["SYS_ADMIN"] });
  assert.equal(view.default, "fails with EPERM");
  const calls = view.sections.flatMap((section) => section.calls);
  assert.deepEqual(calls.filter(({ state }) => state === "allowed").map(({ name }) => name), ["read", "mount"]);
  assert.equal(calls.find(({ name }) => name === "write")?.difference, "closed");
  const danger = view.findings.find(({ lint }) => lint === "SC-DANGER");
  assert.deepEqual([danger?.severity, danger?.path], ["warning", "syscalls[0].names[1]"]);
  assert.throws(() => policy.seccompView(profile, { baseline: "none-1" }), /there is no baseline `none-1`/);
});
