//! Whatever a test says about services and commands: the rules neither panic nor point beside the text, and what a fix is
//! offered for is gone when it is applied.

use proptest::prelude::*;

use super::{Finding, Fix, Level, Place, Subject, check};
use crate::config;
use crate::template::ReadingMode;
use crate::text::Span;

fn findings(text: &str) -> Vec<Finding> {
    let parsed = config::parse(text, &[], false);
    assert!(parsed.syntax.is_empty(), "this is no TOML: {:?}\n{text}", parsed.syntax);
    let subject = Subject {
        text,
        config: &parsed.config,
        syntax: &parsed.syntax,
        shape: &parsed.shape,
        template: &[],
        mode: ReadingMode::Plain,
        source_map: None,
    };
    check(&subject, Level::Structure)
}

fn parsed(place: &Place) -> Span {
    match place {
        Place::Parsed(span) => *span,
        Place::Source(place) => place.span,
    }
}

fn mended(text: &str, fix: &Fix) -> String {
    let mut mended = text.to_owned();
    for edit in fix.edits.iter().rev() {
        mended.replace_range(parsed(&edit.place).range(), &edit.text);
    }
    mended
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(values).prop_map(str::to_owned)
}

/// A list of up to three of these values.
fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(one_of(values), 0..4).prop_map(|items| format!("[{}]", items.join(", ")))
}

const NAMES: &[&str] = &[
    r#""web""#,
    r#""wbe""#,
    r#""db""#,
    r#""database""#,
    r#""databse""#,
    "'ä b'",
    r#""\u00e4 b""#,
    r#""""#,
    r#"" ""#,
    "5",
];
const COMMANDS: &[&str] = &[
    r#""echo a && echo b""#,
    r#""echo 'a' | wc""#,
    r#"'echo "a" > b'"#,
    "'echo a; b'",
    r#""echo \"ä\" 'b""#,
    r#""a \\""#,
    "'''\necho a\n&& b'''",
    r#""sh -c 'a && b'""#,
    r#""""#,
    "[]",
    "['', 'x']",
    "5",
    r#""é && \u00e9""#,
];
const IMAGES: &[&str] = &[
    r#""alpine""#,
    r#"" alpine ""#,
    r#""a b""#,
    r#""Team/App:1.0""#,
    "'r.io/Team/ä'",
    r#""a:""#,
    r#""a@b""#,
    r#""//""#,
    r#""é:\u00e9""#,
    "5",
    r#""localhost:5000/a:1""#,
];
const VOLUMES: &[&str] = &[
    r#""/a:/b""#,
    r#""a:b""#,
    r#""./é:é""#,
    r#"":""#,
    r#""::""#,
    r#""/a:/etc:ro""#,
    r#""${A:-/b}:/proc""#,
    r#"{ host_path = "x", container_path = "" }"#,
    r#""\u00e9:\u00e9""#,
    "5",
];
const PATTERNS: &[&str] = &[
    r#""a(""#,
    r#""(?=é)""#,
    r"'\1'",
    r#""\\d+""#,
    r#""\u00e9[""#,
    r"'\p{Nope}'",
    r#""a{,3}""#,
    "5",
    r#""((((((é))))))*""#,
];
const PORTS: &[&str] = &["80", "8080", "0", "70000", r#""80:8080""#, r#""8080:80/udp""#, r#""é""#, r#""::""#];
const COLLECT: &[&str] =
    &[r#""spans""#, r#""span:x""#, r#""logs:é""#, r#"":""#, r#""files:""#, r#""logs:stdot""#, r#""\u00e9:x""#, r#""""#];
const VARIABLES: &[&str] = &[
    r#""A=1""#,
    r#""A-B=é""#,
    r#""API_KEY=9f8a7d6c5b4e""#,
    r#""=""#,
    r#""é""#,
    r#""1A""#,
    r#""TOKEN=\u00e99f8a7d6c5b4e""#,
];

prop_compose! {
    fn service()(
        plugin in one_of(&[r#""generic""#, r#""postgers""#, r#""é""#, r#""""#, "5"]),
        image in prop::option::of(one_of(IMAGES)),
        ports in some_of(PORTS),
        volumes in some_of(VOLUMES),
        env in some_of(VARIABLES),
        depends_on in some_of(NAMES),
    ) -> String {
        let image = image.map(|image| format!("image = {image}\n")).unwrap_or_default();
        format!("plugin = {plugin}\n{image}ports = {ports}\nvolumes = {volumes}\nenv = {env}\ndepends_on = {depends_on}\n")
    }
}

prop_compose! {
    fn scenario()(
        name in one_of(NAMES),
        service in prop::option::of(one_of(NAMES)),
        run in prop::option::of(one_of(COMMANDS)),
        collect in some_of(COLLECT),
        depends_on in some_of(NAMES),
    ) -> String {
        let line = |key: &str, value: Option<String>| value.map(|value| format!("{key} = {value}\n")).unwrap_or_default();
        format!(
            "[[scenario]] # é\nname = {name}\n{}{}artifacts.collect = {collect}\ndepends_on = {depends_on}\n",
            line("service", service), line("run", run),
        )
    }
}

prop_compose! {
    fn step()(
        name in one_of(NAMES),
        command in one_of(COMMANDS),
        service in one_of(NAMES),
        pattern in one_of(PATTERNS),
        depends_on in some_of(NAMES),
    ) -> String {
        format!(
            "[[steps]]\nname = {name}\ncommand = {command}\nservice = {service}\nexpected_output_regex = {pattern}\n\
             depends_on = {depends_on}\n",
        )
    }
}

prop_compose! {
    fn file()(
        identity in one_of(&["", "[meta]\nname = 'é'\n", "[test]\nname = 'é'\n", "[test.metadata]\n", "[[scenarios]]\n"]),
        services in prop::collection::btree_map(one_of(&["web", "db", "database", "'ä b'"]), service(), 0..4),
        scenarios in prop::collection::vec(scenario(), 0..4),
        steps in prop::collection::vec(step(), 0..6),
        rest in one_of(&[
            "", "[assertions]\n", "[limits]\nmemory_mb = 0\n", "[report]\njson = './é'\njunit = 'é'\n",
            "[determinism]\nfreeze_clock = '2025-01-01T00:00:00'\n", "[otel]\nexporter = 'otlp'\n[vars.a.b.c.d.'é'.f]\n",
        ]),
    ) -> String {
        let services: String = services.iter().map(|(name, body)| format!("[services.{name}]\n{body}")).collect();
        format!("{identity}{services}{}{}{rest}", scenarios.concat(), steps.concat())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_finding_and_every_edit_lies_in_the_text(text in file()) {
        for finding in findings(&text) {
            let code = finding.rule.code;
            let related = finding.related.iter().map(|(place, _)| place);
            let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.place);
            for place in [&finding.place].into_iter().chain(related).chain(edits) {
                let span = parsed(place);
                prop_assert!(span.slice(&text).is_some(), "{code}: {span:?}");
            }
            for fix in &finding.fixes {
                let spans: Vec<_> = fix.edits.iter().map(|edit| parsed(&edit.place)).collect();
                prop_assert!(spans.windows(2).all(|two| two[0].end <= two[1].start), "{code}: {spans:?}");
            }
        }
    }

    #[test]
    fn a_fix_mends_what_it_is_offered_for(text in file()) {
        let before = findings(&text);
        for finding in &before {
            for fix in &finding.fixes {
                let after = findings(&mended(&text, fix));
                let count = |findings: &[Finding]| findings.iter().filter(|other| other.rule == finding.rule).count();
                prop_assert!(
                    count(&after) < count(&before),
                    "{}: `{}` does not mend it\n{}", finding.rule.code, fix.title, mended(&text, fix),
                );
            }
        }
    }
}
