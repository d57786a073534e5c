//! What is wrong with options, in one line: how they are used is told by `--help`.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::config::variable;

/// What is wrong, and how to mend it.
pub(crate) fn line(error: &clap::Error) -> String {
    let arguments = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(arguments)) => &arguments[..],
        Some(ContextValue::String(argument)) => std::slice::from_ref(argument),
        _ => &[],
    };
    if error.kind() == ErrorKind::MissingRequiredArgument && !arguments.is_empty() {
        let given = |name: &String| format!("give {name}, or {} in the environment", named(name));
        let given: Vec<_> = arguments.iter().map(given).collect();
        return format!("options are missing: {}", given.join("; "));
    }
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .map(|line| line.trim_start_matches("error: "));
    let mut line = lines.collect::<Vec<_>>().join("; ");
    if let [argument] = arguments
        && error.kind() != ErrorKind::UnknownArgument
        && argument.starts_with("--")
    {
        line += &format!("; it may come from {} in the environment", named(argument));
    }
    line + "; see --help"
}

/// The variable of an option as clap writes it, `--tls-cert <FILE>`.
fn named(argument: &str) -> String {
    variable(argument.split([' ', '=']).next().unwrap_or_default())
}
