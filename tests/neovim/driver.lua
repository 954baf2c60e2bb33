-- What the scripts of this folder use: steps that are told, waiting, the engine. A script calls `drive` with what it does; that begins
-- when Neovim has started as a user sees it, and ends Neovim with the verdict.
local M = {}

local failed = 0

--- Tells a step. The script goes on where one fails: the rest says more.
function M.step(name, ok, detail)
  if not ok then failed = failed + 1 end
  io.stdout:write(ok and "ok   " or "FAIL ", name, ok and "" or ("  " .. tostring(detail)), "\n")
  return ok
end

--- How long something may take, in milliseconds: long, because a machine may have much to do.
M.PATIENCE = tonumber(vim.env.PATIENCE) or 30000

--- Waits until a condition holds.
function M.within(milliseconds, condition) return (vim.wait(milliseconds, condition, 20)) end

--- What was notified since the start, all of it in one text.
M.notified = {}
function M.said() return table.concat(M.notified, "\n") end

-- What was told in the command line while something goes on.
M.echoed = {}

--- Waits until a notification contains a text.
function M.hears(text)
  return M.step("it says: " .. text, M.within(M.PATIENCE, function() return M.said():find(text, 1, true) ~= nil end), M.said())
end

--- Waits until the server runs and has taken the buffer.
function M.client(bufnr)
  local client
  M.step("the server is attached", M.within(M.PATIENCE, function()
    client = vim.lsp.get_clients({ name = "clnrm_lsp", bufnr = bufnr or 0 })[1]
    return client ~= nil and client.initialized
  end), vim.inspect(vim.lsp.get_clients()))
  return client or error("there is no server: nothing more can be tried")
end

--- The text of a buffer.
function M.text(bufnr) return table.concat(vim.api.nvim_buf_get_lines(bufnr or 0, 0, -1, false), "\n") end

--- The buffer whose name begins so, and its window.
function M.view(prefix)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.startswith(vim.api.nvim_buf_get_name(bufnr), prefix) then return bufnr, window end
  end
end

--- Waits until a view is open and contains a text.
function M.shows(prefix, text)
  local bufnr
  M.step(("`%s` shows: %s"):format(prefix, text), M.within(M.PATIENCE, function()
    bufnr = M.view(prefix)
    return bufnr ~= nil and M.text(bufnr):find(text, 1, true) ~= nil
  end), bufnr and M.text(bufnr) or "it is not open")
  return bufnr
end

--- The line, from 1, that begins with a text.
function M.line_of(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if vim.startswith(line, text) then return number end
  end
  error("no line begins with " .. text)
end

--- The titles of the lenses in a line.
function M.lenses(line)
  local titles = {}
  for _, lens in ipairs(vim.lsp.codelens.get(vim.api.nvim_get_current_buf())) do
    if lens.range.start.line == line - 1 then table.insert(titles, lens.command.title) end
  end
  return titles
end

--- Waits for a lens in a line and presses it, as people do: by the command, and in the menu where there are several. `answer` is what
--- is chosen in a menu that comes then.
function M.press(line, title, answer)
  local function is_meant(it) return it:find(title, 1, true) ~= nil end
  M.step(("a lens `%s`"):format(title), M.within(M.PATIENCE, function() return vim.iter(M.lenses(line)):any(is_meant) end), vim.inspect(M.lenses(line)))
  M.choose = function(it) return is_meant(it) or it == answer end
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  vim.cmd("Clnrm lens")
end

-- Menus: the item that `choose` takes.
vim.ui.select = function(items, options, chosen)
  local say = options.format_item or tostring
  for index, item in ipairs(items) do
    if M.choose(say(item)) then return chosen(item, index) end
  end
  M.step("something of the menu is chosen", false, vim.inspect(vim.tbl_map(say, items)))
  chosen(nil)
end

-- Asks the engine, by the socket that the server takes.
local function engine(path)
  local pipe, answer, done = assert(vim.uv.new_pipe()), "", false
  pipe:connect("/var/run/docker.sock", function(refused)
    assert(not refused, refused)
    pipe:write(("GET %s HTTP/1.0\r\nHost: engine\r\n\r\n"):format(path))
    pipe:read_start(function(_, data)
      answer, done = answer .. (data or ""), data == nil
    end)
  end)
  assert(M.within(M.PATIENCE, function() return done end), "the engine answers")
  pipe:close()
  return vim.json.decode(answer:match("\r\n\r\n(.*)"))
end

--- How many containers there are of scenarios with this text in their identity.
function M.containers(name)
  local filters = vim.uri_encode('{"label":["dev.clnrm.managed"]}')
  local all = engine("/containers/json?all=1&filters=" .. filters:gsub('[{}":,%[%]]', function(it) return ("%%%02X"):format(it:byte()) end))
  return #vim.tbl_filter(function(it) return (it.Labels["dev.clnrm.scenario"] or ""):find(name, 1, true) ~= nil end, all)
end

function M.drive(script)
  local function run()
    local ok, why = xpcall(script, debug.traceback)
    if not ok then M.step("the script goes through", false, why) end
    -- Neovim ends its servers when it leaves.
    vim.cmd(failed == 0 and "qall!" or "cquit!")
  end
  -- What a user sees as a message.
  local notify = vim.notify
  vim.notify = function(message, level, options)
    table.insert(M.notified, message)
    return vim.env.SHOW_MESSAGES and notify(message, level, options) or nil
  end
  vim.api.nvim_echo = function(chunks) table.insert(M.echoed, chunks[1][1]) end
  vim.api.nvim_create_autocmd("VimEnter", { once = true, callback = function() vim.schedule(run) end })
end

return M
