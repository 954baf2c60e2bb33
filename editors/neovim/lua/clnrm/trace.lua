-- The spans of a test's last run, as a waterfall of letters; or as a page in the browser. It follows later runs.
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace("clnrm.trace")

--- @type table<integer, { target: table, client_id: integer }> by buffer
local shown = {}

local function text(answer)
  local lines = { answer.title .. (answer.replayed and "  (replayed)" or ""), "", (answer.text:gsub("\n+$", "")) }
  if #answer.highlighted > 0 then
    table.insert(lines, "\nfailures are about:")
    for _, span in ipairs(answer.highlighted) do table.insert(lines, ("  %s  %s"):format(span.name, span.reason)) end
  end
  return table.concat(lines, "\n")
end

-- Marks the lines of the spans that failures are about, and of those that say that something failed.
local function mark(bufnr, answer)
  vim.api.nvim_buf_clear_namespace(bufnr, NAMESPACE, 0, -1)
  local function lines_of(row, group)
    for number, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) do
      if line:find(row.name, 1, true) then
        vim.api.nvim_buf_set_extmark(bufnr, NAMESPACE, number - 1, 0, { line_hl_group = group })
      end
    end
  end
  for _, row in ipairs(answer.rows) do
    if type(row.reason) == "string" then
      lines_of(row, "ClnrmTraceFailure")
    elseif row.error == true then
      lines_of(row, "ClnrmTraceError")
    end
  end
end

local function put(bufnr, answer)
  view.set(bufnr, text(answer))
  mark(bufnr, answer)
end

--- Shows the trace of a test.
--- @param argument? { uri: string, combination?: string, browser?: boolean } the current test where it is absent
--- @param options? { browser?: boolean, bufnr?: integer }
function M.show(argument, options)
  options = options or {}
  local client, source = server.client(options.bufnr)
  local target = { uri = argument and argument.uri or vim.uri_from_bufnr(source), combination = argument and argument.combination }
  server.request(client, "clnrm/trace", target, function(answer)
    if not answer then return vim.notify("clnrm: there is no trace yet: run the test first", vim.log.levels.INFO) end
    if options.browser then
      local page = vim.fn.tempname() .. ".html"
      vim.fn.writefile(vim.split(answer.html, "\n"), page)
      return vim.ui.open(page)
    end
    local name = "clnrm-trace://" .. vim.uri_to_fname(target.uri) .. (target.combination and ("#" .. target.combination) or "")
    local bufnr = view.show(name, "", { source = source, filetype = "clnrm-trace", horizontal = true })
    shown[bufnr] = { target = target, client_id = client.id }
    put(bufnr, answer)
  end)
end

--- A run has ended: what is shown may have changed.
function M.finished()
  for bufnr, it in pairs(shown) do
    local client = vim.lsp.get_client_by_id(it.client_id)
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      shown[bufnr] = nil
    elseif client then
      server.request_quietly(client, "clnrm/trace", it.target, function(answer)
        if answer and vim.api.nvim_buf_is_loaded(bufnr) then put(bufnr, answer) end
      end)
    end
  end
end

return M
