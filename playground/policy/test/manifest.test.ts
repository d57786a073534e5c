import assert from "node:assert/strict";
import { test } from "node:test";
import { locate, readDocuments, readManifest, segments, toJson } from "@ringfence/policy/manifest";

function json(text: string): unknown {
  const { nodes, unread } = readDocuments(text);
  assert.deepEqual(unread, []);
  assert.equal(nodes.length, 1);
  return JSON.parse(toJson(nodes[0]!));
}

function broken(text: string) {
  const { unread } = readDocuments(text);
  assert.equal(unread.length, 1);
  return unread[0]!;
}

test("plain scalars are YAML 1.1, as kubectl reads them", () => {
  const text = `
a: [yes, No, on, y, "yes", 'no']
b: [0644, 0o644, 0x1F, 0b101, 1_000, +7, -7, 08]
c: [1.0, 1.5, .5, 1e3, 1.5.2, 1e400]
d: [~, null, Null, , ""]
e: [2026-11-28, 12:30:45, !!str 12, !!float 12, ! 5]
`;
  assert.deepEqual(json(text.replace("Null, ,", "Null,")), {
    a: [true, false, true, true, "yes", "no"],
    b: [420, 420, 31, 5, 1000, 7, -7, 8],
    c: [1, 1.5, 0.5, 1000, "1.5.2", "1e400"],
    d: [null, null, null, ""],
    e: ["2026-11-28", "12:30:45", "12", 12, "5"],
  });
});

test("keys are text, whatever they look like", () => {
  assert.deepEqual(json("{1: a, yes: b, 0x10: c}"), { 1: "a", true: "b", 16: "c" });
  assert.match(broken("~: a").message, /null cannot be a key/);
});

test("numbers keep their digits", () => {
  const { nodes } = readDocuments("a: 18446744073709551615\nb: 9007199254740993\n");
  assert.equal(toJson(nodes[0]!), '{"a":18446744073709551615,"b":9007199254740993}');
});

test("aliases and merges are written out", () => {
  const text = `
base: &base {a: 1, b: 2}
all: [*base, {<<: *base, b: 3}, {b: 3, <<: *base}]
`;
  const all = [{ a: 1, b: 2 }, { a: 1, b: 3 }, { a: 1, b: 2 }];
  assert.deepEqual(json(text), { base: { a: 1, b: 2 }, all });
});

test("what JSON or Kubernetes cannot hold is refused, with its line", () => {
  for (const [text, line, message] of [
    ["a: 1\nb: .inf\n", 2, /cannot be written as JSON/],
    ["a: 1\nb: 2\na: 3\n", 3, /duplicate key `a`, first on line 1/],
    ["a: !!int x\n", 1, /is not what its tag !!int says/],
    ["a: !!binary aGk=\n", 1, /!!binary/],
    ["a:\n  b: 1\n c: 2\n", 3, /broken YAML/],
    ["a: *nowhere\n", 1, /anchor|alias/i],
    ["a: {{ .Values.x }}\n", 1, /mapping cannot be a key|helm template/],
    [`${"[".repeat(200)}${"]".repeat(200)}`, 1, /nesting deeper than 100/],
  ] as const) {
    const { at, message: said } = broken(text);
    assert.match(said, message, text);
    assert.equal(at.line, line, text);
  }
});

test("aliases do not grow without bounds", () => {
  const levels = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(8).fill(`*l${n}`).join(", ")}]`);
  assert.match(broken(`l0: &l0 [x, x]\n${levels.join("\n")}\n`).message, /aliases/i);
});

test("a broken document leaves the others readable, lines go on", () => {
  const text = "# shop\n---\nkind: A\n---\nkind: [\n---\nkind: C\n";
  const { nodes, unread } = readDocuments(text);
  assert.deepEqual(nodes.map((node) => [toJson(node), node.at.line]), [
    ['{"kind":"A"}', 3],
    ['{"kind":"C"}', 7],
  ]);
  assert.equal(unread.length, 1);
});

test("JSON is read, too", () => {
  assert.deepEqual(json('{\n\t"a": [1, true, null, "x\\u00e9\\n"],\n\t"b": {}\n}'), { a: [1, true, null, "xé\n"], b: {} });
});

test("a path leads to its key, or to the nearest parent", () => {
  const text = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    example.com/a.b: x
spec:
  containers:
  - name: web
    image: nginx
  - name: side
`;
  const { nodes } = readDocuments(text);
  const at = (path: string) => {
    const { from, to, line } = locate(nodes[0]!, path);
    return [line, text.slice(from, to)];
  };
  assert.deepEqual(at("spec.containers[0].image"), [9, "image"]);
  assert.deepEqual(at("spec.containers[1].securityContext.privileged"), [10, "name"]);
  assert.deepEqual(at("spec.hostNetwork"), [6, "spec"]);
  assert.deepEqual(at("metadata.annotations[example.com/a.b]"), [5, "example.com/a.b"]);
  assert.deepEqual(segments('a["x.y"][0].b'), ["a", "x.y", "0", "b"]);
});

test("lists are taken apart, and what is no object is said", () => {
  const text = `apiVersion: v1
kind: PodList
items:
- metadata: {name: a}
- {apiVersion: v1, kind: Pod, metadata: {generateName: b-}}
---
just: data
---
text
`;
  const { resources, unread } = readManifest(text);
  assert.deepEqual(resources.map(({ kind, name }) => [kind, name]), [["Pod", "a"], ["Pod", "b-"]]);
  assert.deepEqual(unread.map(({ at }) => at.line), [7, 9]);
  assert.match(unread[0]!.message, /no `apiVersion` and no `kind`/);
});
