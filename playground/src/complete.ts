/** Completion of settings, from their schema. */

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { keys, schemasAt, words, type Schema, type Step } from "./schema.js";

/** Where a cursor is: what leads there, whether a key or a value is being written, and its beginning. */
export interface Place {
  path: Step[];
  expects: "key" | "value";
  from: number;
  /** Keys that the mapping around the cursor has already. */
  taken: string[];
}

/** A completion source for a schema that may come later. */
export function completeFrom(schema: () => Promise<Schema>) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const place = placeAt(context.state.doc.toString(), context.pos);
    const typed = context.state.sliceDoc(place.from, context.pos);
    if (!context.explicit && typed === "") return null;
    const root = await schema();
    const options = optionsAt(root, place);
    return options.length > 0 && !context.aborted ? { from: place.from, options, validFor: /^[\w.-]*$/ } : null;
  };
}

/** What may stand at a place. */
export function optionsAt(root: Schema, { path, expects, taken }: Place): Completion[] {
  const schemas = schemasAt(root, path);
  const listed = words(schemas).map(({ word, description }): Completion => ({ label: word, type: "enum", ...info(description) }));
  if (expects === "value") return listed;
  const named = keys(schemas, root)
    .filter(({ key }) => !taken.includes(key))
    .map(({ key, description, opens }): Completion => {
      return { label: key, apply: `${key}:${opens ? "" : " "}`, type: "property", ...info(description) };
    });
  // An item of a list may be a word.
  return path.at(-1) === "item" ? [...listed, ...named] : named;
}

function info(description: string | undefined): { info?: string } {
  return description === undefined ? {} : { info: description };
}

/**
 * Where the cursor is in a YAML text, read by its indentation: what is being typed is rarely whole, and a
 * parser would see something else.
 */
export function placeAt(text: string, position: number): Place {
  const start = text.slice(0, position).lastIndexOf("\n") + 1;
  const line = text.slice(start, position);
  const rest = /^(\s*(?:- +)*)(.*)$/.exec(line);
  const [lead, content] = [rest?.[1] ?? "", rest?.[2] ?? ""];
  const path = parents(text.slice(0, start), lead);
  const flow = inLine(content);
  const from = position - flow.word.length;
  const taken = flow.path.length === 0 && flow.expects === "key" ? siblings(text, start, lead) : [];
  return { path: [...path, ...flow.path], expects: flow.expects, from, taken };
}

/** The steps of the blocks around a line that begins with `lead`. */
function parents(before: string, lead: string): Step[] {
  const path: Step[] = [];
  let indent = lead.length;
  // Each dash of the line's own is a list around it.
  for (let dash = lead.lastIndexOf("-"); dash >= 0; dash = lead.lastIndexOf("-", dash - 1)) {
    path.unshift("item");
    indent = dash;
    if (dash === 0) break;
  }
  const isItem = lead.includes("-");
  let mayBeLevel = isItem;
  for (const line of before.split("\n").slice(0, -1).reverse()) {
    const found = /^(\s*(?:- +)*)(?:"([^"]*)"|'([^']*)'|([^\s#:{}[\],][^#:{}[\],]*)):(?:\s+[&!]\S*)*\s*(?:#.*)?$/.exec(line)
      ?? /^(\s*(?:- +)*)(?:"([^"]*)"|'([^']*)'|([^\s#:{}[\],][^#:{}[\],]*)):\s/.exec(line);
    if (!found) continue;
    const [head, key] = [found[1] ?? "", found[2] ?? found[3] ?? found[4] ?? ""];
    const opens = /:(?:\s+[&!]\S*)*\s*(?:#.*)?$/.test(line);
    const column = head.length;
    // The items of a list may stand as far left as the key that they belong to.
    if (opens && (column < indent || (mayBeLevel && column === indent))) {
      path.unshift({ key });
      indent = column;
      mayBeLevel = false;
    }
    const dash = head.indexOf("-");
    if (dash >= 0 && column <= indent && dash < indent) {
      path.unshift("item");
      indent = dash;
      mayBeLevel = true;
    }
    if (indent === 0 && !mayBeLevel) break;
  }
  return path;
}

/** What leads to the end of a line's own content: `hostPorts: {action: w` is `hostPorts`, `action`. */
function inLine(content: string): { path: Step[]; expects: "key" | "value"; word: string } {
  const stack: { is: "block" | "map" | "list"; key: string | undefined }[] = [{ is: "block", key: undefined }];
  let word = "";
  for (const [token] of content.matchAll(/"[^"]*"?|'[^']*'?|#.*|:(?=\s|$)|[{}[\],]|\s+|[^\s{}[\],:"']+|:/g)) {
    const top = stack[stack.length - 1]!;
    if (/^\s/.test(token)) {
      word = "";
      continue;
    }
    if (token === ":") top.key = word || top.key;
    else if (token === "{") stack.push({ is: "map", key: undefined });
    else if (token === "[") stack.push({ is: "list", key: undefined });
    else if ((token === "}" || token === "]") && stack.length > 1) stack.pop();
    else if (token === ",") top.key = undefined;
    word = /^[{}[\],:]$/.test(token) ? "" : (word + token).replace(/^["']|["']$/g, "");
    if (token === ":") word = "";
  }
  const path = stack.flatMap(({ is, key }): Step[] => [...(is === "list" ? (["item"] as const) : []), ...(key === undefined ? [] : [{ key }])]);
  const top = stack[stack.length - 1]!;
  const expects = top.is === "list" || top.key !== undefined ? "value" : "key";
  return { path, expects, word };
}

/** The keys of the block mapping that a line is part of. */
function siblings(text: string, start: number, lead: string): string[] {
  const keyOf = (line: string) => /^(\s*(?:- +)*)([\w.-]+):(?:\s|$)/.exec(line);
  const column = lead.length;
  const collect = (lines: string[]): string[] => {
    const found: string[] = [];
    for (const line of lines) {
      const indent = line.search(/\S/);
      if (indent < 0 || line[indent] === "#") continue;
      const key = keyOf(line);
      const at = key?.[1]?.length;
      if (at === column && key?.[2]) found.push(key[2]);
      if ((at ?? indent) < column || (key?.[1] ?? "").includes("-")) break;
    }
    return found;
  };
  const above = lead.includes("-") ? [] : collect(text.slice(0, start).split("\n").slice(0, -1).reverse());
  const below = collect(text.slice(start).split("\n").slice(1).filter((line) => !/^\s*-/.test(line) || line.search(/\S/) >= column));
  return [...above, ...below];
}
