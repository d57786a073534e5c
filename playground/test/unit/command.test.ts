/** What the page says is what the command says, of the repository's own examples. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { load, type Policy } from "@ringfence/policy";
import { judge } from "../../src/judge.js";

// `cargo xtask build` makes it; the gate does so first.
const COMMAND = "../dist/ringfence";
const skip = existsSync(COMMAND) ? false : "dist/ringfence is not built";
const TODAY = "2026-11-28";

/** An object with its findings: rule, path, what was found, file and line. */
interface Told {
  object: string;
  verdict: string;
  findings: string[];
}

let policy: Policy;

before(async () => {
  policy = await load(await readFile(new URL(import.meta.resolve("@ringfence/policy/module.wasm"))));
});

function byCommand(folder: string, settings: string): Told[] {
  const options = ["check", folder, "-o", "json", "--date", TODAY, "--settings", settings];
  const { stdout, stderr } = spawnSync(COMMAND, options, { encoding: "utf8", maxBuffer: 1 << 26 });
  assert.ok(stdout, stderr);
  const { resources } = JSON.parse(stdout) as { resources: any[] };
  return resources.map(({ file, line, kind, name, verdict, violations }) => ({
    object: `${file}:${line} ${kind} ${name}`,
    verdict,
    findings: violations.map((one: any) => `${one.line} ${one.rule} ${one.path} ${one.found}`),
  }));
}

async function byPage(folder: string, settings: string): Promise<Told[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).sort();
  const texts = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, "utf8")));
  const starts = texts.map((_, index) => texts.slice(0, index).reduce((sum, text) => sum + text.split("\n").length, 0));
  // Each text ends with a line break, so that `---` adds one line to it.
  const report = judge(policy, texts.join("---\n"), settings, TODAY);
  assert.deepEqual([report.unread, report.mistakes], [[], []]);
  return report.judged.map(({ title, at, verdict, findings }) => {
    const file = starts.findLastIndex((start) => start < at.line);
    const line = (global: number) => global - starts[file]!;
    const [kind, name] = title.split(" ");
    return {
      // The command tells the line where the object begins.
      object: `${folder}/${files[file]} ${kind} ${name?.split("/").at(-1)}`,
      verdict: verdict === "not judged" ? "error" : verdict,
      findings: findings
        .filter(({ waived }) => !waived)
        .map(({ violation, at }) => `${line(at.line)} ${violation.rule} ${violation.path} ${violation.found}`),
    };
  });
}

const SETTINGS = [
  "{profile: baseline}",
  "{profile: restricted, rules: {hostPathVolumes: warn}}",
  "{profile: hardened, action: warn}",
  "{profile: fromNamespaceLabels, rules: {networkIsolation: deny, resourceBoundaries: deny, rbac: deny}}",
];

for (const folder of ["../examples/shop", "../examples/tenants/sound", "../examples/tenants/leaking"]) {
  for (const settings of SETTINGS) {
    test(`${folder} by ${settings}`, { skip }, async () => {
      const command = byCommand(folder, settings).map((told) => ({ ...told, object: told.object.replace(/:\d+ /, " ") }));
      assert.ok(command.length > 5);
      assert.deepEqual(await byPage(folder, settings), command);
    });
  }
}
