; Colours by the grammar of editors/tree-sitter-clnrm, where its parser is installed; else by syntax/clnrm.vim.

; TOML

(comment) @comment @spell
(table (bare_key) @type)
(table (string) @type)
(key (bare_key) @property)
(key (string) @property)
(pair (string) @string)
(array (string) @string)
(raw_block (string) @string)
(escape) @string.escape
(number) @number
(boolean) @boolean
(date) @string.special

["." "," ":"] @punctuation.delimiter
"=" @operator
["[" "]" "[[" "]]" "{" "}" "(" ")"] @punctuation.bracket

; Tags

(template_comment) @comment @spell
["{{" "{{-" "}}" "-}}" "{%" "{%-" "%}" "-%}"] @punctuation.special
(keyword) @keyword
(operator) @keyword.operator
(function) @function
(filter) @function.builtin
(macro) @function.macro
(namespace) @module
(variable) @variable
(property) @variable.member
(parameter) @variable.parameter
(constant) @constant.builtin
(template_string) @string
(template_number) @number
"::" @punctuation.delimiter
"?." @punctuation.delimiter

; What stands between `raw` and `endraw` in a string is text.
(raw_text ["{" "}"] @string)
