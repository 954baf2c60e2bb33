-- Lenses: asked for when the text or what is known of it changes, shown by Neovim.
local config = require("clnrm.config")
local server = require("clnrm.server")

local M = {}

-- The last question about each buffer: of answers that overtake each other the latest question's counts.
local asked = {}

--- Shows the lenses of a buffer as they are.
--- @param client vim.lsp.Client
--- @param bufnr integer
function M.refresh(client, bufnr)
  if not config.get().codelens or not vim.api.nvim_buf_is_loaded(bufnr) then return end
  -- Neovim 0.12 asks by itself.
  if vim.lsp.codelens.enable then return vim.lsp.codelens.enable(true, { bufnr = bufnr }) end
  asked[bufnr] = (asked[bufnr] or 0) + 1
  local question = asked[bufnr]
  server.request_quietly(client, "textDocument/codeLens", { textDocument = { uri = vim.uri_from_bufnr(bufnr) } }, function(lenses)
    if asked[bufnr] ~= question or not vim.api.nvim_buf_is_loaded(bufnr) then return end
    vim.lsp.codelens.on_codelens(nil, lenses or {}, { client_id = client.id, bufnr = bufnr, method = "textDocument/codeLens" }, {})
  end, bufnr)
end

--- The same for all buffers of a server.
--- @param client_id integer
function M.refresh_all(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do M.refresh(client, bufnr) end
end

--- Keeps the lenses of a buffer right.
--- @param client vim.lsp.Client
--- @param bufnr integer
function M.follow(client, bufnr)
  M.refresh(client, bufnr)
  vim.api.nvim_create_autocmd({ "BufEnter", "TextChanged", "InsertLeave", "BufWritePost" }, {
    group = vim.api.nvim_create_augroup("clnrm.lens." .. bufnr, {}),
    buffer = bufnr,
    callback = function()
      -- It may be another one since then.
      local found, current = pcall(server.client, bufnr)
      if found then M.refresh(current, bufnr) end
    end,
  })
end

--- Presses the lens of the line that the cursor is in.
function M.press()
  server.client()
  vim.lsp.codelens.run()
end

return M
