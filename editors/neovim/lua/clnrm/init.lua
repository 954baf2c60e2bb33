-- The plugin for people: `require("clnrm")`. It works without a call of anything here.
local M = {}

--- Sets options (`:help clnrm-options`).
--- @param options? clnrm.Options
function M.setup(options)
  require("clnrm.config").set(options)
  -- Neovim 0.11 keeps what it has read of lsp/clnrm_lsp.lua until something is said of it.
  if vim.lsp.config then vim.lsp.config("clnrm_lsp", {}) end
end

--- Runs tests: `"scenario"` (at the cursor), `"file"`, `"workspace"` or `"failed"`.
--- @param what? string
--- @param options? { force?: boolean }
function M.run(what, options) require("clnrm.run").run(what, options) end

--- For a status line.
--- @return string
function M.status() return require("clnrm.status").line() end

return M
