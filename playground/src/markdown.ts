/** The little Markdown that rules are documented in, as elements. */

import { make } from "./dom.js";

/** Headings, paragraphs, lists, code: what the rules' pages use. */
export function markdown(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  for (const block of blocks(text)) out.append(block);
  return out;
}

function* blocks(text: string): Generator<HTMLElement> {
  // A fenced block may have empty lines in it.
  const parts = text.split(/^```\w*\n([\s\S]*?)^```$/m);
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      yield make("pre", "", part.trimEnd());
      continue;
    }
    for (const paragraph of part.split(/\n{2,}/)) {
      if (paragraph.trim() !== "") yield block(paragraph.trim());
    }
  }
}

function block(text: string): HTMLElement {
  const heading = /^(#+) (.*)$/.exec(text);
  // Below the headings of the page.
  if (heading) return make(heading[1] === "#" ? "h3" : "h4", "", ...spans(heading[2] ?? ""));
  if (/^[*-] /.test(text)) {
    const items = text.split(/\n(?=[*-] )/).map((item) => make("li", "", ...spans(item.slice(2))));
    return make("ul", "", ...items);
  }
  return make("p", "", ...spans(text));
}

/** Code spans and links; a link is its words, since the page leads nowhere else. */
function spans(text: string): (Node | string)[] {
  const plain = text.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").replace(/\s*\n\s*/g, " ").replaceAll("**", "");
  return plain.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? make("code", "", part) : part));
}
