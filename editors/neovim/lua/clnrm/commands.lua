-- What the editor can be told to do: `:Clnrm …`, and the commands of lenses and code actions.
local server = require("clnrm.server")

local M = {}

--- Calls what may fail, and tells why it did.
local function guarded(call)
  return function(...)
    local ok, why = pcall(call, ...)
    if not ok then vim.notify("clnrm: " .. tostring(why), vim.log.levels.ERROR) end
  end
end

-- The commands that lenses and code actions name, with the argument that they carry (docs/server-protocol.md).
local function register(name, call)
  vim.lsp.commands[name] = guarded(function(command, context)
    call((command.arguments or {})[1], context.bufnr)
  end)
end

--- Registers the commands of lenses and code actions.
function M.register()
  for _, name in ipairs({ "clnrm.runScenario", "clnrm.runFile", "clnrm.runWorkspace", "clnrm.runFailed" }) do
    register(name, function(argument, bufnr) require("clnrm.run").start(name, argument or {}, bufnr) end)
  end
  register("clnrm.cancel", function(argument) require("clnrm.run").cancel(argument) end)
  register("clnrm.showOutput", function(argument, bufnr) require("clnrm.output").show(argument, bufnr) end)
  register("clnrm.showTrace", function(argument, bufnr) require("clnrm.trace").show(argument, { bufnr = bufnr }) end)
  register("clnrm.showRendered", function(argument, bufnr) require("clnrm.preview").show(argument, bufnr) end)
  register("clnrm.showExpectationDiff", function(argument, bufnr) require("clnrm.diff").show(argument, bufnr) end)
  register("clnrm.showStatus", function(_, bufnr) require("clnrm.status").show(bufnr) end)
end

--- @class clnrm.Subcommand
--- @field words? string[] what may stand behind it
--- @field call fun(word?: string, force: boolean)
--- @type table<string, clnrm.Subcommand>
local subcommands = {
  run = {
    words = { "scenario", "file", "workspace", "failed" },
    call = function(what, force) require("clnrm.run").run(what, { force = force }) end,
  },
  cancel = { call = function() require("clnrm.run").cancel() end },
  lens = { call = function() require("clnrm.lens").press() end },
  output = { call = function() require("clnrm.output").show() end },
  trace = {
    words = { "browser" },
    call = function(where) require("clnrm.trace").show(nil, { browser = where == "browser" }) end,
  },
  diff = { call = function() require("clnrm.diff").show() end },
  preview = { call = function() require("clnrm.preview").show() end },
  status = { call = function() require("clnrm.status").show() end },
  restart = { call = function() server.restart() end },
  log = { call = function() vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.get_log_path())) end },
  trust = {
    words = { "revoke" },
    call = function(what)
      local client, bufnr = server.client()
      local root = client.config.root_dir or server.root(bufnr)
      require("clnrm.trust")[what == "revoke" and "remove" or "add"](root)
      vim.notify(("clnrm: %s is %s"):format(vim.fn.fnamemodify(root, ":~"), what and "not trusted" or "trusted"), vim.log.levels.INFO)
      server.restart()
    end,
  },
}

local function names()
  local all = vim.tbl_keys(subcommands)
  table.sort(all)
  return all
end

--- `:Clnrm {subcommand} [word]`.
--- @param command { fargs: string[], bang: boolean }
M.run = guarded(function(command)
  local name, word = command.fargs[1], command.fargs[2]
  local subcommand = subcommands[name]
  if not subcommand then
    local what = name and ("there is no `:Clnrm %s`; there are "):format(name) or "`:Clnrm` takes one of "
    error(what .. table.concat(names(), ", "), 0)
  end
  if word and not vim.list_contains(subcommand.words or {}, word) then
    local what = ("`:Clnrm %s` takes no `%s`"):format(name, word)
    error(subcommand.words and (what .. "; there are " .. table.concat(subcommand.words, ", ")) or what, 0)
  end
  subcommand.call(word, command.bang)
end)

--- What may stand at the cursor of the command line.
--- @param lead string
--- @param line string
--- @return string[]
function M.complete(lead, line)
  local before = vim.split(line:sub(1, #line - #lead):gsub("^%s*%S+%s*", ""), "%s+", { trimempty = true })
  local words = #before == 0 and names() or (#before == 1 and (subcommands[before[1]] or {}).words) or {}
  return vim.tbl_filter(function(word) return vim.startswith(word, lead) end, words)
end

return M
