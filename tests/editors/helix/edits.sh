#!/usr/bin/env bash
# What the server answers when it is asked: fix, hints, hover, definition, references, rename, outline, completion, signature, format.
. "$(dirname "$0")/driver.sh"
start
see '`m` has no macro `scenaro`'

# The quick fix that is offered for it.
line 21
keys 6 l
at 21 7
keys Space a
see 'replace `m::scenaro`'
choose 'by `m::scenario`'
gone 'scenaro'

# What a construct renders to: beside it, and when asked.
see 'name }} = one … ×2'
line 17
keys 1 1 l
at 17 12
keys Space k
see 'round 2: two'
keys Escape
gone 'round 2: two'

# From a service to its table, to all its places, and to another name.
line 18
keys 1 1 l
at 18 12
keys g d
at 12 10
keys g r
see ' 3/3 '
keys Escape
gone ' 3/3 '
keys Space r
see '^rename-to:api'
keys C-u
see '^rename-to: *$'
text 'backend'
keys Enter
see '^ +12 +\[service.backend\]'
see '^ +18 +service = "backend"'
see '^ +22 +service: "backend",'

# The outline, and what the files of the workspace define.
keys Space s
see 'scenario "three"'
keys Escape
gone 'scenario "three"'
keys Space S
see '0/0'
text 'back'
see 'class +backend'
keys Escape
gone 'class +backend'

# Text objects: the next pair, the pair around the cursor; a comment of the language.
line 2
keys ']' e
at 3 16
line 4
keys m a e
at 4 15
line 9
keys Space c
see '^ +9 +# sample_ratio'
keys u
gone '# sample_ratio'

# Completion: a block with what belongs to it; a filter in a tag; what a macro asks for. Helix sends the steps of an accepted completion in
# any order, so the server is started anew behind each.
keys g e
mode NOR
keys o
mode INS
text '[[sce'
see '\[\[scenario\]\] +struct'
choose '\[\[scenario\]\]'
see '^ +27 +name = "name"'
see '^ +28 +service = "backend"'
see '^ +29 +run = "echo hello"'
keys Escape
mode NOR
command_line lsp-restart
line 27
keys A
mode INS
keys BSpace
at 27 13
text '{{ "x" | up'
see 'upper +method'
choose 'upper'
see ' 27 +name = "name\{\{ "x" \| ?upper\}\}'
keys Escape
mode NOR
command_line lsp-restart
see ' 27 +name = "name\{\{ "x" \| ?upper\}\} = X'
keys o
mode INS
text '{{ m::temporal_ordering("a", '
see 'm::temporal_ordering\(before, after\)'
keys Escape
gone 'm::temporal_ordering\(before, after\)'
finish
