//! Random templates: the map is exact, and what is rendered is what Tera renders.
//!
//! A few hundred templates by default; `CLNRM_CASES=100000 cargo test --release --test source_map` for the long run.

use std::fmt::Write as _;
use std::sync::Arc;

use clnrm_lsp::template::language;
use clnrm_lsp::template::variables::{DefinedValue, Definition, FileVariables, Sources};
use clnrm_lsp::template::{
    FileId, FileSpan, LoadError, ProblemKind, RenderInput, SourceFile, TemplateEngine, TemplateLoader, Variables,
    Verification,
};
use clnrm_lsp::text::Span;
use tera::Value;

/// The number of templates.
fn cases() -> u64 {
    std::env::var("CLNRM_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

struct Files(Vec<(&'static str, String)>);

impl TemplateLoader for Files {
    fn load(&self, name: &str, _: &SourceFile) -> Result<SourceFile, LoadError> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        let missing = || LoadError::NotFound { searched: Vec::new(), existing: Vec::new() };
        found.map(|(name, text)| file(name, text)).ok_or_else(missing)
    }
}

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), path: None, text: Arc::from(text) }
}

fn variables() -> Variables {
    let table: tera::value::Map =
        [("k1", "v1"), ("k2", "v2")].map(|(key, value)| (key.into(), value.into())).into_iter().collect();
    let vars = [
        ("service", Value::from("api")),
        ("items", Value::from(vec!["a", "b"])),
        ("table", Value::from(table)),
        ("flag", Value::from(true)),
        ("n", Value::from(3)),
        ("pairs", Value::from(vec![vec!["p", "c"], vec!["q", "d"]])),
    ];
    let define = |(name, value): (&str, Value)| Definition {
        path: vec![name.to_owned()],
        value: DefinedValue::Toml(value),
        span: Span::default(),
    };
    let file = FileVariables { vars: vars.map(define).into(), ..FileVariables::default() };
    Variables::resolve(&Sources { file: Some(&file), ..Sources::default() })
}

/// Where a piece of template stands, which decides what may stand in it.
#[derive(Clone, Copy, Default)]
struct Place {
    /// In a macro only its parameter `x` is visible.
    in_macro: bool,
    /// Blocks and components with a body don't nest in captured output here.
    captured: bool,
    depth: u32,
}

/// Writes random templates that render without mistakes.
struct Generator {
    state: u64,
    /// Whether the dialect may be used, which Tera does not read.
    dialect: bool,
}

impl Generator {
    fn new(seed: u64, dialect: bool) -> Self {
        Self { state: 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed + 1) | 1, dialect }
    }

    /// A number below `end` (xorshift: the same on every machine).
    fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn dash(&mut self) -> &'static str {
        if self.below(4) == 0 { "-" } else { "" }
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(4) {
            text.push_str(self.one(&[
                "a = 1\n",
                "  \n",
                "\n\n",
                " x",
                "[t]\n",
                "{ y = { z = 1 } }",
                "é→ü ",
                "\t",
                "\r\n",
                "\"q\" ",
                "}} ",
                "%} ",
                "- ",
                "'",
                "{ ",
                "{",
                "\\",
                "\u{E000}",
                "\u{F8FE}",
                "\u{3000}",
                "\"\"\"\n",
            ]));
        }
        // A brace must not make a tag with what follows it.
        while text.contains("{{") || text.contains("{%") {
            text = text.replace("{{", "{ {").replace("{%", "{ %");
        }
        if text.ends_with('{') {
            text.push(' ');
        }
        text
    }

    fn expression(&mut self, place: Place) -> String {
        if place.in_macro {
            let known = ["x", "\"lit\"", "uuid_v4()", "x ~ \"s\"", "1 + 1", "\"two\nlines\""];
            return self.one(&known).to_owned();
        }
        if self.dialect && self.below(3) == 0 {
            let known = [
                "\"yes\" if flag",
                "pairs.0.1",
                "self::mac(1)",
                "self::mac(service, y=\"q\") | trim",
                "range(3) | length",
                "self::mac({\"a\": {\"b\": 2}}) | length",
                "self::two(\"z\")",
                "self::mac(\"one\n}}\", y=\"two\")",
                "[self::mac(1), \"z\"] | join(sep=\"\n\")",
                "self::mac(y=1, x=[[1, 2], [3]])",
            ];
            return self.one(&known).to_owned();
        }
        let known = [
            "service",
            "n",
            "table.k1",
            "items[0]",
            "service | upper",
            "\"lit\"",
            "'{{ s }}'",
            "n + 2",
            "service ~ \"-x\"",
            "\"a\" if flag else \"b\"",
            "missing | default(value=\"d\")",
            "items | join(sep=\"%}\")",
            "uuid_v4()",
            "{\"a\": {\"b\": 1} }[\"a\"][\"b\"]",
            "items | length",
            "[1, [2]] | length",
            "\"one\ntwo\"",
            "items | join(sep=\"\n }} \")",
            "'a\r\nb' | upper",
            "`{%\n-%}`",
            "\"q\\\"\n\\\\\" ~ service",
        ];
        self.one(&known).to_owned()
    }

    fn tag(&mut self, inside: &str) -> String {
        let (left, right) = (self.dash(), self.dash());
        format!("{{%{left} {inside} {right}%}}")
    }

    fn body(&mut self, place: Place) -> String {
        let mut body = self.text();
        for _ in 0..self.below(5) {
            body.push_str(&self.node(place));
            body.push_str(&self.text());
        }
        body
    }

    fn node(&mut self, outer: Place) -> String {
        let place = Place { depth: outer.depth + 1, ..outer };
        let captured = Place { captured: true, ..place };
        match if place.depth > 4 { self.below(4) } else { self.below(14) } {
            0 | 1 => {
                let (expression, left, right) = (self.expression(place), self.dash(), self.dash());
                format!("{{{{{left} {expression} {right}}}}}")
            }
            2 => {
                let (left, right) = (self.dash(), self.dash());
                format!("{{#{left} note {{{{ x }}}} {{% y %}}\n {right}#}}")
            }
            3 => {
                let (open, close, text) = (self.tag("raw"), self.tag("endraw"), self.text());
                format!("{open}{text}{{{{ nope }}}}{close}")
            }
            4 | 5 => {
                let condition = if place.in_macro {
                    "x"
                } else {
                    self.one(&["flag", "not flag", "missing", "n > 2", "service == \"api\"", "service == \"a\nb\""])
                };
                let (open, close) = (self.tag(&format!("if {condition}")), self.tag("endif"));
                let (elif, otherwise) = (self.tag("elif n is defined"), self.tag("else"));
                let (one, two) = (self.body(place), self.body(place));
                match self.below(3) {
                    0 => format!("{open}{one}{otherwise}{two}{close}"),
                    1 => format!("{open}{one}{elif}{two}{close}"),
                    _ => format!("{open}{one}{close}"),
                }
            }
            6 | 7 => {
                let list = if place.in_macro {
                    "[1, 2]"
                } else {
                    self.one(&["items", "[]", "[1, 2, 3]", "range(end=2)", "[\"a\n\"]"])
                };
                let (open, close, body) = (self.tag(&format!("for v in {list}")), self.tag("endfor"), self.body(place));
                let stop = [
                    "",
                    "",
                    "{% if loop.index == 2 %}{% break %}{% endif %}",
                    "{% if loop.first %}{% continue %}{% endif %}",
                ];
                let (stop, otherwise) = (self.one(&stop), self.tag("else"));
                let rest = self.body(place);
                let otherwise = if self.below(3) == 0 { otherwise + "none" } else { String::new() };
                format!("{open}{body}{{{{ v }}}}{stop}{rest}{otherwise}{close}")
            }
            8 if !place.in_macro => {
                let target = if self.dialect { self.one(&["table", "pairs", "{\"k\": 1}"]) } else { "table" };
                let (open, close) = (self.tag(&format!("for k, w in {target}")), self.tag("endfor"));
                format!("{open}{{{{ k }}}}={{{{ w }}}}{}{close}", self.body(place))
            }
            9 => {
                let (open, close) = (self.tag("filter upper"), self.tag("endfilter"));
                format!("{open}{}{close}", self.body(captured))
            }
            10 => {
                let (open, close) = (self.tag("set part"), self.tag("endset"));
                format!("{open}{}{close}{{{{ part | length }}}}:{{{{ part }}}}", self.body(captured))
            }
            11 if !place.in_macro => self.tag("include \"inc\""),
            12 if !place.in_macro && !place.captured => {
                let open =
                    self.one(&["{% <ui.box t=\"1\"> %}", "{%- <ui.box t={service}> -%}", "{% <ui.box t=\"1\n2\"> %}"]);
                format!("{open}{}{{% </ui.box> %}}", self.body(captured))
            }
            13 if !place.in_macro => "{{ <ui.box t=\"z\" /> }}".to_owned(),
            _ => String::new(),
        }
    }

    /// A document with the files that it needs.
    fn program(&mut self, inherits: bool) -> (String, Files) {
        let mut main =
            "{% component ui.box(t) %}({{ t }}|{% if body is defined %}{{ body }}{% endif %}){% endcomponent %}"
                .to_owned();
        let in_macro = Place { in_macro: true, ..Place::default() };
        if self.dialect {
            let (one, two) = (self.body(in_macro), self.body(in_macro));
            let _ = write!(main, "{{% macro mac(x, y=\"dy\") %}}{one}{{{{ y }}}}{{% endmacro %}}");
            let _ = write!(main, "{{% macro two(x) %}}{two}{{{{ self::mac(x, y=x ~ \"!\") }}}}{{% endmacro %}}");
        }
        let mut files = vec![("inc", "i{{ service }}\n{%- if flag %} {{ n }}{% endif %}\n".to_owned())];
        let place = Place::default();
        if !inherits {
            main.push_str(&self.body(place));
            main.push_str(&self.body(place));
            return (main, Files(files));
        }
        let mut parent = main;
        let mut child = "{% extends \"parent\" %}\n".to_owned();
        for name in ["one", "two", "three"] {
            let (open, close) = (self.tag(&format!("block {name}")), self.tag("endblock"));
            let _ = write!(parent, "{}{open}{}{close}", self.body(place), self.body(place));
            if self.below(3) > 0 {
                let (open, close) = (self.tag(&format!("block {name}")), self.tag("endblock"));
                let inherited = self.one(&["{{ super() }}", "{{- super() -}}", "", "", "{{ super() | upper }}"]);
                let _ = write!(child, "{open}{}{inherited}{}{close}\n  ", self.body(place), self.body(place));
            }
        }
        parent.push_str(&self.body(place));
        files.push(("parent", parent));
        (child, Files(files))
    }
}

/// What Tera itself renders from the untouched sources.
fn tera_render(main: &str, files: &Files, variables: &Variables) -> String {
    let mut tera = language::engine().clone();
    let templates = [("main", main)].into_iter().chain(files.0.iter().map(|(name, text)| (*name, text.as_str())));
    tera.add_raw_templates(templates).unwrap_or_else(|error| panic!("{error}\n{main:?}"));
    let (context, _) = variables.context([]);
    let (text, _) = language::during(&variables.state(), || tera.render("main", &context));
    text.unwrap_or_else(|error| panic!("{error}\n{main:?}"))
}

#[test]
fn random_templates_are_mapped_exactly() {
    let engine = TemplateEngine::with_verification(Verification::Always);
    let variables = variables();
    let (mut literal_bytes, mut value_bytes) = (0, 0);
    for case in 0..cases() {
        let mut generator = Generator::new(case, case % 2 == 1);
        let (main, files) = generator.program(case % 5 == 0 && !generator.dialect);
        let document = file("main", &main);
        let rendered = engine.render(RenderInput { document: &document, variables: &variables, loader: &files });
        let mistake = rendered.problems.iter().find(|problem| !matches!(problem.kind, ProblemKind::NotTera1 { .. }));
        if let Some(problem) = mistake {
            let source = &rendered.files[problem.at.file.0 as usize].text;
            let near = source.get(problem.at.span.start..).map(|text| text.chars().take(80).collect::<String>());
            panic!("case {case}: {problem:?} at {near:?} in {main:?}");
        }
        assert!(rendered.map.is_exact(), "case {case}: {main:?}");
        if !generator.dialect {
            assert_eq!(rendered.text, tera_render(&main, &files, &variables), "case {case}: {main:?}");
        }
        let mut values = rendered.map.values().peekable();
        let mut at = 0;
        while at < rendered.text.len() {
            let next = rendered.text[at..].chars().next().map_or(1, char::len_utf8);
            let span = Span::new(at, at + next);
            let origin = rendered.map.origin(span);
            assert!(origin.place.slice(&main).is_some(), "case {case}: {main:?}");
            if origin.literal {
                literal_bytes += next;
                assert_eq!(origin.place.slice(&main), span.slice(&rendered.text), "case {case}: {main:?}");
                assert_eq!(rendered.map.literal(span), Some(origin.place));
                let back = rendered.map.rendered(FileSpan { file: FileId::DOCUMENT, span: origin.place });
                assert!(back.contains(&span) || back.iter().any(|range| range.covers(span)), "case {case}: {main:?}");
            } else {
                value_bytes += next;
            }
            at += next;
        }
        assert!(values.by_ref().all(|value| value.rendered.slice(&rendered.text).is_some()));
    }
    println!("{} templates, {literal_bytes} literal and {value_bytes} other bytes", cases());
}

#[test]
fn random_bytes_never_panic() {
    let engine = TemplateEngine::with_verification(Verification::Always);
    let variables = variables();
    let pieces = [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        " if ",
        " else ",
        " endif ",
        " for ",
        " in ",
        " endfor ",
        " macro ",
        " endmacro ",
        " block ",
        " endblock ",
        " raw ",
        " endraw ",
        " set ",
        " include ",
        " extends ",
        " import ",
        " as ",
        "\"inc\"",
        "service",
        "items",
        "self::",
        "m::",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "`",
        "\\",
        "\n",
        "\r\n",
        "#",
        "=",
        "|",
        "~",
        ".",
        ",",
        " upper",
        "x",
        "1",
        "é",
        "\u{E000}",
        "\u{0}",
        "${#A}",
        "<",
        ">",
        "/",
        "super()",
        "|length",
        "0.1",
        " is ",
        " not ",
        "**",
        "\"\"\"",
        "'''",
        "a = ",
        "[t]\n",
        "component ",
        "filter ",
    ];
    for case in 0..cases() {
        let mut generator = Generator::new(case.wrapping_mul(31), false);
        let mut source = String::new();
        for _ in 0..generator.below(40) {
            source.push_str(generator.one(&pieces));
        }
        let document = file("main", &source);
        let files = Files(vec![("inc", source.clone())]);
        let rendered = engine.render(RenderInput { document: &document, variables: &variables, loader: &files });
        assert!(rendered.map.is_exact(), "{source:?}");
        let mut before = 0;
        for span in &rendered.opaque {
            assert!(span.start >= before && span.slice(&rendered.text).is_some(), "{source:?}");
            before = span.end;
        }
        for problem in &rendered.problems {
            let text = &rendered.files[problem.at.file.0 as usize].text;
            assert!(problem.at.span.slice(text).is_some(), "{source:?}: {problem:?}");
        }
        for (at, character) in rendered.text.char_indices() {
            rendered.map.origin(Span::new(at, at + character.len_utf8()));
        }
    }
}
