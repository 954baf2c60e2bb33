-- How the server is: in full as a view, and in a few letters for a status line.
local run = require("clnrm.run")
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

-- One line a value, what is nested indented; keys in order.
local function write(lines, value, indent)
  local keys = vim.tbl_keys(value)
  table.sort(keys, function(one, other) return tostring(one) < tostring(other) end)
  for _, key in ipairs(keys) do
    local it = value[key]
    local label = type(key) == "number" and "-" or (key .. ":")
    if type(it) == "table" and not vim.tbl_isempty(it) then
      table.insert(lines, indent .. label)
      write(lines, it, indent .. "  ")
    else
      local said = (it == vim.NIL and "none") or (type(it) == "table" and "none") or tostring(it)
      table.insert(lines, ("%s%s %s"):format(indent, label, said))
    end
  end
end

--- Shows the server's status.
--- @param bufnr? integer
function M.show(bufnr)
  local client = server.any()
  local source = server.source(bufnr)
  local is_test = client.attached_buffers[source] ~= nil
  server.request(client, "clnrm/status", is_test and { uri = vim.uri_from_bufnr(source) } or vim.empty_dict(), function(status)
    local lines = { "clnrm-lsp " .. status.version, "" }
    status.version = nil
    write(lines, status, "")
    view.show("clnrm-status://" .. client.id, table.concat(lines, "\n"), { source = source, filetype = "yaml" })
  end)
end

--- For a status line: what runs, else how the last run ended; empty where there is nothing to say.
--- @return string
function M.line()
  local total, ended, doing = 0, 0, nil
  for _, active in pairs(run.active) do
    total, ended, doing = total + active.total, ended + active.ended, active.doing
  end
  if doing then return ("clnrm %d/%d %s"):format(ended, total, doing) end
  if #vim.lsp.get_clients({ name = server.NAME }) == 0 then return "" end
  local last = run.last
  if not last then return "clnrm" end
  if type(last.error) == "string" then return "clnrm ✗" end
  local failed = math.max(last.failed, last.unfulfilled)
  return ("clnrm ✓%d"):format(last.passed) .. (failed > 0 and (" ✗%d"):format(failed) or "")
end

return M
