-- The rendered test beside its template. It follows each keystroke; the place of the cursor on one side is shown on the other.
local server = require("clnrm.server")
local view = require("clnrm.view")

local M = {}

local ROUND = vim.api.nvim_create_namespace("clnrm.preview.round")
local COUNTERPART = vim.api.nvim_create_namespace("clnrm.preview.counterpart")

--- @class clnrm.Preview
--- @field source integer the template's buffer
--- @field uri string the template's address
--- @field selection? table one round of a loop, or one combination
--- @field client_id integer
--- @type table<integer, clnrm.Preview> by buffer
local shown = {}

local function name_of(source, selection)
  local which = ""
  if selection then
    which = selection.combination and ("#combination-%d"):format(selection.combination + 1)
      or ("#loop-%d-round-%d"):format(selection.loop + 1, selection.round + 1)
  end
  return "clnrm-rendered://" .. vim.api.nvim_buf_get_name(source):gsub("%.tera$", "") .. which
end

-- The byte of a column as the server counts them.
local function byte(bufnr, position, encoding)
  local line = vim.api.nvim_buf_get_lines(bufnr, position.line, position.line + 1, false)[1] or ""
  if encoding == "utf-8" then return math.min(position.character, #line) end
  if position.character > #line then return #line end
  if vim.fn.has("nvim-0.11") == 1 then return vim.str_byteindex(line, encoding, position.character, false) end
  local found, column = pcall(vim.str_byteindex, line, position.character, encoding == "utf-16")
  return found and column or #line
end

local function highlight(bufnr, namespace, group, ranges, encoding)
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  for _, range in ipairs(ranges or {}) do
    if range.start.line <= last then
      -- The line break at the end of a text is no line of a buffer.
      local beyond = range["end"].line > last
      vim.api.nvim_buf_set_extmark(bufnr, namespace, range.start.line, byte(bufnr, range.start, encoding), {
        end_row = beyond and last or range["end"].line,
        end_col = byte(bufnr, beyond and { line = last, character = math.huge } or range["end"], encoding),
        hl_group = group,
        strict = false,
      })
    end
  end
end

local function scroll_to(bufnr, range)
  local window = view.window(bufnr)
  if window and range then
    vim.api.nvim_win_set_cursor(window, { math.min(range.start.line + 1, vim.api.nvim_buf_line_count(bufnr)), 0 })
  end
end

local function selections_equal(one, other)
  one, other = one or {}, other or {}
  return one.loop == other.loop and one.round == other.round and one.combination == other.combination
end

local function put(bufnr, answer, encoding)
  view.set(bufnr, answer.text)
  highlight(bufnr, ROUND, "ClnrmRound", answer.ranges, encoding)
end

-- What the cursor of the template stands in, shown in the rendered text.
local function follow_source(bufnr)
  local preview = shown[bufnr]
  local client = preview and vim.lsp.get_client_by_id(preview.client_id)
  if not client or not view.window(bufnr) or vim.api.nvim_get_current_buf() ~= preview.source then return end
  local params = {
    uri = preview.uri,
    position = vim.lsp.util.make_position_params(0, client.offset_encoding).position,
    selection = preview.selection,
  }
  server.request_quietly(client, "clnrm/renderedRanges", params, function(ranges)
    if not vim.api.nvim_buf_is_loaded(bufnr) or not ranges then return end
    highlight(bufnr, COUNTERPART, "ClnrmCounterpart", ranges, client.offset_encoding)
    if vim.api.nvim_get_current_buf() == preview.source then scroll_to(bufnr, ranges[1]) end
  end, preview.source)
end

-- Calls `found` with the range of the template that wrote what stands at the cursor of the preview.
local function origin(bufnr, found)
  local preview = shown[bufnr]
  local client = preview and vim.lsp.get_client_by_id(preview.client_id)
  if not client or vim.api.nvim_get_current_buf() ~= bufnr then return end
  local start = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  -- The character at the cursor.
  local line, column = vim.api.nvim_get_current_line(), vim.api.nvim_win_get_cursor(0)[2] + 1
  local width = column > #line and 0 or (client.offset_encoding == "utf-8" and vim.str_utf_end(line, column) + 1 or 1)
  local range = { start = start, ["end"] = { line = start.line, character = start.character + width } }
  local params = { uri = preview.uri, range = range, selection = preview.selection }
  server.request_quietly(client, "clnrm/sourceRange", params, function(range)
    if vim.api.nvim_buf_is_loaded(preview.source) then found(range, preview, client) end
  end, preview.source)
end

local function follow_preview(bufnr)
  origin(bufnr, function(range, preview, client)
    highlight(preview.source, COUNTERPART, "ClnrmCounterpart", range and { range } or {}, client.offset_encoding)
  end)
end

--- Goes from a place of the rendered text to what wrote it.
function M.jump()
  origin(vim.api.nvim_get_current_buf(), function(range, preview, client)
    if not range then return vim.notify("clnrm: nothing in the template wrote this", vim.log.levels.INFO) end
    local window = view.window(preview.source)
    if window then
      vim.api.nvim_set_current_win(window)
    else
      vim.cmd.sbuffer(preview.source)
    end
    vim.cmd("normal! m'")
    vim.api.nvim_win_set_cursor(0, { range.start.line + 1, byte(preview.source, range.start, client.offset_encoding) })
  end)
end

local function attach(bufnr, source)
  local group = vim.api.nvim_create_augroup("clnrm.preview." .. bufnr, {})
  vim.api.nvim_create_autocmd({ "CursorMoved", "CursorMovedI" }, {
    group = group,
    buffer = source,
    callback = function() follow_source(bufnr) end,
  })
  vim.api.nvim_create_autocmd("CursorMoved", { group = group, buffer = bufnr, callback = function() follow_preview(bufnr) end })
  vim.api.nvim_create_autocmd("BufLeave", {
    group = group,
    buffer = bufnr,
    callback = function()
      if vim.api.nvim_buf_is_loaded(source) then vim.api.nvim_buf_clear_namespace(source, COUNTERPART, 0, -1) end
    end,
  })
  vim.api.nvim_create_autocmd("BufWipeout", {
    group = group,
    buffer = bufnr,
    callback = function()
      shown[bufnr] = nil
      vim.schedule(function() pcall(vim.api.nvim_del_augroup_by_id, group) end)
    end,
  })
  for _, key in ipairs({ "<CR>", "gd" }) do
    vim.keymap.set("n", key, M.jump, { buffer = bufnr, desc = "go to what wrote this" })
  end
end

--- Shows what a template renders to.
--- @param argument? { uri: string, selection?: table } the current test where it is absent
--- @param bufnr? integer
function M.show(argument, bufnr)
  local client, source = server.client(bufnr)
  local selection = argument and argument.selection
  if argument and argument.uri then source = vim.uri_to_bufnr(argument.uri) end
  local uri = vim.uri_from_bufnr(source)
  server.request(client, "clnrm/rendered", { uri = uri, selection = selection }, function(answer)
    if not answer then return vim.notify("clnrm: this is not open as a cleanroom test", vim.log.levels.WARN) end
    local options = { source = source, filetype = "clnrm-rendered", syntax = "clnrm" }
    local buffer = view.show(name_of(source, selection), answer.text, options)
    if not shown[buffer] then attach(buffer, source) end
    shown[buffer] = { source = source, uri = uri, selection = selection, client_id = client.id }
    put(buffer, answer, client.offset_encoding)
    scroll_to(buffer, answer.ranges and answer.ranges[1])
    follow_source(buffer)
  end, source)
end

-- What the text renders to has changed.
local function changed(answer, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  for bufnr, preview in pairs(shown) do
    local same = vim.uri_to_fname(preview.uri) == vim.uri_to_fname(answer.source) and selections_equal(preview.selection, answer.selection)
    if client and same and vim.api.nvim_buf_is_loaded(bufnr) then
      put(bufnr, answer, client.offset_encoding)
      follow_source(bufnr)
    end
  end
end

--- Listens to what servers tell of rendered texts.
function M.listen()
  vim.lsp.handlers["clnrm/renderedChanged"] = function(_, params, context) changed(params, context.client_id) end
end

--- A new server has to be asked before it tells of changes.
--- @param client vim.lsp.Client
--- @param source integer
function M.attached(client, source)
  for bufnr, preview in pairs(shown) do
    if preview.source == source and preview.client_id ~= client.id then
      preview.client_id = client.id
      server.request_quietly(client, "clnrm/rendered", { uri = preview.uri, selection = preview.selection }, function(answer)
        if answer and vim.api.nvim_buf_is_loaded(bufnr) then put(bufnr, answer, client.offset_encoding) end
      end, source)
    end
  end
end

return M
