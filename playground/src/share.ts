/** Links that hold what is typed, behind the `#`: no server is sent it. */

/** What a link holds. */
export interface Shared {
  manifests: string;
  settings: string;
  /** A seccomp profile, where one is looked at. */
  seccomp?: string;
}

/** Longest text in a link, and longest link: Firefox opens none of more than a MiB, Chromium of two. */
export const MAX_LENGTH = 1_000_000;

/** The fragment of a link, with its mark; undefined where that is too much for a link. */
export async function encode(shared: Shared): Promise<string | undefined> {
  const json = JSON.stringify(shared);
  if (json.length > MAX_LENGTH) return undefined;
  const text = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(text).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const fragment = `#1:${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
  return fragment.length > MAX_LENGTH ? undefined : fragment;
}

/** What a fragment holds; undefined where it is no link of ours, or a broken one. */
export async function decode(fragment: string): Promise<Shared | undefined> {
  const found = /^#1:([\w-]+)$/.exec(fragment);
  if (!found?.[1]) return undefined;
  try {
    const binary = atob(found[1].replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const text = await bounded(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
    return shared(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Reads a text no longer than what a link may hold: a small one may be packed from a large one. */
async function bounded(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > MAX_LENGTH) throw new Error("the link holds too much");
  }
}

function shared(value: unknown): Shared | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { manifests, settings, seccomp } = value as Record<string, unknown>;
  if (typeof manifests !== "string" || typeof settings !== "string") return undefined;
  return typeof seccomp === "string" ? { manifests, settings, seccomp } : { manifests, settings };
}
