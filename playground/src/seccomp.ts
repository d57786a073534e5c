/** The view of a seccomp profile: its text, every call by kind, and what is wrong with it. */

import type { Diagnostic } from "@codemirror/lint";
import type { Policy, SeccompCall, SeccompFinding, SeccompSection, SeccompView as Seen } from "@ringfence/policy";
import { locate, readDocuments, toJson, type Node as Value } from "@ringfence/policy/manifest";
import { debounced, make } from "./dom.js";
import { createEditor, type Editor } from "./editor.js";

/** The view, as the rest of the page sees it. */
export interface SeccompView {
  text(): string;
  setText(text: string): void;
}

const PAUSE = 150;

/** Colours are not seen by everybody: each state and difference has a sign. */
const SIGNS = { allowed: "✓", conditional: "◐", denied: "✕", opened: "▲", closed: "▼", changed: "◆" } as const;

const MEANINGS = {
  opened: "permits more than the baseline",
  closed: "permits less than the baseline",
  changed: "permits more with some arguments and less with others",
} as const;

const LEGEND = `${SIGNS.allowed} allowed, ${SIGNS.conditional} as the arguments are, ${SIGNS.denied} denied; against the baseline ${SIGNS.opened} more, ${SIGNS.closed} less, ${SIGNS.changed} other; ! dangerous`;

/** What is shown before anything is pasted. */
const EXAMPLE = `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 1,
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  "syscalls": [
    {
      "names": [
        "read", "write", "close", "openat", "newfstatat", "fstat", "lseek", "mmap", "mprotect",
        "munmap", "brk", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "execve", "exit",
        "exit_group", "futex", "getdents64", "getrandom", "prctl", "capset", "setuid", "setgid",
        "setgroups", "socket", "bind", "listen", "accept4", "mount", "opnat"
      ],
      "action": "SCMP_ACT_ALLOW"
    },
    {
      "names": ["clone"],
      "action": "SCMP_ACT_ALLOW",
      "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]
    }
  ]
}
`;

/** Makes the view. */
export function createSeccompView(parent: HTMLElement, policy: Policy, given: string | undefined): SeccompView {
  const choices = policy.seccompChoices();
  const changed = debounced(PAUSE, () => show());
  const arch = select("Architecture", choices.arches, "x86_64", changed);
  const baseline = select("Baseline", ["none", ...choices.baselines], latest(choices.baselines), changed);
  const loader = select("Read by", ["as usual", ...choices.loaders], "as usual", changed);
  const capabilities = make("input", "");
  capabilities.placeholder = "SYS_PTRACE, NET_ADMIN";
  capabilities.addEventListener("input", changed);
  const labelled = make("label", "", "Added capabilities ", capabilities);
  const holder = make("div", "editor");
  const profile = make("section", "pane", make("h2", "", "Seccomp profile ", make("small", "", "JSON, or a SeccompProfile")), make("div", "options", arch.label, baseline.label, loader.label, labelled), holder);
  const summary = make("small", "");
  summary.setAttribute("role", "status");
  summary.id = "seccomp-summary";
  const findings = make("ul", "findings");
  const sheet = make("div", "sheet");
  const calls = make("section", "results", make("h2", "", "Calls ", summary), make("p", "reason legend", LEGEND), sheet);
  const said = make("section", "results", make("h2", "", "Findings"), findings);
  parent.replaceChildren(make("div", "panes", profile, make("div", "pane scrolled", said)), calls);
  const editor = createEditor(holder, "Seccomp profile, JSON or YAML", changed);

  const show = (): void => {
    const options = {
      arch: arch.value(),
      add: capabilities.value.split(/[\s,]+/).filter((name) => name !== ""),
      ...(baseline.value() === "none" ? {} : { baseline: baseline.value() }),
      ...(loader.value() === "as usual" ? {} : { loader: loader.value() }),
    };
    const read = readProfile(editor.text());
    try {
      if (read instanceof Error) throw read;
      const seen = policy.seccompView(toJson(read), options);
      summary.textContent = describe(seen);
      findings.replaceChildren(...seen.findings.map((found) => finding(found, read, editor)));
      sheet.replaceChildren(...seen.sections.map(section));
      editor.show(seen.findings.filter(({ severity }) => severity !== "info").map((found) => diagnostic(found, read)));
    } catch (error) {
      summary.textContent = error instanceof Error ? error.message : String(error);
      findings.replaceChildren();
      sheet.replaceChildren();
      editor.show([]);
    }
  };
  editor.setText(given ?? EXAMPLE);
  show();
  return { text: editor.text, setText: editor.setText };
}

/** The newest baseline of containerd, which most clusters have. */
function latest(baselines: string[]): string {
  return baselines.filter((name) => name.startsWith("containerd-")).at(-1) ?? "none";
}

function readProfile(text: string): Value | Error {
  const { nodes, unread } = readDocuments(text);
  const [broken] = unread;
  if (broken) return new Error(`line ${broken.at.line}: ${broken.message}`);
  const [node, second] = nodes;
  if (!node || second) return new Error("paste one profile");
  return node;
}

function select(name: string, values: string[], chosen: string, changed: () => void) {
  const element = make("select", "", ...values.map((value) => make("option", "", value)));
  element.value = chosen;
  element.addEventListener("change", changed);
  return { label: make("label", "", `${name} `, element), value: () => element.value };
}

function describe(seen: Seen): string {
  if (seen.fatal.length > 0) return `no container starts with it: ${seen.fatal.join("; ")}`;
  const count = (state: "allowed" | "conditional" | "denied") => seen.sections.reduce((sum, one) => sum + one[state], 0);
  const base = seen.missingBase === null ? "" : `, without its base profile ${seen.missingBase}`;
  const rest = seen.isVoid ? "there is no filter" : `any other ${seen.default}`;
  return `${count("allowed")} allowed, ${count("conditional")} conditional, ${count("denied")} denied; ${rest}${base}`;
}

function section(section: SeccompSection): HTMLElement {
  const { title, allowed, conditional, denied, calls } = section;
  const counts = make("small", "", `${allowed} allowed, ${conditional} conditional, ${denied} denied`);
  return make("section", "kind", make("h3", "", `${title} `, counts), make("ul", "calls", ...calls.map(call)));
}

function call(call: SeccompCall): HTMLElement {
  const { name, state, detail, difference, baseline, danger } = call;
  const signs = [SIGNS[state], ...(difference ? [SIGNS[difference]] : []), ...(danger ? ["!"] : [])];
  const sign = make("span", "sign", signs.join(" "));
  sign.setAttribute("aria-hidden", "true");
  const facts = [
    `${state}: ${detail}`,
    ...(difference ? [`${MEANINGS[difference]}, where it ${baseline ?? "differs"}`] : []),
    ...(danger ? [`dangerous: ${danger}`] : []),
  ];
  const summary = make("summary", "", sign, " ", make("code", "", name), hidden(`, ${[state, difference, danger && "dangerous"].filter(Boolean).join(", ")}`));
  return make("li", `call ${state}`, make("details", "", summary, ...facts.map((fact) => make("p", "", fact))));
}

/** For screen readers alone. */
function hidden(text: string): HTMLElement {
  return make("span", "unseen", text);
}

function finding(found: SeccompFinding, profile: Value, editor: Editor): HTMLElement {
  const at = locate(profile, found.path);
  const place = make("button", "jump line", String(at.line));
  place.type = "button";
  place.setAttribute("aria-label", `line ${at.line}, ${found.path || "the profile"}`);
  place.addEventListener("click", () => editor.goTo(at.from));
  const more = make("details", "", make("summary", "", found.lint), make("p", "", found.why), make("p", "", `To mend it: ${found.mend}.`));
  const badge = make("span", `badge ${found.severity}`, found.severity);
  return make("li", "finding", place, make("div", "", make("p", "", badge, ` ${found.message}`), more));
}

function diagnostic(found: SeccompFinding, profile: Value): Diagnostic {
  const { from, to } = locate(profile, found.path);
  const severity = found.severity === "error" ? "error" : "warning";
  return { from, to, severity, message: `${found.lint}: ${found.message}` };
}
