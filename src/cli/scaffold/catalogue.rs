//! What can be asked for, by name.

use clap::ValueEnum;

/// Texts of `templates/`, by their place in a new project.
type Files = &'static [(&'static str, &'static str)];

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../../templates/", $path))
    };
}

/// A whole project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Project {
    /// A program that sends two spans, and what is expected of them
    #[default]
    Default,
    /// One command and what it prints; no spans
    Minimal,
    /// A template with a loop and macros
    Advanced,
    /// Two services, one of which needs the other
    Database,
    /// A server and a client in a network of their own
    Api,
}

impl Project {
    /// Its files, by their place in the project.
    pub fn files(self) -> Files {
        match self {
            Self::Default => &[
                ("cleanroom.toml", template!("projects/cleanroom.toml")),
                ("tests/basic.clnrm.toml", template!("projects/default/basic.clnrm.toml")),
                ("tests/app.sh", template!("projects/app.sh")),
            ],
            Self::Minimal => &[
                ("cleanroom.toml", template!("projects/cleanroom.toml")),
                ("tests/basic.clnrm.toml", template!("projects/minimal/basic.clnrm.toml")),
            ],
            Self::Advanced => &[
                ("cleanroom.toml", template!("projects/cleanroom.toml")),
                ("tests/greetings.clnrm.toml.tera", template!("projects/advanced/greetings.clnrm.toml.tera")),
                ("tests/app.sh", template!("projects/app.sh")),
            ],
            Self::Database => &[
                ("cleanroom.toml", template!("projects/cleanroom.toml")),
                ("tests/database.clnrm.toml", template!("projects/database/database.clnrm.toml")),
            ],
            Self::Api => &[
                ("cleanroom.toml", template!("projects/cleanroom.toml")),
                ("tests/api.clnrm.toml", template!("projects/api/api.clnrm.toml")),
                ("tests/www/index.html", template!("projects/api/www/index.html")),
            ],
        }
    }
}

/// A test of one file, to be adapted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SingleTest {
    /// Spans over OTLP
    Otel,
    /// One test for each combination of a matrix
    Matrix,
    /// Services, scenarios and expectations by macros
    #[value(alias = "macro-library")]
    Macros,
    /// Each kind of expectation once
    #[value(alias = "validation")]
    FullValidation,
    /// The same spans in every run
    Deterministic,
    /// A service that starts, works and stops in order
    LifecycleMatcher,
}

impl SingleTest {
    /// Its text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Otel => template!("tests/otel.clnrm.toml"),
            Self::Matrix => template!("tests/matrix.clnrm.toml.tera"),
            Self::Macros => template!("tests/macros.clnrm.toml.tera"),
            Self::FullValidation => template!("tests/full-validation.clnrm.toml"),
            Self::Deterministic => template!("tests/deterministic.clnrm.toml"),
            Self::LifecycleMatcher => template!("tests/lifecycle-matcher.clnrm.toml.tera"),
        }
    }
}

/// A block of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Block {
    /// `[meta]`
    Meta,
    /// `[vars]`
    Vars,
    /// `[matrix]`
    Matrix,
    /// `[otel]`
    Otel,
    /// `[service.app]`
    Service,
    /// `[[scenario]]` with one command
    Scenario,
    /// `[[scenario]]` with steps
    Steps,
    /// `[[expect.span]]`
    #[value(alias = "expect-span")]
    Span,
    /// `[expect.graph]`
    #[value(alias = "expect-graph")]
    Graph,
    /// `[expect.counts]`
    #[value(aliases = ["count", "expect-count", "expect-counts"])]
    Counts,
    /// `[[expect.window]]`
    #[value(alias = "expect-window")]
    Window,
    /// `[expect.order]`
    #[value(alias = "expect-order")]
    Order,
    /// `[expect.status]`
    #[value(alias = "expect-status")]
    Status,
    /// `[expect.hermeticity]`
    #[value(alias = "expect-hermeticity")]
    Hermeticity,
    /// `[determinism]`
    Determinism,
    /// `[limits]`
    Limits,
    /// `[report]`
    Report,
}

impl Block {
    /// Its text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Meta => template!("blocks/meta.toml"),
            Self::Vars => template!("blocks/vars.toml"),
            Self::Matrix => template!("blocks/matrix.toml"),
            Self::Otel => template!("blocks/otel.toml"),
            Self::Service => template!("blocks/service.toml"),
            Self::Scenario => template!("blocks/scenario.toml"),
            Self::Steps => template!("blocks/steps.toml"),
            Self::Span => template!("blocks/span.toml"),
            Self::Graph => template!("blocks/graph.toml"),
            Self::Counts => template!("blocks/counts.toml"),
            Self::Window => template!("blocks/window.toml"),
            Self::Order => template!("blocks/order.toml"),
            Self::Status => template!("blocks/status.toml"),
            Self::Hermeticity => template!("blocks/hermeticity.toml"),
            Self::Determinism => template!("blocks/determinism.toml"),
            Self::Limits => template!("blocks/limits.toml"),
            Self::Report => template!("blocks/report.toml"),
        }
    }

    /// The blocks that make a whole test of it, in the order of a test, itself among them.
    pub fn whole(self) -> Vec<Self> {
        let action = if self == Self::Steps { Self::Steps } else { Self::Scenario };
        let mut blocks = vec![Self::Meta];
        let before = [Self::Vars, Self::Matrix];
        let head = before.contains(&self) || self == Self::Otel;
        if head {
            blocks.push(self);
        }
        blocks.extend([Self::Service, action]);
        if !head && !blocks.contains(&self) {
            blocks.push(self);
        }
        blocks
    }
}
