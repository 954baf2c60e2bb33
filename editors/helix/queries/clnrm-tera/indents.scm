; Items of lists and tables over several lines.
[(array) (inline_table)] @indent
["]" "}"] @outdent
