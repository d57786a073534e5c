//! What the comment before a block says of it.

use anyhow::{Context, Result, bail, ensure};

/// Who runs a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// This step.
    Test(Orders),
    /// A test or a step: a file below the root, and a name in it.
    RunBy { file: String, name: String },
    /// Nobody, for this reason.
    NotRun(String),
}

/// How this step runs a block.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Orders {
    /// The exit code that it has to end with.
    pub(super) exit: i32,
    /// The script that fills the folder it runs in; the root of the repository if none.
    pub(super) folder: Option<String>,
    /// What has to be there.
    pub(super) needs: Vec<String>,
    /// It is interrupted once a line of its output contains this.
    pub(super) until: Option<String>,
}

impl Mark {
    /// Reads a comment, `<!-- … -->`; nothing when it is no mark.
    pub(super) fn parse(comment: &str) -> Result<Option<Self>> {
        let comment = comment.trim();
        let inside = comment.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
        let Some(inside) = inside.map(str::trim) else { return Ok(None) };
        if inside == "test" {
            return Ok(Some(Self::Test(Orders::default())));
        }
        let (key, value) = inside.split_once(':').unwrap_or((inside, ""));
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let mark = match key.trim() {
            "test" => Self::Test(Orders::parse(&value).with_context(|| {
                format!("{comment} is no mark: write <!-- test --> or <!-- test: exit 1 -->")
            })?),
            "run by" => {
                let (file, name) = value
                    .split_once("::")
                    .with_context(|| format!("{comment} is no mark: write run by: PATH::NAME"))?;
                ensure!(!name.is_empty(), "{comment} names no test");
                Self::RunBy { file: file.to_owned(), name: name.to_owned() }
            }
            "not run" => {
                ensure!(!value.is_empty(), "{comment} gives no reason");
                Self::NotRun(value)
            }
            // One that forgot its colon would be read past.
            other if ["run by ", "not run "].iter().any(|key| other.starts_with(key)) => {
                bail!("{comment} is no mark: a colon is missing")
            }
            _ => return Ok(None),
        };
        Ok(Some(mark))
    }
}

impl Orders {
    fn parse(text: &str) -> Result<Self> {
        let mut orders = Self::default();
        for order in text.split(',').map(str::trim) {
            let (key, value) = order.split_once(' ').with_context(|| format!("`{order}`"))?;
            let value = value.trim().to_owned();
            match key {
                "exit" => orders.exit = value.parse().with_context(|| format!("`{order}`"))?,
                "in" => orders.folder = Some(value),
                "needs" => orders.needs.push(value),
                "until" => orders.until = Some(value),
                _ => bail!("`{key}` is none of exit, in, needs, until"),
            }
        }
        Ok(orders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_other_comments() {
        for other in ["<!-- testing is good -->", "<!-- prettier-ignore -->", "<b>test</b>"] {
            assert_eq!(Mark::parse(other).unwrap(), None, "{other}");
        }
        assert_eq!(Mark::parse("<!-- test -->\n").unwrap(), Some(Mark::Test(Orders::default())));
        let orders = Orders {
            exit: 1,
            folder: Some("team".to_owned()),
            needs: vec!["helm".to_owned(), "port 8443".to_owned()],
            until: Some("until ctrl-c".to_owned()),
        };
        let text =
            "<!-- test: exit 1, in team, needs helm, needs port 8443, until until ctrl-c -->";
        assert_eq!(Mark::parse(text).unwrap(), Some(Mark::Test(orders)));
        let by = Mark::RunBy { file: "a/b.rs".to_owned(), name: "c".to_owned() };
        assert_eq!(Mark::parse("<!-- run by: a/b.rs::c -->").unwrap(), Some(by));
        let not = Mark::NotRun("takes: minutes".to_owned());
        assert_eq!(Mark::parse("<!-- not run: takes:\nminutes -->").unwrap(), Some(not));
    }

    #[test]
    fn half_a_mark_is_an_error() {
        for wrong in [
            "<!-- test: exti 1 -->",
            "<!-- test: exit one -->",
            "<!-- test: -->",
            "<!-- run by a/b.rs -->",
            "<!-- run by: a/b.rs -->",
            "<!-- run by: a/b.rs:: -->",
            "<!-- not run: -->",
            "<!-- not run because -->",
        ] {
            assert!(Mark::parse(wrong).is_err(), "{wrong}");
        }
    }
}
