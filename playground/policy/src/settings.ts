/* Made from docs/settings.schema.json by `npm run types`: do not edit. */

/**
 * What the ringfence policy asks of Kubernetes objects.
 */
export type Settings = {
  /**
   * The level of the standards that every rule is asked at, unless `rules` says otherwise; absent: `restricted`. `hardened` asks `restricted` and what the standards leave open, `privileged` only the rules that `rules` names. `fromNamespaceLabels` asks of pods what the labels of their namespace say, as Pod Security Admission does.
   */
  profile?: "privileged" | "baseline" | "restricted" | "hardened" | "fromNamespaceLabels" | null;
  /**
   * The Kubernetes version whose standards apply; absent: `latest`.
   */
  version?:
    | "latest"
    | "v1.37"
    | "v1.36"
    | "v1.35"
    | "v1.34"
    | "v1.33"
    | "v1.32"
    | "v1.31"
    | "v1.30"
    | "v1.29"
    | "v1.28"
    | "v1.27"
    | "v1.26"
    | "v1.25"
    | "v1.24"
    | "v1.23"
    | "v1.22"
    | "v1.21"
    | "v1.20"
    | "v1.19"
    | "v1.18"
    | "v1.17"
    | "v1.16"
    | "v1.15"
    | "v1.14"
    | "v1.13"
    | "v1.12"
    | "v1.11"
    | "v1.10"
    | "v1.9"
    | "v1.8"
    | "v1.7"
    | "v1.6"
    | "v1.5"
    | "v1.4"
    | "v1.3"
    | "v1.2"
    | "v1.1"
    | "v1.0"
    | null;
  /**
   * What follows from a violation, unless `rules` says otherwise; absent: `deny`. With `ignore` only the rules that `rules` gives an action are asked.
   */
  action?: "deny" | "warn" | "audit" | "ignore" | null;
  /**
   * Fill what is absent and safe, as far as the rules that are asked want it, before judging. What is there is never changed.
   */
  mutate?: boolean | null;
  /**
   * What follows from a violation in a pod template: what follows from it in a pod (`deny`, or absent), a warning at most (`warn`), or nothing, because templates are not judged (`ignore`). Their pods are judged in any case.
   */
  workloads?: "deny" | "warn" | "ignore" | null;
  /**
   * Which updates are judged: those that change what rules judge (`significant`, or absent), every one, but only for violations that the old object did not have (`new`), or every one (`all`).
   */
  updates?: "significant" | "new" | "all" | null;
  /**
   * Where custom resources carry pod templates. One that holds pods, and of whose kind nothing is said here, is a violation of `wellFormed`.
   */
  podTemplates?:
    | {
        /**
         * The API group, without a version: `batch.volcano.sh`. Written as the API group of a custom resource: it has a dot, and no version.
         */
        group: string;
        /**
         * The kind, as manifests write it: `Job`. Written as a kind, in letters and digits.
         */
        kind: string;
        /**
         * Paths of the templates in the object, such as `spec.tasks[*].template`. `[*]` stands for every item of a list, or every value of an object. An object in which none of them leads to a template is a violation. An empty list: the kind carries none. Written as a path such as `spec.template` or `spec.tasks[*].template`.
         */
        paths: string[];
      }[]
    | null;
  /**
   * What follows where a rule needs data of the cluster and does not get it: its own action (`deny`, or absent), or a warning at most (`warn`).
   */
  missingData?: "deny" | "warn" | null;
  /**
   * Single rules, by their ids: an action, or an object with an action and parameters. Naming a rule here asks it.
   */
  rules?: {
    /**
     * contradictions the API server refuses: an action, or an object with parameters.
     */
    wellFormed?:
      | Action
      | {
          action?: Action;
          level?: Level;
        };
    /**
     * privileged containers: an action, or an object with parameters.
     */
    privileged?:
      | Action
      | {
          action?: Action;
          level?: Level;
        };
    /**
     * privilege escalation by set-user-ID programs: an action, or an object with parameters.
     */
    allowPrivilegeEscalation?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Whether it may be left unset: then only an outright `true` violates.
           */
          allowUnset?: boolean | null;
        };
    /**
     * Linux capabilities: an action, or an object with parameters.
     */
    capabilities?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Capabilities that may be added, instead of those of the level, written exactly; `*` is every capability. An empty list: none.
           */
          allowAdd?:
            | (
                | "*"
                | "CHOWN"
                | "DAC_OVERRIDE"
                | "DAC_READ_SEARCH"
                | "FOWNER"
                | "FSETID"
                | "KILL"
                | "SETGID"
                | "SETUID"
                | "SETPCAP"
                | "LINUX_IMMUTABLE"
                | "NET_BIND_SERVICE"
                | "NET_BROADCAST"
                | "NET_ADMIN"
                | "NET_RAW"
                | "IPC_LOCK"
                | "IPC_OWNER"
                | "SYS_MODULE"
                | "SYS_RAWIO"
                | "SYS_CHROOT"
                | "SYS_PTRACE"
                | "SYS_PACCT"
                | "SYS_ADMIN"
                | "SYS_BOOT"
                | "SYS_NICE"
                | "SYS_RESOURCE"
                | "SYS_TIME"
                | "SYS_TTY_CONFIG"
                | "MKNOD"
                | "LEASE"
                | "AUDIT_WRITE"
                | "AUDIT_CONTROL"
                | "SETFCAP"
                | "MAC_OVERRIDE"
                | "MAC_ADMIN"
                | "SYSLOG"
                | "WAKE_ALARM"
                | "BLOCK_SUSPEND"
                | "AUDIT_READ"
                | "PERFMON"
                | "BPF"
                | "CHECKPOINT_RESTORE"
              )[]
            | null;
          /**
           * Capabilities that may not be added, whatever `allowAdd` says; `ALL` is every one. In any case, with or without `CAP_`. Written as a capability, in any case, with or without `CAP_`; or `ALL`.
           */
          forbid?: string[] | null;
          /**
           * Capabilities that must be dropped, instead of those of the level; `drop: [ALL]` drops each. They may not be added either. An empty list: none. Written as a capability, in any case, with or without `CAP_`; or `ALL`.
           */
          requireDrop?: string[] | null;
        };
    /**
     * running as non-root: an action, or an object with parameters.
     */
    runAsNonRoot?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Whether a `runAsUser` above 0 does as well.
           */
          acceptRunAsUser?: boolean | null;
        };
    /**
     * running as user 0: an action, or an object with parameters.
     */
    runAsUser?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Ids that may be set, instead of those that the rule allows otherwise. An empty list: none may be set.
           */
          ranges?:
            | {
                /**
                 * The least id.
                 */
                min: number;
                /**
                 * The greatest id.
                 */
                max: number;
              }[]
            | null;
          /**
           * Whether an id must be set. Windows pods, which cannot set one, are not asked.
           */
          required?: boolean | null;
        };
    /**
     * primary groups: an action, or an object with parameters.
     */
    runAsGroup?:
      | Action
      | {
          action?: Action;
          /**
           * Ids that may be set, instead of those that the rule allows otherwise. An empty list: none may be set.
           */
          ranges?:
            | {
                /**
                 * The least id.
                 */
                min: number;
                /**
                 * The greatest id.
                 */
                max: number;
              }[]
            | null;
          /**
           * Whether an id must be set. Windows pods, which cannot set one, are not asked.
           */
          required?: boolean | null;
        };
    /**
     * groups of volumes: an action, or an object with parameters.
     */
    fsGroup?:
      | Action
      | {
          action?: Action;
          /**
           * Ids that may be set, instead of those that the rule allows otherwise. An empty list: none may be set.
           */
          ranges?:
            | {
                /**
                 * The least id.
                 */
                min: number;
                /**
                 * The greatest id.
                 */
                max: number;
              }[]
            | null;
          /**
           * Whether an id must be set. Windows pods, which cannot set one, are not asked.
           */
          required?: boolean | null;
        };
    /**
     * supplemental groups: an action, or an object with parameters.
     */
    supplementalGroups?:
      | Action
      | {
          action?: Action;
          /**
           * Ids that may be set, instead of those that the rule allows otherwise. An empty list: none may be set.
           */
          ranges?:
            | {
                /**
                 * The least id.
                 */
                min: number;
                /**
                 * The greatest id.
                 */
                max: number;
              }[]
            | null;
          /**
           * Whether an id must be set. Windows pods, which cannot set one, are not asked.
           */
          required?: boolean | null;
        };
    /**
     * groups of the image: an action, or an object with parameters.
     */
    supplementalGroupsPolicy?:
      | Action
      | {
          action?: Action;
        };
    /**
     * read-only root filesystems: an action, or an object with parameters.
     */
    readOnlyRootFilesystem?:
      | Action
      | {
          action?: Action;
        };
    /**
     * unmasked /proc: an action, or an object with parameters.
     */
    procMount?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Values that may be set, instead of those of the level. `Default` is what an unset field means, so it may always be set. An empty list: nothing else.
           */
          allow?: ("Default" | "Unmasked")[] | null;
        };
    /**
     * SELinux labels: an action, or an object with parameters.
     */
    seLinuxOptions?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Options of which one must fit, instead of what the level asks. An empty list: none, no label may be set.
           */
          allow?:
            | {
                /**
                 * The user label: `system_u`.
                 */
                user?: string | null;
                /**
                 * The role label: `system_r`.
                 */
                role?: string | null;
                /**
                 * The type label: `container_t`.
                 */
                type?: string | null;
                /**
                 * The level label: `s0:c123,c456`, in any order of categories.
                 */
                level?: string | null;
              }[]
            | null;
          /**
           * Whether every container must have options, its own or the pod's.
           */
          required?: boolean | null;
        };
    /**
     * AppArmor profiles: an action, or an object with parameters.
     */
    appArmorProfile?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Types that may be set, instead of those of the level. An empty list: none.
           */
          types?: ("RuntimeDefault" | "Localhost" | "Unconfined")[] | null;
          /**
           * Names that profiles of type `Localhost` may have, without `localhost/`; `*` is any run of characters. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          localhostProfiles?: string[] | null;
          /**
           * Whether every container must have a profile, its own or the pod's.
           */
          required?: boolean | null;
        };
    /**
     * kernel parameters: an action, or an object with parameters.
     */
    sysctls?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Names that may be set, instead of those of the level: `kernel.shm*`. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allow?: string[] | null;
          /**
           * Names that may be set beside those of the level or of `allow`. Written as a pattern: `*` is any run of characters.
           */
          allowUnsafe?: string[] | null;
          /**
           * Names that may not be set; it wins over the others. `*` is every name. Written as a pattern: `*` is any run of characters.
           */
          forbid?: string[] | null;
          /**
           * Values that nothing may be set to. `*+*` and `*=*` refuse the letters by which a runtime could be made to set other parameters too (CVE-2022-0811). Written as a pattern: `*` is any run of characters.
           */
          forbidValues?: string[] | null;
        };
    /**
     * Windows HostProcess containers: an action, or an object with parameters.
     */
    windowsHostProcess?:
      | Action
      | {
          action?: Action;
          level?: Level;
        };
    /**
     * users of Windows containers: an action, or an object with parameters.
     */
    windowsRunAsUserName?:
      | Action
      | {
          action?: Action;
          /**
           * Users that may be set, in any case of letters, with their domain where they have one. An empty list: none.
           */
          allow?: string[] | null;
          /**
           * Whether every container of a Windows pod must have a user.
           */
          required?: boolean | null;
        };
    /**
     * namespaces of the node: an action, or an object with parameters.
     */
    hostNamespaces?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Namespaces of the node that pods may share. An empty list: none.
           */
          allow?: ("hostNetwork" | "hostPID" | "hostIPC")[] | null;
        };
    /**
     * ports of the node: an action, or an object with parameters.
     */
    hostPorts?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Ports of the node that containers may open. An empty list: none.
           */
          allow?:
            | {
                /**
                 * The least port.
                 */
                min: number;
                /**
                 * The greatest port.
                 */
                max: number;
              }[]
            | null;
        };
    /**
     * folders of the node: an action, or an object with parameters.
     */
    hostPathVolumes?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Folders of the node that volumes may be. An empty list: none.
           */
          allow?:
            | {
                /**
                 * Its absolute path. What lies below it is allowed as well. Written as an absolute path of the node.
                 */
                pathPrefix: string;
                /**
                 * Whether every mount of it must have `readOnly: true`.
                 */
                readOnly?: boolean | null;
                /**
                 * Whether every mount of it must have `recursiveReadOnly: Enabled`, too, so that nothing that the node mounts below it can be written to. It implies `readOnly`.
                 */
                recursiveReadOnly?: boolean | null;
              }[]
            | null;
          /**
           * The kubelet's folder, where it is another than `/var/lib/kubelet`. Both are protected then, also by `persistentVolumeHostPath`. Written as an absolute path of the node.
           */
          kubeletRoot?: string | null;
        };
    /**
     * volume types: an action, or an object with parameters.
     */
    restrictedVolumes?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Types that volumes may have, instead of those of the level; `*` is every one. An empty list: none.
           */
          allow?:
            | (
                | "*"
                | "awsElasticBlockStore"
                | "azureDisk"
                | "azureFile"
                | "cephfs"
                | "cinder"
                | "configMap"
                | "csi"
                | "downwardAPI"
                | "emptyDir"
                | "ephemeral"
                | "fc"
                | "flexVolume"
                | "flocker"
                | "gcePersistentDisk"
                | "gitRepo"
                | "glusterfs"
                | "hostPath"
                | "image"
                | "iscsi"
                | "nfs"
                | "persistentVolumeClaim"
                | "photonPersistentDisk"
                | "portworxVolume"
                | "projected"
                | "quobyte"
                | "rbd"
                | "scaleIO"
                | "secret"
                | "storageos"
                | "vsphereVolume"
              )[]
            | null;
          /**
           * Types that volumes may have besides, if nothing but init containers (sidecars among them) mounts them.
           */
          allowForInitContainers?:
            | (
                | "*"
                | "awsElasticBlockStore"
                | "azureDisk"
                | "azureFile"
                | "cephfs"
                | "cinder"
                | "configMap"
                | "csi"
                | "downwardAPI"
                | "emptyDir"
                | "ephemeral"
                | "fc"
                | "flexVolume"
                | "flocker"
                | "gcePersistentDisk"
                | "gitRepo"
                | "glusterfs"
                | "hostPath"
                | "image"
                | "iscsi"
                | "nfs"
                | "persistentVolumeClaim"
                | "photonPersistentDisk"
                | "portworxVolume"
                | "projected"
                | "quobyte"
                | "rbd"
                | "scaleIO"
                | "secret"
                | "storageos"
                | "vsphereVolume"
              )[]
            | null;
          /**
           * Drivers that `csi` volumes may have. An empty list: none.
           */
          csiDrivers?: string[] | null;
          /**
           * Drivers that `flexVolume` volumes may have. An empty list: none.
           */
          flexVolumeDrivers?: string[] | null;
        };
    /**
     * probes and hooks to other hosts: an action, or an object with parameters.
     */
    hostProbesAndHostLifecycle?:
      | Action
      | {
          action?: Action;
          level?: Level;
        };
    /**
     * user namespaces: an action, or an object with parameters.
     */
    userNamespaces?:
      | Action
      | {
          action?: Action;
        };
    /**
     * shared process namespaces: an action, or an object with parameters.
     */
    shareProcessNamespace?:
      | Action
      | {
          action?: Action;
        };
    /**
     * runtime classes: an action, or an object with parameters.
     */
    runtimeClass?:
      | Action
      | {
          action?: Action;
          /**
           * Classes that may be named. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allow?: string[] | null;
          /**
           * Classes that may not be named; it wins over `allow`. Written as a pattern: `*` is any run of characters.
           */
          forbid?: string[] | null;
          /**
           * Whether a class must be named.
           */
          required?: boolean | null;
          /**
           * The class that `mutate` fills in where none is named. It goes with `required`.
           */
          default?: string | null;
        };
    /**
     * placement on nodes: an action, or an object with parameters.
     */
    nodePlacement?:
      | Action
      | {
          action?: Action;
          /**
           * Labels of nodes that every pod must ask for, by `nodeSelector` or in every term of the required node affinity.
           */
          require?:
            | {
                /**
                 * The label.
                 */
                key: string;
                /**
                 * Its values, of which one must hold.
                 */
                values?: string[] | null;
              }[]
            | null;
          /**
           * Whether pods may tolerate the taints of control-plane nodes.
           */
          allowControlPlane?: boolean | null;
          /**
           * Whether pods may tolerate every taint, those of control-plane nodes among them: a toleration without a key.
           */
          allowTolerateEverything?: boolean | null;
          /**
           * Whether pods may name their node, past the scheduler.
           */
          allowNodeName?: boolean | null;
          /**
           * Keys of taints that pods may tolerate, beside `node.kubernetes.io/*`. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allowTolerations?: string[] | null;
          /**
           * Labels by which pods may choose nodes, beside those of `require`, in `nodeSelector` and in required and preferred node affinity; `metadata.name` is the node's name. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allowLabels?: string[] | null;
          /**
           * Pools of nodes, and the namespaces that they belong to. The first that fits a namespace is its own: its pods ask for the label, and those of no other namespace may ask for it, nor tolerate the taints.
           */
          pools?:
            | {
                /**
                 * The namespaces that it belongs to. Written as a pattern: `*` is any run of characters.
                 */
                namespaces?: string[] | null;
                /**
                 * The label that its nodes have.
                 */
                key: string;
                /**
                 * The values of it.
                 */
                values?: string[] | null;
                /**
                 * Keys of the taints that keep other pods out. Written as a pattern: `*` is any run of characters.
                 */
                taints?: string[] | null;
              }[]
            | null;
        };
    /**
     * the service accounts of pods: an action, or an object with parameters.
     */
    serviceAccountName?:
      | Action
      | {
          action?: Action;
          /**
           * Names that are allowed. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allow?: string[] | null;
          /**
           * Names that are not, though `allow` fits them. Written as a pattern: `*` is any run of characters.
           */
          forbid?: string[] | null;
        };
    /**
     * tokens of service accounts: an action, or an object with parameters.
     */
    serviceAccountToken?:
      | Action
      | {
          action?: Action;
          /**
           * Whether the token of the API server may be mounted unasked.
           */
          allowAutomount?: boolean | null;
          /**
           * Whether a pod may leave it to its service account: `automountServiceAccountToken` may be unset where no token is mounted. Templates and manifests never show one.
           */
          allowUnset?: boolean | null;
          /**
           * Whether the ServiceAccount is asked for what a pod leaves to it: with `false` there, `automountServiceAccountToken` may be unset. Nothing else is asked of it.
           */
          lookUp?: boolean | null;
          /**
           * Audiences that projected tokens may have; `""` is the API server. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          audiences?: string[] | null;
          /**
           * The longest time a projected token may be valid, in seconds.
           */
          maxExpirationSeconds?: number | null;
        };
    /**
     * containers made to be typed into: an action, or an object with parameters.
     */
    interactiveContainers?:
      | Action
      | {
          action?: Action;
        };
    /**
     * volumes that containers mount, by name: an action, or an object with parameters.
     */
    volumeMounts?:
      | Action
      | {
          action?: Action;
          /**
           * Names that are allowed. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allow?: string[] | null;
          /**
           * Names that are not, though `allow` fits them. Written as a pattern: `*` is any run of characters.
           */
          forbid?: string[] | null;
        };
    /**
     * mount propagation: an action, or an object with parameters.
     */
    mountPropagation?:
      | Action
      | {
          action?: Action;
          /**
           * Modes that may be set, instead of `None` and `HostToContainer`. `None` is what an unset field means, so it may always be set. An empty list: nothing else.
           */
          allow?: ("None" | "HostToContainer" | "Bidirectional")[] | null;
        };
    /**
     * folders of the node in PersistentVolumes: an action, or an object with parameters.
     */
    persistentVolumeHostPath?:
      | Action
      | {
          action?: Action;
          /**
           * Folders of the node that volumes of type `hostPath` and `local` may be. An empty list: none.
           */
          allow?:
            | {
                /**
                 * Its absolute path. What lies below it is allowed as well. Written as an absolute path of the node.
                 */
                pathPrefix: string;
              }[]
            | null;
          /**
           * Whether volumes of type `local` may be anywhere but in a protected place.
           */
          allowLocal?: boolean | null;
        };
    /**
     * ephemeral containers: an action, or an object with parameters.
     */
    ephemeralContainers?:
      | Action
      | {
          action?: Action;
          /**
           * Users who may add ephemeral containers; absent beside `groups`: none but their members. Written as a pattern: `*` is any run of characters.
           */
          users?: string[] | null;
          /**
           * Groups whose members may add ephemeral containers.
           */
          groups?: string[] | null;
          /**
           * Images that ephemeral containers may have: `[registry/]repository[:tag][@digest]`, or every repository below one, `registry/repository/*`. An empty list: none. Written as `[registry/]repository[:tag][@digest]`, or `registry/repository/*`.
           */
          images?: string[] | null;
          /**
           * Capabilities that ephemeral containers may add, written exactly; `*` is every one, and without it they may not be privileged either. An empty list: none. What the rule `capabilities` refuses stays refused.
           */
          allowAdd?: string[] | null;
        };
    /**
     * combinations that undo a fence: an action, or an object with parameters.
     */
    toxicCombinations?:
      | Action
      | {
          action?: Action;
          /**
           * Combinations that are let pass, by their ids.
           */
          allow?:
            | (
                | "hostPidAndPtrace"
                | "hostPidAndSysAdmin"
                | "hostPidAndWritableHostPath"
                | "hostNetworkAndNetRaw"
                | "hostNetworkAndNetAdmin"
                | "sharedProcessesAndPtrace"
                | "sharedProcessesAndUsers"
                | "noEscalationAndPrivileged"
                | "noEscalationAndSysAdmin"
                | "privilegedAndHostPath"
                | "sysAdminAndUnconfined"
                | "tokenAndHostNetwork"
                | "tokenAndPrivileged"
              )[]
            | null;
        };
    /**
     * Services reached from outside the cluster: an action, or an object with parameters.
     */
    serviceExposure?:
      | Action
      | {
          action?: Action;
          /**
           * Types that Services may have. Absent: `ClusterIP` and `ExternalName`.
           */
          allowTypes?: ("ClusterIP" | "ExternalName" | "LoadBalancer" | "NodePort")[] | null;
          /**
           * Addresses that may be `externalIPs`. Written as a pattern: `*` is any run of characters.
           */
          allowExternalIPs?: string[] | null;
        };
    /**
     * connections into running pods: an action, or an object with parameters.
     */
    podConnections?:
      | Action
      | {
          action?: Action;
          /**
           * Ways into pods that everybody may take whom RBAC lets.
           */
          allow?: ("attach" | "exec" | "portforward" | "proxy")[] | null;
        };
    /**
     * Pod Security labels of namespaces: an action, or an object with parameters.
     */
    podSecurityLabels?:
      | Action
      | {
          action?: Action;
          /**
           * The level that every namespace enforces at least, but those that `minimums` names.
           */
          minimum?: "privileged" | "baseline" | "restricted" | null;
          /**
           * Levels that namespaces enforce at least, by their names. The first entry that fits holds.
           */
          minimums?:
            | {
                /**
                 * Names of namespaces, one at least. Written as a pattern: `*` is any run of characters.
                 */
                namespaces?: string[] | null;
                /**
                 * The level.
                 */
                level: "privileged" | "baseline" | "restricted";
              }[]
            | null;
          /**
           * Whether the version that is enforced has to be written out, and not `latest`.
           */
          pinned?: boolean | null;
          /**
           * The oldest version that may be enforced. Written as `latest`, or `v1.0` to `v1.37`.
           */
          oldestVersion?: string | null;
          /**
           * Users who may lower a level or a version. Written as a pattern: `*` is any run of characters.
           */
          allowLoweringUsers?: string[] | null;
          /**
           * Groups whose members may. Written as a pattern: `*` is any run of characters.
           */
          allowLoweringGroups?: string[] | null;
        };
    /**
     * names and labels of namespaces: an action, or an object with parameters.
     */
    namespaceMetadata?:
      | Action
      | {
          action?: Action;
          /**
           * Names that namespaces may have. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allowNames?: string[] | null;
          /**
           * Labels that every namespace has.
           */
          requireLabels?:
            | {
                /**
                 * The key.
                 */
                key: string;
                /**
                 * Its values, of which one must hold. An empty list, or none: any that is not empty. Written as a pattern: `*` is any run of characters.
                 */
                values?: string[] | null;
              }[]
            | null;
          /**
           * Annotations that every namespace has.
           */
          requireAnnotations?:
            | {
                /**
                 * The key.
                 */
                key: string;
                /**
                 * Its values, of which one must hold. An empty list, or none: any that is not empty. Written as a pattern: `*` is any run of characters.
                 */
                values?: string[] | null;
              }[]
            | null;
          /**
           * Keys of labels and annotations that not everybody may set, change or remove. Written as a pattern: `*` is any run of characters.
           */
          protectedKeys?: string[] | null;
          /**
           * Users who may. Written as a pattern: `*` is any run of characters.
           */
          allowUsers?: string[] | null;
          /**
           * Groups whose members may. Written as a pattern: `*` is any run of characters.
           */
          allowGroups?: string[] | null;
        };
    /**
     * deleting and relabelling namespaces: an action, or an object with parameters.
     */
    protectedNamespaces?:
      | Action
      | {
          action?: Action;
          /**
           * Names of the namespaces that are protected. Written as a pattern: `*` is any run of characters.
           */
          namespaces?: string[] | null;
          /**
           * Keys of labels that protect the namespaces they are on. Written as a pattern: `*` is any run of characters.
           */
          labels?: string[] | null;
          /**
           * Users who may change and delete them. Written as a pattern: `*` is any run of characters.
           */
          allowUsers?: string[] | null;
          /**
           * Groups whose members may. Written as a pattern: `*` is any run of characters.
           */
          allowGroups?: string[] | null;
        };
    /**
     * workloads in the default namespace: an action, or an object with parameters.
     */
    defaultNamespace?:
      | Action
      | {
          action?: Action;
          /**
           * Namespaces that take no workloads. Written as a pattern: `*` is any run of characters.
           */
          namespaces?: string[] | null;
        };
    /**
     * quotas, limits and requests: an action, or an object with parameters.
     */
    resourceBoundaries?:
      | Action
      | {
          action?: Action;
          /**
           * Resources that every container requests.
           */
          requireRequests?: string[] | null;
          /**
           * Resources in which every container is limited.
           */
          requireLimits?: string[] | null;
          /**
           * What ResourceQuotas of the namespace bound, by the names in `hard`.
           */
          requireQuota?: string[] | null;
          /**
           * Resources of which a LimitRange of the namespace says how much a container may have.
           */
          requireLimitRange?: string[] | null;
          /**
           * What ResourceQuotas may give at most.
           */
          quotaBounds?:
            | {
                /**
                 * The name in `hard`.
                 */
                resource: string;
                /**
                 * The amount, as `20` or `64Gi`.
                 */
                max: string;
              }[]
            | null;
        };
    /**
     * Secrets in pods, and tokens in Secrets: an action, or an object with parameters.
     */
    secretsAccess?:
      | Action
      | {
          action?: Action;
          /**
           * Whether containers may have Secrets in their environment.
           */
          allowEnv?: boolean | null;
          /**
           * Whether Secrets with the token of a service account may be created.
           */
          allowTokenSecrets?: boolean | null;
          /**
           * Names of the Secrets that pods may take. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allow?: string[] | null;
          /**
           * Names of those that they may not, though `allow` fits them. Written as a pattern: `*` is any run of characters.
           */
          forbid?: string[] | null;
        };
    /**
     * what roles grant, and to whom: an action, or an object with parameters.
     */
    rbac?:
      | Action
      | {
          action?: Action;
          /**
           * From how far on a finding is denied; what leads less far is warned of.
           */
          denyFrom?: "low" | "medium" | "high" | "critical" | null;
          /**
           * Findings that are allowed.
           */
          allow?:
            | (
                | "secrets-read"
                | "secrets-write"
                | "serviceaccounts-token"
                | "escalate-roles"
                | "escalate-clusterroles"
                | "bind-roles"
                | "bind-clusterroles"
                | "rolebindings-write"
                | "clusterrolebindings-write"
                | "impersonate-users"
                | "impersonate-groups"
                | "impersonate-serviceaccounts"
                | "impersonate-uids-extras"
                | "constrained-impersonate-users"
                | "constrained-impersonate-serviceaccounts"
                | "constrained-impersonate-nodes"
                | "csr-approve"
                | "csr-nodeclient"
                | "signers-approve"
                | "pods-write"
                | "workloads-write"
                | "pods-ephemeralcontainers"
                | "pods-exec"
                | "pods-attach"
                | "pods-portforward"
                | "pods-proxy"
                | "services-proxy"
                | "nodes-proxy"
                | "nodes-log"
                | "nodes-write"
                | "nodes-status"
                | "persistentvolumes-write"
                | "volumeattachments-write"
                | "pod-security-use"
                | "mutating-webhooks-write"
                | "validating-webhooks-write"
                | "mutating-policies-write"
                | "validating-policies-write"
                | "apiservices-write"
                | "crds-write"
                | "namespaces-write"
                | "networkpolicies-write"
                | "endpoints-write"
                | "quotas-write"
                | "clusternetworkpolicies-write"
                | "debug-urls"
                | "refused"
                | "cluster-admin-equivalent"
                | "namespace-admin-equivalent"
                | "wildcard-verbs"
                | "wildcard-api-groups"
                | "wildcard-resources"
                | "wildcard-subresource"
                | "wildcard-urls"
                | "useless-wildcard"
                | "matches-nothing"
                | "aggregated-to-admin"
                | "aggregated-to-edit"
                | "aggregated-to-view"
                | "aggregates-everything"
                | "aggregation-rule"
                | "binds-cluster-admin"
                | "binds-admin"
                | "binds-edit"
                | "binds-system-role"
                | "subject-anonymous"
                | "subject-authenticated"
                | "subject-all-service-accounts"
                | "subject-namespace-service-accounts"
                | "subject-masters"
                | "subject-default-service-account"
                | "subject-other-namespace"
                | "subject-system-user"
                | "subject-system-group"
              )[]
            | null;
          /**
           * Findings that are denied, however far they lead.
           */
          forbid?:
            | (
                | "secrets-read"
                | "secrets-write"
                | "serviceaccounts-token"
                | "escalate-roles"
                | "escalate-clusterroles"
                | "bind-roles"
                | "bind-clusterroles"
                | "rolebindings-write"
                | "clusterrolebindings-write"
                | "impersonate-users"
                | "impersonate-groups"
                | "impersonate-serviceaccounts"
                | "impersonate-uids-extras"
                | "constrained-impersonate-users"
                | "constrained-impersonate-serviceaccounts"
                | "constrained-impersonate-nodes"
                | "csr-approve"
                | "csr-nodeclient"
                | "signers-approve"
                | "pods-write"
                | "workloads-write"
                | "pods-ephemeralcontainers"
                | "pods-exec"
                | "pods-attach"
                | "pods-portforward"
                | "pods-proxy"
                | "services-proxy"
                | "nodes-proxy"
                | "nodes-log"
                | "nodes-write"
                | "nodes-status"
                | "persistentvolumes-write"
                | "volumeattachments-write"
                | "pod-security-use"
                | "mutating-webhooks-write"
                | "validating-webhooks-write"
                | "mutating-policies-write"
                | "validating-policies-write"
                | "apiservices-write"
                | "crds-write"
                | "namespaces-write"
                | "networkpolicies-write"
                | "endpoints-write"
                | "quotas-write"
                | "clusternetworkpolicies-write"
                | "debug-urls"
                | "refused"
                | "cluster-admin-equivalent"
                | "namespace-admin-equivalent"
                | "wildcard-verbs"
                | "wildcard-api-groups"
                | "wildcard-resources"
                | "wildcard-subresource"
                | "wildcard-urls"
                | "useless-wildcard"
                | "matches-nothing"
                | "aggregated-to-admin"
                | "aggregated-to-edit"
                | "aggregated-to-view"
                | "aggregates-everything"
                | "aggregation-rule"
                | "binds-cluster-admin"
                | "binds-admin"
                | "binds-edit"
                | "binds-system-role"
                | "subject-anonymous"
                | "subject-authenticated"
                | "subject-all-service-accounts"
                | "subject-namespace-service-accounts"
                | "subject-masters"
                | "subject-default-service-account"
                | "subject-other-namespace"
                | "subject-system-user"
                | "subject-system-group"
              )[]
            | null;
          /**
           * Who may be bound. An empty list: nobody. Written as a pattern: `*` is any run of characters.
           */
          allowSubjects?: string[] | null;
          /**
           * Who may not, though `allowSubjects` fits them. Written as a pattern: `*` is any run of characters.
           */
          forbidSubjects?: string[] | null;
        };
    /**
     * isolation by NetworkPolicies: an action, or an object with parameters.
     */
    networkIsolation?:
      | Action
      | {
          action?: Action;
          /**
           * Directions in which pods are isolated; both where nothing is said.
           */
          directions?: ("Ingress" | "Egress")[] | null;
          /**
           * Whether pods may be on the host network, where policies do not hold.
           */
          allowHostNetwork?: boolean | null;
        };
    /**
     * what NetworkPolicies open: an action, or an object with parameters.
     */
    networkPolicyContent?:
      | Action
      | {
          action?: Action;
          /**
           * What rules of `ingress` may open.
           */
          allowIngress?:
            | ("allowsAll" | "anyPeer" | "anyPort" | "everyAddress" | "everyNamespace" | "metadataAddress")[]
            | null;
          /**
           * What rules of `egress` may open.
           */
          allowEgress?:
            | ("allowsAll" | "anyPeer" | "anyPort" | "everyAddress" | "everyNamespace" | "metadataAddress")[]
            | null;
          /**
           * Whether every rule has to name ports.
           */
          requirePorts?: boolean | null;
        };
    /**
     * seccomp profiles: an action, or an object with parameters.
     */
    seccompProfile?:
      | Action
      | {
          action?: Action;
          level?: Level;
          /**
           * Types that may be set, instead of those of the level. An empty list: none.
           */
          types?: ("RuntimeDefault" | "Localhost" | "Unconfined")[] | null;
          /**
           * Whether containers may be left without a profile, their own or the pod's, instead of what the level says.
           */
          allowUnset?: boolean | null;
          /**
           * Whether every kubelet runs with `seccompDefault`, so that unset means `RuntimeDefault`: it is warned of then, where it would be denied.
           */
          seccompDefault?: boolean | null;
        };
    /**
     * seccomp profiles of the node: an action, or an object with parameters.
     */
    seccompLocalhost?:
      | Action
      | {
          action?: Action;
          /**
           * Profiles that may be named: patterns in which `{namespace}` is the pod's namespace and `*` any run of characters but `/`. An empty list: none. Written as a pattern: `*` is any run of characters.
           */
          allow?: string[] | null;
          /**
           * The paths of the profiles that are installed on the nodes; any other one is refused.
           */
          inventory?: string[] | null;
        };
    /**
     * what seccomp profiles permit: an action, or an object with parameters.
     */
    seccompContent?:
      | Action
      | {
          action?: Action;
          /**
           * The profile of a runtime that none may be weaker than.
           */
          baseline?:
            | "containerd-1.6"
            | "containerd-1.7"
            | "containerd-2.0"
            | "containerd-2.2"
            | "containerd-2.3"
            | "moby-0.1"
            | "moby-0.2"
            | "cri-o-1.37"
            | null;
          /**
           * The text, JSON, of the profile that this runtime is configured with instead of its own.
           */
          baselineProfile?: string | null;
          /**
           * Architectures of the nodes; `x86_64` and `aarch64` where nothing is said.
           */
          architectures?: ("aarch64" | "loongarch64" | "ppc64le" | "riscv64" | "s390x" | "x86_64")[] | null;
          /**
           * What loads profiles; runc where nothing is said.
           */
          runtime?: "crun" | "runc" | null;
          /**
           * Calls that profiles may permit beyond the baseline. Written as the name of a system call, such as `bpf`.
           */
          allowSyscalls?: string[] | null;
          /**
           * Calls that a container's capabilities may open in `RuntimeDefault`. An empty list: none. Written as the name of a system call, such as `bpf`.
           */
          allowOpened?: string[] | null;
          /**
           * From how much on a lint is denied; others are warned of, but for `info`.
           */
          denyFrom?: "info" | "warning" | "error" | null;
          /**
           * Lints that are not looked for.
           */
          allow?:
            | (
                | "SC-EMPTY"
                | "SC-PARSE-DUPKEY"
                | "SC-UNKNOWN-KEY"
                | "SC-DEF-ALLOW"
                | "SC-DEF-LOG"
                | "SC-DEF-NOTIFY"
                | "SC-DEF-TRACE"
                | "SC-NEW-SYSCALL"
                | "SC-ARCH-NONATIVE"
                | "SC-BADARCH"
                | "SC-FLAG"
                | "SC-FLAG-SSB"
                | "SC-LISTENER"
                | "SC-DIALECT"
                | "SC-SIZE"
                | "SC-INVALID"
                | "SC-EEXIST"
                | "SC-ERRNO-RANGE"
                | "SC-ERRNO-UNUSED"
                | "SC-ERRNO0"
                | "SC-ARGINDEX"
                | "SC-ARGCOUNT"
                | "SC-DUPARG"
                | "SC-KILLTHREAD"
                | "SC-UNKNOWN-NAME"
                | "SC-NOOP-DEFAULT"
                | "SC-SHADOW"
                | "SC-TRUNC"
                | "SC-AMBIG"
                | "SC-SHAPE"
                | "SC-PHANTOM"
                | "SC-MUX"
                | "SC-DENYLIST-ALIAS"
                | "SC-DENYLIST-X32"
                | "SC-DANGER"
                | "SC-CLONE-NS"
                | "SC-CLONE3"
                | "SC-UNSHARE"
                | "SC-IOURING"
                | "SC-RUNTIME-MIN"
                | "SPO-BASE-ARGS"
                | "SPO-BASE-OCI"
                | "SPO-NAME-COLLISION"
                | "SPO-STATE"
                | "SPO-RECORDED"
              )[]
            | null;
          /**
           * Lints that are denied, however much they matter.
           */
          forbid?:
            | (
                | "SC-EMPTY"
                | "SC-PARSE-DUPKEY"
                | "SC-UNKNOWN-KEY"
                | "SC-DEF-ALLOW"
                | "SC-DEF-LOG"
                | "SC-DEF-NOTIFY"
                | "SC-DEF-TRACE"
                | "SC-NEW-SYSCALL"
                | "SC-ARCH-NONATIVE"
                | "SC-BADARCH"
                | "SC-FLAG"
                | "SC-FLAG-SSB"
                | "SC-LISTENER"
                | "SC-DIALECT"
                | "SC-SIZE"
                | "SC-INVALID"
                | "SC-EEXIST"
                | "SC-ERRNO-RANGE"
                | "SC-ERRNO-UNUSED"
                | "SC-ERRNO0"
                | "SC-ARGINDEX"
                | "SC-ARGCOUNT"
                | "SC-DUPARG"
                | "SC-KILLTHREAD"
                | "SC-UNKNOWN-NAME"
                | "SC-NOOP-DEFAULT"
                | "SC-SHADOW"
                | "SC-TRUNC"
                | "SC-AMBIG"
                | "SC-SHAPE"
                | "SC-PHANTOM"
                | "SC-MUX"
                | "SC-DENYLIST-ALIAS"
                | "SC-DENYLIST-X32"
                | "SC-DANGER"
                | "SC-CLONE-NS"
                | "SC-CLONE3"
                | "SC-UNSHARE"
                | "SC-IOURING"
                | "SC-RUNTIME-MIN"
                | "SPO-BASE-ARGS"
                | "SPO-BASE-OCI"
                | "SPO-NAME-COLLISION"
                | "SPO-STATE"
                | "SPO-RECORDED"
              )[]
            | null;
          /**
           * Profiles on the nodes that are no resources of the operator, each path once.
           */
          catalogue?:
            | {
                /**
                 * Its path below the kubelet's seccomp root.
                 */
                path: string;
                /**
                 * Its text: JSON.
                 */
                profile: string;
              }[]
            | null;
          /**
           * Whether pods may name profiles whose content is not known.
           */
          allowUnknown?: boolean | null;
          /**
           * The version of the API of SeccompProfiles; `v1beta1` where nothing is said.
           */
          resourceVersion?: "v1" | "v1beta1" | null;
        };
  } | null;
  /**
   * Violations that are let pass, by rule, value, container and request.
   */
  exemptions?:
    | {
        /**
         * Its name in findings, warnings and audit annotations. No two have the same. Written as any text but none.
         */
        id: string;
        /**
         * Why it is granted, and where that was decided. Written as any text but none.
         */
        reason: string;
        /**
         * The last day on which it applies, in UTC. Without it the exemption does not end. Written as a day, `YYYY-MM-DD`.
         */
        expires?: string | null;
        /**
         * Ids of rules, or of single checks of them; `*` is every rule. Written as the id of a rule or check, or `*`.
         */
        rules: string[];
        /**
         * The values that are let pass, as findings write them (`found`), or with the field they stand in: `hostNetwork=true`. Absent: any. Written as a pattern: `*` is any run of characters.
         */
        values?: string[] | null;
        /**
         * What it is for. One value of every key that is given has to fit. With `containers`, `images` or `containerLists` it covers nothing of the pod itself.
         */
        match: {
          /**
           * Namespaces of the request. Written as a pattern: `*` is any run of characters.
           */
          namespaces?: string[] | null;
          /**
           * Service accounts of the pod, `default` where it names none. A name alone goes with `namespaces`. Written as `namespace/name`, both patterns, or `name`.
           */
          serviceAccounts?: string[] | null;
          /**
           * Runtime classes of the pod: what one isolates by other means needs no rule for it. Written as a pattern: `*` is any run of characters.
           */
          runtimeClasses?: string[] | null;
          /**
           * Users who send the request. The pods of a workload are its controller's request, so that such an exemption does not reach them. Written as a pattern: `*` is any run of characters.
           */
          users?: string[] | null;
          /**
           * Groups of the user who sends the request. Written as a pattern: `*` is any run of characters.
           */
          groups?: string[] | null;
          /**
           * Names of containers. They are the tenant's to choose, so that other keys go with them. Written as a pattern: `*` is any run of characters.
           */
          containers?: string[] | null;
          /**
           * The lists that the container may stand in; absent: `containers` and `initContainers`. An empty list: the pod itself, and no container.
           */
          containerLists?: ("containers" | "initContainers" | "ephemeralContainers")[] | null;
          /**
           * Images of the container, whatever their spelling. Without a tag and a digest it is every image of the repository, and `*` every repository below that one. A tag fits no image that is pinned to a digest besides. Written as `[registry/]repository[:tag][@digest]`, or `registry/repository/*`.
           */
          images?: string[] | null;
        };
      }[]
    | null;
} | null;
/**
 * What follows from a violation; absent: the `action` of all.
 */
export type Action = "deny" | "warn" | "audit" | "ignore" | null;
/**
 * The level that the rule is asked at; absent: the profile's, or its lowest where the profile does not ask it. At `privileged` only parameters count.
 */
export type Level = "privileged" | "baseline" | "restricted" | "hardened" | null;
