//! Signature help: the parameters of the call that a place of a template lies in, and which of them is being written.

use super::DocumentView;
use super::calls::{self, Callable};
use super::cursor::Cursor;
use super::names::NameKind;
use crate::text::Span;

/// How something is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The whole, as people read it: `m::span(name, kind=none)`.
    pub label: String,
    /// What it does, in Markdown.
    pub documentation: Option<String>,
    /// The parameters, as places of the label.
    pub parameters: Vec<ParameterHelp>,
    /// The parameter that is being written; `None` where the call gives more than there are.
    pub active: Option<usize>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterHelp {
    /// Its place in the label, in bytes.
    pub label: Span,
    /// What is to be said about it.
    pub documentation: String,
}

/// The call at `offset`; `None` outside of calls and in those of what is not known.
pub fn signature_help(view: &DocumentView, offset: usize) -> Option<SignatureHelp> {
    let Cursor::Template { token, .. } = Cursor::at(view, offset) else { return None };
    let call = calls::call_at(view.text(), token, offset)?;
    let callable = calls::callable(view, &call.callee)?;
    let given: Vec<usize> = (0..call.active).filter_map(|index| callable.parameter_of(&call, index)).collect();
    let active = match callable.parameter_of(&call, call.active) {
        // An argument that is only begun, behind others with keywords, may be for any that is left.
        parameter if is_begun(&call) && parameter.is_none_or(|it| given.contains(&it)) => {
            (0..callable.parameters.len()).find(|index| !given.contains(index))
        }
        parameter => parameter,
    };
    let mut label = match &call.callee {
        NameKind::Macro { namespace, .. } => format!("{namespace}::{}(", callable.name),
        NameKind::Filter(_) => format!("| {}(", callable.name),
        NameKind::Test(_) => format!("is {}(", callable.name),
        _ => format!("{}(", callable.name),
    };
    let parameters = parameters(&callable, &mut label);
    label.push(')');
    Some(SignatureHelp { label, documentation: callable.documentation, parameters, active })
}

fn is_begun(call: &calls::Call) -> bool {
    call.arguments.get(call.active).is_none_or(|argument| argument.name.is_none() && argument.span.is_empty())
}

/// Writes the parameters into the label.
fn parameters(callable: &Callable, label: &mut String) -> Vec<ParameterHelp> {
    let mut parameters = Vec::new();
    for (index, parameter) in callable.parameters.iter().enumerate() {
        if index > 0 {
            label.push_str(", ");
        }
        let start = label.len();
        label.push_str(&parameter.usage());
        let mut documentation = match &parameter.default {
            Some(default) => format!("`{default}` where it is left out"),
            None if parameter.is_required => "must be given".to_owned(),
            None => "may be left out".to_owned(),
        };
        if !parameter.aliases.is_empty() {
            documentation.push_str(&format!("; also `{}`", parameter.aliases.join("`, `")));
        }
        parameters.push(ParameterHelp { label: Span::new(start, label.len()), documentation });
    }
    parameters
}
