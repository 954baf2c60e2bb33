//! What can be wrong with a template, in terms of the template alone. The rules of `validation` word these for people.

use super::source::FileSpan;

/// One mistake in a template, at its exact place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where: the tightest range (the name, the opening delimiter, the argument).
    pub at: FileSpan,
    /// Call sites that lead here (macro calls, includes), innermost first; empty for a mistake in the document's own text.
    pub stack: Vec<FileSpan>,
}

/// The kinds of mistakes in templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// `{{`, `{%` or `{#` without its closing delimiter; holds the opening delimiter.
    UnclosedTag {
        /// `{{`, `{%` or `{#`.
        opener: &'static str,
    },
    /// A string inside a tag without its closing quote.
    UnclosedString,
    /// `${#NAME}`: a shell length expression that opens a template comment.
    ShellLengthOpensComment,
    /// A block tag (`if`, `for`, …) that is never closed.
    UnclosedBlock {
        /// The keyword of the tag.
        keyword: String,
    },
    /// A closing or middle tag (`endif`, `else`, …) outside its block.
    StrayBlockTag {
        /// The keyword of the tag.
        keyword: String,
        /// The keyword that would fit the innermost open block.
        expected: Option<String>,
        /// Whether `expected` was meant: that block has no other end.
        is_meant: bool,
    },
    /// Any other syntax error inside a tag.
    Syntax {
        /// The engine's message, in our words.
        message: String,
    },
    /// An operator of another language (`a && b`) in a tag that can't be read because of it.
    ForeignOperator {
        /// As written.
        written: String,
        /// What is written for it here; with a blank behind it where one is needed.
        right: &'static str,
    },
    /// `{{.Name}}`: an expression of Go's templates, which many programs read.
    GoTemplate,
    /// `{% nope %}`.
    UnknownTag {
        /// The keyword as written.
        name: String,
        /// The nearest known keyword.
        suggestion: Option<String>,
    },
    /// `x | nope`.
    UnknownFilter {
        /// The name as written.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// `nope()`.
    UnknownFunction {
        /// The name as written.
        name: String,
        /// The nearest known name, or how to write what was meant (`self::nope`).
        suggestion: Option<String>,
    },
    /// `x is nope`.
    UnknownTest {
        /// The name as written.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// `m::nope()` or `nope::x()`.
    UnknownMacro {
        /// Namespace as written.
        namespace: String,
        /// Name as written.
        name: String,
        /// Whether the namespace itself was imported (or is `self`).
        namespace_known: bool,
        /// The nearest known `namespace::name`.
        suggestion: Option<String>,
    },
    /// `<nope />`.
    UnknownComponent {
        /// The name as written.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// A call argument that the macro, function or filter does not take.
    UnknownArgument {
        /// What is called.
        callee: String,
        /// The argument as written.
        name: String,
        /// The nearest known argument.
        suggestion: Option<String>,
    },
    /// More positional arguments than parameters.
    TooManyArguments {
        /// What is called.
        callee: String,
        /// How many it takes.
        takes: usize,
    },
    /// A mandatory argument that the call leaves out.
    MissingArgument {
        /// What is called.
        callee: String,
        /// The parameter.
        name: String,
    },
    /// An `import`, `include` or `extends` of a file that is nowhere to be found.
    UnknownTemplate {
        /// The name as written.
        name: String,
        /// Where it was looked for, in order, as people know these places.
        searched: Vec<String>,
        /// The nearest existing name.
        suggestion: Option<String>,
    },
    /// An `import`, `include` or `extends` that leads back to itself; holds the names along the way.
    CircularTemplate {
        /// The file names along the circle.
        path: Vec<String>,
    },
    /// A file that exists but can't be used (outside the workspace, not UTF-8, too large).
    UnreadableTemplate {
        /// The name as written.
        name: String,
        /// Why.
        reason: String,
    },
    /// A variable that is defined nowhere and not guarded by `default`, `is defined`, `or` or `?.`.
    UndefinedVariable {
        /// The path as written, up to and with the part that is missing (`vars.image`).
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// A condition asks for a variable that is defined nowhere, which it may; but the name is nearly that of one that is.
    MisspeltInCondition {
        /// The name as written.
        name: String,
        /// The known name.
        suggestion: String,
    },
    /// `env(name="X")` without a default, and `X` is not set (or hidden because the workspace is not trusted).
    UnsetEnvironmentVariable {
        /// The variable.
        name: String,
    },
    /// Rendering failed for another reason (a filter on a wrong type, `throw`, division by zero, recursion).
    RenderFailed {
        /// Why.
        message: String,
    },
    /// An argument name that this tool accepts in place of the documented one (`pick(array=…)` for `pick(list=…)`).
    ArgumentAlias {
        /// What is called.
        callee: String,
        /// The name as written.
        name: String,
        /// The documented name.
        canonical: String,
    },
    /// A construct of the dialect that the engine of clnrm 1.0 (Tera 1.20) refuses.
    NotTera1 {
        /// What is used, as a noun phrase ("positional macro arguments").
        construct: &'static str,
    },
    /// `{{ … }}` or `{% … %}` inside a TOML comment: taken as text here, but the engine of clnrm 1.0 evaluates it.
    TagInComment,
    /// Markers inside a string of a file that needs no rendering, which form no complete expression; taken as plain text.
    IncompleteExpression,
}

impl ProblemKind {
    /// Whether the template renders to what its author means all the same: the remark is about what other engines make of it.
    pub const fn is_remark(&self) -> bool {
        matches!(
            self,
            Self::TagInComment
                | Self::ShellLengthOpensComment
                | Self::ArgumentAlias { .. }
                | Self::NotTera1 { .. }
                | Self::MisspeltInCondition { .. }
        )
    }
}
