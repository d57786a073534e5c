//! What the kernel has logged of filters: audit records as auditd, the journal and the kernel's own
//! log print them.
//!
//! Source: kernel/auditsc.c, `audit_seccomp`: type 1326, `sig`, `arch`, `syscall`, `compat`, `ip`,
//! `code`; linux/audit.h. `code` is the action without its data.

use crate::action::Action;
use crate::arch::{Arch, X32_BIT};
use crate::table::Syscall;

/// Calls of one kind by one program, with one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The architecture, where it is known.
    pub arch: Option<Arch>,
    /// The kernel's constant of it.
    pub audit_arch: u32,
    /// The number of the call; x32's have bit 30.
    pub number: u32,
    /// The call, where the table has it.
    pub call: Option<Syscall>,
    /// The program's name, as the kernel cuts it.
    pub comm: String,
    /// The program's path.
    pub exe: String,
    /// The process of the first record.
    pub pid: Option<u32>,
    /// What happened to the call.
    pub action: Action,
    /// How many records there are.
    pub count: usize,
}

/// Reads log lines and counts what is the same, in the order of first records. Lines about anything
/// else are passed over.
pub fn denials(text: &str) -> Vec<Denial> {
    let mut found: Vec<Denial> = Vec::new();
    for denial in text.lines().filter_map(read) {
        let is_same = |known: &&mut Denial| {
            known.audit_arch == denial.audit_arch
                && known.number == denial.number
                && known.action == denial.action
                && known.comm == denial.comm
                && known.exe == denial.exe
        };
        match found.iter_mut().find(is_same) {
            Some(known) => known.count += 1,
            None => found.push(denial),
        }
    }
    found
}

/// Reads one line; `None` where it is not about a filter.
fn read(line: &str) -> Option<Denial> {
    let is_record =
        ["type=1326", "type=SECCOMP", "SECCOMP "].iter().any(|mark| line.contains(mark));
    if !is_record {
        return None;
    }
    let audit_arch = u32::from_str_radix(field(line, "arch")?, 16).ok()?;
    let number = field(line, "syscall")?.parse().ok()?;
    let arch = architecture(audit_arch, number);
    let code = field(line, "code").map(|code| code.strip_prefix("0x").unwrap_or(code));
    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok())?;
    Some(Denial {
        arch,
        audit_arch,
        number,
        call: arch.and_then(|arch| Syscall::from_number(arch, number)),
        comm: word(line, "comm"),
        exe: word(line, "exe"),
        pid: field(line, "pid").and_then(|pid| pid.parse().ok()),
        action: Action::from_raw(code),
        count: 1,
    })
}

fn architecture(audit: u32, number: u32) -> Option<Arch> {
    let is_x32 = number & X32_BIT != 0;
    let mut known = Arch::ALL.into_iter();
    known.find(|arch| arch.audit() == audit && (*arch == Arch::X32) == is_x32)
}

/// The text behind ` key=`, up to a blank; within quotes what is quoted.
fn field<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let mut rest = line;
    loop {
        let at = rest.find(key)?;
        let before = rest.get(..at)?.chars().next_back();
        let behind = rest.get(at + key.len()..)?;
        if let Some(value) = behind.strip_prefix('=')
            && before.is_none_or(|before| !before.is_ascii_alphanumeric() && before != '_')
        {
            return match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => value.split([' ', '\u{1d}', '\\', '"']).next(),
            };
        }
        rest = behind;
    }
}

/// A name or path: quoted, or in hexadecimal where it holds blanks and the like.
fn word(line: &str, key: &str) -> String {
    let Some(text) = field(line, key) else {
        return String::new();
    };
    let is_quoted =
        line.contains(&[key, "=\""].concat()) || line.contains(&[key, "=\\\""].concat());
    let digits = text.as_bytes();
    let is_hex = digits.len() >= 2
        && digits.len() % 2 == 0
        && digits.iter().all(u8::is_ascii_hexdigit)
        && !is_quoted;
    if !is_hex {
        return text.to_owned();
    }
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| value(*high) << 4 | value(*low));
    String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{denials, read};
    use crate::action::Action;
    use crate::arch::Arch;
    use crate::table::Syscall;

    #[test]
    fn records_are_read_wherever_they_are_logged() {
        for (line, arch, name, comm, action) in [
            (
                "type=SECCOMP msg=audit(1700000000.123:42): auid=4294967295 uid=0 gid=0 \
                 ses=4294967295 subj=unconfined pid=4711 comm=\"mount\" exe=\"/bin/mount\" sig=31 \
                 arch=c000003e syscall=165 compat=0 ip=0x7f0000000000 code=0x80000000",
                Arch::X86_64,
                "mount",
                "mount",
                Action::KillProcess,
            ),
            (
                "[ 1234.567890] audit: type=1326 audit(1700000000.1:7): auid=1000 uid=1000 gid=1000 \
                 ses=3 pid=99 comm=6D79206E616D65 exe=\"/x\" sig=0 arch=c00000b7 syscall=220 compat=0 \
                 ip=0xffff code=0x7ffc0000",
                Arch::Aarch64,
                "clone",
                "my name",
                Action::Log,
            ),
            (
                "Nov 25 06:28:39 node audit[99]: SECCOMP auid=1000 uid=1000 gid=1000 ses=3 pid=99 \
                 comm=\"x\" exe=\"/x\" sig=0 arch=40000003 syscall=21 compat=1 ip=0xf7 code=0x50000",
                Arch::X86,
                "mount",
                "x",
                Action::Errno(0),
            ),
        ] {
            let denial = read(line).expect(line);
            assert_eq!(denial.arch, Some(arch), "{line}");
            assert_eq!(denial.call.map(Syscall::name), Some(name), "{line}");
            assert_eq!((denial.comm.as_str(), denial.action), (comm, action), "{line}");
        }
        assert_eq!(read("type=AVC msg=audit(1.2:3): arch=c000003e syscall=165"), None);
        assert_eq!(read("type=1326 arch=zz syscall=1 code=0x0"), None);
    }

    #[test]
    fn the_same_is_counted() {
        let line = |number: u32| {
            format!(
                "type=1326 pid={number} comm=\"a\" exe=\"/a\" arch=c000003e syscall={number} code=0x0\n"
            )
        };
        let found = denials(&[line(1), line(2), line(1), "noise\n".to_owned()].concat());
        assert_eq!(found.iter().map(|d| (d.number, d.count)).collect::<Vec<_>>(), [(1, 2), (2, 1)]);
    }
}
