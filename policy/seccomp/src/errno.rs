//! Errno by name and number. Source: asm-generic/errno-base.h and asm-generic/errno.h, which every
//! architecture of the table shares.

/// Names by number from 1 on; gaps are empty.
const NAMES: &str = "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM \
    EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY \
    ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS \
    ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE \
    EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE \
    ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG \
    ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ \
    EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT \
    EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET \
    ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH \
    EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM \
    EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE \
    ERFKILL EHWPOISON";

/// EPERM: what runtimes answer where a profile does not say.
pub(crate) const EPERM: u16 = 1;
/// ENOSYS: there is no such call.
pub(crate) const ENOSYS: u16 = 38;

/// The number of an errno given by name or as digits.
pub(crate) fn number(text: &str) -> Option<u64> {
    let name = match text {
        "EWOULDBLOCK" => "EAGAIN",
        "EDEADLOCK" => "EDEADLK",
        "ENOTSUP" => "EOPNOTSUPP",
        other => other,
    };
    let at = NAMES.split_ascii_whitespace().position(|known| known == name && known != "-");
    at.map_or_else(|| text.parse().ok(), |at| Some(at as u64 + 1))
}

/// The name of an errno; empty for a number that has none.
pub(crate) fn name(number: u16) -> &'static str {
    let at = usize::from(number).checked_sub(1);
    let name = at.and_then(|at| NAMES.split_ascii_whitespace().nth(at));
    name.filter(|name| *name != "-").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{name, number};

    #[test]
    fn names_stand_at_their_numbers() {
        for (text, expected) in [
            ("EPERM", 1),
            ("EINVAL", 22),
            ("ENOSYS", 38),
            ("ENOMSG", 42),
            ("ENOTSUP", 95),
            ("EHWPOISON", 133),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        assert_eq!(number("38"), Some(38));
        assert_eq!(number("-"), None);
        assert_eq!(name(38), "ENOSYS");
        assert_eq!((name(0), name(41), name(999)), ("", "", ""));
    }
}
