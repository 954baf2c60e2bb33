-- What the user set: by `vim.g.clnrm`, or by `require("clnrm").setup()`, which wins. Read when it is needed, so that both may come at
-- any time before the first test is opened.
local M = {}

--- @class clnrm.Options
--- @field cmd? string[] the language server and its arguments
--- @field enable? boolean start the server for each cleanroom test
--- @field trust? boolean|"ask"|fun(root: string): boolean whether a workspace may start containers
--- @field codelens? boolean show lenses
--- @field progress? boolean tell in the command line what runs
--- @field folding? boolean set 'foldmethod' in cleanroom tests
--- @field settings? table the settings of the server (docs/settings.schema.json)
M.defaults = {
  cmd = { "clnrm-lsp" },
  enable = true,
  trust = "ask",
  codelens = true,
  progress = true,
  folding = true,
  settings = {},
}

--- @type clnrm.Options
local given = {}

--- Options that there are none of: a word that was spelled wrong must not be passed over.
--- @param options table
--- @return string[]
function M.unknown(options)
  return vim.tbl_filter(function(name) return M.defaults[name] == nil end, vim.tbl_keys(options))
end

--- @param options? clnrm.Options
function M.set(options)
  given = options or {}
  for _, name in ipairs(M.unknown(given)) do
    local known = vim.tbl_keys(M.defaults)
    table.sort(known)
    vim.notify(("clnrm: there is no option `%s`; there are %s"):format(name, table.concat(known, ", ")), vim.log.levels.WARN)
  end
end

--- @return clnrm.Options
function M.get()
  local options = vim.tbl_extend("force", M.defaults, vim.g.clnrm or {}, given)
  -- A home that is written as `~` is no path to the system.
  options.cmd = vim.list_extend({ vim.fs.normalize(options.cmd[1]) }, options.cmd, 2)
  return options
end

return M
