" Vim syntax file
" Language: the waterfall of spans that `:Clnrm trace` shows

if exists('b:current_syntax')
  finish
endif

" Below the span that a failure is about stands why; such a line has the guides of the tree, and no branch.
syntax match clnrmTraceReason /^[│ ]\+[^│ ├└].*$/ contains=clnrmTraceTree
syntax match clnrmTraceTree /[├└│⋯]/
syntax match clnrmTraceFailure /✗ .\{-}\ze\%(\s\[\|\s\s\)/
syntax match clnrmTraceService /\[[^]]*\]/
syntax match clnrmTraceBar /[█▏]\+/
syntax match clnrmTraceDuration /\s\zs[0-9.]\+ \%(ns\|µs\|ms\|s\|m\|h\)$/
syntax match clnrmTraceTitle /\%1l.*/

highlight default link clnrmTraceTitle Title
highlight default link clnrmTraceTree NonText
highlight default link clnrmTraceService Comment
highlight default link clnrmTraceFailure DiagnosticError
highlight default link clnrmTraceReason DiagnosticWarn
highlight default link clnrmTraceBar Special
highlight default link clnrmTraceDuration Number

let b:current_syntax = 'clnrm-trace'
