//! The tree of whole, broken and templated texts, as an outline that people can read.

use super::{Pair, SyntaxTree, Value, ValueKind};
use crate::template::lexer::{Comments, lex};
use std::fmt::Write;

fn outline(text: &str) -> String {
    let tree = SyntaxTree::new(text, &lex(text, Comments::Toml));
    let mut out = String::new();
    for table in &tree.tables {
        if let Some(header) = &table.header {
            let path: Vec<&str> = header.path.iter().map(|part| part.text.as_str()).collect();
            let mark = if header.is_array { "[[]]" } else { "[]" };
            writeln!(out, "{mark} {} <{}>", path.join(" . "), header.span.slice(text).unwrap()).unwrap();
        }
        for pair in &table.pairs {
            writeln!(out, "  {}", pair_outline(text, pair)).unwrap();
        }
    }
    for comment in &tree.comments {
        writeln!(out, "comment {}", comment.slice(text).unwrap()).unwrap();
    }
    out
}

fn pair_outline(text: &str, pair: &Pair) -> String {
    let key: Vec<&str> = pair.key.iter().map(|part| part.text.as_str()).collect();
    let value = match (&pair.value, pair.equals) {
        (Some(value), _) => value_outline(text, value),
        (None, Some(_)) => "= ?".to_owned(),
        (None, None) => "?".to_owned(),
    };
    format!("{} → {value}", key.join(" . "))
}

fn value_outline(text: &str, value: &Value) -> String {
    match &value.kind {
        ValueKind::String { content } => format!("“{}”", content.slice(text).unwrap()),
        ValueKind::Bare => value.span.slice(text).unwrap().to_owned(),
        ValueKind::Array { items, closed } => {
            let items: Vec<String> = items.iter().map(|item| value_outline(text, item)).collect();
            format!("[{}{}", items.join(", "), if *closed { "]" } else { " …open" })
        }
        ValueKind::InlineTable { pairs, closed } => {
            let pairs: Vec<String> = pairs.iter().map(|pair| pair_outline(text, pair)).collect();
            format!("{{{}{}", pairs.join(", "), if *closed { "}" } else { " …open" })
        }
    }
}

#[test]
fn a_whole_file() {
    let text = "top = 1 # one\n[meta]\nname = \"a\"\na.\"b c\".d = [1, { x = 'y' }]\n\n[[expect.span]]\nname = \"\"\"x\n[no]\n\"\"\"\n";
    insta::assert_snapshot!(outline(text), @r#"
      top → 1
    [] meta <[meta]>
      name → “a”
      a . b c . d → [1, {x → “y”}]
    [[]] expect . span <[[expect.span]]>
      name → “x
    [no]
    ”
    comment # one
    "#);
}

#[test]
fn what_is_left_open_ends_at_the_next_header() {
    let text = "[a]\nlist = [\n  \"x\",\n[b.c]\ny = { z = 1,\n[[d]]\nname = \"un\nport = \n[e.\nk\n";
    insta::assert_snapshot!(outline(text), @r#"
    [] a <[a]>
      list → [“x” …open
    [] b . c <[b.c]>
      y → {z → 1 …open
    [[]] d <[[d]]>
      name → “un”
      port → = ?
    [] e <[e.>
      k → ?
    "#);
}

#[test]
fn nested_lists_are_no_headers() {
    let text = "must_include = [\n  [\"a\", \"b\"],\n  [\"c\"]\n]\n[x]\n";
    insta::assert_snapshot!(outline(text), @r#"
      must_include → [[“a”, “b”], [“c”]]
    [] x <[x]>
    "#);
}

#[test]
fn tags_are_opaque() {
    let text = "{% for s in services %}\n[services.{{ s.name }}]\nimage = {{ image | toml }} {# why #}\nports = [{% for p in s.ports %}{{ p }}, {% endfor %}]\n\
        name = \"é {{ \"x\" }} # no\"\n{% endfor %}\n{% if a %}b = 1{% else %}b = 2{% endif %}\n{% raw %}c = \"{{ raw }}\"{% endraw %}\n";
    insta::assert_snapshot!(outline(text), @r#"
    [] services . {{ s.name }} <[services.{{ s.name }}]>
      image → {{ image | toml }}
      ports → [{{ p }}]
      name → “é {{ "x" }} # no”
      b → 1
      b → 2
      c → “{{ raw }}”
    "#);
}

proptest::proptest! {
    #[test]
    fn any_text_gives_a_tree_that_tiles_it(text in "([a-c=\\[\\]{}\"'#.,\\n %é-]|\\{\\{|\\}\\}|\\{% if x %\\}|\"\"\")*") {
        let tree = SyntaxTree::new(&text, &lex(&text, Comments::Toml));
        let mut at = 0;
        for table in &tree.tables {
            proptest::prop_assert_eq!(table.span.start, at);
            at = table.span.end;
            for pair in &table.pairs {
                proptest::prop_assert!(table.span.covers(pair.span));
                proptest::prop_assert!(pair.span.slice(&text).is_some());
            }
        }
        proptest::prop_assert_eq!(at, text.len());
    }
}
