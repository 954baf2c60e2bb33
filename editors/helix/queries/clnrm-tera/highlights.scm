; Each node has one pattern: which of several wins differs between versions of Helix.

; TOML

(comment) @comment.line
(table (bare_key) @type)
(table (string) @type)
(key (bare_key) @variable.other.member)
(key (string) @variable.other.member)
(pair (string) @string)
(array (string) @string)
(raw_block (string) @string)
(escape) @constant.character.escape
(number) @constant.numeric
(boolean) @constant.builtin.boolean
(date) @string.special

["." "," ":"] @punctuation.delimiter
"=" @operator
["[" "]" "[[" "]]" "{" "}" "(" ")"] @punctuation.bracket

; Tags

(template_comment) @comment.block
["{{" "{{-" "}}" "-}}" "{%" "{%-" "%}" "-%}"] @punctuation.special
(keyword) @keyword.control
(operator) @keyword.operator
(function) @function
(filter) @function.builtin
(macro) @function.macro
(namespace) @namespace
(variable) @variable
(property) @variable.other.member
(parameter) @variable.parameter
(constant) @constant.builtin
(template_string) @string
(template_number) @constant.numeric
"::" @punctuation.delimiter
"?." @punctuation.delimiter
