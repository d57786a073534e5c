/**
 * The rules of ringfence, as the module runs them in a cluster.
 *
 * ```ts
 * const policy = await load(fetch("module.wasm"));
 * const answer = policy.validate({ request, settings: { profile: "baseline" } });
 * ```
 */

import { parseAnswer } from "./answer.js";
import type { Settings } from "./settings.js";
import type { Answer, AskedCheck, Rule, SeccompChoices, SeccompOptions, SeccompView, SettingsError } from "./types.js";
import init, * as wasm from "./wasm/ringfence.js";

export type { Settings } from "./settings.js";
export type * from "./types.js";

/** What is to be judged. Objects may be given as JSON text, which keeps numbers that no float holds. */
export interface Input {
  /** The admission request. */
  request: object | string;
  /** The settings; absent: the strict defaults. */
  settings?: Settings | string;
  /**
   * The objects that there are beside the one that is judged: a list, or what `cluster` made of one.
   * Absent: nobody can be asked.
   */
  cluster?: object[] | string | Cluster;
  /** The place in that list of the object that is judged, which counts as not there. */
  without?: number;
  /** The date, `2026-11-28`; absent: exemptions that expire do not apply. */
  today?: string;
}

/** Objects that were read once, for many requests. */
export interface Cluster {
  /** Gives the memory back; it cannot be used after that. */
  free(): void;
}

/** The rules, loaded. */
export interface Policy {
  /**
   * Judges an admission request. What it cannot read of the object is denied, with a path.
   *
   * @throws {Error} where an argument is not what it should be: which, and why.
   */
  validate(input: Input): Answer;
  /**
   * Reads the objects of a cluster once. `null` holds a place in the list.
   *
   * @throws {Error} where an item is no object of Kubernetes.
   */
  cluster(objects: (object | null)[] | string): Cluster;
  /** Every mistake in settings, with its path. */
  settingsErrors(settings: unknown): SettingsError[];
  /**
   * The checks that settings ask, in the order of findings.
   *
   * @throws {Error} where the settings have mistakes.
   */
  askedChecks(settings: Settings | string): AskedCheck[];
  /** Every rule, in the order of findings. */
  rules(): Rule[];
  /**
   * What a seccomp profile of any dialect, or a `SeccompProfile`, permits on a node.
   *
   * @throws {Error} where it is none, or an option names nothing.
   */
  seccompView(profile: object | string, options?: SeccompOptions): SeccompView;
  /** The names that the options of `seccompView` take. */
  seccompChoices(): SeccompChoices;
}

/**
 * Loads the rules: once, further calls give the same.
 *
 * @param module the bytes of `module.wasm`, or what fetches them.
 */
export async function load(
  module: BufferSource | WebAssembly.Module | Response | Promise<Response>,
): Promise<Policy> {
  await init({ module_or_path: module });
  return {
    validate({ request, settings = {}, cluster, without, today }) {
      const given = cluster instanceof wasm.Cluster;
      const asked = given ? cluster : new wasm.Cluster(cluster === undefined ? undefined : json(cluster));
      try {
        return parseAnswer(asked.validate(json(request), json(settings), without, today));
      } finally {
        if (!given) asked.free();
      }
    },
    cluster: (objects) => new wasm.Cluster(json(objects)),
    settingsErrors: (settings) => JSON.parse(wasm.settingsErrors(json(settings))) as SettingsError[],
    askedChecks: (settings) => JSON.parse(wasm.askedChecks(json(settings))) as AskedCheck[],
    rules: () => JSON.parse(wasm.rules()) as Rule[],
    seccompView(profile, { arch = "x86_64", loader = "", baseline = "", add = [], drop = [] } = {}) {
      const view = wasm.seccompView(json(profile), arch, loader, baseline, add.join(" "), drop.join(" "));
      return JSON.parse(view) as SeccompView;
    },
    seccompChoices: () => JSON.parse(wasm.seccompChoices()) as SeccompChoices,
  };
}

function json(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
}
