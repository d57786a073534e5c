/** From the two texts to what is shown: findings with their places, mistakes with theirs. */

import type { Answer, Policy, SettingsError, Violation, Waived } from "@ringfence/policy";
import { buildRequest, clusterOf, locate, readDocuments, readManifest, toJson } from "@ringfence/policy/manifest";
import type { Resource, Span, Unread } from "@ringfence/policy/manifest";

/** A violation and where it stands in the manifests. */
export interface Finding {
  violation: Violation;
  at: Span;
  /** What lets it pass, if something does. */
  waived: Waived | undefined;
}

/** What became of an object, in one word. */
export type Verdict = "accepted" | "audited" | "warned" | "denied" | "skipped" | "not judged";

/** An object, judged. */
export interface Judged {
  title: string;
  at: Span;
  verdict: Verdict;
  /** Why it was skipped or not judged. */
  reason: string | undefined;
  findings: Finding[];
  unlisted: number;
}

/** A mistake in the settings and its place. */
export interface Mistake {
  at: Span;
  path: string;
  message: string;
}

/** All there is to show. */
export interface Report {
  judged: Judged[];
  unread: Unread[];
  mistakes: Mistake[];
}

/** Judges every object of `manifests`; with mistakes in `settings` none is judged. */
export function judge(policy: Policy, manifests: string, settings: string, today: string): Report {
  const { resources, unread } = readManifest(manifests);
  const { json, mistakes } = readSettings(policy, settings);
  if (mistakes.length > 0) return { judged: [], unread, mistakes };
  const cluster = attempt(() => policy.cluster(clusterOf(resources)));
  const judged = resources.map((resource, index) =>
    judgeOne(resource, () => {
      if (cluster instanceof Error) throw cluster;
      const request = buildRequest(resource, index);
      // An object that is created is not yet part of the cluster.
      return policy.validate({ request, settings: json, cluster, without: index, today });
    }),
  );
  if (!(cluster instanceof Error)) cluster.free();
  return { judged, unread, mistakes };
}

function judgeOne(resource: Resource, ask: () => Answer): Judged {
  const { kind, namespace, name, node } = resource;
  const title = `${kind} ${namespace ? `${namespace}/` : ""}${name ?? "(unnamed)"}`;
  const at = locate(node, "kind");
  const answer = attempt(ask);
  if (answer instanceof Error) {
    return { title, at, verdict: "not judged", reason: answer.message, findings: [], unlisted: 0 };
  }
  const place = (violation: Violation, waived?: Waived): Finding => ({ violation, at: locate(node, violation.path), waived });
  const findings = [
    ...answer.violations.map((violation) => place(violation)),
    ...answer.waived.map((waived) => place(waived, waived)),
  ];
  const reason = answer.reason ?? (answer.violations.length === 0 && !answer.accepted ? answer.message : undefined);
  return { title, at, verdict: verdictOf(answer), reason, findings, unlisted: answer.unlisted };
}

/** What `run` gives, or what it throws. */
function attempt<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function verdictOf(answer: Answer): Verdict {
  if (!answer.accepted) return "denied";
  if (answer.outcome === "skipped") return "skipped";
  const has = (action: string) => answer.violations.some((violation) => violation.action === action);
  if (has("warn") || answer.warnings.length > 0) return "warned";
  return has("audit") ? "audited" : "accepted";
}

/** Settings as JSON, and what is wrong with them. An empty text is the default. */
export function readSettings(policy: Policy, text: string): { json: string; mistakes: Mistake[] } {
  const { nodes, unread } = readDocuments(text);
  const mistakes = unread.map(({ at, message }) => ({ at, path: "", message }));
  const [node, second] = nodes;
  if (second) mistakes.push({ at: second.at, path: "", message: "settings are one document; leave out what follows `---`" });
  if (!node) return { json: "{}", mistakes };
  const json = toJson(node);
  const found: SettingsError[] = mistakes.length > 0 ? [] : policy.settingsErrors(json);
  mistakes.push(...found.map(({ path, message }) => ({ at: locate(node, path), path, message })));
  return { json, mistakes };
}
