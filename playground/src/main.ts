/** The page: two texts, what the rules say of them, and a link that holds both. */

import { load, type Policy } from "@ringfence/policy";
import { completeFrom } from "./complete.js";
import { byId, debounced, make } from "./dom.js";
import { createEditor } from "./editor.js";
import { EXAMPLES } from "./examples.js";
import { judge } from "./judge.js";
import { diagnostics, render, renderMistakes, settingsDiagnostics, summary } from "./results.js";
import type { Schema } from "./schema.js";
import { decode, encode, MAX_LENGTH, type Shared } from "./share.js";
import { startTabs } from "./tabs.js";

/** How long after the last key the rules are asked, in milliseconds. */
const PAUSE = 150;

/** Fetches a file of the page once. */
function once<T>(path: string): () => Promise<T> {
  let fetched: Promise<T> | undefined;
  return () => {
    fetched ??= fetch(path).then((response) => {
      if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
      return response.json() as Promise<T>;
    });
    // What failed may be tried again.
    fetched.catch(() => (fetched = undefined));
    return fetched;
  };
}

const schema = once<Schema>("settings.schema.json");
const pages = once<Record<string, string>>("rules.json");

let policy: Policy | undefined;
const loaded = load(fetch("ringfence.wasm"));
// `start` tells; here it is only that a promise with nobody waiting must not be an error.
loaded.catch(() => undefined);
const changed = debounced(PAUSE, show);
const manifests = createEditor(byId("manifests"), "Manifests, YAML", changed);
const settings = createEditor(byId("settings"), "Settings, YAML", changed, completeFrom(schema));

let shown = "";

/** Judges what is there and shows it. */
function show(): void {
  if (!policy) return;
  const today = new Date().toISOString().slice(0, 10);
  const report = judge(policy, manifests.text(), settings.text(), today);
  manifests.show(diagnostics(report));
  settings.show(settingsDiagnostics(report.mistakes));
  // What stays the same keeps its place, and the pages that are open in it.
  const text = JSON.stringify(report);
  if (text === shown) return;
  shown = text;
  byId("summary").textContent = summary(report);
  byId("results").replaceChildren(...render(report, { goTo: manifests.goTo, explain }));
  byId("mistakes").replaceChildren(...renderMistakes(report.mistakes, settings.goTo));
}

async function explain(rule: string): Promise<string> {
  return (await pages())[rule] ?? `There is no page of ${rule}.`;
}

function open(shared: Shared): void {
  manifests.setText(shared.manifests);
  settings.setText(shared.settings);
  tabs.open(shared.seccomp);
  show();
}

const tabs = startTabs(loaded);

const menu = byId<HTMLSelectElement>("examples");
menu.append(...EXAMPLES.map(({ name }, index) => Object.assign(make("option", "", name), { value: String(index) })));
menu.addEventListener("change", () => {
  const example = EXAMPLES[Number(menu.value)];
  if (example) open(example);
});

byId("share").addEventListener("click", () => void share());

async function share(): Promise<void> {
  const seccomp = tabs.seccomp();
  const shared = { manifests: manifests.text(), settings: settings.text() };
  const fragment = await encode(seccomp === undefined ? shared : { ...shared, seccomp });
  if (fragment === undefined) {
    notify(`Too large for a link, which holds ${MAX_LENGTH.toLocaleString("en")} characters at most. Nothing is copied.`);
    return;
  }
  history.replaceState(null, "", fragment);
  const copied = await navigator.clipboard?.writeText(location.href).then(
    () => true,
    () => false,
  );
  notify(copied ? "The link is copied, and in the address bar." : "The link is in the address bar.");
}

function notify(text: string): void {
  const notice = byId("notice");
  notice.textContent = text;
  setTimeout(() => {
    if (notice.textContent === text) notice.textContent = "";
  }, 4000);
}

async function openLink(): Promise<void> {
  const shared = await decode(location.hash);
  if (shared) open(shared);
  else if (location.hash.length > 1) notify("The link cannot be read: it is not whole, or of another version.");
}

async function start(): Promise<void> {
  const [first] = EXAMPLES;
  if (first) open(first);
  await openLink();
  addEventListener("hashchange", () => void openLink());
  try {
    policy = await loaded;
    show();
  } catch (error) {
    byId("summary").textContent = `the rules cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}

void start();
