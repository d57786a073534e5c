use super::*;
use crate::repository;

fn read(text: &str) -> (Vec<Marked>, Vec<String>) {
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    marked(Path::new("docs/page.md"), text, &mut found, &mut mistakes);
    (found, mistakes)
}

#[test]
fn marked_blocks_are_taken() {
    let (found, mistakes) = read(
        "# Title\n<!-- test -->\n```sh\ncargo xtask demo\ntrue\n```\n\n- a\n\n  <!-- test: exit 1 -->\n  ```sh\n  false\n  ```\n",
    );
    assert_eq!(mistakes, [""; 0]);
    let taken: Vec<_> = found.iter().map(|block| (block.at(), block.script.as_str())).collect();
    assert_eq!(
        taken,
        [
            ("docs/page.md:3".to_owned(), "cargo xtask demo\ntrue"),
            ("docs/page.md:11".to_owned(), "false")
        ]
    );
}

#[test]
fn what_is_not_marked_is_told_with_its_line() {
    for (text, line, what) in [
        ("\n```sh\ntrue\n```\n", 2, "nothing runs"),
        ("\n```console\n$ true\n```\n", 2, "nothing runs"),
        ("<!-- test -->\n```console\n$ true\n```\n", 2, "without prompts"),
        ("<!-- test -->\n\n```sh\ntrue\n```\n", 1, "not on the line before"),
        ("<!-- test -->\n```yaml\na: b\n```\n", 2, "which nobody runs"),
        ("<!-- test: exti 1 -->\n```sh\ntrue\n```\n", 2, "is no mark"),
        ("Text.\n\n    ringfence check\n", 3, "an indented block"),
        ("```\nringfence check\n```\n", 1, "without a language"),
    ] {
        let (_, mistakes) = read(text);
        let start = format!("docs/page.md:{line}: ");
        assert!(
            mistakes.iter().any(|it| it.starts_with(&start) && it.contains(what)),
            "{text}{mistakes:#?}"
        );
    }
}

#[test]
fn a_test_that_is_named_has_to_be_there_and_to_read_the_page() {
    let root = repository::root().expect("the root");
    let here = "xtask/src/documented/tests.rs";
    let page = Path::new("docs/page.md");
    let runs = |file: &str, name: &str| runs(&root, page, file, name);
    runs(here, "marked_blocks_are_taken").expect("it is there");
    assert!(runs(here, "no_such_test").is_err());
    assert!(runs("xtask/src/no.rs", "a").is_err());
    runs(".ci/run", "exec cargo xtask test").expect("it is there");
    let error = runs("host-test/tests/shell.rs", "bash_completes").expect_err("another page");
    assert!(error.to_string().contains("does not read docs/page.md"), "{error}");
}

/// A page that is new or changed is told of by `cargo test`, before the step runs anything.
#[test]
fn every_block_of_the_repository_is_marked() {
    let shell = repository::shell().expect("a shell");
    let found = collect(&shell).expect("marks");
    assert!(found.len() > 60, "{}", found.len());
    let known = ["helm", "node", "openssl", "ringfence-provider"];
    for block in found {
        let Mark::Test(orders) = &block.mark else { continue };
        let is_known = |need: &String| known.contains(&need.as_str()) || need.starts_with("port ");
        assert!(orders.needs.iter().all(is_known), "{}: {:?}", block.at(), orders.needs);
        if let Some(folder) = &orders.folder {
            let script = format!("xtask/src/documented/folders/{folder}.sh");
            assert!(shell.path_exists(&script), "{}: there is no {script}", block.at());
        }
    }
}
