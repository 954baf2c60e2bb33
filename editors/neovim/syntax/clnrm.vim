" Vim syntax file
" Language: cleanroom tests: TOML with the tags of Tera, in strings and across the structure.
"
" What only the server knows (which macro, which service) comes with its semantic tokens. All files of a type are coloured alike by
" tests/fixtures/highlighting, here and in VS Code's grammar.

if exists('b:current_syntax')
  finish
endif
syntax case match
syntax iskeyword @,48-57,_,192-255
syntax sync fromstart

" Of items that begin at the same place the last one defined wins: what is specific stands below what is general.

" TOML: values -----------------------------------------------------------------------------------------------------------------

syntax match clnrmSeparator /,/ contained
syntax match clnrmNumber /[+-]\?\<\%(0\|[1-9]\%(_\?\d\)*\)\>/
syntax match clnrmNumber /[+-]\?\<\%(0x\x\%(_\?\x\)*\|0o\o\%(_\?\o\)*\|0b[01]\%(_\?[01]\)*\)\>/
syntax match clnrmNumber /[+-]\?\<\%(inf\|nan\)\>/
syntax match clnrmNumber /[+-]\?\<\%(0\|[1-9]\%(_\?\d\)*\)\%(\.\d\%(_\?\d\)*\%([eE][+-]\?\d\%(_\?\d\)*\)\?\|[eE][+-]\?\d\%(_\?\d\)*\)\>/
syntax match clnrmDate /\<\d\{2}:\d\{2}\%(:\d\{2}\%(\.\d\+\)\?\)\?\>/
syntax match clnrmDate /\<\d\{4}-\d\{2}-\d\{2}\%([Tt ]\d\{2}:\d\{2}\%(:\d\{2}\%(\.\d\+\)\?\)\?\%([Zz]\|[+-]\d\{2}:\d\{2}\)\?\)\?/
syntax keyword clnrmBoolean true false

syntax match clnrmBadEscape /\\./ contained
syntax match clnrmEscape /\\\%([btnfre"\\]\|x\x\{2}\|u\x\{4}\|U\x\{8}\|\s*$\)/ contained

syntax region clnrmString start=/"/ skip=/\\./ end=/"/ end=/$/ contains=@clnrmStringTags,clnrmEscape,clnrmBadEscape
syntax region clnrmString start=/'/ end=/'/ end=/$/ contains=@clnrmStringTags
syntax region clnrmString start=/"""/ skip=/\\./ end=/"\{3,5}/ contains=@clnrmStringTags,clnrmEscape,clnrmBadEscape
syntax region clnrmString start=/'''/ end=/'\{3,5}/ contains=@clnrmStringTags

syntax cluster clnrmValues contains=clnrmNumber,clnrmDate,clnrmBoolean,clnrmString,clnrmArray,clnrmInlineTable,clnrmSeparator
syntax region clnrmArray matchgroup=clnrmBracket start=/\[/ end=/\]/ contains=@clnrmTags,clnrmComment,clnrmPair,clnrmRunaway,@clnrmValues
syntax region clnrmInlineTable matchgroup=clnrmBracket start=/{\%([{%#]\)\@!/ end=/}/
  \ contains=@clnrmTags,clnrmComment,clnrmPair,@clnrmValues

" In an array that is still open, a line that is nothing but the header of a table is shown as one (and a pair as a pair).
syntax match clnrmRunaway /^\s*\[\[[A-Za-z0-9_.-]\+\]\]\s*$/ contained contains=clnrmTable,clnrmDot

" TOML: keys, headers, comments ------------------------------------------------------------------------------------------------

" A key is what stands before `=`; a tag may be a part of it.
syntax match clnrmPair contains=clnrmKey,clnrmKeyString,clnrmDot,@clnrmTags
  \ /\v%([A-Za-z0-9_-]+|"%([^"\\]|\\.)*"|'[^']*'|\{\{.{-}\}\})%(\s*\.\s*%([A-Za-z0-9_-]+|"%([^"\\]|\\.)*"|'[^']*'|\{\{.{-}\}\})|[A-Za-z0-9_-]+|\{\{.{-}\}\})*\ze\s*\=/
syntax match clnrmKey /[A-Za-z0-9_-]\+/ contained
syntax region clnrmKeyString start=/"/ skip=/\\./ end=/"/ end=/$/ contained contains=@clnrmStringTags,clnrmEscape
syntax region clnrmKeyString start=/'/ end=/'/ end=/$/ contained contains=@clnrmStringTags
syntax match clnrmDot /\./ contained

syntax region clnrmHeader matchgroup=clnrmBracket start=/^\s*\[\[\@!/ end=/\]/ end=/$/ oneline contains=@clnrmTags,clnrmTable,clnrmString,clnrmDot
syntax region clnrmHeader matchgroup=clnrmBracket start=/^\s*\[\[/ end=/\]\]/ end=/$/ oneline contains=@clnrmTags,clnrmTable,clnrmString,clnrmDot
syntax match clnrmTable /[A-Za-z0-9_-]\+/ contained

syntax keyword clnrmTodo TODO FIXME XXX contained
syntax match clnrmComment /#.*$/ contains=clnrmTodo,@Spell

" Tera: tags -------------------------------------------------------------------------------------------------------------------

syntax cluster clnrmTags contains=clnrmExpression,clnrmTag,clnrmRaw,clnrmTemplateComment
syntax cluster clnrmStringTags contains=clnrmExpression,clnrmTag,clnrmRawText,clnrmTemplateComment
syntax region clnrmExpression matchgroup=clnrmDelimiter start=/{{-\?/ end=/-\?}}/ contains=@clnrmInTag
syntax region clnrmTag matchgroup=clnrmDelimiter start=/{%-\?/ end=/-\?%}/ contains=@clnrmInTag,clnrmKeyword,clnrmDefinition
syntax region clnrmTemplateComment start=/{#/ end=/#}/ contains=clnrmTodo,@Spell

" What stands between `raw` and `endraw` is TOML without tags, and in a string it is text.
syntax region clnrmRaw matchgroup=clnrmDelimiter start=/{%-\?\ze\s*raw\s*-\?%}/ end=/\%(\<endraw\s*\)\@20<=-\?%}/ transparent
  \ contains=clnrmRawDelimiter,clnrmRawKeyword,clnrmRawString,clnrmComment,clnrmNumber
syntax region clnrmRawText matchgroup=clnrmDelimiter start=/{%-\?\ze\s*raw\s*-\?%}/ end=/\%(\<endraw\s*\)\@20<=-\?%}/ transparent
  \ contained contains=clnrmRawDelimiter,clnrmRawKeyword
syntax match clnrmRawDelimiter /\%(\<raw\s*\)\@20<=-\?%}\|{%-\?\ze\s*endraw\s*-\?%}/ contained
syntax keyword clnrmRawKeyword raw endraw contained
syntax region clnrmRawString start=/"/ skip=/\\./ end=/"/ end=/$/ contained contains=clnrmEscape
syntax region clnrmRawString start=/'/ end=/'/ end=/$/ contained

" Tera: what stands in a tag ---------------------------------------------------------------------------------------------------

syntax cluster clnrmInTag contains=clnrmVariable,clnrmSelf,clnrmProperty,clnrmParameter,clnrmFunction,clnrmFilter,clnrmPath,
  \clnrmOperator,clnrmWordOperator,clnrmConditional,clnrmConstant,clnrmTemplateNumber,clnrmTemplateString,clnrmMap,clnrmList,clnrmCall
syntax match clnrmOperator /[-+*/%~<>=|]\|[=!<>]=/ contained
syntax match clnrmVariable /\<\h\w*\>/ contained
syntax match clnrmSelf /\<\%(loop\|self\|__tera_context\)\>/ contained
syntax match clnrmProperty /\.\s*\%(\h\w*\|\d\+\)/ contained contains=clnrmDot
syntax match clnrmParameter /\<\h\w*\>\ze\s*==\@!/ contained
syntax match clnrmFunction /\<\h\w*\>\ze\s*(/ contained
syntax match clnrmFilter /\%(|\s*\)\@20<=\<\h\w*/ contained
syntax match clnrmPath /\<\h\w*\s*::\s*\h\w*/ contained contains=clnrmNamespace,clnrmMacro
syntax match clnrmNamespace /\h\w*\ze\s*::/ contained
syntax match clnrmMacro /::\s*\zs\h\w*/ contained
syntax keyword clnrmWordOperator and or not in is contained
syntax keyword clnrmConditional if else contained
syntax keyword clnrmConstant true false True False none None null contained
syntax match clnrmTemplateNumber /\<\d\+\%(\.\d\+\)\?\>/ contained
syntax region clnrmTemplateString start=/"/ skip=/\\./ end=/"/ contained
syntax region clnrmTemplateString start=/'/ skip=/\\./ end=/'/ contained
syntax region clnrmTemplateString start=/`/ end=/`/ contained
" A map's own braces do not end the tag.
syntax region clnrmMap matchgroup=clnrmBracket start=/{/ end=/}/ contained contains=@clnrmInTag
syntax region clnrmList matchgroup=clnrmBracket start=/\[/ end=/\]/ contained contains=@clnrmInTag
syntax region clnrmCall matchgroup=clnrmBracket start=/(/ end=/)/ contained contains=@clnrmInTag

syntax keyword clnrmKeyword if elif else endif for endfor in set set_global endset import as include ignore missing extends contained
syntax keyword clnrmKeyword filter endfilter break continue with endwith macro endmacro block endblock component endcomponent contained
syntax match clnrmDefinition /\%(\<\%(macro\|block\|component\)\s\+\|\<end\%(macro\|block\|component\)\s\+\)\@40<=\h\w*/ contained

" Colours ----------------------------------------------------------------------------------------------------------------------

highlight default link clnrmComment Comment
highlight default link clnrmTemplateComment Comment
highlight default link clnrmTodo Todo
highlight default link clnrmTable Title
highlight default link clnrmKey Identifier
highlight default link clnrmKeyString Identifier
highlight default link clnrmString String
highlight default link clnrmRawString String
highlight default link clnrmTemplateString String
highlight default link clnrmEscape SpecialChar
highlight default link clnrmBadEscape Error
highlight default link clnrmNumber Number
highlight default link clnrmTemplateNumber Number
highlight default link clnrmBoolean Boolean
highlight default link clnrmConstant Constant
highlight default link clnrmDate Constant
highlight default link clnrmBracket Delimiter
highlight default link clnrmDot Delimiter
highlight default link clnrmSeparator Delimiter
highlight default link clnrmDelimiter PreProc
highlight default link clnrmRawDelimiter PreProc
highlight default link clnrmKeyword Keyword
highlight default link clnrmRawKeyword Keyword
highlight default link clnrmConditional Keyword
highlight default link clnrmOperator Operator
highlight default link clnrmWordOperator Operator
highlight default link clnrmFunction Function
highlight default link clnrmFilter Function
highlight default link clnrmMacro Macro
highlight default link clnrmDefinition Function
highlight default link clnrmNamespace Include
highlight default link clnrmVariable @variable
highlight default link clnrmSelf @variable.builtin
highlight default link clnrmProperty @property
highlight default link clnrmParameter @variable.parameter

let b:current_syntax = 'clnrm'
