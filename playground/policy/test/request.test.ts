import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest, clusterOf, readManifest } from "@ringfence/policy/manifest";

function request(text: string) {
  return JSON.parse(buildRequest(readManifest(text).resources[0]!, 3)) as Record<string, any>;
}

test("the request is the one that an API server would send", () => {
  const built = request("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n");
  assert.deepEqual(built, {
    uid: "00000000-0000-4000-8000-000000000003",
    kind: { group: "apps", version: "v1", kind: "Deployment" },
    resource: { group: "apps", version: "v1", resource: "deployments" },
    requestKind: { group: "apps", version: "v1", kind: "Deployment" },
    requestResource: { group: "apps", version: "v1", resource: "deployments" },
    name: "web",
    namespace: "default",
    operation: "CREATE",
    userInfo: { username: "kubernetes-admin", groups: ["system:authenticated"] },
    dryRun: false,
    options: {},
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: {} },
  });
});

test("resources and namespaces are those of the kind", () => {
  const of = (kind: string, apiVersion = "v1", metadata = "{name: a, namespace: shop}") => {
    const built = request(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\n`);
    return [built["resource"].resource, built["namespace"]];
  };
  assert.deepEqual(of("Pod"), ["pods", "shop"]);
  assert.deepEqual(of("Namespace"), ["namespaces", "a"]);
  assert.deepEqual(of("PersistentVolume"), ["persistentvolumes", undefined]);
  assert.deepEqual(of("NetworkPolicy", "networking.k8s.io/v1"), ["networkpolicies", "shop"]);
  assert.deepEqual(of("Ingress", "networking.k8s.io/v1"), ["ingresses", "shop"]);
  assert.deepEqual(of("Gateway", "gateway.networking.k8s.io/v1"), ["gateways", "shop"]);
  assert.deepEqual(of("Endpoints"), ["endpoints", "shop"]);
});

test("a name that is yet to be made is no name", () => {
  assert.equal(request("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n")["name"], undefined);
});

test("defaults that change a verdict are filled in", () => {
  const built = request(`apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      hostNetwork: true
      volumes: [{name: tmp}, {name: etc, hostPath: {path: /etc}}]
      containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 81, hostPort: 8081}]}]
`);
  const spec = built["object"].spec.template.spec;
  assert.deepEqual(spec.volumes, [{ name: "tmp", emptyDir: {} }, { name: "etc", hostPath: { path: "/etc" } }]);
  assert.deepEqual(spec.containers[0].ports, [
    { containerPort: 80, hostPort: 80 },
    { containerPort: 81, hostPort: 8081 },
  ]);
});

test("a request stays as it is", () => {
  const review = `apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request:
  uid: "1"
  kind: {group: "", version: v1, kind: Pod}
  operation: DELETE
  oldObject: {apiVersion: v1, kind: Pod}
`;
  const [resource] = readManifest(review).resources;
  assert.deepEqual(JSON.parse(buildRequest(resource!)).operation, "DELETE");
  assert.equal(clusterOf([resource!]), "[null]");
});

test("items of a list get what the list says", () => {
  const { resources } = readManifest("apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}]\n");
  assert.equal(clusterOf(resources), '[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}]');
});
