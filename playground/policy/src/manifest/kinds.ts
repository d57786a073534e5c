/** What has to be known about Kubernetes' kinds where no cluster can be asked. */

/** Built-in kinds, and the most common ones of SIGs, that live outside of namespaces. */
const CLUSTER_SCOPED = new Set(
  `APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding
  ClusterTrustBundle ComponentStatus CustomResourceDefinition DeviceClass FlowSchema GatewayClass
  IPAddress IngressClass MutatingAdmissionPolicy MutatingAdmissionPolicyBinding
  MutatingWebhookConfiguration Namespace Node PersistentVolume PodSecurityPolicy PriorityClass
  PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass StorageVersion
  ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration
  VolumeAttachment VolumeAttributesClass`.split(/\s+/),
);

/** Kinds that carry a pod, and where its own mapping stands in the object. */
const POD_BEARING: Record<string, string[]> = {
  "/Pod": [],
  "/PodTemplate": ["template"],
  "/ReplicationController": ["spec", "template"],
  "apps/ReplicaSet": ["spec", "template"],
  "apps/Deployment": ["spec", "template"],
  "apps/StatefulSet": ["spec", "template"],
  "apps/DaemonSet": ["spec", "template"],
  "batch/Job": ["spec", "template"],
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
};

/** Whether objects of the kind belong to a namespace; one that is not known counts as one that does. */
export function isNamespaced(kind: string): boolean {
  return !CLUSTER_SCOPED.has(kind);
}

/** Where the pod stands in an object of the kind; undefined where it carries none. */
export function podPath(apiVersion: string, kind: string): string[] | undefined {
  const key = `${groupVersion(apiVersion)[0]}/${kind}`;
  return Object.hasOwn(POD_BEARING, key) ? POD_BEARING[key] : undefined;
}

/** Group and version of an `apiVersion`. */
export function groupVersion(apiVersion: string): [string, string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** The resource name of a kind, guessed as `kubectl` does. */
export function resourceName(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("endpoints")) return name;
  if (name.endsWith("s")) return `${name}es`;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}
