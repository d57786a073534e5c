//! Every lint: its id and severity, and apart from them (a module that only reports ids need not
//! carry the prose) what it finds, why that matters, what to do.

use super::Severity::{Error, Info, Warning};
use super::{Documentation, Lint};

const fn lint(id: &'static str, severity: super::Severity) -> Lint {
    Lint { id, severity }
}

/// The catalogue, in the order of findings' groups.
pub static LINTS: &[Lint] = &[
    lint("SC-EMPTY", Error),
    lint("SC-PARSE-DUPKEY", Error),
    lint("SC-UNKNOWN-KEY", Info),
    lint("SC-DEF-ALLOW", Error),
    lint("SC-DEF-LOG", Warning),
    lint("SC-DEF-NOTIFY", Error),
    lint("SC-DEF-TRACE", Error),
    lint("SC-NEW-SYSCALL", Info),
    lint("SC-ARCH-NONATIVE", Info),
    lint("SC-BADARCH", Error),
    lint("SC-FLAG", Error),
    lint("SC-FLAG-SSB", Info),
    lint("SC-LISTENER", Warning),
    lint("SC-DIALECT", Error),
    lint("SC-SIZE", Warning),
    lint("SC-INVALID", Error),
    lint("SC-EEXIST", Error),
    lint("SC-ERRNO-RANGE", Error),
    lint("SC-ERRNO-UNUSED", Warning),
    lint("SC-ERRNO0", Error),
    lint("SC-ARGINDEX", Error),
    lint("SC-ARGCOUNT", Error),
    lint("SC-DUPARG", Error),
    lint("SC-KILLTHREAD", Info),
    lint("SC-UNKNOWN-NAME", Warning),
    lint("SC-NOOP-DEFAULT", Warning),
    lint("SC-SHADOW", Warning),
    lint("SC-TRUNC", Error),
    lint("SC-AMBIG", Warning),
    lint("SC-SHAPE", Warning),
    lint("SC-PHANTOM", Error),
    lint("SC-MUX", Warning),
    lint("SC-DENYLIST-ALIAS", Error),
    lint("SC-DENYLIST-X32", Warning),
    lint("SC-DANGER", Warning),
    lint("SC-CLONE-NS", Error),
    lint("SC-CLONE3", Error),
    lint("SC-UNSHARE", Error),
    lint("SC-IOURING", Warning),
    lint("SC-RUNTIME-MIN", Warning),
    lint("SPO-BASE-ARGS", Error),
    lint("SPO-BASE-OCI", Warning),
    lint("SPO-NAME-COLLISION", Warning),
    lint("SPO-STATE", Info),
    lint("SPO-RECORDED", Info),
];

impl Lint {
    /// What the lint finds, why that matters, and what to do.
    pub fn documentation(&self) -> &'static Documentation {
        let found = DOCUMENTATION.iter().find(|documentation| documentation.id == self.id);
        found.unwrap_or(&NONE)
    }
}

const NONE: Documentation = Documentation { id: "", title: "", why: "", mend: "" };

static DOCUMENTATION: &[Documentation] = &[
    Documentation {
        id: "SC-EMPTY",
        title: "no seccomp at all",
        why: "A profile without a default action and without rules is taken for none: runtimes \
              load no filter.",
        mend: "set defaultAction and list what is allowed",
    },
    Documentation {
        id: "SC-PARSE-DUPKEY",
        title: "a key that readers understand differently",
        why: "Go takes keys in any case and the last of several, other readers do not: two \
              readers see two profiles.",
        mend: "write every key once, as the format spells it",
    },
    Documentation {
        id: "SC-UNKNOWN-KEY",
        title: "a key that nobody reads",
        why: "Runtimes step over it in silence; it may be a slip.",
        mend: "remove it, or correct its spelling",
    },
    Documentation {
        id: "SC-DEF-ALLOW",
        title: "everything not named is executed",
        why: "A list of denied calls forgets the next kernel's calls, other architectures, and \
              calls that do the same.",
        mend: "set defaultAction to SCMP_ACT_ERRNO and list what is allowed",
    },
    Documentation {
        id: "SC-DEF-LOG",
        title: "everything not named is executed and logged",
        why: "SCMP_ACT_LOG is for finding out what a workload calls; it denies nothing.",
        mend: "replace the default by SCMP_ACT_ERRNO once the log is read",
    },
    Documentation {
        id: "SC-DEF-NOTIFY",
        title: "a supervisor as the default",
        why: "runc refuses it: it could not start the container itself.",
        mend: "name the calls that the supervisor decides",
    },
    Documentation {
        id: "SC-DEF-TRACE",
        title: "a tracer as the default",
        why: "Without a tracer every call fails; with ptrace allowed a process of the container \
              may be the tracer, and let everything through.",
        mend: "use SCMP_ACT_ERRNO",
    },
    Documentation {
        id: "SC-NEW-SYSCALL",
        title: "unknown calls fail with another errno than ENOSYS",
        why: "Programs try new calls and fall back on ENOSYS alone; without runc's stub they see \
              this errno.",
        mend: "set defaultErrnoRet to 38",
    },
    Documentation {
        id: "SC-ARCH-NONATIVE",
        title: "architectures of the node that the profile does not name",
        why: "The node's own architecture is always added; its 32-bit siblings are not, and their \
              programs are killed.",
        mend: "name the architectures that the nodes run",
    },
    Documentation {
        id: "SC-BADARCH",
        title: "an architecture that the runtime refuses",
        why: "The container does not start.",
        mend: "use the tokens of the OCI runtime specification",
    },
    Documentation {
        id: "SC-FLAG",
        title: "a flag that the runtime refuses",
        why: "The container does not start.",
        mend: "use the flags of the OCI runtime specification",
    },
    Documentation {
        id: "SC-FLAG-SSB",
        title: "a mitigation of the processor is left out",
        why: "SECCOMP_FILTER_FLAG_SPEC_ALLOW leaves out the mitigation of Speculative Store \
              Bypass; without `flags` it is set as well.",
        mend: "write `flags: []` to keep the mitigation",
    },
    Documentation {
        id: "SC-LISTENER",
        title: "a supervisor's socket that is not where it should be",
        why: "The socket decides about calls. A path that others can write to gives that away; \
              metadata without a path, and SCMP_ACT_NOTIFY without one, are refused.",
        mend: "use a path directly below /var/run/security-profiles-operator/",
    },
    Documentation {
        id: "SC-DIALECT",
        title: "conditions that the loader ignores",
        why: "containerd reads plain OCI: rules for holders of a capability are for everyone \
              then, archMap and name are not read. CRI-O does not read minKernel.",
        mend: "convert the profile for the loader and the container's capabilities",
    },
    Documentation {
        id: "SC-SIZE",
        title: "more instructions than the kernel takes",
        why: "The kernel takes 4096 instructions; libseccomp makes about this many.",
        mend: "merge rules, or name fewer architectures",
    },
    Documentation {
        id: "SC-INVALID",
        title: "something that the runtime refuses",
        why: "The container does not start.",
        mend: "correct it as the finding says",
    },
    Documentation {
        id: "SC-EEXIST",
        title: "the same conditions with two actions",
        why: "libseccomp refuses the second (EEXIST): the container does not start.",
        mend: "remove one of the two rules",
    },
    Documentation {
        id: "SC-ERRNO-RANGE",
        title: "an errno that libseccomp refuses",
        why: "Errnos end below 4095: the container does not start.",
        mend: "use an errno of the system",
    },
    Documentation {
        id: "SC-ERRNO-UNUSED",
        title: "an errno beside an action that has none",
        why: "runc ignores it, crun refuses the profile.",
        mend: "remove the errno",
    },
    Documentation {
        id: "SC-ERRNO0",
        title: "success is faked",
        why: "With errno 0 the call is not executed and seems to have succeeded.",
        mend: "use an errno",
    },
    Documentation {
        id: "SC-ARGINDEX",
        title: "an argument beyond the sixth",
        why: "The container does not start.",
        mend: "arguments are numbered from 0 to 5",
    },
    Documentation {
        id: "SC-ARGCOUNT",
        title: "conditions that crun does not read",
        why: "crun reads the first six conditions and drops the others in silence: the rule lets \
              more through.",
        mend: "split the rule",
    },
    Documentation {
        id: "SC-DUPARG",
        title: "two conditions on one argument",
        why: "libseccomp takes one condition an argument, so runtimes make alternatives of them: \
              `>= 10` and `<= 20` let everything through.",
        mend: "use one condition with a mask, or one rule for each value",
    },
    Documentation {
        id: "SC-KILLTHREAD",
        title: "only the thread is killed",
        why: "SCMP_ACT_KILL kills the thread that called; the others go on, often in a state \
              nobody expects.",
        mend: "use SCMP_ACT_KILL_PROCESS",
    },
    Documentation {
        id: "SC-UNKNOWN-NAME",
        title: "a name that no call has",
        why: "The runtime steps over it. In a list of denied calls nothing is denied then.",
        mend: "correct the name, or remove it; a newer libseccomp may know it",
    },
    Documentation {
        id: "SC-NOOP-DEFAULT",
        title: "a rule that says what the default says",
        why: "The runtime steps over it. Where another rule lets the call through, the denial is \
              lost.",
        mend: "remove the rule; to deny some arguments, allow the others",
    },
    Documentation {
        id: "SC-SHADOW",
        title: "a rule that never applies",
        why: "A rule without conditions wins over those with some wherever it stands, and the \
              first of several without. An error where the stricter one loses.",
        mend: "keep one of the rules",
    },
    Documentation {
        id: "SC-TRUNC",
        title: "a condition that upper bits get around",
        why: "The kernel uses 32 bits of this argument, the filter compares 64: a value with a \
              bit set above them passes the condition and means the denied one.",
        mend: "compare under the mask 0xffffffff; `fix` does",
    },
    Documentation {
        id: "SC-AMBIG",
        title: "rules that contradict each other",
        why: "Two rules hold for the same arguments and say different things; which wins depends \
              on the library.",
        mend: "make their conditions exclude each other",
    },
    Documentation {
        id: "SC-SHAPE",
        title: "rules that libraries compile differently",
        why: "Exactly compiled are: one rule; several on one argument that are all equalities \
              (also masked), all inequalities, or all below 2^32.",
        mend: "rewrite the conditions as masked equalities of one argument",
    },
    Documentation {
        id: "SC-PHANTOM",
        title: "rules that libseccomp loses",
        why: "All rules of this architecture have conditions, and some rule names a call that the \
              architecture has not got: libseccomp leaves out the instruction that loads the \
              number, and no rule applies as written.",
        mend: "remove the call the architecture has not got, or add a rule without conditions",
    },
    Documentation {
        id: "SC-MUX",
        title: "a condition that a multiplexer gets around",
        why: "32-bit x86, s390 and ppc64le reach the call through socketcall or ipc, where its \
              arguments cannot be seen.",
        mend: "leave the architecture out, or deny the multiplexer with another errno than the \
               default's",
    },
    Documentation {
        id: "SC-DENYLIST-ALIAS",
        title: "a denied call with an open twin",
        why: "What the denied call does can be done by another that is executed.",
        mend: "deny the whole group, or list what is allowed",
    },
    Documentation {
        id: "SC-DENYLIST-X32",
        title: "x32 in a list of denied calls",
        why: "Kernels before 5.4 take some calls by two numbers of x32, and the second is not \
              denied.",
        mend: "leave SCMP_ARCH_X32 out",
    },
    Documentation {
        id: "SC-DANGER",
        title: "a dangerous call is executed",
        why: "The call endangers the node or its other tenants. Info where the kernel asks for a \
              capability that the container has not got.",
        mend: "leave it out, unless the workload needs it",
    },
    Documentation {
        id: "SC-CLONE-NS",
        title: "clone may make user namespaces",
        why: "In a user namespace a process has every capability, and code of the kernel that was \
              for root alone is open to it.",
        mend: "allow clone with the mask 0x7e020000 equal to 0",
    },
    Documentation {
        id: "SC-CLONE3",
        title: "clone3 gets around the filter of clone, or breaks threads",
        why: "The flags of clone3 are in memory, where no filter sees them. Denied with another \
              errno than ENOSYS, glibc from 2.34 on does not fall back to clone, and threads \
              fail.",
        mend: "deny clone3 with errno 38",
    },
    Documentation {
        id: "SC-UNSHARE",
        title: "unshare may make user namespaces",
        why: "As clone with its flags: a process gets every capability within the namespace.",
        mend: "leave unshare out",
    },
    Documentation {
        id: "SC-IOURING",
        title: "io_uring does what the profile denies",
        why: "Operations of a ring are not seen by the filter.",
        mend: "leave the io_uring calls out, as the defaults do since 2023",
    },
    Documentation {
        id: "SC-RUNTIME-MIN",
        title: "calls that the runtime needs are denied",
        why: "The filter is loaded before the runtime has started the program; without these \
              calls it cannot.",
        mend: "allow them",
    },
    Documentation {
        id: "SPO-BASE-ARGS",
        title: "conditions that a base profile drops",
        why: "Merging with a base, the operator drops the conditions of a call whose rules \
              differ: it is let through whatever its arguments.",
        mend: "write the rules out, without baseProfileName",
    },
    Documentation {
        id: "SPO-BASE-OCI",
        title: "a base profile whose content is not known",
        why: "A tag can be moved, and the content is seen only where the operator has written it \
              down.",
        mend: "name the artifact by its digest",
    },
    Documentation {
        id: "SPO-NAME-COLLISION",
        title: "a name that ends in .json",
        why: "The operator writes `x` and `x.json` to the same file.",
        mend: "rename the resource",
    },
    Documentation {
        id: "SPO-STATE",
        title: "a profile that is not on the nodes",
        why: "Disabled and partial profiles are not written to nodes; a pod that names one does \
              not start.",
        mend: "enable the profile",
    },
    Documentation {
        id: "SPO-RECORDED",
        title: "a recorded profile",
        why: "It holds what the workload called while somebody looked, including its start.",
        mend: "review it before use",
    },
];
