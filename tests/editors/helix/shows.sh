#!/usr/bin/env bash
# A diagnostic at its place in a template, gone when it is mended; format on save.
. "$(dirname "$0")/driver.sh"
start
see 'there is no service `apj`'
# The first diagnostic behind line 16 is a hint on the call of the macro, the next one is in its argument.
line 16
keys ']' d
see ' 21:[0-9]+ *$'
keys ']' d
see ' 22:1[0-4] *$'
# Mend it: in this line, replace what reads `apj`.
line 22
keys x
see ' 22:16 *$'
keys s
see '^select:'
text 'apj'
keys Enter
see ' 22:1[0-4] *$'
keys c
mode INS
text 'api'
keys Escape
mode NOR
gone 'there is no service'
# Format on save.
line 1
keys O
mode INS
text 'zzz   =1'
keys Escape
mode NOR
command_line w
saved 'zzz = 1'
finish
