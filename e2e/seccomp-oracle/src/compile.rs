//! A profile loaded as runc loads it, by libseccomp itself, into instructions.

use std::io::{Read as _, Seek as _};

use libseccomp::error::SeccompError;
use libseccomp::{
    ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall,
    ScmpVersion,
};
use ringfence_seccomp::bpf::{self, Instruction};
use ringfence_seccomp::{Action, ActionName, Arch, Op, Syscall, Version, syscalls};

use crate::generate::{Spec, SpecRule};
use crate::table::ARCHES;

/// A filter, and what runc's stub in front of it compares numbers with.
#[derive(Debug)]
pub struct Program {
    /// The instructions of libseccomp.
    pub instructions: Vec<Instruction>,
    /// By architecture, the highest number that the profile names.
    pub highest: Vec<(Arch, u32)>,
}

/// The version that is linked, by the names it knows: distributions add later ones to older versions
/// (Debian's 2.5.4 knows those of 2.5.5).
pub fn version() -> Version {
    let version = ScmpVersion::current().expect("the library tells its version");
    let told = Version(version.major as u8, version.minor as u8, version.micro as u8);
    let known = syscalls().filter(|call| ScmpSyscall::from_name(call.name()).is_ok());
    known.map(Syscall::since).max().map_or(told, |known| known.max(told))
}

/// libseccomp's architecture.
pub fn arch(arch: Arch) -> ScmpArch {
    ARCHES[arch as usize]
}

fn action(name: ActionName, errno: Option<u16>) -> ScmpAction {
    let errno = i32::from(errno.unwrap_or(1));
    match name {
        ActionName::Kill | ActionName::KillThread => ScmpAction::KillThread,
        ActionName::KillProcess => ScmpAction::KillProcess,
        ActionName::Trap => ScmpAction::Trap,
        ActionName::Errno => ScmpAction::Errno(errno),
        ActionName::Notify => ScmpAction::Notify,
        ActionName::Trace => ScmpAction::Trace(errno as u16),
        ActionName::Log => ScmpAction::Log,
        ActionName::Allow => ScmpAction::Allow,
    }
}

fn compare(&(arg, op, value, two): &(u8, Op, u64, u64)) -> ScmpArgCompare {
    let (op, value) = match op {
        Op::Ne => (ScmpCompareOp::NotEqual, value),
        Op::Lt => (ScmpCompareOp::Less, value),
        Op::Le => (ScmpCompareOp::LessOrEqual, value),
        Op::Eq => (ScmpCompareOp::Equal, value),
        Op::Ge => (ScmpCompareOp::GreaterEqual, value),
        Op::Gt => (ScmpCompareOp::Greater, value),
        Op::MaskedEq => (ScmpCompareOp::MaskedEqual(value), two),
    };
    ScmpArgCompare::new(arg.into(), op, value)
}

/// Compiles a profile as runc does.
///
/// # Errors
/// What libseccomp refuses.
pub fn compile(spec: &Spec) -> Result<Program, SeccompError> {
    let filter = filter(spec)?;
    let mut file = tempfile::tempfile().expect("a temporary file");
    filter.export_bpf(&file)?;
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("what was written");
    let instructions = bpf::read(&bytes, spec.native).expect("instructions");
    Ok(Program { instructions, highest: highest(spec) })
}

/// Loads a profile into this process, without runc's stub.
///
/// # Errors
/// What libseccomp or the kernel refuses.
pub fn load(spec: &Spec) -> Result<(), SeccompError> {
    filter(spec)?.load()
}

fn filter(spec: &Spec) -> Result<ScmpFilterContext, SeccompError> {
    let default = action(spec.default, spec.default_errno);
    let mut filter = ScmpFilterContext::new(default)?;
    let library = ScmpArch::native();
    if arch(spec.native) != library {
        // The library was built for this machine and stands in for that of another one.
        filter.remove_arch(library)?;
        filter.add_arch(arch(spec.native))?;
    }
    for named in &spec.arches {
        filter.add_arch(arch(*named))?;
    }
    // As runc does, which also is the form of program for large profiles.
    if spec.rules.iter().map(|rule| rule.names.len()).sum::<usize>() > 32 {
        filter.set_ctl_optimize(2)?;
    }
    for rule in &spec.rules {
        for name in &rule.names {
            add(&mut filter, default, rule, name)?;
        }
    }
    Ok(filter)
}

fn add(
    filter: &mut ScmpFilterContext,
    default: ScmpAction,
    rule: &SpecRule,
    name: &str,
) -> Result<(), SeccompError> {
    let action = action(rule.action, rule.errno);
    let Ok(call) = ScmpSyscall::from_name(name) else {
        return Ok(());
    };
    if action == default {
        return Ok(());
    }
    let args = rule.args.iter().map(compare).collect::<Vec<_>>();
    let is_twice = (0..6).any(|arg| rule.args.iter().filter(|(at, ..)| *at == arg).count() > 1);
    if args.is_empty() {
        filter.add_rule(action, call)?;
    } else if is_twice {
        for arg in &args {
            filter.add_rule_conditional(action, call, std::slice::from_ref(arg))?;
        }
    } else {
        filter.add_rule_conditional(action, call, &args)?;
    }
    Ok(())
}

fn highest(spec: &Spec) -> Vec<(Arch, u32)> {
    if matches!(spec.default, ActionName::Allow | ActionName::Log | ActionName::Trace) {
        return Vec::new();
    }
    let mut arches = spec.arches.clone();
    arches.push(spec.native);
    let names = || spec.rules.iter().flat_map(|rule| &rule.names);
    let of = |at: Arch| {
        let number = |name: &String| ScmpSyscall::from_name_by_arch(name, arch(at)).ok();
        let highest = names().filter_map(number).map(i32::from).max()?;
        (highest > 0).then_some((at, highest as u32))
    };
    arches.into_iter().filter_map(of).collect()
}

impl Program {
    /// What it does with a call.
    pub fn run(&self, arch: Arch, number: u32, args: &[u64; 6]) -> Action {
        let highest = self.highest.iter().find(|(of, _)| *of == arch);
        let is_setup = number == 0 && matches!(arch, Arch::S390 | Arch::S390x);
        if highest.is_some_and(|(_, highest)| number > *highest || is_setup) {
            return Action::Errno(38);
        }
        bpf::run(&self.instructions, arch, number, args).expect("a program of libseccomp")
    }
}
