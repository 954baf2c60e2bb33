-- How the expectations of a test differ from those of an earlier text, and whether it became weaker.
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

--- @param argument? { uri: string } the current test where it is absent
--- @param bufnr? integer
function M.show(argument, bufnr)
  local client, source = server.client(bufnr)
  local uri = argument and argument.uri or vim.uri_from_bufnr(source)
  server.request(client, "clnrm/expectationDiff", { uri = uri }, function(diff)
    if not diff then
      return vim.notify("clnrm: the expectations are what they were, or there is nothing to compare them with", vim.log.levels.INFO)
    end
    view.show("clnrm-diff://" .. vim.uri_to_fname(uri), diff.summary .. "\n\n" .. diff.text, { source = source, filetype = "diff" })
  end)
end

return M
