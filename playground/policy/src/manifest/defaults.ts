/** What the API server does to an object before admission sees it, where that changes a verdict. */

import { podPath } from "./kinds.js";
import { get, type Node, type Value } from "./node.js";

const CONTAINER_LISTS = ["initContainers", "containers", "ephemeralContainers"];

/** The object with the defaults filled in; what is there is not changed. */
export function withDefaults(apiVersion: string, kind: string, object: Node): Node {
  const path = podPath(apiVersion, kind);
  return path ? at(object, [...path, "spec"], podSpec) : object;
}

function podSpec(spec: Node): Node {
  let filled = at(spec, ["volumes"], (volumes) => each(volumes, volume));
  const network = get(spec, "hostNetwork")?.value;
  if (network?.is === "boolean" && network.flag) {
    for (const list of CONTAINER_LISTS) {
      filled = at(filled, [list], (list) => each(list, (one) => at(one, ["ports"], (ports) => each(ports, port))));
    }
  }
  return filled;
}

/** A volume without a source is an emptyDir. */
function volume(volume: Node): Node {
  if (volume.value.is !== "map") return volume;
  const hasSource = volume.value.entries.some((entry) => entry.name !== "name" && entry.node.value.is !== "null");
  return hasSource ? volume : set(volume, "emptyDir", { is: "map", entries: [] });
}

/** A port of a pod on the host network is a port of the host. */
function port(port: Node): Node {
  const hostPort = get(port, "hostPort")?.value;
  const isUnset = !hostPort || hostPort.is === "null" || (hostPort.is === "number" && hostPort.text === "0");
  const containerPort = get(port, "containerPort")?.value;
  return isUnset && containerPort ? set(port, "hostPort", containerPort) : port;
}

/** The node with what stands at a path changed, if it is there. */
function at(node: Node, path: string[], change: (node: Node) => Node): Node {
  const [first, ...rest] = path;
  if (first === undefined) return change(node);
  if (node.value.is !== "map") return node;
  const entries = node.value.entries.map((entry) =>
    entry.name === first ? { ...entry, node: at(entry.node, rest, change) } : entry,
  );
  return { ...node, value: { is: "map", entries } };
}

function each(node: Node, change: (node: Node) => Node): Node {
  if (node.value.is !== "list") return node;
  return { ...node, value: { is: "list", items: node.value.items.map(change) } };
}

function set(node: Node, name: string, value: Value): Node {
  if (node.value.is !== "map") return node;
  const others = node.value.entries.filter((entry) => entry.name !== name);
  const entry = { name, at: node.at, node: { value, at: node.at } };
  return { ...node, value: { is: "map", entries: [...others, entry] } };
}
