// Compiles the tests of one kind and runs them: `unit` (Node alone) or `browser` (Chromium).

import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const KINDS = {
  unit: ["policy/test", "test/unit"],
  browser: ["test/browser"],
};
const folders = KINDS[process.argv[2]];
if (folders === undefined) throw new Error(`name a kind of test: ${Object.keys(KINDS).join(", ")}`);

const outdir = `build/${process.argv[2]}`;
await rm(outdir, { recursive: true, force: true });
const entryPoints = [];
for (const folder of folders) {
  const files = await readdir(folder);
  entryPoints.push(...files.filter((file) => file.endsWith(".test.ts")).map((file) => `${folder}/${file}`));
}
const { metafile } = await build({
  entryPoints,
  outdir,
  outbase: ".",
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  sourcemap: "inline",
  metafile: true,
});
const files = Object.keys(metafile.outputs).filter((file) => file.endsWith(".js"));
const options = ["--enable-source-maps", "--test", "--test-reporter=spec"];
const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: "inherit" });
process.exit(status ?? 1);
