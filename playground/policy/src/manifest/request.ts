/** Builds the admission request that the API server would send for an object that is created. */

import { withDefaults } from "./defaults.js";
import { groupVersion, isNamespaced, resourceName } from "./kinds.js";
import { get, text, toJson, type Entry, type Node } from "./node.js";
import type { Resource } from "./resources.js";

/** Who asks: an administrator, as `kubeadm` sets one up. */
const USER = "kubernetes-admin";
/** Every authenticated request carries it. */
const GROUPS = ["system:authenticated"];
/** Where an object goes that names no namespace. */
const DEFAULT_NAMESPACE = "default";

/**
 * The request for `resource`, JSON. A document that is a request stays as it is.
 *
 * `ordinal` makes the uid: the same input gives the same request.
 */
export function buildRequest(resource: Resource, ordinal = 0): string {
  if (resource.request) return toJson(resource.request);
  const { apiVersion, kind } = resource;
  const [group, version] = groupVersion(apiVersion);
  const gvk = { group, version, kind };
  const gvr = { group, version, resource: resourceName(kind) };
  const head = {
    uid: `00000000-0000-4000-8000-${String(ordinal).padStart(12, "0")}`,
    kind: gvk,
    resource: gvr,
    requestKind: gvk,
    requestResource: gvr,
    name: text(get(resource.node, "metadata"), "name"),
    namespace: namespaceOf(resource),
    operation: "CREATE",
    userInfo: { username: USER, groups: GROUPS },
    dryRun: false,
    options: {},
  };
  const object = toJson(withDefaults(apiVersion, kind, typed(resource)));
  return `${JSON.stringify(head).slice(0, -1)},"object":${object}}`;
}

/**
 * The objects as a cluster would have them, a JSON list with the places of `resources`. A request is none:
 * `null` holds its place.
 */
export function clusterOf(resources: Resource[]): string {
  return `[${resources.map((resource) => (resource.request ? "null" : toJson(typed(resource)))).join(",")}]`;
}

function namespaceOf(resource: Resource): string | undefined {
  // A namespace is its own namespace in admission requests.
  if (resource.kind === "Namespace") return text(get(resource.node, "metadata"), "name");
  if (!isNamespaced(resource.kind)) return undefined;
  return resource.namespace ?? DEFAULT_NAMESPACE;
}

/** The object with what its list says it is. */
function typed({ apiVersion, kind, node }: Resource): Node {
  if (node.value.is !== "map") return node;
  const missing = [["apiVersion", apiVersion], ["kind", kind]] as const;
  const added: Entry[] = missing
    .filter(([name]) => text(node, name) === undefined)
    .map(([name, value]) => ({ name, at: node.at, node: { value: { is: "string", text: value }, at: node.at } }));
  const names = added.map((entry) => entry.name);
  const kept = node.value.entries.filter((entry) => !names.includes(entry.name));
  return { ...node, value: { is: "map", entries: [...added, ...kept] } };
}
