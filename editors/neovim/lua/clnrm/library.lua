-- Files of the server's built-in library, as buffers that can only be read.
local server = require("clnrm.server")

local M = {}

--- For `BufReadCmd`.
--- @param bufnr integer
--- @param uri string
function M.read(bufnr, uri)
  -- Neovim goes to a place in it right behind this: the text has to be there.
  local answer = server.request_sync(server.any(), "clnrm/libraryText", { uri = uri })
  if not answer then error(("the server knows no `%s`"):format(uri), 0) end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(answer.text, "\n"))
  vim.bo[bufnr].buftype = "nofile"
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].filetype = "clnrm-tera"
end

return M
