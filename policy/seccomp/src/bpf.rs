//! Classic BPF as the kernel runs it on a call: what a filter that was dumped or exported says.
//!
//! The instructions are those seccomp(2) lets through. Source: linux/filter.h, linux/bpf_common.h;
//! kernel/seccomp.c, `seccomp_check_filter`.

use crate::action::Action;
use crate::arch::Arch;

/// One instruction: `struct sock_filter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub code: u16,
    /// How far to jump if it is so.
    pub jt: u8,
    /// How far to jump if not.
    pub jf: u8,
    /// A constant.
    pub k: u32,
}

/// The most instructions the kernel takes (`BPF_MAXINSNS`).
pub const MAX_INSTRUCTIONS: usize = 4096;

/// A program that cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// Its bytes are not a whole number of instructions, none, or too many.
    Length,
    /// It jumps out of the program, or runs over its end.
    Jump,
    /// An instruction that seccomp does not take.
    Code(u16),
    /// It reads where there is nothing, or between two words.
    Offset(u32),
}

/// Reads a program from the bytes of its instructions, eight each, in the byte order of the
/// architecture it was made for.
///
/// # Errors
/// Where the bytes are not a whole number of instructions.
pub fn read(bytes: &[u8], arch: Arch) -> Result<Vec<Instruction>, Invalid> {
    let (chunks, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() || chunks.is_empty() || chunks.len() > MAX_INSTRUCTIONS {
        return Err(Invalid::Length);
    }
    let instruction = |&[c0, c1, jt, jf, k0, k1, k2, k3]: &[u8; 8]| {
        let (code, k) = (u16::from_le_bytes([c0, c1]), u32::from_le_bytes([k0, k1, k2, k3]));
        let is_swapped = arch.is_big_endian();
        let (code, k) = if is_swapped { (code.swap_bytes(), k.swap_bytes()) } else { (code, k) };
        Instruction { code, jt, jf, k }
    };
    Ok(chunks.iter().map(instruction).collect())
}

/// Runs a program on a call of an architecture; x32's numbers have bit 30.
///
/// # Errors
/// Where the program is none that the kernel would have taken.
pub fn run(
    program: &[Instruction],
    arch: Arch,
    number: u32,
    args: &[u64; 6],
) -> Result<Action, Invalid> {
    let data = Data { arch, number, args };
    let mut accumulator = 0_u32;
    let mut at = 0_usize;
    // Jumps lead forward only, so the program ends.
    loop {
        let Instruction { code, jt, jf, k } = *program.get(at).ok_or(Invalid::Jump)?;
        let jump = |holds: bool| usize::from(if holds { jt } else { jf });
        at += 1;
        match code {
            0x20 => accumulator = data.word(k)?,
            0x00 => accumulator = k,
            0x54 => accumulator &= k,
            0x44 => accumulator |= k,
            0x05 => at += k as usize,
            0x15 => at += jump(accumulator == k),
            0x25 => at += jump(accumulator > k),
            0x35 => at += jump(accumulator >= k),
            0x45 => at += jump(accumulator & k != 0),
            0x06 => return Ok(Action::from_raw(k)),
            0x16 => return Ok(Action::from_raw(accumulator)),
            other => return Err(Invalid::Code(other)),
        }
    }
}

/// `struct seccomp_data`.
struct Data<'d> {
    arch: Arch,
    number: u32,
    args: &'d [u64; 6],
}

impl Data<'_> {
    /// The word at a byte; halves of arguments stand in the architecture's order.
    fn word(&self, offset: u32) -> Result<u32, Invalid> {
        if !offset.is_multiple_of(4) {
            return Err(Invalid::Offset(offset));
        }
        match offset {
            0 => Ok(self.number),
            4 => Ok(self.arch.audit()),
            // The instruction pointer, which no runtime's filter asks for.
            8 | 12 => Ok(0),
            _ => {
                let at = offset - 16;
                let arg = self.args.get((at / 8) as usize).ok_or(Invalid::Offset(offset))?;
                let is_second = at % 8 == 4;
                let is_high = is_second != self.arch.is_big_endian();
                Ok(if is_high { (arg >> 32) as u32 } else { *arg as u32 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Instruction, Invalid, read, run};
    use crate::action::Action;
    use crate::arch::Arch;

    fn of(program: &[(u16, u8, u8, u32)]) -> Vec<Instruction> {
        let instruction = |&(code, jt, jf, k): &(u16, u8, u8, u32)| Instruction { code, jt, jf, k };
        program.iter().map(instruction).collect()
    }

    #[test]
    fn halves_stand_in_the_order_of_the_architecture() {
        // The word at byte 16: the low half of argument 0 on x86_64, the high one on s390x.
        let program =
            of(&[(0x20, 0, 0, 16), (0x15, 0, 1, 7), (0x06, 0, 0, 0x7fff_0000), (0x06, 0, 0, 0)]);
        let args = [7, 0, 0, 0, 0, 0];
        assert_eq!(run(&program, Arch::X86_64, 1, &args), Ok(Action::Allow));
        assert_eq!(run(&program, Arch::S390x, 1, &args), Ok(Action::KillThread));
        assert_eq!(run(&program, Arch::S390x, 1, &[7 << 32, 0, 0, 0, 0, 0]), Ok(Action::Allow));
    }

    #[test]
    fn what_the_kernel_would_refuse_is_refused() {
        let none = [0; 6];
        assert_eq!(read(&[0; 7], Arch::X86), Err(Invalid::Length));
        assert_eq!(run(&of(&[(0x05, 0, 0, 9)]), Arch::X86, 1, &none), Err(Invalid::Jump));
        assert_eq!(run(&of(&[(0x07, 0, 0, 0)]), Arch::X86, 1, &none), Err(Invalid::Code(7)));
        assert_eq!(run(&of(&[(0x20, 0, 0, 64)]), Arch::X86, 1, &none), Err(Invalid::Offset(64)));
        assert_eq!(run(&of(&[(0x20, 0, 0, 3)]), Arch::X86, 1, &none), Err(Invalid::Offset(3)));
    }
}
