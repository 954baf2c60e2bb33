-- A test is run: by lens and command, in real containers. PROJECT is a text that the names of its scenarios have in the engine.
local t = dofile(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)) .. "/driver.lua")
local step, within = t.step, t.within

-- Whether nothing of the test is left in the engine.
local function nothing_left(what) step("nothing is left " .. what, t.containers(vim.env.PROJECT) == 0, t.containers(vim.env.PROJECT)) end

t.drive(function()
  local finished, started = {}, 0
  vim.api.nvim_create_autocmd("User", {
    pattern = "ClnrmRunFinished",
    callback = function(event) table.insert(finished, event.data) end,
  })
  vim.api.nvim_create_autocmd("User", { pattern = "ClnrmRunStarted", callback = function() started = started + 1 end })
  -- Waits for the end of the next run.
  local seen = 0
  local function run_ends()
    seen = seen + 1
    step("the run ends", within(t.PATIENCE, function() return #finished >= seen end), t.said())
    return finished[seen] or {}
  end

  vim.cmd.edit(vim.env.FILE)
  local buf = vim.api.nvim_get_current_buf()
  local client = t.client()

  -- Nothing starts before the workspace is trusted.
  local scenario = t.line_of("[[scenario]]")
  local menu, asked = vim.ui.select, nil
  vim.ui.select = function(_, options, chosen)
    asked = options.prompt
    chosen(nil)
  end
  vim.cmd("Clnrm run file")
  step("it asks for trust", within(t.PATIENCE, function() return (asked or ""):find("start containers", 1, true) ~= nil end), asked)
  vim.ui.select = menu
  require("clnrm.server").request(client, "workspace/executeCommand",
    { command = "clnrm.runFile", arguments = { { uri = vim.uri_from_bufnr(buf) } } })
  t.hears("trusted")
  step("nothing has run", started == 0 and t.containers(vim.env.PROJECT) == 0)

  -- The lens runs it, as soon as the user trusts the folder; what is not fulfilled is marked at its key.
  local function failures()
    return vim.tbl_filter(function(it) return it.source == "clnrm run" end, vim.diagnostic.get(buf))
  end
  t.press(scenario, "▶ Run", "Trust this folder")
  local ended = run_ends()
  step("its scenario passed", ended.passed == 1 and ended.failed == 0, vim.inspect(ended))
  t.hears("1 passed, expectations of t not fulfilled")
  step("the status line is red", require("clnrm").status() == "clnrm ✓1 ✗1", require("clnrm").status())
  nothing_left("after a run")
  local progress = table.concat(t.echoed, "\n")
  step("it told what was being done", progress:find("clnrm: 0 of 1 · t › works: ", 1, true) ~= nil, progress)
  step("the failure is marked", within(t.PATIENCE, function() return #failures() == 1 end), vim.inspect(vim.diagnostic.get(buf)))
  local failure = failures()[1] or {}
  local line = vim.api.nvim_buf_get_lines(buf, failure.lnum or 0, (failure.lnum or 0) + 1, false)[1]
  step("at the key that is not fulfilled", line == 'name = "part"', line)
  step("as an error", failure.severity == vim.diagnostic.severity.ERROR and failure.code == "expect.span[1].name", vim.inspect(failure))

  -- What it wrote and what it left.
  vim.cmd("Clnrm output")
  local output = t.shows("clnrm-output://", "sent greet")
  vim.cmd("Clnrm trace")
  local trace = t.shows("clnrm-trace://", "greet")
  step("a trace has colours", vim.bo[trace].syntax == "clnrm-trace", vim.bo[trace].syntax)
  local page
  vim.ui.open = function(path) page = path end
  vim.cmd("Clnrm trace browser")
  step("the trace as a page", within(t.PATIENCE, function() return page ~= nil end) and vim.fn.readfile(page)[1]:find("<!DOCTYPE html>", 1, true) ~= nil, page)

  -- Mended, it is green; the views follow.
  local where = t.line_of('run = "sh /span.sh greet')
  vim.api.nvim_buf_set_lines(buf, where - 1, where, false, { 'run = "sh /span.sh greet part"' })
  vim.cmd("silent write")
  vim.api.nvim_win_set_cursor(0, { scenario + 1, 0 })
  vim.cmd("Clnrm run")
  ended = run_ends()
  step("it passed", ended.passed == 1, vim.inspect(ended))
  step("nothing is marked", within(t.PATIENCE, function() return #failures() == 0 end), vim.inspect(failures()))
  local function is_green(it) return vim.startswith(it, "✓ ") and it:find("s$") end
  step("the lens is green", within(t.PATIENCE, function() return vim.iter(t.lenses(scenario)):any(is_green) end), vim.inspect(t.lenses(scenario)))
  t.shows("clnrm-output://", "sent greet part")
  t.shows("clnrm-trace://", "part")
  step("the same views", output == t.view("clnrm-output://") and trace == t.view("clnrm-trace://"))
  step("the status line", require("clnrm").status() == "clnrm ✓1", require("clnrm").status())
  nothing_left("after a green run")

  -- Proved, it is not run again, unless it is to be.
  vim.cmd("Clnrm run file")
  run_ends()
  step("it is proved already", within(t.PATIENCE, function() return vim.tbl_contains(t.lenses(scenario), "✓ cached") end), vim.inspect(t.lenses(scenario)))
  vim.cmd("Clnrm! run file")
  run_ends()
  step("it ran again", within(t.PATIENCE, function() return vim.iter(t.lenses(scenario)):any(is_green) end), vim.inspect(t.lenses(scenario)))
  vim.cmd("Clnrm run failed")
  t.hears("nothing failed in the last runs")

  -- All tests of the workspace: what fails in a file that is not open is found, too.
  vim.cmd("Clnrm run workspace")
  ended = run_ends()
  step("both ran", ended.passed == 2, vim.inspect(ended))
  local function listed()
    vim.diagnostic.setqflist({ open = false, severity = vim.diagnostic.severity.ERROR })
    return vim.tbl_map(function(it)
      local name = vim.fs.basename(vim.api.nvim_buf_get_name(it.bufnr))
      return ("%s:%d %s"):format(name, it.lnum, it.text:match("^[^\n]*"))
    end, vim.fn.getqflist())
  end
  step("the failure of the other is listed", within(t.PATIENCE, function()
    return vim.iter(listed()):any(function(it) return vim.startswith(it, "other.clnrm.toml:") end)
  end), vim.inspect(listed()))
  t.hears("2 passed, expectations of other not fulfilled")

  -- The same by a code action.
  vim.lsp.buf.code_action({
    context = { only = { "source.run.clnrm" }, diagnostics = {} },
    apply = true,
    filter = function(action) return action.title == "run this file" end,
  })
  ended = run_ends()
  step("a code action runs it", ended.passed == 1, vim.inspect(ended))

  -- A program that does not end is cancelled while it runs.
  vim.api.nvim_buf_set_lines(buf, where - 1, where, false, { [[run = "sh -c 'echo waiting; sleep 300'"]] })
  local outputs = 0
  local of_output = vim.lsp.handlers["clnrm/output"]
  vim.lsp.handlers["clnrm/output"] = function(...)
    outputs = outputs + 1
    return of_output(...)
  end
  vim.cmd("Clnrm run")
  step("it runs", within(t.PATIENCE, function() return outputs > 0 end), t.said())
  step("in a container", t.containers(vim.env.PROJECT) > 0)
  step("the status line says so", require("clnrm").status():find("^clnrm 0/1 ") ~= nil, require("clnrm").status())
  step("the lens too", within(t.PATIENCE, function() return vim.tbl_contains(t.lenses(scenario), "◼ running") end), vim.inspect(t.lenses(scenario)))
  t.shows("clnrm-output://", "waiting")
  step("the output before it is gone", not t.text(output):find("sent greet", 1, true), t.text(output))
  t.press(scenario, "◼ running")
  ended = run_ends()
  step("it was cancelled", ended.cancelled == true and ended.passed == 0, vim.inspect(ended))
  t.hears("cancelled")
  nothing_left("after a run was cancelled")

  -- And one that has hardly begun.
  started = 0
  vim.cmd("Clnrm run")
  within(t.PATIENCE, function() return started > 0 end)
  vim.cmd("Clnrm cancel")
  ended = run_ends()
  step("it was cancelled at once", ended.cancelled == true, vim.inspect(ended))
  nothing_left("after a run was cancelled at once")

  -- No more trust, no more runs.
  vim.cmd("Clnrm trust revoke")
  step("the server knows", within(t.PATIENCE, function()
    local anew = vim.lsp.get_clients({ name = "clnrm_lsp", bufnr = buf })[1]
    return anew ~= nil and anew.initialized and anew.config.init_options.workspaceTrusted == false
  end))
end)
