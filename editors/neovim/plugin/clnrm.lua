-- What is there from the start: little, and what it needs is loaded when a cleanroom test is opened or a command is given.
if vim.g.loaded_clnrm then return end
vim.g.loaded_clnrm = true

if vim.fn.has("nvim-0.10") == 0 then
  vim.notify("clnrm: Neovim 0.10 or later is needed; highlighting works", vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command("Clnrm", function(command) require("clnrm.commands").run(command) end, {
  nargs = "*",
  bang = true,
  complete = function(lead, line) return require("clnrm.commands").complete(lead, line) end,
  desc = "cleanroom tests: run, cancel, output, trace, preview, …",
})

vim.api.nvim_set_hl(0, "ClnrmCounterpart", { link = "LspReferenceText", default = true })
vim.api.nvim_set_hl(0, "ClnrmRound", { link = "CursorLine", default = true })

local group = vim.api.nvim_create_augroup("clnrm", {})

vim.api.nvim_create_autocmd("LspAttach", {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if not client or client.name ~= "clnrm_lsp" then return end
    require("clnrm.attach").attached(client, event.buf)
  end,
})

vim.api.nvim_create_autocmd("BufReadCmd", {
  group = group,
  pattern = "clnrm-library://*",
  callback = function(event) require("clnrm.library").read(event.buf, event.match) end,
})

local function enable()
  if require("clnrm.config").get().enable then require("clnrm.server").enable() end
end

-- Behind what the user's configuration says, wherever that stands.
if vim.v.vim_did_enter == 1 then
  vim.schedule(enable)
else
  vim.api.nvim_create_autocmd("VimEnter", { group = group, once = true, callback = enable })
end
