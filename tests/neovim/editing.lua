-- A test is written: what Neovim shows while that happens.
local t = dofile(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)) .. "/driver.lua")
local step, within = t.step, t.within

t.drive(function()
  -- Types of files.
  for name, expected in pairs({
    ["a.clnrm.toml"] = "clnrm",
    ["cleanroom.toml"] = "clnrm",
    ["a.clnrm.toml.tera"] = "clnrm-tera",
    ["a.toml.tera"] = "clnrm-tera",
    ["a.clnrm.tera"] = "clnrm-tera",
    ["_macros.toml.tera"] = "clnrm-tera",
    ["Cargo.toml"] = "toml",
  }) do
    local found = vim.filetype.match({ filename = vim.fs.joinpath(vim.uv.cwd(), name) })
    step(name .. " is of type " .. expected, found == expected, found)
  end

  vim.cmd.edit("example.clnrm.toml.tera")
  local buf = vim.api.nvim_get_current_buf()
  local client = t.client()
  step("comments", vim.bo.commentstring == "# %s", vim.bo.commentstring)
  step("the workspace is the folder", client.config.root_dir == vim.uv.cwd(), client.config.root_dir)
  step("nobody trusts it yet", client.config.init_options.workspaceTrusted == false)

  -- A mistake, at its place in the template; gone when it is mended.
  local function errors() return vim.diagnostic.get(buf, { severity = vim.diagnostic.severity.ERROR }) end
  step("an error is marked", within(t.PATIENCE, function() return #errors() == 1 end), vim.inspect(errors()))
  local found = errors()[1] or {}
  step("at the macro's argument", found.lnum == 21 and found.col == 9 and found.code == "orphan-service", vim.inspect(found))
  local marks = vim.api.nvim_buf_get_extmarks(buf, -1, { 21, 9 }, { 21, 9 }, { details = true, type = "highlight", overlap = true })
  step("it is underlined", vim.iter(marks):any(function(mark) return mark[4].hl_group == "DiagnosticUnderlineError" end), vim.inspect(marks))
  vim.api.nvim_buf_set_text(buf, 21, 10, 21, 13, { "api" })
  step("mended, it is gone", within(t.PATIENCE, function() return #errors() == 0 end), vim.inspect(errors()))

  -- Lenses.
  step("lenses are shown", within(t.PATIENCE, function() return t.lenses(1)[1] == "▶ Run 3 scenarios" end), vim.inspect(t.lenses(1)))
  local shown = vim.api.nvim_buf_get_extmarks(buf, -1, { 0, 0 }, { 0, -1 }, { details = true, type = "virt_text" })
  step("as text in the line", vim.iter(shown):any(function(mark) return vim.inspect(mark[4].virt_text):find("▶ Run") end), vim.inspect(shown))

  -- What stands at the cursor.
  vim.fn.cursor(vim.fn.search([=[^name = "{{ name }}"]=], "cnw"), 13)
  -- Debian's Neovim 0.10 comes without the parser that a hover's window wants.
  if select(2, pcall(vim.treesitter.language.add, "markdown")) ~= nil and vim.fn.has("nvim-0.11") == 0 then
    local answers = vim.lsp.buf_request_sync(buf, "textDocument/hover", vim.lsp.util.make_position_params(0, client.offset_encoding), 10000) or {}
    local said = vim.tbl_get(answers, client.id, "result", "contents", "value") or ""
    step("hover", said:find("loop variable `name`", 1, true) ~= nil, said)
  else
    vim.lsp.buf.hover()
    local function floating()
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= "" then return t.text(vim.api.nvim_win_get_buf(window)) end
      end
      return ""
    end
    step("hover", within(t.PATIENCE, function() return floating():find("loop variable `name`", 1, true) ~= nil end), floating())
    vim.cmd("silent! fclose!")
  end

  step("semantic tokens", within(t.PATIENCE, function()
    local tokens = vim.lsp.semantic_tokens.get_at_pos(buf, 20, 6) or {}
    return vim.iter(tokens):any(function(token) return token.type == "macro" end)
  end), vim.inspect(vim.lsp.semantic_tokens.get_at_pos(buf, 20, 6)))

  -- Completion, by the keys that Neovim has for it.
  local last = vim.api.nvim_buf_line_count(buf)
  vim.api.nvim_buf_set_lines(buf, -1, -1, false, { "", "[expect.hermeticity]", "no_ext" })
  vim.api.nvim_win_set_cursor(0, { last + 3, 6 })
  step("completion is offered to 'omnifunc'", vim.bo.omnifunc == "v:lua.vim.lsp.omnifunc", vim.bo.omnifunc)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.position.character = 6
  local answers = vim.lsp.buf_request_sync(buf, "textDocument/completion", params, 10000) or {}
  local items = vim.tbl_get(answers, client.id, "result", "items") or vim.tbl_get(answers, client.id, "result") or {}
  local labels = vim.tbl_map(function(item) return item.label end, items)
  step("completion", vim.tbl_contains(labels, "no_external_services"), vim.inspect(labels))
  vim.api.nvim_buf_set_lines(buf, last, -1, false, {})

  -- Formatted on save, as docs/formatting.md shows it.
  vim.api.nvim_create_autocmd("BufWritePre", { buffer = buf, callback = function() vim.lsp.buf.format() end })
  vim.api.nvim_buf_set_lines(buf, 2, 3, false, { 'name="example"   # here' })
  vim.cmd("silent write")
  local saved = vim.fn.readfile("example.clnrm.toml.tera")
  step("formatted on save", saved[3] == 'name = "example" # here', saved[3])

  -- Folds: there, and open.
  local function level() return vim.fn.foldlevel(t.line_of("run = ")) end
  step("the loop folds", within(t.PATIENCE, function() vim.cmd("normal! zx") return level() > 0 end), level())
  step("nothing is closed", vim.fn.foldclosed(t.line_of("run = ")) == -1)

  -- Into the built-in library.
  vim.fn.cursor(1, 1)
  vim.fn.search([=[m::\zsscenario]=], "c")
  vim.lsp.buf.definition()
  step("the library opens", within(t.PATIENCE, function() return vim.api.nvim_get_current_line():find("{%% macro scenario%(") ~= nil end),
    vim.api.nvim_buf_get_name(0) .. " " .. vim.api.nvim_get_current_line())
  step("it can't be edited", not vim.bo.modifiable and vim.bo.filetype == "clnrm-tera")
  vim.cmd.buffer(buf)

  -- The status line.
  step("a word for the status line", require("clnrm").status() == "clnrm", require("clnrm").status())

  -- The command and what it offers.
  local function offered(line) return vim.fn.getcompletion("Clnrm " .. line, "cmdline") end
  step("subcommands", vim.tbl_contains(offered(""), "preview") and vim.deep_equal(offered("pre"), { "preview" }), vim.inspect(offered("")))
  step("what runs", vim.deep_equal(offered("run f"), { "file", "failed" }), vim.inspect(offered("run f")))
  vim.cmd("Clnrm dance")
  t.hears("there is no `:Clnrm dance`; there are cancel, ")
  vim.cmd("Clnrm run everything")
  t.hears("`:Clnrm run` takes no `everything`; there are scenario, file, workspace, failed")
  vim.cmd("Clnrm status")
  t.shows("clnrm-status://", "trusted: false")
  vim.cmd("Clnrm output")
  t.hears("nothing of this has run yet")
  vim.cmd("Clnrm trace")
  t.hears("there is no trace yet")
  vim.cmd("Clnrm cancel")
  t.hears("nothing is running")

  vim.cmd("checkhealth clnrm")
  local health = t.text()
  for _, expected in ipairs({ "OK Neovim 0.1", "OK clnrm-lsp 0.", "it runs for ", "the workspace is not trusted", "clnrm: container engine", "engine: " }) do
    step("health: " .. expected, health:find(expected, 1, true) ~= nil, health)
  end
  vim.cmd("bwipeout!")
  vim.cmd.buffer(buf)

  -- The pages tell all options, with the values that they have.
  local function page(name)
    local files = vim.tbl_filter(function(path) return path:find("/clnrm/", 1, true) end, vim.api.nvim_get_runtime_file(name, true))
    return table.concat(vim.fn.readfile(files[1]), "\n")
  end
  local options = require("clnrm.config").defaults
  local told = loadstring("return " .. page("README.md"):match('require%("clnrm"%)%.setup%((%b{})%)'))()
  step("the options of README.md", vim.deep_equal(told, options), vim.inspect(told))
  for option in pairs(options) do
    step("the manual has " .. option, page("doc/clnrm.txt"):find("\n" .. option .. " +%S") ~= nil)
  end

  -- A restart takes the buffer again.
  local before = client.id
  vim.cmd("Clnrm restart")
  step("restarted", within(t.PATIENCE, function()
    local anew = vim.lsp.get_clients({ name = "clnrm_lsp", bufnr = buf })[1]
    return anew ~= nil and anew.id ~= before and anew.initialized
  end), vim.inspect(vim.lsp.get_clients()))
  step("one server alone", #vim.lsp.get_clients({ name = "clnrm_lsp" }) == 1)
end)
