-- The language server of cleanroom tests, for `vim.lsp.enable("clnrm_lsp")` (Neovim 0.11). The plugin enables it itself, and starts the
-- same in Neovim 0.10.
local server = require("clnrm.server")

--- @type vim.lsp.Config
return {
  cmd = require("clnrm.config").get().cmd,
  filetypes = server.FILETYPES,
  root_dir = function(bufnr, on_dir) on_dir(server.root(bufnr)) end,
  settings = { clnrm = require("clnrm.config").get().settings },
  before_init = server.before_init,
  on_exit = server.on_exit,
  handlers = server.handlers,
}
