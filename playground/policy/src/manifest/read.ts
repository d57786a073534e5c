/** From YAML or JSON text to nodes, one a document; a broken document does not hide the others. */

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { Pair, ParsedNode, Scalar } from "yaml";
import type { Entry, Node, Span, Value } from "./node.js";
import { key, resolve, ScalarError } from "./scalar.js";

/** How deep lists and mappings may nest: far more than any Kubernetes object. */
const MAX_DEPTH = 100;
/** How many values a document may have once its aliases are written out. */
const MAX_NODES = 200_000;

/** What is wrong with a document, and where. */
export interface Unread {
  at: Span;
  message: string;
}

/** What a text holds. */
export interface Documents {
  nodes: Node[];
  unread: Unread[];
}

/** Reads every document of `text`. Empty ones do not count. */
export function readDocuments(text: string): Documents {
  const documents: Documents = { nodes: [], unread: [] };
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const span = (from: number, to: number): Span => ({ from, to, line: lines.linePos(from).line });
  for (const [start, chunk] of split(text)) {
    // Every scalar stays text: what it means is for `scalar.ts` to say.
    const options = { schema: "failsafe", uniqueKeys: false, prettyErrors: false } as const;
    for (const document of parseAllDocuments(chunk, options)) {
      const composer = new Composer((from, to) => span(start + from, start + to));
      try {
        const [error] = document.errors;
        if (error) throw new ReadError(explain(error.message, chunk), error.pos);
        const node = document.contents && composer.node(document.contents, 0);
        if (node && node.value.is !== "null") documents.nodes.push(node);
      } catch (error) {
        if (!(error instanceof ReadError)) throw error;
        documents.unread.push({ at: span(start + error.range[0], start + error.range[1]), message: error.message });
        break;
      }
    }
  }
  return documents;
}

/** Why reading ended. */
class ReadError extends Error {
  constructor(
    message: string,
    readonly range: readonly [number, number],
  ) {
    super(message);
  }
}

function explain(message: string, chunk: string): string {
  const hint = chunk.includes("{{") && chunk.includes("}}")
    ? "it looks like a template: paste what `helm template` prints"
    : "check indentation, colons and quotes at and above this line";
  return `broken YAML: ${message}; ${hint}`;
}

/** Cuts a stream where `kubectl` cuts it: at lines that begin with `---`. */
function split(text: string): [number, string][] {
  const chunks: [number, string][] = [];
  let start = 0;
  for (const found of text.matchAll(/^---(?=[ \t\r\n]|$)/gm)) {
    const before = text.slice(start, found.index);
    // `%YAML 1.2` belongs to the `---` after it, and so does a comment above the first one.
    if (/^[^#%\s]/m.test(before) || /^\s+\S/m.test(before)) {
      chunks.push([start, before]);
      start = found.index;
    }
  }
  chunks.push([start, text.slice(start)]);
  return chunks;
}

/** Makes nodes of one document: keys and values, aliases, merges, limits. */
class Composer {
  private count = 0;
  /** What aliases stand for, and how many values that is. */
  private readonly anchors = new Map<string, { value: Value; count: number }>();

  constructor(private readonly span: (from: number, to: number) => Span) {}

  node(parsed: ParsedNode, depth: number): Node {
    const range = rangeOf(parsed);
    if (depth > MAX_DEPTH) {
      throw new ReadError(`nesting deeper than ${MAX_DEPTH} levels; no kubernetes object is that deep`, range);
    }
    const before = this.count;
    this.take(1, range);
    const at = this.span(range[0], firstLine(parsed, range));
    const value = this.value(parsed, depth, range);
    if (!isAlias(parsed) && parsed.anchor) this.anchors.set(parsed.anchor, { value, count: this.count - before });
    return { value, at };
  }

  private take(count: number, range: readonly [number, number]): void {
    this.count += count;
    if (this.count > MAX_NODES) {
      throw new ReadError("aliases expand to too much; write the document without nested aliases", range);
    }
  }

  private value(parsed: ParsedNode, depth: number, range: readonly [number, number]): Value {
    if (isAlias(parsed)) {
      // An anchor is known from its end on: what an alias inside of it stands for has no end.
      const anchored = this.anchors.get(parsed.source);
      if (!anchored) throw new ReadError("unknown anchor; define it in the same document before using it", range);
      this.take(anchored.count, range);
      return anchored.value;
    }
    if (isScalar(parsed)) return this.scalar(parsed, range);
    if (isSeq(parsed)) {
      const items = (parsed.items as ParsedNode[]).map((item) => this.node(item, depth + 1));
      return { is: "list", items };
    }
    if (isMap(parsed)) return { is: "map", entries: this.entries(parsed.items as Pair<ParsedNode, ParsedNode | null>[], depth) };
    throw new ReadError("this is no value", range);
  }

  private scalar(parsed: Scalar.Parsed, range: readonly [number, number]): Value {
    return attempt(range, () => resolve(sourceOf(parsed), tagOf(parsed)));
  }

  private entries(pairs: Pair<ParsedNode, ParsedNode | null>[], depth: number): Entry[] {
    const entries = new Map<string, Entry & { isWritten: boolean }>();
    for (const pair of pairs) {
      const range = rangeOf(pair.key);
      const at = this.span(range[0], range[1]);
      const node = pair.value ? this.node(pair.value, depth + 1) : { value: { is: "null" } as const, at };
      if (isScalar(pair.key) && sourceOf(pair.key) === "<<" && tagOf(pair.key) !== "str") {
        // Kubernetes' YAML applies `<<` where it stands, so a merge after a key replaces that key.
        for (const entry of mergedFrom(node, range)) {
          entries.set(entry.name, { ...entry, isWritten: entries.get(entry.name)?.isWritten ?? false });
        }
        continue;
      }
      const name = this.name(pair.key, depth, range);
      const known = entries.get(name);
      if (known?.isWritten) {
        const message = `duplicate key \`${name}\`, first on line ${known.at.line}; keep one of the two`;
        throw new ReadError(message, range);
      }
      entries.set(name, { name, at, node, isWritten: true });
    }
    return [...entries.values()].map(({ name, at, node }) => ({ name, at, node }));
  }

  private name(parsed: ParsedNode, depth: number, range: readonly [number, number]): string {
    if (isScalar(parsed)) {
      const name = attempt(range, () => key(sourceOf(parsed), tagOf(parsed)));
      if (parsed.anchor) this.anchors.set(parsed.anchor, { value: { is: "string", text: name }, count: 1 });
      return name;
    }
    const value = isAlias(parsed) ? this.node(parsed, depth + 1).value : undefined;
    if (value?.is === "string") return value.text;
    throw new ReadError("a list or mapping cannot be a key; quote it if it is text", range);
  }
}

function mergedFrom(node: Node, range: readonly [number, number]): Entry[] {
  // Earlier mappings win, so they are applied last.
  const sources = node.value.is === "list" ? [...node.value.items].reverse() : [node];
  return sources.flatMap((source) => {
    if (source.value.is === "map") return source.value.entries;
    throw new ReadError("`<<` merges a mapping or a list of mappings; this is something else", range);
  });
}

function attempt<T>(range: readonly [number, number], read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ScalarError ? new ReadError(error.message, range) : error;
  }
}

function rangeOf(parsed: ParsedNode): readonly [number, number] {
  return [parsed.range[0], parsed.range[1]];
}

/** What a finding underlines of a value: its first line. */
function firstLine(parsed: ParsedNode, [from, to]: readonly [number, number]): number {
  if (isMap(parsed)) {
    const first = parsed.items[0]?.key as ParsedNode | undefined;
    return first ? first.range[1] : to;
  }
  return isSeq(parsed) ? Math.min(to, from + 1) : to;
}

function sourceOf(parsed: Scalar.Parsed): string {
  return parsed.type === "PLAIN" ? (parsed.source ?? "") : String(parsed.value ?? "");
}

/** A tag as far as it matters: none for a plain scalar, `str` for a quoted one. */
function tagOf(parsed: Scalar.Parsed): string | undefined {
  const tag = parsed.tag;
  const own = "tag:yaml.org,2002:";
  if (tag?.startsWith(own)) return tag.slice(own.length);
  if (tag !== undefined || parsed.type !== "PLAIN") return "str";
  return undefined;
}
