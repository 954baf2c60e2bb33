-- Buffers that show something of a test and can only be read: output, trace, rendered text, status.
local M = {}

--- The window that shows a buffer in this tab page.
--- @param bufnr integer
--- @return integer?
function M.window(bufnr)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(window) == bufnr then return window end
  end
end

--- Replaces the text of a view.
--- @param bufnr integer
--- @param text string
function M.set(bufnr, text)
  local lines = vim.split(text:gsub("\n$", ""), "\r?\n")
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

--- Shows a text beside the current window, in the view of this name if there is one. The cursor stays where it is.
--- @param name string its address, such as `clnrm-output:///…`
--- @param text string
--- @param options { source?: integer, filetype: string, syntax?: string, horizontal?: boolean }
--- @return integer bufnr, integer window
function M.show(name, text, options)
  local bufnr = vim.fn.bufadd(name)
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    -- Its own scheme: nothing is read from a file.
    vim.bo[bufnr].buftype = "nofile"
    vim.bo[bufnr].swapfile = false
    vim.fn.bufload(bufnr)
    vim.bo[bufnr].bufhidden = "wipe"
    vim.bo[bufnr].buflisted = false
    vim.keymap.set("n", "q", "<C-w>c", { buffer = bufnr, nowait = true, desc = "close" })
  end
  vim.b[bufnr].clnrm_source = options.source
  M.set(bufnr, text)
  local window = M.window(bufnr)
  if not window then
    local before = vim.api.nvim_get_current_win()
    vim.cmd(options.horizontal and "belowright split" or "belowright vsplit")
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(window, bufnr)
    vim.wo[window][0].wrap = false
    vim.wo[window][0].list = false
    vim.wo[window][0].spell = false
    vim.wo[window][0].foldenable = false
    vim.api.nvim_set_current_win(before)
  end
  if vim.bo[bufnr].filetype ~= options.filetype then vim.bo[bufnr].filetype = options.filetype end
  if options.syntax then vim.bo[bufnr].syntax = options.syntax end
  return bufnr, window
end

return M
