/** What goes in and out of the rules. */

/** What became of a violation: whether it denies, warns, or is only recorded. */
export type Action = "deny" | "warn" | "audit";

/** A violation of a rule. */
export interface Violation {
  /** The rule's id, as settings name it. */
  rule: string;
  /** The id of the check, Pod Security Admission's own where it is one of the standards'. */
  check: string;
  action: Action;
  /** Where in the object: `spec.containers[0].securityContext.privileged`. */
  path: string;
  container?: { name: string; image: string };
  /** The offending value. */
  found: string;
  /** What may stand there. */
  allowed: string;
  /** How to mend it. */
  hint: string;
}

/** A violation that an exemption lets pass. */
export interface Waived extends Violation {
  exemption: string;
  reason: string;
  /** The last day on which it applies. */
  expires?: string;
}

/**
 * What came of a request. `judged`: rules were asked. `skipped`: it carries nothing that a rule judges.
 * `malformed`, `invalid-settings`: it could not be judged, and is denied.
 */
export type Outcome = "judged" | "skipped" | "malformed" | "invalid-settings";

/** The answer to a request. */
export interface Answer {
  accepted: boolean;
  outcome: Outcome;
  /** Why it is denied, for people; its first line stands alone. */
  message: string | undefined;
  /** Why it was skipped or could not be judged. */
  reason: string | undefined;
  /** What was asked: `restricted:latest`. */
  policy: string | undefined;
  violations: Violation[];
  waived: Waived[];
  /** How many violations there are beyond those listed. */
  unlisted: number;
  warnings: string[];
  /** The object as it is to be admitted, JSON, where `mutate` changed it. */
  mutated: string | undefined;
}

/** A mistake in settings. */
export interface SettingsError {
  /** Where: `rules.hostPorts.allowed[0]`; empty for the document itself. */
  path: string;
  message: string;
}

/** A rule, as `rules` lists it. */
export interface Rule {
  id: string;
  title: string;
  family: string;
  /** The fields it reads: paths from the pod. */
  fields: string[];
  checks: { id: string; level: "privileged" | "baseline" | "restricted" | "hardened" | null; asks: string }[];
}

/** A check that settings ask. */
export interface AskedCheck {
  rule: string;
  check: string;
  action: Action;
  asks: string;
}

/** How a seccomp profile is read, and what it is held against. */
export interface SeccompOptions {
  /** The architecture of the node; absent: `x86_64`. */
  arch?: string;
  /** What reads the profile; absent: `containerd`, or `spo` for a `SeccompProfile`. */
  loader?: string;
  /** The baseline; absent: none. */
  baseline?: string;
  /** Capabilities that the container adds, and drops. */
  add?: string[];
  drop?: string[];
}

/** The names that `SeccompOptions` take. */
export interface SeccompChoices {
  arches: string[];
  loaders: string[];
  baselines: string[];
}

/** What becomes of a system call. */
export interface SeccompCall {
  name: string;
  /** `conditional`: as its arguments are, or as a supervisor or tracer decides. */
  state: "allowed" | "conditional" | "denied";
  /** The same in words, with the rule that decides. */
  detail: string;
  /** Whether it permits more than the baseline, less, or both with other arguments. */
  difference?: "opened" | "closed" | "changed";
  /** What becomes of it in the baseline, where that differs. */
  baseline?: string;
  /** Why it is dangerous; only where it may be executed. */
  danger?: string;
}

/** Calls of one kind. */
export interface SeccompSection {
  title: string;
  allowed: number;
  conditional: number;
  denied: number;
  calls: SeccompCall[];
}

/** A finding in a seccomp profile. */
export interface SeccompFinding {
  /** The lint's id: `SC-DANGER`. */
  lint: string;
  severity: "error" | "warning" | "info";
  /** Where in the document: `syscalls[3].names[0]`; empty for the profile itself. */
  path: string;
  message: string;
  why: string;
  mend: string;
}

/** What a seccomp profile permits on a node. */
export interface SeccompView {
  /** What happens to calls that no rule names. */
  default: string;
  /** Whether there is no filter at all. */
  isVoid: boolean;
  /** Why no container would start with it. */
  fatal: string[];
  /** The base profile that a `SeccompProfile` adds to, which is not known here. */
  missingBase: string | null;
  sections: SeccompSection[];
  findings: SeccompFinding[];
}
