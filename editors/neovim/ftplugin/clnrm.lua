-- Cleanroom tests: comments, indents, folds, pairs of tags.
if vim.b.did_ftplugin then return end
vim.b.did_ftplugin = 1

vim.bo.comments = ":#"
vim.bo.commentstring = "# %s"
vim.opt_local.formatoptions:remove("t")
vim.opt_local.formatoptions:append("croql")
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.suffixesadd = ".tera"
vim.opt_local.iskeyword:append("-")
local undo = "setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< suffixesadd< iskeyword<"

-- For matchit's `%`.
vim.b.match_words = table.concat(
  vim.tbl_map(function(tag)
    local begin = ([[{%%-\?\s*%s\>]]):format(tag)
    local middle = (tag == "if" and [[:{%-\?\s*elif\>:{%-\?\s*else\>]]) or (tag == "for" and [[:{%-\?\s*else\>]]) or ""
    return begin .. middle .. ([[:{%%-\?\s*end%s\>]]):format(tag)
  end, { "if", "for", "macro", "block", "filter", "raw" }),
  ","
)
undo = undo .. " | unlet! b:match_words"

if require("clnrm.config").get().folding then
  vim.wo[0][0].foldmethod = "expr"
  vim.wo[0][0].foldexpr = "v:lua.require'clnrm.fold'.level(v:lnum)"
  -- Folds are there, and open.
  vim.wo[0][0].foldlevel = 99
  undo = undo .. " | setlocal foldmethod< foldexpr< foldlevel<"
end

-- Colours by the grammar where its parser is installed, and one that this Neovim can read; else by the syntax file.
if #vim.api.nvim_get_runtime_file("parser/clnrm.*", false) > 0 then
  vim.treesitter.language.register("clnrm", { "clnrm", "clnrm-tera" })
  if pcall(vim.treesitter.start, 0, "clnrm") then undo = undo .. " | call v:lua.vim.treesitter.stop()" end
end

vim.b.undo_ftplugin = undo
