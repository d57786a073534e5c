/** The two views, and the one of seccomp profiles, which is loaded when it is first opened. */

import type { Policy } from "@ringfence/policy";
import { byId } from "./dom.js";
import type { SeccompView } from "./seccomp.js";

const NAMES = ["manifests", "seccomp"] as const;
type Name = (typeof NAMES)[number];

/** The views, as the rest of the page sees them. */
export interface Tabs {
  /** The profile, while it is what is looked at. */
  seccomp(): string | undefined;
  /** Shows a profile, or the manifests where there is none. */
  open(profile: string | undefined): void;
}

/** Wires the tabs: arrow keys move between them, as they do in tab lists. */
export function startTabs(policy: Promise<Policy>): Tabs {
  let view: SeccompView | undefined;
  let given: string | undefined;
  let selected: Name = "manifests";
  const select = async (name: Name) => {
    selected = name;
    for (const one of NAMES) {
      const [tab, panel] = [byId(`tab-${one}`), byId(`view-${one}`)];
      tab.setAttribute("aria-selected", String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
      panel.hidden = one !== name;
    }
    if (name !== "seccomp" || view) return;
    const panel = byId("view-seccomp");
    panel.textContent = "loading…";
    try {
      const [{ createSeccompView }, rules] = await Promise.all([import("./seccomp.js"), policy]);
      view ??= createSeccompView(panel, rules, given);
    } catch (error) {
      panel.textContent = `the view cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  for (const [index, name] of NAMES.entries()) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => void select(name));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = NAMES[(index + step + NAMES.length) % NAMES.length] ?? name;
      byId(`tab-${next}`).focus();
      void select(next);
    });
  }
  return {
    // Whoever shares manifests does not mean a profile that was looked at before.
    seccomp: () => (selected === "seccomp" ? (view?.text() ?? given) : undefined),
    open(profile) {
      if (profile === undefined) return void select("manifests");
      given = profile;
      view?.setText(profile);
      void select("seccomp");
    },
  };
}
