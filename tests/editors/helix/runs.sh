#!/usr/bin/env bash
# A scenario that is run from the editor, in a real container: red at its expectation, mended, green.
. "$(dirname "$0")/driver.sh"
start
see 'nothing limits how long this test runs'
line 12
keys Space a
see 'run this file'
choose 'run scenario `works`'
see '└─no span is called `greet`'
see 'nearest: gret '

# The program is mended, and all tests of the workspace run, by the name of the command.
keys x
see ' 12:2[0-9] *$'
keys s
see '^select:'
text 'gret'
keys Enter
see '1 sel  12:2[0-9] *$'
keys c
mode INS
text 'greet'
keys Escape
mode NOR
keys Space a
see 'run again what failed'
keys Escape
gone 'run again what failed'
command_line 'lsp-workspace-command clnrm.runWorkspace'
gone 'no span is called'
keys Space a
see 'run this file'
gone 'run again what failed'
choose 'show the trace of the last run'
see 'trace [0-9a-f]{32}, 1 span'
finish
