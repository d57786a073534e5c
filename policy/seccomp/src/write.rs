//! A profile as text again.

use ringfence_json::Writer;

use crate::profile::{Arg, Filter, Name, Profile, Rule};

/// Writes a profile as JSON, indented by two spaces, with a line break at the end. Everything the
/// profile holds is written, whatever its dialect; keys that were not read are not.
pub fn to_json(profile: &Profile<'_>) -> String {
    let mut out = Out::default();
    out.open('{');
    if let Some(state) = &profile.state {
        out.key("state");
        out.string(state);
    }
    if let Some(base) = &profile.base {
        out.key("baseProfileName");
        out.string(&base.text);
    }
    if let Some(action) = &profile.default_action {
        out.key("defaultAction");
        out.string(&action.text);
    }
    if let Some(errno) = profile.default_errno_ret {
        out.key("defaultErrnoRet");
        out.number(errno);
    }
    if let Some(errno) = &profile.default_errno {
        out.key("defaultErrno");
        out.string(errno);
    }
    if let Some(arches) = &profile.architectures {
        out.key("architectures");
        out.strings(arches.iter().map(|arch| &*arch.text));
    }
    arch_map(&mut out, profile);
    if let Some(flags) = &profile.flags {
        out.key("flags");
        out.strings(flags.iter().map(|flag| &*flag.text));
    }
    for (key, value) in
        [("listenerPath", &profile.listener.path), ("listenerMetadata", &profile.listener.metadata)]
    {
        if let Some(value) = value {
            out.key(key);
            out.string(&value.text);
        }
    }
    out.key("syscalls");
    out.open('[');
    for one in &profile.rules {
        out.item();
        rule(&mut out, one);
    }
    out.close(']');
    out.close('}');
    out.text.push('\n');
    out.text
}

fn arch_map(out: &mut Out, profile: &Profile<'_>) {
    if profile.arch_map.is_empty() {
        return;
    }
    out.key("archMap");
    out.open('[');
    for entry in &profile.arch_map {
        out.item();
        out.open('{');
        if let Some(architecture) = &entry.architecture {
            out.key("architecture");
            out.string(&architecture.text);
        }
        out.key("subArchitectures");
        out.strings(entry.sub.iter().map(|arch| &*arch.text));
        out.close('}');
    }
    out.close(']');
}

fn rule(out: &mut Out, rule: &Rule<'_>) {
    out.open('{');
    if let Some(Name { text, .. }) = &rule.name {
        out.key("name");
        out.string(text);
    }
    if !rule.names.is_empty() || rule.name.is_none() {
        out.key("names");
        out.strings(rule.names.iter().map(|name| &*name.text));
    }
    if let Some(action) = &rule.action {
        out.key("action");
        out.string(&action.text);
    }
    if let Some(errno) = rule.errno_ret {
        out.key("errnoRet");
        out.number(errno);
    }
    if let Some(errno) = &rule.errno {
        out.key("errno");
        out.string(errno);
    }
    if !rule.args.is_empty() {
        out.key("args");
        out.open('[');
        for one in &rule.args {
            out.item();
            arg(out, one);
        }
        out.close(']');
    }
    if let Some(comment) = &rule.comment {
        out.key("comment");
        out.string(comment);
    }
    for (key, filter) in [("includes", &rule.includes), ("excludes", &rule.excludes)] {
        if !filter.is_empty() {
            out.key(key);
            conditions(out, filter);
        }
    }
    out.close('}');
}

fn arg(out: &mut Out, arg: &Arg<'_>) {
    out.open('{');
    out.key("index");
    out.number(arg.index);
    out.key("value");
    out.number(arg.value);
    if arg.value_two != 0 {
        out.key("valueTwo");
        out.number(arg.value_two);
    }
    if let Some(op) = &arg.op {
        out.key("op");
        out.string(&op.text);
    }
    out.close('}');
}

fn conditions(out: &mut Out, filter: &Filter<'_>) {
    out.open('{');
    for (key, words) in [("caps", &filter.caps), ("arches", &filter.arches)] {
        if !words.is_empty() {
            out.key(key);
            out.strings(words.iter().map(|word| &**word));
        }
    }
    if let Some(kernel) = &filter.min_kernel {
        out.key("minKernel");
        out.string(&kernel.text);
    }
    out.close('}');
}

/// Indented JSON, front to back.
#[derive(Default)]
struct Out {
    text: String,
    depth: usize,
    is_first: bool,
}

impl Out {
    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
        self.is_first = true;
    }

    fn close(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        if !self.is_first {
            self.line();
        }
        self.text.push(bracket);
        self.is_first = false;
    }

    fn item(&mut self) {
        if !self.is_first {
            self.text.push(',');
        }
        self.line();
        self.is_first = false;
    }

    fn line(&mut self) {
        self.text.push('\n');
        (0..self.depth).for_each(|_| self.text.push_str("  "));
    }

    fn key(&mut self, key: &str) {
        self.item();
        self.string(key);
        self.text.push_str(": ");
    }

    fn strings<'s>(&mut self, words: impl Iterator<Item = &'s str>) {
        self.open('[');
        for word in words {
            self.item();
            self.string(word);
        }
        self.close(']');
    }

    fn number(&mut self, number: u64) {
        self.text.push_str(&number.to_string());
    }

    fn string(&mut self, text: &str) {
        let mut quoted = Writer::default();
        quoted.string(text);
        self.text.push_str(&quoted.finish());
    }
}
