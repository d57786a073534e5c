/** From the answer of the protocol to a typed one. */

import type { Answer, Outcome, Violation, Waived } from "./types.js";

interface Wire {
  accepted: boolean;
  message?: string;
  audit_annotations?: Record<string, string>;
  warnings?: string[];
  mutated_object?: unknown;
}

/** Decodes the answer to `validate`. */
export function parseAnswer(json: string): Answer {
  const wire = JSON.parse(json) as Wire;
  const annotations = wire.audit_annotations ?? {};
  const [violations, unlisted] = list<Violation>(annotations["violations"]);
  const [waived] = list<Waived>(annotations["waived"]);
  return {
    accepted: wire.accepted,
    outcome: (annotations["outcome"] ?? "malformed") as Outcome,
    message: wire.message,
    reason: annotations["reason"],
    policy: annotations["policy"],
    violations,
    waived,
    unlisted,
    warnings: wire.warnings ?? [],
    mutated: wire.mutated_object === undefined ? undefined : JSON.stringify(wire.mutated_object),
  };
}

/** The list in an annotation, and how many items there are beyond those it names. */
function list<T>(text: string | undefined): [T[], number] {
  const items = JSON.parse(text ?? "[]") as (T | { more: number })[];
  const isMore = (item: T | { more: number }): item is { more: number } =>
    typeof item === "object" && item !== null && "more" in item;
  const more = items.filter(isMore).reduce((sum, item) => sum + item.more, 0);
  return [items.filter((item): item is T => !isMore(item)), more];
}
