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
