/** The view of a seccomp profile. */

import type { Policy } from "@ringfence/policy";

/** The view, as the rest of the page sees it. */
export interface SeccompView {
  text(): string;
  setText(text: string): void;
}

export function createSeccompView(_parent: HTMLElement, _policy: () => Policy | undefined, given: string | undefined): SeccompView {
  let text = given ?? "";
  return { text: () => text, setText: (next) => { text = next; } };
}
