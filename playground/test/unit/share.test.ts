import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { test } from "node:test";
import { decode, encode, MAX_LENGTH } from "../../src/share.js";

test("a link holds what it was made of", async () => {
  for (const shared of [
    { manifests: "kind: Größe 🙂\n", settings: "" },
    { manifests: "", settings: "profile: baseline", seccomp: "{}" },
    { manifests: "a: b\n".repeat(20_000), settings: "" },
  ]) {
    const fragment = (await encode(shared)) ?? "";
    assert.match(fragment, /^#1:[\w-]+$/);
    assert.deepEqual(await decode(fragment), shared);
  }
});

test("what is no link is nothing", async () => {
  const packed = (value: unknown) => `#1:${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;
  const whole = (await encode({ manifests: "kind: Pod", settings: "" })) ?? "";
  for (const fragment of ["", "#", "#top", "#1:", "#1:!!", "#2:abc", whole.slice(0, -4), packed(null), packed({ manifests: 1, settings: "" })]) {
    assert.equal(await decode(fragment), undefined, fragment);
  }
});

test("a small link does not become a large text", async () => {
  const bomb = deflateRawSync(JSON.stringify({ manifests: "a".repeat(20_000_000), settings: "" }));
  assert.equal(await decode(`#1:${bomb.toString("base64url")}`), undefined);
});

test("no link is made that would not be read", async () => {
  const around = JSON.stringify({ manifests: "", settings: "" }).length;
  const most = { manifests: "a".repeat(MAX_LENGTH - around), settings: "" };
  assert.deepEqual(await decode((await encode(most)) ?? ""), most);
  assert.equal(await encode({ ...most, settings: "a" }), undefined);
  // What does not get smaller is too long for a link before it is too long a text.
  const random = Array.from({ length: 500_000 }, () => String.fromCharCode(0x4e00 + Math.floor(Math.random() * 0x5000)));
  assert.equal(await encode({ manifests: random.join(""), settings: "" }), undefined);
});
