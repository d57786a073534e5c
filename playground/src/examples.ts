/** What the menu offers. */

import type { Shared } from "./share.js";

/** An example and its name. */
export interface Example extends Shared {
  name: string;
}

const RISKY = `# An agent that somebody gave more than it needs.
apiVersion: v1
kind: Pod
metadata:
  name: agent
  namespace: shop
spec:
  hostNetwork: true
  containers:
  - name: agent
    image: registry.example/agent:2.4
    ports:
    - containerPort: 9100
    securityContext:
      privileged: true
  volumes:
  - name: node
    hostPath:
      path: /etc
`;

const RESTRICTED = `# What the restricted level asks for, and nothing more.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: web
        image: registry.example/web:1.7
        securityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop: [ALL]
`;

const LABELS = `# The labels of the namespace say what is asked of its pods.
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/warn: restricted
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  - name: web
    image: registry.example/web:1.7
---
apiVersion: v1
kind: Pod
metadata:
  name: debug
  namespace: shop
spec:
  hostPID: true
  containers:
  - name: shell
    image: registry.example/tools:1
`;

const EXEMPT = `# One violation is let pass: this capability, in this container, until this day.
apiVersion: v1
kind: Pod
metadata:
  name: checkout
  namespace: shop
spec:
  initContainers:
  - name: redirect
    image: registry.example/redirect:1.2
    securityContext:
      capabilities:
        add: [NET_ADMIN, SYS_TIME]
  containers:
  - name: checkout
    image: registry.example/checkout:5
`;

/** All of them; the first is what a new page shows. */
export const EXAMPLES: Example[] = [
  { name: "A risky pod", manifests: RISKY, settings: "profile: baseline\n" },
  {
    name: "A restricted deployment",
    manifests: RESTRICTED,
    settings: "profile: restricted\nrules:\n  readOnlyRootFilesystem: warn\n",
  },
  { name: "By the namespace's labels", manifests: LABELS, settings: "profile: fromNamespaceLabels\n" },
  {
    name: "An exemption",
    manifests: EXEMPT,
    settings: `profile: baseline
exemptions:
- id: redirect
  reason: sets up the redirection of traffic
  expires: 2099-12-31
  rules: [capabilities]
  values: [NET_ADMIN]
  match:
    namespaces: [shop]
    containers: [redirect]
`,
  },
  {
    name: "Parameters",
    manifests: RISKY,
    settings: `profile: baseline
rules:
  privileged: warn
  hostPorts:
    action: deny
    allow:
    - {min: 9100, max: 9199}
  hostNamespaces: audit
`,
  },
];
