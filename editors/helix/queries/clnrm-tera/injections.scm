; Words such as TODO stand out in comments.
([(comment) (template_comment)] @injection.content
  (#set! injection.language "comment"))
