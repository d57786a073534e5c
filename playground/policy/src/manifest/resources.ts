/** From documents to the objects in them: lists are taken apart, requests are kept. */

import { groupVersion } from "./kinds.js";
import { get, items, text, type Node } from "./node.js";
import { readDocuments, type Unread } from "./read.js";

/** An object, as the manifest has it. */
export interface Resource {
  apiVersion: string;
  kind: string;
  namespace: string | undefined;
  /** Its name, or what its name will be made from. */
  name: string | undefined;
  node: Node;
  /** The admission request that the document is, where it is one. */
  request: Node | undefined;
}

/** What a text holds. */
export interface Manifest {
  resources: Resource[];
  unread: Unread[];
}

/** Reads the objects of a YAML or JSON text. */
export function readManifest(source: string): Manifest {
  const { nodes, unread } = readDocuments(source);
  const manifest: Manifest = { resources: [], unread };
  for (const node of nodes) addObject(manifest, node, undefined);
  return manifest;
}

/** Adds an object, or the items of a list, which may leave to it what they are. */
function addObject(manifest: Manifest, node: Node, inherited: [string, string] | undefined): void {
  const fail = (message: string) => manifest.unread.push({ at: node.at, message });
  if (node.value.is !== "map") {
    fail("a kubernetes object is a mapping with `apiVersion` and `kind`, this is not");
    return;
  }
  if (isRequest(node)) return addRequest(manifest, node);
  const apiVersion = text(node, "apiVersion") ?? inherited?.[0];
  const kind = text(node, "kind") ?? inherited?.[1];
  if (apiVersion === undefined || kind === undefined) {
    const missing = [["apiVersion", apiVersion], ["kind", kind]].filter(([, value]) => value === undefined);
    fail(`not a kubernetes object: it has no \`${missing.map(([name]) => name).join("` and no `")}\``);
    return;
  }
  if (kind === "AdmissionReview" && groupVersion(apiVersion)[0] === "admission.k8s.io") {
    const request = get(node, "request");
    if (request) addRequest(manifest, request);
    else fail("this AdmissionReview has no `request`; only requests can be judged");
    return;
  }
  const list = get(node, "items");
  if (kind.endsWith("List") && list?.value.is === "list") {
    const item = kind.slice(0, -"List".length);
    for (const one of items(list)) addObject(manifest, one, item ? [apiVersion, item] : undefined);
    return;
  }
  const metadata = get(node, "metadata");
  manifest.resources.push({
    apiVersion,
    kind,
    namespace: text(metadata, "namespace"),
    name: text(metadata, "name") ?? text(metadata, "generateName"),
    node,
    request: undefined,
  });
}

function addRequest(manifest: Manifest, request: Node): void {
  // On DELETE the object is the old one.
  const objects = [get(request, "object"), get(request, "oldObject")];
  const node = objects.find((object) => object && object.value.is !== "null") ?? request;
  const part = (name: string) => text(get(request, "kind"), name) ?? "";
  const [group, version] = [part("group"), part("version")];
  manifest.resources.push({
    apiVersion: group ? `${group}/${version}` : version,
    kind: part("kind"),
    namespace: text(request, "namespace"),
    name: text(request, "name"),
    node,
    request,
  });
}

/** A bare AdmissionRequest: `kind` is a mapping only there. */
function isRequest(node: Node): boolean {
  const has = (name: string) => get(node, name) !== undefined;
  return has("uid") && has("operation") && get(node, "kind")?.value.is === "map";
}
