-- What happens when the server has taken a buffer.
local M = {}

local listening = false

-- Once, with the first server.
local function listen()
  if listening then return end
  listening = true
  require("clnrm.commands").register()
  require("clnrm.run").listen()
  require("clnrm.preview").listen()
end

--- For `LspAttach`.
--- @param client vim.lsp.Client
--- @param bufnr integer
function M.attached(client, bufnr)
  listen()
  require("clnrm.lens").follow(client, bufnr)
  require("clnrm.preview").attached(client, bufnr)
  if vim.lsp.foldexpr and require("clnrm.config").get().folding then
    for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
      if vim.wo[window][0].foldexpr:find("clnrm.fold", 1, true) then vim.wo[window][0].foldexpr = "v:lua.vim.lsp.foldexpr()" end
    end
  end
end

return M
