import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";

test("the package has the version of the workspace", async () => {
  const workspace = /^\[workspace\.package\]\nversion = "([^"]+)"/m.exec(await readFile("../Cargo.toml", "utf8"));
  const { version } = JSON.parse(await readFile("policy/package.json", "utf8")) as { version: string };
  assert.equal(version, workspace?.[1]);
});

test("what is published is whole, and nothing else", () => {
  const told = execFileSync("npm", ["pack", "--dry-run", "--json", "--workspace", "policy"], { encoding: "utf8" });
  const [{ files }] = JSON.parse(told) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  for (const path of [
    "README.md",
    "LICENSE",
    "dist/index.js",
    "dist/index.d.ts",
    "dist/settings.d.ts",
    "dist/manifest/index.js",
    "dist/manifest/index.d.ts",
    "dist/wasm/ringfence.js",
    "dist/wasm/ringfence.d.ts",
    "dist/wasm/ringfence_bg.wasm",
    "dist/wasm/rules.json",
    "dist/wasm/settings.schema.json",
  ]) {
    assert.ok(paths.includes(path), `${path} is missing: ${paths.join(", ")}`);
  }
  assert.deepEqual(paths.filter((path) => path.startsWith("src/") || path.includes("test")), []);
});

test("the example of the package's page works", async () => {
  const page = await readFile("policy/README.md", "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a}]\n";
  await writeFile("build/readme.mjs", `const yaml = ${JSON.stringify(pod)};\n${code}`);
  const said = execFileSync(process.execPath, ["build/readme.mjs"], { encoding: "utf8" });
  assert.equal(said, "line 5: hostNamespaces: spec.hostPID is true; remove it\n");
});
