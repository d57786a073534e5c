use container_image_dist_ref::ImgRef;
use proptest::prelude::*;

use super::{Image, ImagePattern};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn normalised(text: &str) -> Option<String> {
    Image::parse(text).map(|image| image.to_string())
}

fn pattern(text: &str) -> ImagePattern {
    ImagePattern::parse(text).expect(text)
}

#[test]
fn every_spelling_of_an_image_is_one() {
    for (text, expected) in [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("user/app", "docker.io/user/app:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/user/app", "docker.io/user/app:latest"),
        ("docker.io/library/a/b", "docker.io/library/a/b:latest"),
        ("library/nginx", "docker.io/library/nginx:latest"),
        ("localhost/x", "localhost/x:latest"),
        ("localhost", "docker.io/library/localhost:latest"),
        ("localhost:5000", "docker.io/library/localhost:5000"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
        ("registry.io/x", "registry.io/x:latest"),
        ("registry:5000/a/b:c", "registry:5000/a/b:c"),
        ("Registry/x", "Registry/x:latest"),
        ("Docker.io/x", "Docker.io/x:latest"),
        ("127.0.0.1/x", "127.0.0.1/x:latest"),
        ("[::1]/x", "[::1]/x:latest"),
        ("[2001:db8::1]:5000/x/y:1", "[2001:db8::1]:5000/x/y:1"),
        ("a__b--c/d.e", "docker.io/a__b--c/d.e:latest"),
    ] {
        assert_eq!(normalised(text).as_deref(), Some(expected), "{text}");
    }
    let both = format!("a.b/c:tag@{DIGEST}");
    assert_eq!(normalised(&both), Some(both.clone()));
    assert_eq!(normalised(&format!("c@{DIGEST}")), Some(format!("docker.io/library/c@{DIGEST}")));
}

#[test]
fn what_no_runtime_pulls_is_no_image() {
    let digest = |length| format!("a@sha256:{}", "0".repeat(length));
    let upper = format!("a@{}", DIGEST.to_uppercase());
    let (short, long) = (digest(63), digest(65));
    let (name, tag) = ("x".repeat(300), format!("a:{}", "t".repeat(129)));
    let identifier = "0".repeat(64);
    let spaced = ["", " ", " a", "a ", "a\n", &short, &long, &upper, &name, &tag, &identifier];
    let others = "?! / a/ /a a//b A a/B a: a:b:c :b a@ @ a@b é/x é a:é a..b a___b -a a- _a a_ .a a. \
                  a.-b/c a-.b/c .a/b a.b_c/d host:/x host:a/x [::1] []/x [::1/x [g]/x [::1]:/x \
                  [::1]5/x a:.b a:-b a@md5:00 a:b@";
    for text in spaced.into_iter().chain(others.split(' ')) {
        assert_eq!(normalised(text), None, "{text:?}");
    }
}

#[test]
fn a_pattern_covers_what_it_names() {
    let digest = |name: &str| format!("{name}@{DIGEST}");
    let other = format!("istio/proxyv2@sha256:{}", "0".repeat(64));
    for (text, good, bad) in [
        (
            "docker.io/library/nginx",
            &["nginx", "nginx:1", "docker.io/nginx", &*digest("nginx:1")][..],
            &["docker.io/library/nginx-evil", "evil.io/docker.io/library/nginx", "user/nginx"][..],
        ),
        ("nginx", &["library/nginx"], &["nginx/nginx", "nginx.evil.com/nginx"]),
        ("nginx:latest", &["nginx"], &["nginx:1", &*digest("nginx:latest"), &*digest("nginx")]),
        (
            "registry.io/x/*",
            &["registry.io/x/y", "registry.io/x/y/z:1"],
            &["registry.io/x", "registry.io/xy/z", "registry.io.evil.com/x/y", "registry.io/y/x/z"],
        ),
        (
            "registry.io/*",
            &["registry.io/x", "registry.io/x/y"],
            &["registry.io.evil.com/x", "registry.io:443/x", "docker.io/registry.io/x"],
        ),
        ("istio/*", &["istio/proxyv2", "docker.io/istio/a/b"], &["istio.evil.com/a", "istio"]),
        ("library/*", &["nginx"], &["user/nginx"]),
        (
            &*digest("istio/proxyv2"),
            &[&*digest("istio/proxyv2"), &*digest("docker.io/istio/proxyv2:1.2")],
            &["istio/proxyv2", "istio/proxyv2:1.2", &*other],
        ),
        (
            &*digest("istio/proxyv2:1.2"),
            &[&*digest("istio/proxyv2:1.2")],
            &[&*digest("istio/proxyv2"), &*digest("istio/proxyv2:1.3"), "istio/proxyv2:1.2"],
        ),
        ("Registry/x", &["Registry/x"], &["registry/x"]),
    ] {
        let pattern = pattern(text);
        for image in good {
            assert!(pattern.matches(image), "{text} covers {image}");
        }
        for image in bad {
            assert!(!pattern.matches(image), "{text} does not cover {image}");
        }
    }
}

#[test]
fn a_pattern_without_a_boundary_is_refused() {
    for (text, complaint) in [
        ("*", "`*` stands at the end only"),
        ("**", "`*` stands at the end only"),
        ("*/*", "`*` stands at the end only"),
        ("*/nginx", "`*` stands at the end only"),
        ("registry.io*", "`*` stands at the end only"),
        ("*.registry.io/x", "`*` stands at the end only"),
        ("registry.io/x*", "`*` stands at the end only"),
        ("registry.io/*/x", "`*` stands at the end only"),
        ("nginx:*", "`*` stands at the end only"),
        ("docker.io/*", "everybody may push"),
        ("index.docker.io/*", "everybody may push"),
        ("quay.io/*", "everybody may push"),
        ("/*", "no image reference"),
        ("", "no image reference"),
        ("registry.io/", "no image reference"),
        ("nginx:v1/*", "no image reference"),
        ("user/nginx:1/*", "no image reference"),
        ("Nginx", "no image reference"),
    ] {
        let error = ImagePattern::parse(text).expect_err(text);
        assert!(error.starts_with(complaint), "{text}: {error}");
    }
}

/// What the library says of a name, normalised by the rules for accounts and defaults.
fn oracle(text: &str) -> Option<(String, Option<String>, Option<String>)> {
    let reference = ImgRef::new(text).ok()?;
    let name = reference.name().to_str().to_owned();
    let (registry, path) = match name.split_once('/') {
        Some((first, path))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.contains(|letter: char| letter.is_ascii_uppercase()) =>
        {
            // A dot makes it a registry, so that it has to be one.
            reference.domain()?;
            (first.to_owned(), path.to_owned())
        }
        _ => ("docker.io".to_owned(), name),
    };
    let registry = if registry == "index.docker.io" { "docker.io" } else { &registry };
    let library = if registry == "docker.io" && !path.contains('/') { "library/" } else { "" };
    let digest = reference.digest().map(|digest| digest.to_str().to_owned());
    Some((format!("{registry}/{library}{path}"), reference.tag().map(str::to_owned), digest))
}

fn own(text: &str) -> Option<(String, Option<String>, Option<String>)> {
    let image = Image::read(text)?;
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some((
        format!("{}/{}", image.registry, image.repository),
        given(image.tag),
        given(image.digest),
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn it_reads_what_the_library_reads(text in "[ab0A._:/-]{0,12}") {
        prop_assert_eq!(own(&text), oracle(&text));
    }

    #[test]
    fn likely_names_are_read_alike(
        host in "(|localhost/|docker\\.io/|index\\.docker\\.io/|[a-c]{1,3}(\\.|-|:[0-9]{1,2})[a-c0-9]{0,2}/)",
        path in "[a-c0-9]{1,3}((/|\\.|_|__|-+)[a-c0-9]{1,3}){0,3}",
        tag in "(|:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,5})",
        digest in "(|@sha256:[0-9a-f]{64}|@sha512:[0-9a-f]{128})",
    ) {
        let text = format!("{host}{path}{tag}{digest}");
        prop_assert_eq!(own(&text), oracle(&text));
    }

    #[test]
    fn an_address_is_a_registry(
        address in "[0-9a-fA-F]{1,4}(:[0-9a-f]{1,4}){7}",
        port in any::<u16>(),
    ) {
        for text in [format!("[{address}]/a/b"), format!("[{address}]:{port}/a:b")] {
            prop_assert!(own(&text).is_some());
            prop_assert_eq!(own(&text), oracle(&text));
        }
    }

    #[test]
    fn an_image_covers_itself_and_is_stable(text in "[ab.:/]{1,9}") {
        if let Some(image) = normalised(&text) {
            prop_assert_eq!(normalised(&image), Some(image.clone()));
            prop_assert!(pattern(&image).matches(&text));
            prop_assert!(pattern(&text).matches(&text));
        }
    }

    #[test]
    fn a_pattern_covers_nothing_of_another_registry(
        pattern_text in "[ab]{1,2}\\.io(/[ab]{1,2}){0,2}/\\*",
        image in "[ab]{1,2}\\.io(\\.[ab])?(/[ab]{1,2}){1,3}",
    ) {
        let covered = pattern(&pattern_text).matches(&image);
        let base = pattern_text.strip_suffix('*').unwrap();
        prop_assert_eq!(covered, image.starts_with(base));
    }
}
