; inherits: toml
; A table is a class.
[(table) (table_array_element)] @class.around
[(comment)] @comment.inside
(comment)+ @comment.around
