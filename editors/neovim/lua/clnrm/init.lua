-- The plugin for people: `require("clnrm")`. It works without a call of anything here.
local M = {}

--- Sets options (`:help clnrm-options`).
--- @param options? clnrm.Options
function M.setup(options)
  require("clnrm.config").set(options)
  -- What was read of the options before is read anew.
  if vim.lsp.config and rawget(vim.lsp.config, "_configs") then vim.lsp.config("clnrm_lsp", {}) end
end

--- Runs tests: `"scenario"` (at the cursor), `"file"`, `"workspace"` or `"failed"`.
--- @param what? string
--- @param options? { force?: boolean }
function M.run(what, options) require("clnrm.run").run(what, options) end

--- For a status line.
--- @return string
function M.status() return require("clnrm.status").line() end

return M
