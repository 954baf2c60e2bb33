-- Runs: started, cancelled, and what is told of them while they go on. What failed stands in the text as a diagnostic; that is the
-- server's, and Neovim shows it.
local config = require("clnrm.config")
local server = require("clnrm.server")
local trust = require("clnrm.trust")

local M = {}

--- @class clnrm.Run
--- @field client_id integer
--- @field total integer scenarios
--- @field ended integer
--- @field doing string what is being done
--- @field unfulfilled string[] tests whose expectations are not fulfilled, though their scenarios may have passed
--- @type table<string, clnrm.Run>
M.active = {}

--- How the last run ended.
--- @type { passed: integer, failed: integer, unfulfilled: integer, error: string|userdata? }?
M.last = nil

--- Calls `go` with the server of a test, as soon as that may start containers.
--- @param bufnr? integer
--- @param go fun(client: vim.lsp.Client, bufnr: integer)
local function trusted(bufnr, go)
  local client, source = server.client(bufnr)
  if server.is_trusted(client) then return go(client, source) end
  -- A server that was started before the workspace was trusted does not know that it is.
  local function proceed()
    server.restart(source, function(anew) go(anew, source) end)
  end
  local root = client.config.root_dir or server.root(source)
  if trust.is_trusted(root) then return proceed() end
  trust.ask(root, proceed)
end

local function position(client, bufnr)
  if vim.api.nvim_get_current_buf() ~= bufnr then return nil end
  return vim.lsp.util.make_position_params(0, client.offset_encoding).position
end

--- Starts what one of the server's commands starts.
--- @param command string such as `clnrm.runFile`
--- @param argument table what of
--- @param bufnr? integer the test whose server is asked
function M.start(command, argument, bufnr)
  trusted(bufnr, function(client)
    server.execute(client, command, argument, function(started)
      if not started then vim.notify("clnrm: nothing failed in the last runs", vim.log.levels.INFO) end
    end)
  end)
end

--- Runs what the user names.
--- @param what? "scenario"|"file"|"workspace"|"failed" the scenario at the cursor where nothing is said
--- @param options? { force?: boolean, bufnr?: integer }
function M.run(what, options)
  options = options or {}
  local client, bufnr = server.client(options.bufnr)
  local uri, force = vim.uri_from_bufnr(bufnr), options.force or nil
  if what == nil or what == "scenario" then
    local place = position(client, bufnr)
    if not place then error("put the cursor into a scenario", 0) end
    M.start("clnrm.runScenario", { uri = uri, position = place, force = force }, bufnr)
  elseif what == "file" then
    M.start("clnrm.runFile", { uri = uri, force = force }, bufnr)
  elseif what == "workspace" then
    M.start("clnrm.runWorkspace", { force = force }, bufnr)
  elseif what == "failed" then
    M.start("clnrm.runFailed", {}, bufnr)
  else
    error(("there is no `:Clnrm run %s`; there are scenario, file, workspace and failed"):format(what), 0)
  end
end

--- Cancels one run, or all.
--- @param argument? { runId?: string }
function M.cancel(argument)
  local clients = vim.lsp.get_clients({ name = server.NAME })
  if #clients == 0 then server.any() end
  for _, client in ipairs(clients) do
    server.execute(client, "clnrm.cancel", argument, function(answer)
      if answer and vim.tbl_isempty(answer.cancelled) and #clients == 1 then
        vim.notify("clnrm: nothing is running", vim.log.levels.INFO)
      end
    end)
  end
end

local function announce(event, params)
  vim.api.nvim_exec_autocmds("User", { pattern = event, modeline = false, data = params })
  vim.cmd.redrawstatus()
end

-- In the command line, while nobody uses it and there is no message to be read.
local function tell(text)
  if config.get().progress and vim.fn.mode() == "n" then
    -- A longer text would want a key to be pressed.
    vim.api.nvim_echo({ { vim.fn.strcharpart("clnrm: " .. text, 0, vim.o.columns - 12) } }, false, {})
  end
end

local function name(params)
  local file = vim.fs.basename(vim.uri_to_fname(params.uri)):gsub("%.clnrm.*$", "")
  local which = type(params.scenario) == "string" and (" › " .. params.scenario) or ""
  local combination = type(params.combination) == "string" and (" [" .. params.combination .. "]") or ""
  return file .. combination .. which
end

local handlers = {}

handlers["clnrm/runStarted"] = function(params, context)
  M.active[params.runId] = { client_id = context.client_id, total = #params.scenarios, ended = 0, doing = "", unfulfilled = {} }
  require("clnrm.output").started(params.runId, params.scenarios)
  tell(("%d %s"):format(#params.scenarios, #params.scenarios == 1 and "scenario" or "scenarios"))
  announce("ClnrmRunStarted", params)
end

handlers["clnrm/runChanged"] = function(params)
  local run = M.active[params.runId]
  if run then
    local doing = name(params) .. ": " .. (type(params.message) == "string" and params.message or params.state)
    local of_test = type(params.scenario) ~= "string"
    if params.state ~= "running" and not of_test then run.ended = run.ended + 1 end
    if params.state == "failed" and of_test then table.insert(run.unfulfilled, name(params)) end
    if doing ~= run.doing then
      run.doing = doing
      tell(("%d of %d · %s"):format(run.ended, run.total, doing))
    end
  end
  announce("ClnrmRunChanged", params)
end

handlers["clnrm/runFinished"] = function(params)
  local unfulfilled = (M.active[params.runId] or { unfulfilled = {} }).unfulfilled
  M.active[params.runId] = nil
  M.last = { passed = params.passed, failed = params.failed, unfulfilled = #unfulfilled, error = params.error }
  require("clnrm.output").finished(params.runId)
  require("clnrm.trace").finished()
  local parts, level = {}, vim.log.levels.INFO
  if type(params.error) == "string" then
    parts, level = { params.error }, vim.log.levels.ERROR
  else
    for _, part in ipairs({ { params.passed, "passed" }, { params.failed, "failed" }, { params.notRun, "not run" } }) do
      if part[1] > 0 then table.insert(parts, ("%d %s"):format(part[1], part[2])) end
    end
    if params.cancelled then table.insert(parts, "cancelled") end
    -- Of a test whose scenario failed, that is what is to be read.
    if #unfulfilled > 0 and params.failed == 0 then
      table.insert(parts, ("expectations of %s not fulfilled"):format(table.concat(unfulfilled, ", ")))
    end
    if params.failed > 0 or #unfulfilled > 0 then level = vim.log.levels.WARN end
    table.insert(parts, ("%.1f s"):format(params.durationMs / 1000))
  end
  vim.notify("clnrm: " .. table.concat(parts, ", "), level)
  announce("ClnrmRunFinished", params)
end

handlers["clnrm/runNote"] = function(params) vim.notify("clnrm: " .. params.message, vim.log.levels.INFO) end

handlers["clnrm/output"] = function(params) require("clnrm.output").append(params) end

--- Listens to what servers tell of runs.
function M.listen()
  for method, handle in pairs(handlers) do
    vim.lsp.handlers[method] = function(_, params, context) handle(params, context) end
  end
end

--- Forgets the runs of a server that is gone.
function M.forget(client_id)
  for id, run in pairs(M.active) do
    if run.client_id == client_id then M.active[id] = nil end
  end
end

return M
