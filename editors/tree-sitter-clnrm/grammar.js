// Cleanroom tests: TOML with tags of Tera in it, anywhere. For colours, comments and text objects; what a test means is the language
// server's business. So this grammar is flat and forgiving: a tag is an item like any other, wherever it stands, and blocks are not
// matched with their ends, because a block may begin in one value and end in another. A line end ends what is open in it, but for
// arrays, inline tables, tags and strings of several lines: a mistake stays in its line.
//
// `scripts/generate-grammar` makes src/ of it.

/** An item of a file, a table or an array that may stand anywhere. */
const anywhere = ($) => [$.comment, $.template_comment, $.interpolation, $.statement, $.raw_block];

/** A string, with or without its end: what is being typed colours no other line. */
const string = ($, open, parts, close, inRaw) =>
  prec.right(seq(open, repeat(choice(...parts, ...(inRaw ? [] : tagsInStrings($)))), optional(close)));

const tagsInStrings = ($) => [$.template_comment, $.interpolation, $.statement, $.raw_text];

/** One pattern of text between quotes: no piece of it begins a tag, and a brace is one of its own. */
const text = (pattern) => token.immediate(prec(1, pattern));

const OPEN = ["{%", "{%-"];
const CLOSE = ["%}", "-%}"];

module.exports = grammar({
  name: "clnrm",

  // Line ends mean something: they are never passed over.
  extras: () => [/[ \t\r]/],

  word: ($) => $.identifier,

  // A tag at the start of a line may be the start of a key.
  conflicts: ($) => [[$.document, $._name], [$.inline_table, $._name]],

  rules: {
    // What a macro writes may be a value.
    document: ($) =>
      repeat(choice($._newline, $.table, seq($.pair, choice($._newline, $.comment)), $.inline_table, ...anywhere($))),

    _newline: () => "\n",

    // TOML ------------------------------------------------------------------------------------------------------------------------

    comment: () => token(/#[^\n]*/),

    table: ($) =>
      prec.right(
        choice(seq("[", repeat($._name), optional("]")), seq("[[", repeat($._name), optional("]]"))),
      ),

    pair: ($) => prec.dynamic(1, prec.right(seq($.key, "=", optional($._value)))),

    key: ($) => prec.right(repeat1($._name)),

    _name: ($) => choice($.bare_key, $.string, ".", $.interpolation),

    bare_key: () => /[A-Za-z0-9_-]+/,

    // Between two literals stands a tag.
    _value: ($) => prec.right(choice($._literal, seq(optional($._literal), repeat1(prec.right(seq($._tag, optional($._literal))))))),

    _tag: ($) => choice($.interpolation, $.statement, $.template_comment, $.raw_block),

    _literal: ($) => choice($.string, $.number, $.boolean, $.date, $.array, $.inline_table),

    array: ($) => seq("[", repeat(choice($._literal, ",", $._newline, ...anywhere($))), "]"),

    inline_table: ($) =>
      seq(
        "{",
        repeat(choice(",", $._newline, seq($.pair, choice(",", $._newline, $.comment)), ...anywhere($))),
        optional($.pair),
        "}",
      ),

    number: () =>
      token(
        choice(
          /[+-]?(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?/,
          /0x[0-9A-Fa-f](_?[0-9A-Fa-f])*/,
          /0o[0-7](_?[0-7])*/,
          /0b[01](_?[01])*/,
          /[+-]?(inf|nan)/,
        ),
      ),

    boolean: () => choice("true", "false"),

    date: () =>
      token(
        choice(
          /[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?/,
          /[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?/,
        ),
      ),

    string: ($) =>
      choice(
        string($, '"', [text(/[^"\\\n{]+/), token.immediate("{"), $.escape], token.immediate(prec(2, '"'))),
        string($, "'", [text(/[^'\n{]+/), token.immediate("{")], token.immediate(prec(2, "'"))),
        string($, '"""', [text(/[^"\\{]+/), token.immediate("{"), text(/""?/), $.escape], token.immediate(prec(2, /"{3,5}/))),
        string($, "'''", [text(/[^'{]+/), token.immediate("{"), text(/''?/)], token.immediate(prec(2, /'{3,5}/))),
      ),

    escape: () => token.immediate(prec(1, /\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t\r]*\n|[^\n])/)),

    // Tags ------------------------------------------------------------------------------------------------------------------------

    template_comment: () => token(seq("{#", /([^#]|#+[^#}])*/, /#+\}/)),

    interpolation: ($) => seq(choice("{{", "{{-"), repeat($._expression), choice("}}", "-}}")),

    statement: ($) =>
      seq(
        choice(...OPEN),
        optional(choice($.keyword, $._definition, $._loop)),
        repeat(choice($._expression, alias(choice("as", "ignore", "missing"), $.keyword), "=")),
        choice(...CLOSE),
      ),

    keyword: () =>
      choice(
        ...["elif", "endif", "endfor", "set", "set_global", "endset", "import", "include", "extends"],
        ...["filter", "endfilter", "break", "continue", "with", "endwith"],
      ),

    _definition: ($) =>
      prec.right(
        seq(
          alias(choice("macro", "endmacro", "block", "endblock", "component", "endcomponent"), $.keyword),
          optional(field("name", alias($.identifier, $.function))),
        ),
      ),

    // Elsewhere `in` is an operator.
    _loop: ($) =>
      prec.right(seq(alias("for", $.keyword), repeat(choice($.variable, ",")), optional(alias("in", $.keyword)))),

    // What stands between `raw` and `endraw` has no tags.
    raw_block: ($) =>
      seq(
        $._raw,
        repeat(choice($.comment, alias($._raw_string, $.string), $.number, $._newline, alias($._other, $.text), choice(...OPEN))),
        choice(...OPEN),
        alias("endraw", $.keyword),
        choice(...CLOSE),
      ),

    _raw: ($) => seq(choice(...OPEN), alias("raw", $.keyword), choice(...CLOSE)),

    _raw_string: ($) =>
      choice(
        string($, '"', [text(/[^"\\\n]+/), $.escape], token.immediate(prec(2, '"')), true),
        string($, "'", [text(/[^'\n]+/)], token.immediate(prec(2, "'")), true),
      ),

    _other: () => token(prec(-1, /[^ \t\r\n"'#{]+|\{/)),

    // The same in a string.
    raw_text: ($) => prec.right(seq($._raw, repeat(choice(text(/[^{]+/), token.immediate("{"))), alias($._endraw, $.keyword))),

    _endraw: () => token.immediate(prec(2, /\{%-?[ \t]*endraw[ \t]*-?%\}/)),

    // Expressions -----------------------------------------------------------------------------------------------------------------

    _expression: ($) =>
      choice(
        $.template_string,
        $.template_number,
        $.constant,
        alias(choice("if", "else"), $.keyword),
        $.operator,
        seq(alias("|", $.operator), alias($.identifier, $.filter)),
        seq($.namespace, "::", alias($.identifier, $.macro)),
        seq(".", choice(alias($.identifier, $.property), $.template_number)),
        seq("?.", alias($.identifier, $.property)),
        seq(alias($.identifier, $.function), $._arguments),
        $.variable,
        $._arguments,
        $._list,
        $.map,
        $._newline,
        ",",
        ":",
      ),

    variable: ($) => prec(-1, $.identifier),

    namespace: ($) => $.identifier,

    _arguments: ($) => seq("(", repeat(choice($._expression, $._argument)), ")"),

    _argument: ($) => seq(alias($.identifier, $.parameter), alias("=", $.operator)),

    _list: ($) => seq("[", repeat($._expression), "]"),

    // Its `}}` does not end the tag.
    map: ($) => seq("{", repeat($._expression), "}"),

    // In a plain test, the quotes in a tag in a string are escaped.
    template_string: () => token(choice(/"([^"\\]|\\.)*"/, /\\"[^"\\\n]*\\"/, /'([^'\\]|\\.)*'/, /`[^`]*`/)),

    template_number: () => /[0-9]+(\.[0-9]+)?/,

    constant: () => choice("true", "false", "True", "False", "none", "None", "null"),

    operator: () => choice("and", "or", "not", "in", "is", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "//", "%", "~", "**", "..."),

    identifier: () => /[A-Za-z_][A-Za-z0-9_]*/,
  },
});
