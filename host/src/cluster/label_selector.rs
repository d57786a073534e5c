//! Label selectors: as text, as `kubectl get -l` takes them, and as an object, as
//! ClusterRoles aggregate by.
//!
//! Source: apimachinery's `labels.Parse` and `metav1.LabelSelectorAsSelector`.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::vec::IntoIter;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Requirements that all have to hold; none selects everything.
pub(super) struct LabelSelector(Vec<Requirement>);

struct Requirement {
    key: String,
    operator: Operator,
}

enum Operator {
    Absent,
    GreaterThan(i64),
    In(BTreeSet<String>),
    LessThan(i64),
    NotIn(BTreeSet<String>),
    Present,
}

impl LabelSelector {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text).into_iter().peekable() };
        parser
            .selector()
            .map_err(|error| format!("unable to parse label selector `{text}`: {error}"))
    }

    /// The selector of an object with `matchLabels` and `matchExpressions`.
    pub(super) fn of_object(object: &Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Object {
            #[serde(default)]
            match_labels: Option<Map<String, Value>>,
            #[serde(default)]
            match_expressions: Option<Vec<Expression>>,
        }
        #[derive(Deserialize)]
        struct Expression {
            key: String,
            operator: String,
            #[serde(default)]
            values: BTreeSet<String>,
        }
        let object = Object::deserialize(object).map_err(|error| error.to_string())?;
        let labels = object.match_labels.unwrap_or_default().into_iter().map(|(key, value)| {
            let value = value.as_str().ok_or("a value of matchLabels is no text")?;
            Ok(Requirement { key, operator: Operator::In([value.to_owned()].into()) })
        });
        let expressions = object.match_expressions.unwrap_or_default().into_iter().map(|it| {
            let operator = match &*it.operator {
                "In" => Operator::In(it.values),
                "NotIn" => Operator::NotIn(it.values),
                "Exists" => Operator::Present,
                "DoesNotExist" => Operator::Absent,
                other => return Err(format!("`{other}` is no operator of matchExpressions")),
            };
            Ok(Requirement { key: it.key, operator })
        });
        labels.chain(expressions).collect::<Result<_, String>>().map(Self)
    }

    /// Whether the labels of an object satisfy all.
    pub(super) fn matches(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        self.0.iter().all(|requirement| {
            let value = labels.and_then(|labels| labels.get(&requirement.key)?.as_str());
            requirement.operator.holds(value)
        })
    }
}

impl Operator {
    fn holds(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self {
            Self::Absent => value.is_none(),
            Self::GreaterThan(bound) => number().is_some_and(|number| number > *bound),
            Self::In(values) => value.is_some_and(|value| values.contains(value)),
            Self::LessThan(bound) => number().is_some_and(|number| number < *bound),
            Self::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Self::Present => value.is_some(),
        }
    }
}

/// `(`, `)`, `,`, `!`, `!=`, `=`, `==`, `<`, `>`, or a word.
type Token = String;

const SPECIAL: &str = "()!=<>,";

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(first) = rest.chars().next() else {
            return tokens;
        };
        let length = if !SPECIAL.contains(first) {
            rest.find(|letter| SPECIAL.contains(letter) || " \t\r\n".contains(letter))
                .unwrap_or(rest.len())
        } else if rest.starts_with("==") || rest.starts_with("!=") {
            2
        } else {
            1
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after;
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
}

impl Parser {
    fn selector(&mut self) -> Result<LabelSelector, String> {
        let mut requirements = Vec::new();
        while self.tokens.peek().is_some() {
            requirements.push(self.requirement()?);
            match self.tokens.next().as_deref() {
                None => break,
                Some(",") if self.tokens.peek().is_some() => {}
                Some(",") => return Err("a requirement is missing after `,`".into()),
                Some(other) => return Err(format!("found `{other}`, expected `,` or the end")),
            }
        }
        Ok(LabelSelector(requirements))
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let absent = self.tokens.next_if(|token| token == "!").is_some();
        let key = self.word()?;
        check_key(&key)?;
        if absent {
            return Ok(Requirement { key, operator: Operator::Absent });
        }
        if self.tokens.peek().is_none_or(|token| token == ",") {
            return Ok(Requirement { key, operator: Operator::Present });
        }
        let operator = match self.tokens.next().as_deref() {
            Some("=" | "==") => Operator::In([self.value()?].into()),
            Some("!=") => Operator::NotIn([self.value()?].into()),
            Some("in") => Operator::In(self.values()?),
            Some("notin") => Operator::NotIn(self.values()?),
            Some(">") => Operator::GreaterThan(self.number()?),
            Some("<") => Operator::LessThan(self.number()?),
            other => {
                let found = other.unwrap_or_default();
                return Err(format!("found `{found}`, expected in, notin, =, ==, !=, >, <"));
            }
        };
        Ok(Requirement { key, operator })
    }

    fn word(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(word) if !word.starts_with(|letter| SPECIAL.contains(letter)) => Ok(word),
            found => Err(format!("found `{}`, expected a word", found.unwrap_or_default())),
        }
    }

    /// A value, which may be empty.
    fn value(&mut self) -> Result<String, String> {
        if self.tokens.peek().is_none_or(|token| token == ",") {
            return Ok(String::new());
        }
        let value = self.word()?;
        check_value(&value)?;
        Ok(value)
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        value.parse().map_err(|_| format!("`{value}` is no integer, and < and > want one"))
    }

    /// Values in parentheses. Where one is left out it is the empty one.
    fn values(&mut self) -> Result<BTreeSet<String>, String> {
        let mut values = BTreeSet::new();
        let mut next = || self.tokens.next().ok_or("a `)` is missing");
        let first = next()?;
        if first != "(" {
            return Err(format!("found `{first}`, expected `(`"));
        }
        let mut last = String::new();
        loop {
            match next()? {
                end if end == "," || end == ")" => {
                    check_value(&last)?;
                    values.insert(std::mem::take(&mut last));
                    if end == ")" {
                        return Ok(values);
                    }
                }
                word if last.is_empty() && !word.starts_with(|it| SPECIAL.contains(it)) => {
                    last = word;
                }
                other => return Err(format!("found `{other}`, expected `,` or `)`")),
            }
        }
    }
}

/// A label key: a name of at most 63 characters, after a DNS name and `/` perhaps.
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) =
        key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_dns = |prefix: &str| {
        prefix.len() <= 253
            && prefix.split('.').all(|label| {
                is_name(label, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit(), b"-")
            })
    };
    if prefix.is_none_or(is_dns) && name.len() <= 63 && is_name(name, letter_or_digit, b"-_.") {
        Ok(())
    } else {
        Err(format!("`{key}` is no label key"))
    }
}

fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() || (value.len() <= 63 && is_name(value, letter_or_digit, b"-_.")) {
        Ok(())
    } else {
        Err(format!("`{value}` is no label value"))
    }
}

fn letter_or_digit(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Whether `text` begins and ends with an outer byte and has these or `inner` ones
/// between.
fn is_name(text: &str, outer: impl Fn(&u8) -> bool, inner: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(&outer)
        && bytes.last().is_some_and(&outer)
        && bytes.iter().all(|byte| outer(byte) || inner.contains(byte))
}
