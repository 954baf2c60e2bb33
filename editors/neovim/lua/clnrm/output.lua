-- What the programs of a run wrote: all of it when it is asked for, and then what comes, as it comes.
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

-- What is shown, by buffer.
--- @type table<integer, { uri?: string, scenario?: string, scenarios?: string[], combination?: string, runId?: string }>
local shown = {}

local function text(answer)
  local artifacts = type(answer.artifacts) == "string" and ("\n\nartifacts: " .. answer.artifacts) or ""
  return answer.title .. "\n\n" .. answer.text:gsub("\n+$", "") .. artifacts
end

-- Whether a view is read at its end, so that what comes is followed.
local function is_followed(bufnr)
  local window = view.window(bufnr)
  return window ~= nil and vim.api.nvim_win_get_cursor(window)[1] == vim.api.nvim_buf_line_count(bufnr)
end

local function to_end(bufnr)
  local window = view.window(bufnr)
  if window then vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(bufnr), 0 }) end
end

--- Shows the output of a test, a scenario or a run.
--- @param argument? table `{ uri, scenario?, combination? }` or `{ runId }`; the current test where it is absent
--- @param bufnr? integer
function M.show(argument, bufnr)
  local client, source = server.client(bufnr)
  local target = argument or { uri = vim.uri_from_bufnr(source) }
  server.request(client, "clnrm/runOutput", target, function(answer)
    if not answer then return vim.notify("clnrm: nothing of this has run yet", vim.log.levels.INFO) end
    local name = "clnrm-output://" .. (target.uri and vim.uri_to_fname(target.uri) or ("/" .. target.runId))
    local buffer = view.show(name, text(answer), { source = source, filetype = "clnrm-output", horizontal = true })
    shown[buffer] = target
    to_end(buffer)
  end)
end

local function concerns(target, params)
  if target.runId then return target.runId == params.runId end
  return vim.uri_to_fname(target.uri) == vim.uri_to_fname(params.uri)
    and (target.scenario == nil or target.scenario == params.scenario)
    and (target.scenarios == nil or vim.list_contains(target.scenarios, params.scenario))
    and (target.combination == nil or target.combination == params.combination)
end

--- A run begins: what is shown of the one before makes room for it.
--- @param run string
--- @param scenarios table[]
function M.started(run, scenarios)
  for bufnr, target in pairs(shown) do
    local function is_shown(scenario) return concerns(target, vim.tbl_extend("force", scenario, { runId = run })) end
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.iter(scenarios):any(is_shown) then view.set(bufnr, "") end
  end
end

--- Takes over what a program wrote.
function M.append(params)
  for bufnr, target in pairs(shown) do
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      shown[bufnr] = nil
    elseif concerns(target, params) then
      local followed = is_followed(bufnr)
      local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, false)[1] or ""
      vim.bo[bufnr].modifiable = true
      vim.api.nvim_buf_set_lines(bufnr, -2, -1, false, vim.split(last .. params.text, "\r?\n"))
      vim.bo[bufnr].modifiable = false
      if followed then to_end(bufnr) end
    end
  end
end

--- A run has ended: the whole is asked for anew, with what stands between the steps.
function M.finished(run)
  for bufnr, target in pairs(shown) do
    local client = vim.api.nvim_buf_is_loaded(bufnr) and server.attached(server.source(bufnr))
    if not client then
      shown[bufnr] = nil
    elseif target.runId == nil or target.runId == run then
      server.request_quietly(client, "clnrm/runOutput", target, function(answer)
        if not answer or not vim.api.nvim_buf_is_loaded(bufnr) then return end
        local followed = is_followed(bufnr)
        view.set(bufnr, text(answer))
        if followed then to_end(bufnr) end
      end)
    end
  end
end

return M
