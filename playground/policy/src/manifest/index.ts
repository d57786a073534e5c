/**
 * Manifests: YAML and JSON as `kubectl` reads them, with the place of every value, and the admission
 * requests that an API server would make of them.
 */

export { get, items, locate, segments, text, toJson } from "./node.js";
export type { Entry, Node, Span, Value } from "./node.js";
export { readDocuments } from "./read.js";
export type { Documents, Unread } from "./read.js";
export { readManifest } from "./resources.js";
export type { Manifest, Resource } from "./resources.js";
export { buildRequest, clusterOf } from "./request.js";
