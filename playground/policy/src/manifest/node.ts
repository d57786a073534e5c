/** Values of a manifest and where each stands. */

/** A stretch of the text, in UTF-16 units from its beginning; `line` counts from 1. */
export interface Span {
  from: number;
  to: number;
  line: number;
}

/** A value and its place. */
export interface Node {
  value: Value;
  at: Span;
}

/** A key of a mapping, its place, and what it leads to. */
export interface Entry {
  name: string;
  at: Span;
  node: Node;
}

/** What a node holds: JSON's types. A number is its text, so that none loses a digit. */
export type Value =
  | { is: "null" }
  | { is: "boolean"; flag: boolean }
  | { is: "number"; text: string }
  | { is: "string"; text: string }
  | { is: "list"; items: Node[] }
  | { is: "map"; entries: Entry[] };

/** The entry of a mapping; undefined where there is none, or this is no mapping. */
export function get(node: Node | undefined, name: string): Node | undefined {
  if (node?.value.is !== "map") return undefined;
  return node.value.entries.find((entry) => entry.name === name)?.node;
}

/** A text that is not empty. */
export function text(node: Node | undefined, name: string): string | undefined {
  const value = get(node, name)?.value;
  return value?.is === "string" && value.text !== "" ? value.text : undefined;
}

/** The items of a list; none where this is no list. */
export function items(node: Node | undefined): Node[] {
  return node?.value.is === "list" ? node.value.items : [];
}

/** The value as JSON text. */
export function toJson(node: Node): string {
  const value = node.value;
  switch (value.is) {
    case "null":
      return "null";
    case "boolean":
      return String(value.flag);
    case "number":
      return value.text;
    case "string":
      return JSON.stringify(value.text);
    case "list":
      return `[${value.items.map(toJson).join(",")}]`;
    case "map": {
      const entries = value.entries.map((entry) => `${JSON.stringify(entry.name)}:${toJson(entry.node)}`);
      return `{${entries.join(",")}}`;
    }
  }
}

/**
 * Where `path` (as in `spec.containers[0].image`) stands, or its nearest parent that exists: a finding
 * about a missing field points at the key whose mapping lacks it.
 */
export function locate(root: Node, path: string): Span {
  let at = root.at;
  let node = root;
  for (const segment of segments(path)) {
    const child = step(node, segment);
    if (child === undefined) break;
    [at, node] = child;
  }
  return at;
}

function step(node: Node, segment: string): [Span, Node] | undefined {
  if (node.value.is === "map") {
    const entry = node.value.entries.find((entry) => entry.name === segment);
    return entry && [entry.at, entry.node];
  }
  if (node.value.is === "list" && /^\d+$/.test(segment)) {
    const item = node.value.items[Number(segment)];
    return item && [item.at, item];
  }
  return undefined;
}

/** Splits a path into keys and indexes; a key with dots stands in brackets, quoted or not. */
export function segments(path: string): string[] {
  const found: string[] = [];
  let rest = path;
  while (rest !== "") {
    const bracket = /^\[([^\]]*)\]?/.exec(rest);
    if (bracket) {
      found.push((bracket[1] ?? "").replace(/^["']+|["']+$/g, ""));
      rest = rest.slice(bracket[0].length);
    } else {
      const end = rest.search(/[.[]/);
      found.push(end < 0 ? rest : rest.slice(0, end));
      rest = end < 0 ? "" : rest.slice(end);
    }
    if (rest.startsWith(".")) rest = rest.slice(1);
  }
  return found;
}
