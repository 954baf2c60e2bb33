; A pair is an entry.
(pair (_) @entry.inside) @entry.around
(array (_) @entry.around)
[(comment) (template_comment)] @comment.inside
(comment)+ @comment.around
(template_comment) @comment.around
