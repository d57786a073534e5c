/** The two views, and the one of seccomp profiles, which is loaded when it is first opened. */

import type { Policy } from "@ringfence/policy";
import { byId } from "./dom.js";
import type { SeccompView } from "./seccomp.js";

const NAMES = ["manifests", "seccomp"] as const;
type Name = (typeof NAMES)[number];

/** The views, as the rest of the page sees them. */
export interface Tabs {
  /** The profile that is looked at; undefined where none is. */
  seccomp(): string | undefined;
  setSeccomp(profile: string | undefined): void;
  /** Shows the manifests. */
  showManifests(): void;
}

/** Wires the tabs: arrow keys move between them, as they do in tab lists. */
export function startTabs(policy: Promise<Policy>): Tabs {
  let view: SeccompView | undefined;
  let given: string | undefined;
  const select = async (name: Name) => {
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
    showManifests: () => void select("manifests"),
    seccomp: () => view?.text() ?? given,
    setSeccomp(profile) {
      given = profile;
      if (profile === undefined) return;
      view?.setText(profile);
      void select("seccomp");
    },
  };
}
