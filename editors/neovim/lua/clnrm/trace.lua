-- The spans of a test's last run, as a waterfall of letters; or as a page in the browser. It follows later runs.
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

-- What is shown, by buffer.
--- @type table<integer, { uri: string, combination?: string }>
local shown = {}

local function text(answer) return answer.title .. (answer.replayed and "  (replayed)" or "") .. "\n\n" .. answer.text end

--- Shows the trace of a test.
--- @param argument? { uri: string, combination?: string } the current test where it is absent
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
    local bufnr = view.show(name, text(answer), { source = source, filetype = "clnrm-trace", horizontal = true })
    shown[bufnr] = target
  end)
end

--- A run has ended: what is shown may have changed.
function M.finished()
  for bufnr, target in pairs(shown) do
    local client = vim.api.nvim_buf_is_loaded(bufnr) and server.attached(server.source(bufnr))
    if not client then
      shown[bufnr] = nil
    else
      server.request_quietly(client, "clnrm/trace", target, function(answer)
        if answer and vim.api.nvim_buf_is_loaded(bufnr) then view.set(bufnr, text(answer)) end
      end)
    end
  end
end

return M
