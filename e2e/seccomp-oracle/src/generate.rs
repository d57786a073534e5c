//! Profiles made at random, within the shapes that every libseccomp compiles exactly.

use std::fmt::Write as _;

use libseccomp::ScmpSyscall;
use ringfence_seccomp::{ActionName, Arch, ArchName, Op, Profile, Rule, Syscall, syscalls};

use crate::random::Random;

/// A profile, as it will be written.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The default's action.
    pub default: ActionName,
    /// Its number.
    pub default_errno: Option<u16>,
    /// The node's architecture.
    pub native: Arch,
    /// Those the profile names.
    pub arches: Vec<Arch>,
    /// Its rules.
    pub rules: Vec<SpecRule>,
}

/// A condition: argument, comparison, `value`, `valueTwo`.
pub type SpecArg = (u8, Op, u64, u64);

/// A rule of one.
#[derive(Debug, Clone)]
pub struct SpecRule {
    /// Its names.
    pub names: Vec<String>,
    /// Its action.
    pub action: ActionName,
    /// The action's number.
    pub errno: Option<u16>,
    /// Its conditions.
    pub args: Vec<SpecArg>,
}

const VALUES: [u64; 14] = [
    0,
    1,
    2,
    16,
    38,
    40,
    0x7e02_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0005,
    0x8000_0000_0000_0000,
    u64::MAX,
];

const ACTIONS: [ActionName; 8] = [
    ActionName::Allow,
    ActionName::Errno,
    ActionName::Log,
    ActionName::Trap,
    ActionName::KillProcess,
    ActionName::KillThread,
    ActionName::Kill,
    ActionName::Trace,
];

/// Names that are worth more than a chance: multiplexed ones, private ones of ARM, and none.
const SPECIAL: [&str; 12] = [
    "socket",
    "send",
    "accept4",
    "shmat",
    "semtimedop",
    "socketcall",
    "ipc",
    "clone",
    "set_tls",
    "umount",
    "mmap2",
    "no_such_call",
];

/// A profile for a node of one of the architectures.
pub fn spec(random: &mut Random) -> Spec {
    let (native, others): (Arch, &[Arch]) = *random.of(&[
        (Arch::X86_64, &[Arch::X86, Arch::X32][..]),
        (Arch::X86_64, &[Arch::X86, Arch::X32, Arch::Aarch64, Arch::Arm, Arch::Riscv64]),
        (Arch::Aarch64, &[Arch::Arm, Arch::Ppc64le, Arch::Loongarch64]),
        (Arch::S390x, &[Arch::S390]),
        (Arch::Riscv64, &[Arch::X86]),
    ]);
    let mut arches = others.iter().copied().filter(|_| !random.once_in(3)).collect::<Vec<_>>();
    if random.once_in(2) {
        arches.push(native);
    }
    let default = *random.of(&ACTIONS);
    let mut spec = Spec {
        default,
        default_errno: Some(*random.of(&[1, 38, 0, 4094])).filter(|_| default.has_errno()),
        native,
        arches,
        rules: Vec::new(),
    };
    let calls = syscalls().filter(|call| keeps_its_name(call.name())).collect::<Vec<_>>();
    // A rule about a call that every architecture has, without conditions: where there is none, and
    // one about a call that an architecture has not got, libseccomp (2.5.4 and 2.6.1) leaves out the
    // instruction that loads the number, and all rules of that architecture go wrong. That is the
    // lint SC-PHANTOM's business.
    let action = if default == ActionName::Allow { ActionName::Errno } else { ActionName::Allow };
    let names = vec!["getpid".to_owned()];
    spec.rules.push(SpecRule { names, action, errno: None, args: Vec::new() });
    let many = if native.is_big_endian() { 6 } else { 24 };
    for _ in 0..=random.below(many) {
        let name = if random.once_in(4) {
            (*random.of(&SPECIAL)).to_owned()
        } else {
            random.of(&calls).name().to_owned()
        };
        // One shape a call: what two shapes of one call come to depends on the library.
        if spec.rules.iter().all(|rule| !rule.names.contains(&name)) {
            shape(random, name, &mut spec);
        }
    }
    spec
}

/// A profile whose rules about one call say different things under equalities of one argument, masked
/// ones among them.
pub fn contradicting(random: &mut Random) -> Spec {
    let mut spec = Spec {
        default: ActionName::KillProcess,
        default_errno: None,
        native: Arch::X86_64,
        arches: vec![Arch::X86],
        rules: Vec::new(),
    };
    let names = ["getpid", "ioctl", "fcntl", "mmap", "clone"];
    for (at, name) in names.iter().enumerate() {
        let arg = random.below(6) as u8;
        for _ in 0..if at == 0 { 1 } else { 2 + random.below(3) } {
            let action = *random.of(&[ActionName::Allow, ActionName::Errno, ActionName::Log]);
            let args = if at == 0 {
                Vec::new()
            } else {
                vec![condition(random, &[Op::Eq, Op::MaskedEq], true, arg)]
            };
            spec.rules.push(SpecRule {
                names: vec![(*name).to_owned()],
                action,
                errno: None,
                args,
            });
        }
    }
    spec
}

/// Adds the rules about one call.
fn shape(random: &mut Random, name: String, spec: &mut Spec) {
    let action = *random.of(&ACTIONS);
    let errno = Some(*random.of(&[1, 22, 38])).filter(|_| action.has_errno() && random.once_in(2));
    let rule = |args| SpecRule { names: vec![name.clone()], action, errno, args };
    let arg = random.below(6) as u8;
    let shapes = match is_behind(&name) {
        true if spec.rules.iter().any(SpecRule::is_behind_if) => 1,
        true => 3,
        false if matches!(&*name, "socketcall" | "ipc") => 1,
        false => 8,
    };
    match random.below(shapes) {
        // Nothing but the name, perhaps twice and differently.
        0 => {
            let mut names = vec![name.clone()];
            names.extend((0..random.below(3)).map(|_| random.of(&calls_of_none()).clone()));
            spec.rules.push(SpecRule { names, ..rule(Vec::new()) });
            if random.once_in(2) {
                let other = *random.of(&ACTIONS);
                spec.rules.push(SpecRule { action: other, errno: None, ..rule(Vec::new()) });
            }
        }
        // One rule with any conditions.
        1 | 2 => spec.rules.push(rule(distinct(random))),
        // Many on one argument, of one kind.
        3 => many(random, &[Op::Eq], false, arg, &rule, spec),
        4 => many(random, &[Op::MaskedEq, Op::Eq], false, arg, &rule, spec),
        5 => many(random, &[Op::Ne], false, arg, &rule, spec),
        // Many on one argument, of any kind, below 2^32.
        6 => many(random, &Op::ALL, true, arg, &rule, spec),
        // With conditions and without, in any order.
        _ => {
            let at = spec.rules.len();
            many(random, &[Op::Eq], false, arg, &rule, spec);
            let place = at + random.below(spec.rules.len() - at + 1);
            let other = *random.of(&ACTIONS);
            spec.rules.insert(place, SpecRule { action: other, errno: None, ..rule(Vec::new()) });
        }
    }
}

/// Calls that come through a multiplexer on some architectures. Rules about several of them are rules
/// about one call there: only one of them has conditions, else they are in no safe shape.
fn is_behind(name: &str) -> bool {
    const BEHIND: &str = "socket bind connect listen accept getsockname getpeername socketpair send \
        recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg \
        sendmmsg semop semget semctl semtimedop msgsnd msgrcv msgget msgctl shmat shmdt shmget \
        shmctl";
    BEHIND.split_ascii_whitespace().any(|behind| behind == name)
}

/// Whether the library, which was built for this machine, finds the name again by the number it
/// gives it. Of calls that this machine has not got, some share a number, and the library would take
/// one for another on the machine it stands in for.
fn keeps_its_name(name: &str) -> bool {
    ScmpSyscall::from_name(name).and_then(ScmpSyscall::get_name).is_ok_and(|found| found == name)
}

fn calls_of_none() -> [String; 2] {
    ["no_such_call".to_owned(), "getpid_".to_owned()]
}

fn distinct(random: &mut Random) -> Vec<SpecArg> {
    let mut args = (0..6_u8).filter(|_| random.once_in(3)).collect::<Vec<_>>();
    if random.once_in(2) {
        args.reverse();
    }
    args.into_iter().map(|arg| condition(random, &Op::ALL, false, arg)).collect()
}

/// Several conditions on one argument: as rules, or as one rule, whose conditions runtimes part.
fn many(
    random: &mut Random,
    ops: &[Op],
    is_short: bool,
    arg: u8,
    rule: &dyn Fn(Vec<SpecArg>) -> SpecRule,
    spec: &mut Spec,
) {
    let conditions = (0..2 + random.below(4)).map(|_| condition(random, ops, is_short, arg));
    let conditions = conditions.collect::<Vec<_>>();
    if random.once_in(3) {
        spec.rules.push(rule(conditions));
    } else {
        spec.rules.extend(conditions.into_iter().map(|condition| rule(vec![condition])));
    }
}

fn condition(random: &mut Random, ops: &[Op], is_short: bool, arg: u8) -> SpecArg {
    let mut value = || {
        let value = if random.once_in(3) { random.word() } else { *random.of(&VALUES) };
        if is_short { value & 0xffff_ffff } else { value }
    };
    let (value, two) = (value(), value());
    (arg, *random.of(ops), value, two)
}

impl Spec {
    /// A plain OCI profile of the crate's.
    pub fn of(profile: &Profile<'_>, native: Arch) -> Self {
        let arches = profile.architectures.iter().flatten().filter_map(|arch| match arch.value {
            Some(ArchName::Known(arch)) => Some(arch),
            _ => None,
        });
        let errno = |errno: Option<u64>| errno.map(|errno| errno as u16);
        let default = profile.default_action.as_ref().and_then(|action| action.value);
        let rule = |rule: &Rule<'_>| SpecRule {
            names: rule.names.iter().map(|name| name.text.clone().into_owned()).collect(),
            action: rule.action.as_ref().and_then(|action| action.value).expect("an action"),
            errno: errno(rule.errno_ret),
            args: rule
                .args
                .iter()
                .filter_map(|arg| {
                    let op = arg.op.as_ref()?.value?;
                    Some((arg.index as u8, op, arg.value, arg.value_two))
                })
                .collect(),
        };
        Self {
            default: default.expect("an action"),
            default_errno: errno(profile.default_errno_ret),
            native,
            arches: arches.collect(),
            rules: profile.rules.iter().map(rule).collect(),
        }
    }

    /// The profile as JSON.
    pub fn to_json(&self) -> String {
        let mut out = format!(r#"{{"defaultAction":"{}""#, self.default.token());
        if let Some(errno) = self.default_errno {
            let _ = write!(out, r#","defaultErrnoRet":{errno}"#);
        }
        let arches = self.arches.iter().map(|arch| format!("{:?}", arch.token()));
        let _ = write!(out, r#","architectures":[{}]"#, arches.collect::<Vec<_>>().join(","));
        let rules = self.rules.iter().map(SpecRule::to_json).collect::<Vec<_>>();
        let _ = write!(out, r#","syscalls":[{}]}}"#, rules.join(","));
        out
    }

    /// Calls to try: for every rule those around its constants, and calls of no rule.
    pub fn calls(&self, random: &mut Random) -> Vec<(Arch, u32, [u64; 6])> {
        let mut arches = vec![self.native];
        arches.extend(&self.arches);
        arches.push(*random.of(&Arch::ALL));
        let mut calls = Vec::new();
        for arch in arches {
            for rule in &self.rules {
                for name in
                    rule.names.iter().map(String::as_str).chain(["socketcall", "ipc", "read"])
                {
                    let number = Syscall::from_name(name).and_then(|call| call.number(arch));
                    for _ in 0..if number.is_some() { 1 + 3 * rule.args.len() } else { 0 } {
                        calls.extend(number.map(|number| (arch, number, self.args(random, rule))));
                    }
                }
            }
            let base = if arch == Arch::X32 { 1 << 30 } else { 0 };
            calls.push((arch, base + random.below(600) as u32, [0; 6]));
        }
        calls
    }

    fn args(&self, random: &mut Random, rule: &SpecRule) -> [u64; 6] {
        let mut args = [0; 6];
        for arg in &mut args {
            *arg = if random.once_in(2) { *random.of(&VALUES) } else { random.below(26) as u64 };
        }
        for (index, _, value, two) in &rule.args {
            let value = *random.of(&[*value, *two]);
            args[usize::from(*index)] = match random.below(8) {
                0 => value.wrapping_add(1),
                1 => value.wrapping_sub(1),
                2 => value ^ 0x5_0000_0000,
                3 => value & 0xffff_ffff,
                4 => random.word(),
                _ => value,
            };
        }
        args
    }
}

impl SpecRule {
    /// Whether it has conditions on a call behind a multiplexer.
    fn is_behind_if(&self) -> bool {
        !self.args.is_empty() && self.names.iter().any(|name| is_behind(name))
    }

    fn to_json(&self) -> String {
        let names = self.names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>();
        let mut out =
            format!(r#"{{"names":[{}],"action":"{}""#, names.join(","), self.action.token());
        if let Some(errno) = self.errno {
            let _ = write!(out, r#","errnoRet":{errno}"#);
        }
        let arg = |(index, op, value, two): &SpecArg| {
            let op = op.token();
            format!(r#"{{"index":{index},"value":{value},"valueTwo":{two},"op":"{op}"}}"#)
        };
        let args = self.args.iter().map(arg).collect::<Vec<_>>();
        let _ = write!(out, r#","args":[{}]}}"#, args.join(","));
        out
    }
}
