/** The editors: CodeMirror, with no more than is used. */

import type { CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, type KeyBinding } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Colours are those of main.css, which knows whether it is dark.
const highlighting = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.lineComment, tags.comment], color: "var(--comment)" },
  { tag: [tags.labelName, tags.keyword, tags.meta], color: "var(--mark)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--paper)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.8125rem", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--line)" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--edge)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { maxWidth: "28rem", whiteSpace: "pre-wrap" },
});

/**
 * Escape, then Tab, leaves the editor. It is CodeMirror's own way for keyboards, but for what else Escape
 * does, such as giving up a selection, which would take it for itself.
 */
const leave: KeyBinding = {
  key: "Escape",
  run(view) {
    view.setTabFocusMode(2000);
    return false;
  },
};

/** An editor of one text. */
export interface Editor {
  text(): string;
  setText(text: string): void;
  /** Shows what is wrong where; places beyond the text are moved to its end. */
  show(diagnostics: Diagnostic[]): void;
  /** Puts the cursor at a place and the focus into the editor. */
  goTo(from: number): void;
}

/**
 * Makes an editor.
 *
 * @param label what screen readers call it.
 * @param changed called after each change of the text.
 * @param complete completes what is typed.
 */
export function createEditor(
  parent: HTMLElement,
  label: string,
  changed: () => void,
  complete?: CompletionSource,
): Editor {
  const help = new Compartment();
  let isHelped = false;
  // Whoever only reads does not load it.
  const assist = async (view: EditorView): Promise<void> => {
    if (isHelped) return;
    isHelped = true;
    try {
      const before = view.state.doc;
      const { assistance, startCompletion } = await import("./assist.js");
      view.dispatch({ effects: help.reconfigure(assistance(complete)) });
      // Who typed meanwhile gets what typing would have brought.
      if (complete && view.state.doc !== before) startCompletion(view);
    } catch {
      // The text can be written without; the next time the editor is entered is another try.
      isHelped = false;
    }
  };
  const extensions: Extension[] = [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    bracketMatching(),
    highlightActiveLine(),
    indentUnit.of("  "),
    yaml(),
    syntaxHighlighting(highlighting),
    theme,
    // As the policy of index.html has it.
    EditorView.cspNonce.of("editor"),
    keymap.of([leave]),
    help.of([]),
    keymap.of([...lintKeymap, ...historyKeymap, indentWithTab, ...defaultKeymap]),
    // It can be focused as it is; the attribute tells so to those who look for attributes.
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed();
      if (update.view.hasFocus) void assist(update.view);
    }),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  const within = (at: number) => Math.min(at, view.state.doc.length);
  return {
    text: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    show(diagnostics) {
      const shown = diagnostics.map((found) => ({ ...found, from: within(found.from), to: within(found.to) }));
      view.dispatch(setDiagnostics(view.state, shown));
    },
    goTo(from) {
      view.dispatch({ selection: { anchor: within(from) }, effects: EditorView.scrollIntoView(within(from), { y: "center" }) });
      view.focus();
    },
  };
}
