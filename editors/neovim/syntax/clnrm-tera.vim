" Vim syntax file
" Language: cleanroom tests as Tera templates. A plain test may hold tags too: both are read alike.
runtime! syntax/clnrm.vim
