import assert from "node:assert/strict";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "puppeteer-core";
import { marked, says, start, stop, textOf, type, visit, type Stage } from "./site.js";

/** Bytes of the files that a first visit loads, compressed as servers do it. */
const FIRST_VISIT = 470_000;

const BAD = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: nginx
    securityContext:
      privileged: true`;

let stage: Stage;

before(async () => {
  stage = await start();
});
after(async () => stop(stage));

test("a bad pod is found at its line, and mended", async () => {
  const { page, complaints } = await visit(stage);
  await type(page, "settings", "profile: baseline");
  await type(page, "manifests", BAD);
  await says(page, "#summary", /^1 object: 1 denied, 1 finding$/);
  await says(page, "#results", /spec\.containers\[0\]\.securityContext\.privileged/);
  assert.deepEqual(await marked(page, "manifests"), [10]);
  assert.equal(await page.$eval("#results .line", (line) => line.textContent), "10");

  // The finding leads to its line, by the keyboard.
  await page.focus("#results .line");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Manifests, YAML");
  await page.keyboard.press("End");
  for (let letter = 0; letter < "true".length; letter += 1) await page.keyboard.press("Backspace");
  await page.keyboard.type("false");
  await says(page, "#summary", /^1 object: 1 accepted, 0 findings$/);
  assert.deepEqual(await marked(page, "manifests"), []);
  assert.deepEqual(complaints, []);
});

test("keys lead to findings, and out of an editor", async () => {
  const { page, complaints } = await visit(stage);
  await page.focus("#manifests .cm-content");
  await page.keyboard.press("F8");
  await says(page, "#manifests .cm-activeLine", /hostNetwork/);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Manifests, YAML");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.notEqual(await focused(), "Manifests, YAML");
  assert.deepEqual(complaints, []);
});

test("a broken manifest is said at its line", async () => {
  const { page, complaints } = await visit(stage);
  await type(page, "manifests", "apiVersion: v1\nkind: Pod\nkind: Pod");
  await says(page, "#results", /duplicate key `kind`, first on line 2/);
  assert.deepEqual(await marked(page, "manifests"), [3]);
  assert.deepEqual(complaints, []);
});

test("mistakes in the settings are shown, and nothing is judged by them", async () => {
  const { page, complaints } = await visit(stage);
  await type(page, "settings", "profile: baseline\nrules:\n  hostPort: warn");
  await says(page, "#mistakes", /line 3 rules\.hostPort: .*did you mean `hostPorts`/);
  await says(page, "#summary", /^nothing is judged: 1 mistake in the settings$/);
  assert.deepEqual(await marked(page, "settings"), [3]);
  assert.deepEqual(complaints, []);
});

test("settings are completed from their schema", async () => {
  const { page, complaints } = await visit(stage);
  await type(page, "settings", "profile: ");
  await page.keyboard.type("fromN");
  await page.waitForSelector(".cm-tooltip-autocomplete [aria-selected]");
  await says(page, ".cm-tooltip-autocomplete", /fromNamespaceLabels/);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await page.keyboard.press("Enter");
  assert.equal(await textOf(page, "settings"), "profile: fromNamespaceLabels");
  assert.deepEqual(complaints, []);
});

test("a link restores what it was made of", async () => {
  const { page } = await visit(stage);
  await type(page, "manifests", BAD.replace("web", "größe"));
  await type(page, "settings", "profile: privileged");
  await says(page, "#summary", /1 accepted/);
  await page.click("#share");
  await says(page, "#notice", /link is/);
  const fragment = new URL(page.url()).hash;
  assert.match(fragment, /^#1:[\w-]+$/);

  const again = await visit(stage, fragment);
  assert.equal(await textOf(again.page, "manifests"), BAD.replace("web", "größe"));
  assert.equal(await textOf(again.page, "settings"), "profile: privileged");
  assert.deepEqual(again.complaints, []);

  const broken = await visit(stage, `${fragment.slice(0, -9)}`);
  await says(broken.page, "#notice", /cannot be read/);
});

test("a rule tells why, and every example is judged", async () => {
  const { page, complaints } = await visit(stage);
  await page.click("#results details summary");
  await says(page, "#results .page", /How to fix/);
  const examples = await page.$$eval("#examples option", (options) => options.map((option) => option.value));
  assert.ok(examples.length >= 4);
  for (const example of examples) {
    await page.select("#examples", example);
    await says(page, "#summary", /^\d+ objects?: /);
  }
  assert.deepEqual(complaints, []);
});

test("a seccomp profile is shown against a baseline, and its mistakes at their lines", async () => {
  const { page, complaints } = await visit(stage);
  await page.focus("#tab-manifests");
  await page.keyboard.press("ArrowRight");
  await says(page, "#seccomp-summary", /^\d+ allowed, 1 conditional, \d+ denied; any other fails with EPERM$/);
  await says(page, "#view-seccomp .findings", /a name that no call has: `opnat`; did you mean `openat`\?/);
  const shown = await page.$eval("#view-seccomp", (view) => {
    const cell = [...view.querySelectorAll(".call summary")].find((one) => one.querySelector("code")?.textContent === "mount");
    return [cell?.textContent, cell?.closest("li")?.textContent];
  });
  assert.match(shown[0] ?? "", /✓ ▲ ! mount, allowed, opened, dangerous/);
  assert.match(shown[1] ?? "", /permits more than the baseline, where it fails with EPERM/);
  assert.deepEqual(await serious(page), []);

  // What is typed is what is shown, and goes into the link.
  await type(page, "view-seccomp", '{"defaultAction": "SCMP_ACT_ALLOW"}');
  await says(page, "#seccomp-summary", /0 denied; any other is executed$/);
  await page.click("#share");
  await says(page, "#notice", /link is/);
  const again = await visit(stage, new URL(page.url()).hash);
  await says(again.page, "#seccomp-summary", /0 denied; any other is executed$/);
  await type(again.page, "view-seccomp", '{"defaultAction": 1}');
  await says(again.page, "#seccomp-summary", /^defaultAction: /);
  assert.deepEqual([complaints, again.complaints], [[], []]);
});

test("a link leads to the view it was made in", async () => {
  const { page, complaints } = await visit(stage);
  const selected = (page: Page) => page.$eval("[role=tab][aria-selected=true]", (tab) => tab.id);
  await page.click("#tab-seccomp");
  await says(page, "#seccomp-summary", /allowed/);
  await page.click("#share");
  await says(page, "#notice", /link is/);
  const profile = new URL(page.url()).hash;
  await page.click("#tab-manifests");
  await page.click("#share");
  await page.waitForFunction((before) => location.hash !== before, {}, profile);
  const manifests = new URL(page.url()).hash;

  const again = await visit(stage, manifests);
  assert.equal(await selected(again.page), "tab-manifests");
  assert.equal(await again.page.$eval("#view-manifests", (view) => view.checkVisibility()), true);
  // An open page follows links, too.
  for (const [fragment, tab] of [[profile, "tab-seccomp"], [manifests, "tab-manifests"]] as const) {
    await again.page.evaluate((fragment) => void (location.hash = fragment), fragment);
    await again.page.waitForSelector(`#${tab}[aria-selected=true]`, { timeout: 10_000 });
  }
  assert.deepEqual([complaints, again.complaints], [[], []]);
});

test("what is too large for a link is said", async () => {
  const { page, complaints } = await visit(stage);
  await type(page, "settings", "");
  await type(page, "manifests", `# ${"x".repeat(1_000_000)}`);
  await page.click("#share");
  await says(page, "#notice", /^Too large for a link, which holds 1,000,000 characters at most/);
  assert.equal(new URL(page.url()).hash, "");
  assert.deepEqual(complaints, []);
});

test("nothing is asked of anybody while one types", async () => {
  const { page, complaints } = await visit(stage);
  stage.site.asked.length = 0;
  await type(page, "settings", "profile: b");
  // The first key loads what helps to write, and what it completes from.
  await page.waitForSelector(".cm-tooltip-autocomplete");
  const asked = stage.site.asked.splice(0).sort();
  assert.deepEqual(asked.map((path) => path.replace(/-\w+\.js$/, "")), ["/assist", "/settings.schema.json"]);
  await type(page, "settings", "profile: baseline");
  await type(page, "manifests", BAD);
  await says(page, "#summary", /1 denied/);
  await page.click("#share");
  await says(page, "#notice", /link is/);
  assert.deepEqual(stage.site.asked, []);
  const blocked = await page.evaluate(() => fetch("https://example.com/").then(() => "sent", () => "blocked"));
  assert.equal(blocked, "blocked");
  // The only complaint is the page's own policy, of the attempt above.
  assert.ok(complaints.every((complaint) => /Content Security Policy|example\.com/.test(complaint)), complaints.join("\n"));
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious, ${scheme}`, async () => {
    const { page } = await visit(stage);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    assert.deepEqual(await serious(page), []);
    await type(page, "settings", "profile: strict");
    await says(page, "#mistakes", /profile/);
    assert.deepEqual(await serious(page), []);
  });
}

/** What axe calls serious or critical. */
async function serious(page: Page): Promise<string[]> {
  // The page's policy forbids script elements; evaluating is the debugger's way, past it.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
  const results = await page.evaluate("axe.run(document)") as import("axe-core").AxeResults;
  const bad = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

test("a first visit is no larger than it has to be", async () => {
  stage.site.asked.length = 0;
  await visit(stage);
  const asked = stage.site.asked.map((path) => (path === "/" ? "/index.html" : path));
  const sizes = await Promise.all(asked.map(async (path) => [path, gzipSync(await readFile(`dist${path}`), { level: 9 }).length] as const));
  for (const [path, size] of sizes) console.log(`${path}: ${size} bytes compressed`);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`first visit: ${total} bytes compressed, of ${(await readdir("dist")).length} files`);
  assert.ok(total <= FIRST_VISIT, `${total} bytes`);
});

test("a picture for the readme", async () => {
  const { page, complaints } = await visit(stage);
  await page.setViewport({ width: 1280, height: 860, deviceScaleFactor: 1 });
  await says(page, "#summary", /1 denied/);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await writeFile("../docs/playground.png", await page.screenshot());
  assert.deepEqual(complaints, []);
});
