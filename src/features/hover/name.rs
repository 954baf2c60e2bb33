//! Names in template tags: variables with their value and where it comes from, functions, filters, tests, macros.

use tera::Value;

use super::card::{Card, inline};
use super::{Hover, keyword};
use crate::features::DocumentView;
use crate::features::macros::{self, MacroPlace};
use crate::features::names::{self, Binding, Name, NameKind};
use crate::features::secrets::{HIDDEN, Secrets, is_secret_path};
use crate::template::FileId;
use crate::template::language::{self, Builtin, BuiltinKind};
use crate::template::signature::Param;
use crate::template::variables::{STANDARD_VARIABLES, VariableOrigin};

/// So many items of a list are shown.
const MOST_ITEMS: usize = 8;

/// The name at `offset` of the tag `index`.
pub(super) fn at(view: &DocumentView, index: usize, offset: usize) -> Option<Hover> {
    let tag = view.template().lexed.tokens.get(index)?;
    let Name { span, kind } = names::name_at(view.text(), tag, offset)?;
    Some(Hover { span, card: card(view, index, &kind)? })
}

fn card(view: &DocumentView, index: usize, kind: &NameKind) -> Option<Card> {
    match kind {
        NameKind::Variable { path, .. } => variable(view, index, path),
        NameKind::Binding(name) => binding_tag(view, index, name),
        NameKind::Function(name) => language::function(name).map(builtin),
        NameKind::Filter(name) => language::filter(name).map(builtin),
        NameKind::Test(name) => language::test(name).map(builtin),
        NameKind::Macro { namespace, name } => macros::resolve(view, namespace, name).map(|place| macro_card(&place)),
        NameKind::MacroDefinition(name) => macros::resolve(view, "self", name).map(|place| macro_card(&place)),
        NameKind::Namespace(alias) => namespace(view, alias),
        NameKind::Argument { name, callee } => argument(view, name, callee.as_deref()?),
        NameKind::Keyword(word) => keyword::card(*word),
    }
}

// Variables

fn variable(view: &DocumentView, index: usize, path: &[String]) -> Option<Card> {
    let root = path.first()?;
    match names::binding(view.text(), view.template(), index, root) {
        Some(binding) => bound(view, binding, root),
        None if is_inside_macro(view, index) => None,
        None => context(view, &path.join(".")),
    }
}

/// In a macro nothing of the context is visible.
fn is_inside_macro(view: &DocumentView, index: usize) -> bool {
    let Some(tag) = view.template().lexed.tokens.get(index) else { return false };
    view.template().definitions().any(|definition| definition.covers(tag.span))
}

/// A variable of the context.
fn context(view: &DocumentView, path: &str) -> Option<Card> {
    let variables = view.variables();
    let standard =
        STANDARD_VARIABLES.iter().find(|standard| path.strip_prefix("vars.").unwrap_or(path) == standard.name);
    let (value, origin) = match variables.get(path) {
        Some(value) => (value.clone(), origin(view, path)),
        None => {
            // A name that nothing defines is looked up in the environment when the template is rendered.
            let name = (!path.contains('.')).then_some(path)?;
            let (variable, seen) = variables.from_environment(name);
            (Value::from(seen?), Some(format!("environment variable `{variable}`")))
        }
    };
    let mut facts = Vec::new();
    facts.push(match is_secret_path(path.split('.')) {
        true => format!("value: {HIDDEN}"),
        false => format!("value: {}", shown(&Secrets::of(view), &value)),
    });
    facts.extend(origin.map(|origin| format!("from: {origin}")));
    if let Some(choice) = axis(view, path) {
        facts.push(choice);
    }
    let card = Card::new(format!("variable {}", inline(path)));
    Some(card.text(standard.map(|standard| format!("{}.", standard.doc)).unwrap_or_default()).list(facts))
}

/// Where a variable was defined; for a map, where its first part that has a place was.
fn origin(view: &DocumentView, path: &str) -> Option<String> {
    Some(match view.variables().origin(path)? {
        VariableOrigin::Override => "override of the caller".to_owned(),
        VariableOrigin::File(span) => {
            let line = view.text().get(..span.start).unwrap_or_default().matches('\n').count() + 1;
            format!("line {line} of this file")
        }
        VariableOrigin::Project => "`[template.vars]` of `cleanroom.toml`".to_owned(),
        VariableOrigin::Environment(name) => format!("environment variable `{name}`"),
        VariableOrigin::Default => "its default".to_owned(),
    })
}

/// Which value of an axis the document was rendered with.
fn axis(view: &DocumentView, path: &str) -> Option<String> {
    let axis = path.strip_prefix("matrix.")?;
    let axes = crate::template::variables::scalar_axes(view.text());
    axes.iter().find(|known| *known == axis)?;
    let (_, choice) = view.variables().combination(&axes, 0);
    let (_, value) = choice.iter().find(|(name, _)| name == axis)?;
    Some(format!("rendered here: {}, the first of its values", inline(&text(value))))
}

fn bound(view: &DocumentView, binding: Binding, name: &str) -> Option<Card> {
    let tokens = &view.template().lexed.tokens;
    let text = view.text();
    match binding {
        Binding::Loop { token, variable } => {
            let tag = tokens.get(token)?;
            let target = names::loop_target(text, tag)?;
            let card = Card::new(format!("loop variable {}", inline(name)))
                .list([format!("goes over {}", inline(target.slice(text)?))]);
            Some(card.and(items(view, token, target.slice(text)?, variable).unwrap_or_default()))
        }
        Binding::LoopState { .. } => Some(
            Card::new("`loop`: the state of the loop around").list(
                [
                    "`loop.index`: the round, counted from 1",
                    "`loop.index0`: the same from 0",
                    "`loop.first`, `loop.last`: whether it is the first or last",
                ]
                .map(str::to_owned),
            ),
        ),
        Binding::Parameter { token } => {
            let definition = view.template().macros.values().find(|definition| definition.token == token)?;
            let default = definition.params.iter().find(|param| param.name == name)?.default;
            let default = match default.and_then(|span| span.slice(text)) {
                Some(default) => format!("default: {}", inline(default)),
                None => "each call must give it".to_owned(),
            };
            let card = Card::new(format!("parameter {} of the macro {}", inline(name), inline(&definition.name)));
            Some(card.list([default]))
        }
        Binding::Set { token } => {
            let tag = tokens.get(token)?.inner.slice(text)?;
            Some(Card::new(format!("variable {}", inline(name))).list([format!("set by {}", inline(tag.trim()))]))
        }
    }
}

/// The items that a loop goes over, where these are those of a variable of the context.
fn items(view: &DocumentView, token: usize, target: &str, variable: usize) -> Option<Card> {
    let root = target.split('.').next()?;
    let is_path = target.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    if !is_path
        || names::binding(view.text(), view.template(), token, root).is_some()
        || is_secret_path(target.split('.'))
    {
        return None;
    }
    let value = view.variables().get(target)?;
    let secrets = Secrets::of(view);
    let items: Vec<String> = match (value.as_array(), value.as_map()) {
        (Some(items), _) => items.iter().map(|item| shown(&secrets, item)).collect(),
        (None, Some(map)) => map
            .iter()
            .map(|(key, value)| if variable == 0 { inline(&key.to_string()) } else { shown(&secrets, value) })
            .collect(),
        (None, None) => return None,
    };
    let more = items.len().saturating_sub(MOST_ITEMS);
    let mut shown: Vec<String> = items.into_iter().take(MOST_ITEMS).collect();
    if more > 0 {
        shown.push(format!("… {more} more"));
    }
    Some(Card::new("Items:").list(shown))
}

/// A name at the tag that makes it.
fn binding_tag(view: &DocumentView, index: usize, name: &str) -> Option<Card> {
    let tag = view.template().lexed.tokens.get(index)?;
    let binding = match tag.keyword {
        crate::template::lexer::Keyword::For => {
            let variable = names::loop_variables(view.text(), tag).iter().position(|known| known.text == name)?;
            Binding::Loop { token: index, variable }
        }
        crate::template::lexer::Keyword::Macro => Binding::Parameter { token: index },
        _ => Binding::Set { token: index },
    };
    bound(view, binding, name)
}

fn shown(secrets: &Secrets, value: &Value) -> String {
    if let Some(map) = value.as_map() {
        let keys: Vec<String> = map.keys().take(MOST_ITEMS).map(|key| inline(&key.to_string())).collect();
        let more = if map.len() > MOST_ITEMS { ", …" } else { "" };
        return format!("a map of {}{more}", keys.join(", "));
    }
    inline(&secrets.cover(&text(value)))
}

/// A value as a template writes it; texts without quotes, unless they are items.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

// What can be called

fn builtin(builtin: &'static Builtin) -> Card {
    let usage = match builtin.kind {
        BuiltinKind::Function => builtin.usage(),
        BuiltinKind::Filter => format!("value | {}", builtin.usage()),
        BuiltinKind::Test => format!("value is {}", builtin.usage()),
    };
    let mut card = Card::default().code("jinja", &usage).text(format!("{}.", builtin.doc.trim_end_matches('.')));
    let mut example = builtin.example.to_owned();
    if let Some(result) = language::render_example(builtin.example).filter(|result| !result.trim().is_empty()) {
        example = format!("{example}\n→ {}", result.trim());
    }
    if !builtin.example.is_empty() {
        card = card.text("Example:").code("jinja", &example);
    }
    card
}

fn macro_card(place: &MacroPlace<'_>) -> Card {
    let card = Card::default().code("jinja", &place.usage()).text(place.documentation().unwrap_or_default());
    match (place.file, &place.source.path) {
        (FileId::DOCUMENT, _) => card,
        (_, Some(_)) => card.text(format!("From {}.", inline(&place.source.name))),
        (_, None) => card.text("From the built-in library."),
    }
}

fn namespace(view: &DocumentView, alias: &str) -> Option<Card> {
    let file = macros::namespace_file(view, FileId::DOCUMENT, alias)?;
    let parsed = view.parsed(file)?;
    let source = view.analysis().files.get(file.0 as usize)?;
    let place = match (&source.path, file) {
        _ if alias == "self" => "the macros of this file".to_owned(),
        (Some(path), _) => format!("the macros of {}", inline(&path.display().to_string())),
        (None, _) => format!("the macros of {}, built in", inline(&source.name)),
    };
    let names: Vec<String> = parsed.macros.keys().map(|name| format!("`{name}`")).collect();
    Some(Card::new(format!("{}: {place}", inline(alias))).text(names.join(", ")))
}

fn argument(view: &DocumentView, name: &str, callee: &NameKind) -> Option<Card> {
    let builtin = match callee {
        NameKind::Macro { namespace, name: callee } => {
            let place = macros::resolve(view, namespace, callee)?;
            let param = place.definition.params.get(place.definition.param(name)?)?;
            let default = param.default.and_then(|span| span.slice(&place.source.text));
            let card = Card::new(format!("parameter {} of the macro {}", inline(name), inline(callee)));
            let fact =
                default.map_or_else(|| "must be given".to_owned(), |default| format!("default: {}", inline(default)));
            return Some(card.list([fact]));
        }
        NameKind::Function(callee) => language::function(callee)?,
        NameKind::Filter(callee) => language::filter(callee)?,
        NameKind::Test(callee) => language::test(callee)?,
        _ => return None,
    };
    let Param { name: canonical, required, default, .. } = builtin.signature.param(name)?;
    let mut facts = Vec::new();
    if *canonical != name {
        facts.push(format!("another name for {}", inline(canonical)));
    }
    facts.push(match (required, default.is_empty()) {
        (true, _) => "must be given".to_owned(),
        (false, true) => "may be left out".to_owned(),
        (false, false) => format!("default: {}", inline(default)),
    });
    Some(Card::new(format!("parameter {} of {}", inline(name), inline(builtin.name()))).list(facts))
}
