/** What helps to write, and is loaded when somebody is about to. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";

export { startCompletion } from "@codemirror/autocomplete";

/**
 * Closes brackets, and completes.
 *
 * @param complete completes what is typed; without it nothing is.
 */
export function assistance(complete?: CompletionSource): Extension {
  return [
    closeBrackets(),
    autocompletion({ override: complete ? [complete] : [], icons: false }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
  ];
}
