//! The documents that the benchmarks read, and the floor: what bare Tera and bare TOML need for the same text.

use std::fmt::Write as _;

/// A kind of document, written in pieces until it is as long as wanted.
pub struct Kind {
    /// What it is called in results.
    pub name: &'static str,
    /// What comes first.
    head: &'static str,
    /// A piece; `@` stands for its number.
    piece: &'static str,
    /// The head that bare Tera understands; empty where it understands `head`.
    bare_head: &'static str,
    /// The piece that bare Tera understands; empty where it understands `piece`.
    bare_piece: &'static str,
}

/// All kinds.
pub const KINDS: [Kind; 3] = [PLAIN, TEMPLATED, MACROS];

const PLAIN: Kind = Kind {
    name: "plain",
    head: "[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n",
    piece: r#"[[scenario]]
name = "scenario-@"
service = "app"
run = "sh -c 'echo @; sleep 1'"
timeout_ms = 5000

[[expect.span]]
name = "app.step-@"
kind = "internal"
attrs.all = { "step.name" = "scenario-@", "exit.code" = "0" }
duration_ms = { min = 1, max = 5000 }

"#,
    bare_head: "",
    bare_piece: "",
};

const TEMPLATED: Kind = Kind {
    name: "templated",
    head: "{% set image = \"alpine:3.20\" %}[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"{{ image }}\"\n\n",
    piece: r#"{% for shell in ["sh", "ash"] %}
[[scenario]]
name = "scenario-@-{{ shell }}"
service = "app"
run = "{{ shell }} -c 'echo @'"
{% if loop.last %}timeout_ms = 5000{% endif %}
{% endfor %}
[[expect.span]]
name = "app.step-@"
kind = "{{ "INTERNAL" | lower }}"
attrs.all = { "step.name" = "scenario-@", "exit.code" = "0" }

"#,
    bare_head: "",
    bare_piece: "",
};

const MACROS: Kind = Kind {
    name: "macros",
    head: "{% import \"_macros.toml.tera\" as m %}\n[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n[[scenario]]\nname = \"run\"\nservice = \"app\"\nrun = \"true\"\n\n",
    piece: "{{ m::span(\"app.step-@\", \"internal\", {\"step.name\": \"scenario-@\", \"exit.code\": \"0\"}) }}\n",
    bare_head: "{% component span(name, kind, attrs) %}[[expect.span]]\nname = \"{{ name }}\"\nkind = \"{{ kind }}\"\nattrs.all = { {% for k, v in attrs %}\"{{ k }}\" = \"{{ v }}\"{% if not loop.last %}, {% endif %}{% endfor %} }\n{% endcomponent span %}\n[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n[[scenario]]\nname = \"run\"\nservice = \"app\"\nrun = \"true\"\n\n",
    bare_piece: "{{<span name=\"app.step-@\" kind=\"internal\" attrs={ {\"step.name\": \"scenario-@\", \"exit.code\": \"0\"} } />}}\n",
};

impl Kind {
    /// Whether there are tags in it.
    pub fn is_template(&self) -> bool {
        self.name != PLAIN.name
    }

    /// A document of at least `size` bytes.
    pub fn text(&self, size: usize) -> String {
        written(self.head, self.piece, size, usize::MAX)
    }

    /// The same document for bare Tera, with as many pieces.
    pub fn bare_text(&self, size: usize) -> String {
        let pieces = (size.saturating_sub(self.head.len())).div_ceil(self.piece.len()).max(1);
        let head = if self.bare_head.is_empty() { self.head } else { self.bare_head };
        let piece = if self.bare_piece.is_empty() { self.piece } else { self.bare_piece };
        written(head, piece, usize::MAX, pieces)
    }
}

fn written(head: &str, piece: &str, size: usize, pieces: usize) -> String {
    let mut text = head.to_owned();
    let mut number = 0;
    while text.len() < size && number < pieces {
        let _ = write!(text, "{}", piece.replace('@', &number.to_string()));
        number += 1;
    }
    text
}

/// A bare Tera render, where the text is a template, and a bare TOML parse; `None` when either fails.
pub fn floor(text: &str, is_template: bool) -> Option<usize> {
    let parse = |text: &str| toml::de::DeTable::parse(text).ok().map(|table| table.get_ref().len());
    if !is_template {
        return parse(text);
    }
    let mut tera = tera::Tera::default();
    tera.autoescape_on(Vec::<String>::new());
    tera.add_raw_template("bench", text).ok()?;
    parse(&tera.render("bench", &tera::Context::new()).ok()?)
}
