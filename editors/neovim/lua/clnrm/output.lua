-- What the programs of a run wrote: all of it when it is asked for, and then what comes, as it comes.
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

--- @type table<integer, { target: table, client_id: integer }> by buffer
local shown = {}

local function text(answer)
  local artifacts = type(answer.artifacts) == "string" and ("\n\nartifacts: " .. answer.artifacts) or ""
  return answer.title .. "\n\n" .. answer.text:gsub("\n+$", "") .. artifacts
end

local function is_at_end(window) return vim.api.nvim_win_get_cursor(window)[1] == vim.api.nvim_buf_line_count(vim.api.nvim_win_get_buf(window)) end

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
    shown[buffer] = { target = target, client_id = client.id }
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

--- Takes over what a program wrote.
function M.append(params)
  for bufnr, it in pairs(shown) do
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      shown[bufnr] = nil
    elseif concerns(it.target, params) then
      local window = view.window(bufnr)
      local follows = window ~= nil and is_at_end(window)
      local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, false)[1] or ""
      vim.bo[bufnr].modifiable = true
      vim.api.nvim_buf_set_lines(bufnr, -2, -1, false, vim.split(last .. params.text, "\r?\n"))
      vim.bo[bufnr].modifiable = false
      if follows then to_end(bufnr) end
    end
  end
end

--- A run has ended: the whole is asked for anew, with what stands between the steps.
function M.finished(run)
  for bufnr, it in pairs(shown) do
    local client = vim.lsp.get_client_by_id(it.client_id)
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      shown[bufnr] = nil
    elseif client and (it.target.runId == nil or it.target.runId == run) then
      server.request_quietly(client, "clnrm/runOutput", it.target, function(answer)
        if not answer or not vim.api.nvim_buf_is_loaded(bufnr) then return end
        local window = view.window(bufnr)
        local follows = window ~= nil and is_at_end(window)
        view.set(bufnr, text(answer))
        if follows then to_end(bufnr) end
      end)
    end
  end
end

return M
