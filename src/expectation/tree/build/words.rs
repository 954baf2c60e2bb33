//! Words of the format that stand for kinds, statuses, modes.

use super::{Builder, known};
use crate::config::model::{Scalar, Text};
use crate::expectation::tree::{ConstraintPath, CrossScope, OrderBasis, OrderMode, Reading, Requirement};
use crate::expectation::verdict::Reason;
use crate::trace::{SpanKind, StatusCode};

fn unknown(what: &'static str, word: &str) -> Reason {
    Reason::UnknownWord { what, word: word.to_owned() }
}

/// A span kind, by its name or number.
pub(super) fn kind(value: &Scalar) -> Result<SpanKind, Reason> {
    let kind = match value {
        Scalar::Text(text) => {
            let word = known(text)?;
            let named = SpanKind::from_name(word);
            named.or_else(|| SpanKind::from_number(word.trim().parse().ok()?)).ok_or_else(|| unknown("span kind", word))
        }
        Scalar::Integer(number) => {
            SpanKind::from_number(number.value).ok_or_else(|| unknown("span kind", &number.value.to_string()))
        }
        Scalar::Unknown(_) => Err(Reason::KnownAtRunTime),
        _ => Err(Reason::WrongType),
    }?;
    // Nobody can ask for "not told": readers take it for internal.
    if kind == SpanKind::Unspecified { Err(unknown("span kind", kind.word())) } else { Ok(kind) }
}

/// A span kind as a key.
pub(super) fn kind_named(word: Option<&str>) -> Result<SpanKind, Reason> {
    let word = word.ok_or(Reason::KnownAtRunTime)?;
    SpanKind::from_name(word).filter(|kind| *kind != SpanKind::Unspecified).ok_or_else(|| unknown("span kind", word))
}

/// A span status.
pub(super) fn status(text: &Text) -> Result<StatusCode, Reason> {
    let word = known(text)?;
    StatusCode::from_name(word).ok_or_else(|| unknown("span status", word))
}

/// `graph.scope`.
pub(super) fn scope(text: Option<&Text>) -> Result<CrossScope, Reason> {
    let Some(text) = text else { return Ok(CrossScope::default()) };
    match known(text)?.trim().to_ascii_lowercase().as_str() {
        "direct" => Ok(CrossScope::Direct),
        "descendant" => Ok(CrossScope::Descendant),
        word => Err(unknown("scope", word)),
    }
}

/// `order.mode`.
pub(super) fn mode(text: Option<&Text>) -> Result<OrderMode, Reason> {
    let Some(text) = text else { return Ok(OrderMode::default()) };
    match known(text)?.trim().to_ascii_lowercase().as_str() {
        "any" => Ok(OrderMode::Any),
        "first" => Ok(OrderMode::First),
        "all" => Ok(OrderMode::All),
        word => Err(unknown("mode", word)),
    }
}

/// `order.basis`.
pub(super) fn basis(text: Option<&Text>) -> Result<OrderBasis, Reason> {
    let Some(text) = text else { return Ok(OrderBasis::default()) };
    let mut word = known(text)?.to_ascii_lowercase();
    word.retain(|char| !char.is_whitespace());
    match word.as_str() {
        "end<=start" => Ok(OrderBasis::EndToStart),
        "start<=start" => Ok(OrderBasis::StartToStart),
        word => Err(unknown("basis", word)),
    }
}

/// `expect.compat`. A version that nobody knows is a constraint that can't be evaluated.
pub(super) fn compat(builder: &mut Builder, root: &ConstraintPath, text: &Text) {
    let reason = match known(text) {
        Ok(version) => match version.trim().to_ascii_lowercase().trim_start_matches("clnrm-").trim_start_matches('v') {
            "1" | "1.0" => {
                builder.tree.reading = Reading::Clnrm1;
                return;
            }
            _ => unknown("version to be compatible with", version),
        },
        Err(reason) => reason,
    };
    let path = root.key("compat");
    builder.block(&path, text.span, crate::expectation::BlockKind::Compat, None, |builder| {
        builder.push(path.clone(), text.span, Requirement::Unevaluable(reason));
    });
}
