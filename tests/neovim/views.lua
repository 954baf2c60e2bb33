-- What stands beside a test: the rendered text, live, and the changes of expectations.
local t = dofile(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)) .. "/driver.lua")
local step, within = t.step, t.within

-- The texts that a namespace of the preview marks in a buffer.
local function marked(bufnr, namespace)
  local id = vim.api.nvim_get_namespaces()["clnrm.preview." .. namespace]
  local texts = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, id, 0, -1, { details = true })) do
    local details = mark[4]
    -- A mark of a text that has changed since may reach beyond its line.
    local ok, lines = pcall(vim.api.nvim_buf_get_text, bufnr, mark[2], mark[3], details.end_row, details.end_col, {})
    table.insert(texts, ok and table.concat(lines, "\n") or vim.inspect(mark))
  end
  return texts
end

-- Puts the cursor there, as if somebody had moved it.
local function go(bufnr, window, text)
  vim.api.nvim_set_current_win(window)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(window, { number, column - 1 })
      return vim.api.nvim_exec_autocmds("CursorMoved", { buffer = bufnr })
    end
  end
  error(text .. " is not there")
end

t.drive(function()
  vim.cmd.edit("example.clnrm.toml.tera")
  local buf, window = vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_win()
  t.client()
  vim.cmd("Clnrm preview")
  local preview = t.shows("clnrm-rendered://", 'run = "echo two"')
  local _, beside = t.view("clnrm-rendered://")
  step("the cursor stays in the template", vim.api.nvim_get_current_win() == window)
  step("it is coloured", vim.bo[preview].syntax == "clnrm" and not vim.bo[preview].modifiable)
  step("it is no test of its own", #vim.lsp.get_clients({ bufnr = preview }) == 0)

  -- It follows each change.
  vim.fn.cursor(1, 1)
  vim.fn.search([=["\zstwo"]=])
  vim.cmd.normal({ "cwthree", bang = true })
  t.shows("clnrm-rendered://", 'run = "echo three"')

  -- A place on one side is shown on the other.
  go(buf, window, "echo {{ name }}")
  step("both rounds are marked", within(t.PATIENCE, function() return #marked(preview, "counterpart") == 2 end), vim.inspect(marked(preview, "counterpart")))
  step("and shown", vim.api.nvim_win_get_cursor(beside)[1] > 1)
  go(preview, beside, "three")
  step("the template is marked", within(t.PATIENCE, function()
    return vim.deep_equal(marked(buf, "counterpart"), { '"three"' })
  end), vim.inspect(marked(buf, "counterpart")))
  vim.api.nvim_feedkeys(vim.keycode("<CR>"), "x", false)
  step("Enter goes to what wrote it", within(t.PATIENCE, function()
    local line, cursor = vim.api.nvim_get_current_line(), vim.api.nvim_win_get_cursor(0)
    return vim.api.nvim_get_current_buf() == buf and vim.startswith(line:sub(cursor[2] + 1), '"three"')
  end), vim.api.nvim_get_current_line())

  -- A lens of one round.
  t.press(t.line_of("{% for"), "preview round 2")
  local round = t.shows("clnrm-rendered:///" .. vim.api.nvim_buf_get_name(buf):gsub("^/", ""):gsub("%.tera$", "") .. "#loop-1-round-2", 'run = "echo three"')
  step("the round is marked", within(t.PATIENCE, function()
    return vim.iter(marked(round, "round")):any(function(text) return text:find("echo three", 1, true) ~= nil and not text:find("echo one", 1, true) end)
  end), vim.inspect(marked(round, "round")))

  -- A new server tells of changes too.
  vim.api.nvim_set_current_win(window)
  local before = vim.lsp.get_clients({ bufnr = buf })[1].id
  vim.cmd("Clnrm restart")
  step("restarted", within(t.PATIENCE, function()
    local anew = vim.lsp.get_clients({ name = "clnrm_lsp", bufnr = buf })[1]
    return anew ~= nil and anew.id ~= before and anew.initialized
  end))
  vim.fn.cursor(1, 1)
  vim.fn.search([=["\zsthree"]=])
  vim.cmd.normal({ "cwfour", bang = true })
  t.shows("clnrm-rendered://", 'run = "echo four"')

  -- Closed, it is forgotten.
  vim.api.nvim_win_close(beside, true)
  step("closed", within(t.PATIENCE, function() return not vim.api.nvim_buf_is_valid(preview) end))

  -- What became of the expectations since the file was saved.
  vim.cmd("Clnrm diff")
  t.hears("the expectations are what they were")
  local line = t.line_of("{{ m::span(")
  vim.api.nvim_buf_set_lines(buf, line - 1, line, false, {})
  local diff
  within(t.PATIENCE, function()
    vim.cmd("Clnrm diff")
    return within(500, function()
      diff = t.view("clnrm-diff://")
      return diff ~= nil
    end)
  end)
  step("a diff of expectations", diff and t.text(diff):find("weaker", 1, true) ~= nil, diff and t.text(diff))

  -- A round that writes the end of the text is marked, too.
  vim.cmd("silent only")
  local lines = { "[meta]", 'name = "x"', '{% for n in ["a", "b"] %}', "[[scenario]]", 'name = "{{ n }}"', "{% endfor %}" }
  local file = assert(io.open("end.clnrm.toml.tera", "w"))
  file:write(table.concat(lines, "\n"))
  file:close()
  vim.cmd.edit("end.clnrm.toml.tera")
  t.client()
  t.press(3, "preview round 2")
  local last = t.shows("clnrm-rendered://" .. vim.uv.cwd() .. "/end.clnrm.toml#loop-1-round-2", 'name = "b"')
  step("the last round is marked", within(t.PATIENCE, function() return (marked(last, "round")[1] or ""):find('name = "b"', 1, true) ~= nil end),
    vim.inspect(marked(last, "round")))
end)
