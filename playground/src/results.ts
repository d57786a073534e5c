/** The list of findings, and the marks in the editor's lines. */

import type { Diagnostic } from "@codemirror/lint";
import { make } from "./dom.js";
import type { Finding, Judged, Mistake, Report } from "./judge.js";
import { markdown } from "./markdown.js";

/** What the list does when it is used. */
export interface Actions {
  goTo(from: number): void;
  /** The page of a rule, Markdown. */
  explain(rule: string): Promise<string>;
}

/** The report in one line. */
export function summary({ judged, unread, mistakes }: Report): string {
  if (mistakes.length > 0) return `nothing is judged: ${count(mistakes.length, "mistake")} in the settings`;
  const findings = judged.reduce((sum, { findings, unlisted }) => sum + findings.length + unlisted, 0);
  const verdicts = ["denied", "warned", "audited", "accepted", "skipped", "not judged"] as const;
  const counts = verdicts
    .map((verdict) => [judged.filter((one) => one.verdict === verdict).length, verdict] as const)
    .filter(([number]) => number > 0)
    .map(([number, verdict]) => `${number} ${verdict}`);
  if (unread.length > 0) counts.push(`${unread.length} not read`);
  return `${count(judged.length, "object")}: ${[...counts, count(findings, "finding")].join(", ")}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The list: objects, and below each its findings. */
export function render(report: Report, actions: Actions): HTMLElement[] {
  const unread = report.unread.map(({ at, message }) =>
    make("li", "object", badge("not read"), " ", jump(`line ${at.line}`, at.from, actions), make("p", "reason", message)),
  );
  return [...unread, ...report.judged.map((one) => object(one, actions))];
}

function object(judged: Judged, actions: Actions): HTMLElement {
  const head = make("h3", "", badge(judged.verdict), " ", jump(judged.title, judged.at.from, actions));
  const item = make("li", "object", head);
  if (judged.reason) item.append(make("p", "reason", judged.reason));
  const findings = judged.findings.map((found) => finding(found, actions));
  if (findings.length > 0) item.append(make("ul", "findings", ...findings));
  if (judged.unlisted > 0) item.append(make("p", "reason", `and ${count(judged.unlisted, "finding")} more`));
  return item;
}

function finding(found: Finding, actions: Actions): HTMLElement {
  const { violation, at, waived } = found;
  const place = jump(`${at.line}`, at.from, actions);
  place.setAttribute("aria-label", `line ${at.line}, ${violation.path}`);
  place.classList.add("line");
  const facts = make(
    "dl",
    "",
    ...fact("found", violation.found),
    ...fact("allowed", violation.allowed),
    ...fact("hint", violation.hint),
    ...(violation.container ? fact("container", `${violation.container.name}, image ${violation.container.image}`) : []),
    ...(waived ? fact("let pass by", `${waived.exemption}: ${waived.reason}${waived.expires ? `, until ${waived.expires}` : ""}`) : []),
  );
  return make(
    "li",
    "finding",
    place,
    make("div", "", make("p", "", badge(waived ? "waived" : violation.action), " ", make("code", "", violation.path)), facts, why(violation.rule, actions)),
  );
}

function fact(name: string, value: string): HTMLElement[] {
  return [make("dt", "", name), make("dd", "", value)];
}

/** The rule's own page, fetched when it is opened. */
function why(rule: string, actions: Actions): HTMLElement {
  const details = make("details", "", make("summary", "", `rule ${rule}`));
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) return;
    const page = make("div", "page");
    details.append(page);
    actions.explain(rule).then(
      (text) => page.replaceChildren(markdown(text)),
      (error: unknown) => page.replaceChildren(`the page cannot be loaded: ${String(error)}`),
    );
  });
  return details;
}

function badge(word: string): HTMLElement {
  return make("span", `badge ${word.replace(" ", "-")}`, word);
}

function jump(words: string, from: number, actions: Actions): HTMLButtonElement {
  const button = make("button", "jump", words);
  button.type = "button";
  button.addEventListener("click", () => actions.goTo(from));
  return button;
}

/** The mistakes in the settings, below their editor. */
export function renderMistakes(mistakes: Mistake[], goTo: (from: number) => void): HTMLElement[] {
  return mistakes.map(({ at, path, message }) => {
    const place = jump(`line ${at.line}`, at.from, { goTo, explain: () => Promise.resolve("") });
    return make("li", "", place, " ", ...(path ? [make("code", "", path), ": "] : []), message);
  });
}

/** What the lines of the manifests show. */
export function diagnostics({ judged, unread }: Report): Diagnostic[] {
  const found = judged.flatMap(({ findings }) => findings).filter(({ waived }) => !waived);
  const marks = found.map(({ violation, at }): Diagnostic => {
    const severity = { deny: "error", warn: "warning", audit: "info" }[violation.action] as Diagnostic["severity"];
    const message = `${violation.rule}: ${violation.path} is ${violation.found}; allowed: ${violation.allowed}; ${violation.hint}`;
    return { from: at.from, to: at.to, severity, message };
  });
  const broken = unread.map(({ at, message }): Diagnostic => ({ from: at.from, to: at.to, severity: "error", message }));
  return [...marks, ...broken];
}

/** What the lines of the settings show. */
export function settingsDiagnostics(mistakes: Mistake[]): Diagnostic[] {
  return mistakes.map(({ at, path, message }) => ({
    from: at.from,
    to: at.to,
    severity: "error",
    message: path ? `${path}: ${message}` : message,
  }));
}
