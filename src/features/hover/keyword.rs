//! The words that tags start with.

use super::card::Card;
use crate::template::lexer::Keyword;

/// What a tag with this word does.
pub(super) fn card(keyword: Keyword) -> Option<Card> {
    let (usage, doc) = match keyword {
        Keyword::If => ("{% if condition %} … {% endif %}", "Writes its body where the condition holds."),
        Keyword::Elif => ("{% elif condition %}", "The condition to try where none before held."),
        Keyword::Else => {
            ("{% else %}", "What is written where no condition held, or where a loop has nothing to go over.")
        }
        Keyword::For => (
            "{% for item in list %} … {% endfor %}",
            "Writes its body once for each item. Inside, `loop.index` counts from 1, `loop.first` and `loop.last` tell the ends. \
             With two names it goes over the entries of a map, or over pairs.",
        ),
        Keyword::Macro => (
            "{% macro name(parameter, other=default) %} … {% endmacro %}",
            "Defines a macro. It sees its parameters alone; a comment right before it is its documentation.",
        ),
        Keyword::Import => {
            ("{% import \"file\" as name %}", "Makes the macros of a file callable as `name::macro(…)`.")
        }
        Keyword::Include => ("{% include \"file\" %}", "Writes another file here, with the variables of this one."),
        Keyword::Extends => ("{% extends \"file\" %}", "Takes another file as the frame whose blocks this one fills."),
        Keyword::Block => ("{% block name %} … {% endblock %}", "A part that an extending file may replace."),
        Keyword::Set => ("{% set name = value %}", "Gives a name to a value, up to the end of the loop or file."),
        Keyword::SetGlobal => {
            ("{% set_global name = value %}", "Gives a name to a value that outlives the loop around.")
        }
        Keyword::Filter => ("{% filter name %} … {% endfilter %}", "Sends all that its body writes through a filter."),
        Keyword::Raw => ("{% raw %} … {% endraw %}", "Writes its body as it stands, braces included."),
        Keyword::Break => ("{% break %}", "Ends the loop around."),
        Keyword::Continue => ("{% continue %}", "Goes on with the next round of the loop around."),
        Keyword::Component => ("{% component name(…) %} … {% endcomponent %}", "Defines a component of Tera 2."),
        _ => return None,
    };
    Some(Card::default().code("jinja", usage).text(doc))
}
