-- nvim --headless --clean -l neovim.lua FILE SERVER [ARGUMENT...]        exit code 0: every step passed
local file, cmd = assert(arg[1], "FILE is missing"), vim.list_slice(arg, 2)
local failed = 0

local function step(name, ok, detail)
  if not ok then failed = failed + 1 end
  io.stdout:write(ok and "ok   " or "FAIL ", name, "  ", tostring(detail or ""), "\n")
  return ok
end
local function within(ms, condition) return (vim.wait(ms, condition, 20)) end

vim.filetype.add({ pattern = { [".*%.clnrm%.toml"] = "clnrm", [".*%.clnrm%.toml%.tera"] = "clnrm-tera" } })
vim.cmd.edit(vim.fn.fnameescape(file))
local buf = vim.api.nvim_get_current_buf()
step("file type", vim.bo[buf].filetype == "clnrm-tera", vim.bo[buf].filetype)

local id = vim.lsp.start({ name = "clnrm", cmd = cmd, root_dir = vim.fs.dirname(file) }, { bufnr = buf })
local client = id and vim.lsp.get_client_by_id(id)
if not step("initialize", client and within(10000, function() return client.initialized end)) then os.exit(1) end

local function errors() return vim.diagnostic.get(buf, { severity = vim.diagnostic.severity.ERROR }) end
step("a diagnostic", within(10000, function() return #errors() == 1 end), vim.inspect(errors()))
local found = errors()[1] or {}
step("its code", found.code == "orphan-service", found.code)
-- Lines and columns from 0.
step("its place in the template", found.lnum == 21 and found.col == 9, ("%s:%s"):format(found.lnum, found.col))

vim.api.nvim_buf_set_text(buf, 21, 10, 21, 13, { "api" })
step("cleared when mended", within(10000, function() return #errors() == 0 end), vim.inspect(errors()))
vim.api.nvim_buf_set_lines(buf, 20, 21, false, { '{{ m::scenaro("three",' })
step("another one", within(10000, function() return (errors()[1] or {}).code == "unknown-macro" end), vim.inspect(errors()))

-- The fix that is offered for it, as `:lua vim.lsp.buf.code_action()` applies it.
vim.api.nvim_win_set_cursor(0, { 21, 7 })
vim.lsp.buf.code_action({ apply = true, context = { only = { "quickfix" } }, filter = function(action) return action.isPreferred end })
step("code action", within(10000, function() return vim.api.nvim_buf_get_lines(buf, 20, 21, false)[1] == '{{ m::scenario("three",' end),
  vim.api.nvim_buf_get_lines(buf, 20, 21, false)[1])
step("nothing is left to mend", within(10000, function() return #errors() == 0 end), vim.inspect(errors()))
-- Semantic tokens are shown by the colours that Neovim has for them.
step("semantic tokens", within(10000, function()
  local tokens = vim.lsp.semantic_tokens.get_at_pos(buf, 20, 3) or {}
  return vim.iter(tokens):any(function(token) return token.type == "namespace" or token.type == "macro" end)
end), vim.inspect(vim.lsp.semantic_tokens.get_at_pos(buf, 20, 3)))

-- Format on save, as docs/formatting.md shows it.
vim.api.nvim_create_autocmd("BufWritePre", { buffer = buf, callback = function()
  vim.lsp.buf.format({ bufnr = buf, id = id, timeout_ms = 10000 })
end })
vim.api.nvim_buf_set_lines(buf, 20, 21, false, { '{{ m::scenario("three",' })
local header = vim.fn.search([=[^\[meta\]]=], "cnw")
vim.api.nvim_buf_set_lines(buf, header, header, false, { 'author="me"   # here' })
vim.api.nvim_win_set_cursor(0, { 20, 3 })
vim.cmd.write()
local saved = vim.fn.readfile(file)
step("formatted when saved", vim.tbl_contains(saved, 'author = "me" # here'), table.concat(saved, "\n"))
step("the cursor stays", vim.deep_equal(vim.api.nvim_win_get_cursor(0), { 20, 3 }), vim.inspect(vim.api.nvim_win_get_cursor(0)))

-- What a construct renders to, told beside it and when asked.
local function place(line) return { textDocument = { uri = vim.uri_from_bufnr(buf) }, position = { line = line, character = 12 } } end
local named = vim.fn.search([=[^name = "{{ name }}"]=], "cnw") - 1
local shown = client:request_sync("textDocument/hover", place(named), 10000, buf)
local said = vim.tbl_get(shown or {}, "result", "contents", "value") or ""
step("hover", said:find("loop variable `name`", 1, true) and said:find("round 2: `two`", 1, true), said)
vim.lsp.inlay_hint.enable(true, { bufnr = buf })
local function hint_labels() return vim.tbl_map(function(it) return it.inlay_hint.label end, vim.lsp.inlay_hint.get({ bufnr = buf })) end
step("inlay hints", within(10000, function() return vim.tbl_contains(hint_labels(), "= one … ×2") end), vim.inspect(hint_labels()))

-- From the service of the first scenario to its table, to all its places, and to another name.
local function at(pattern) vim.fn.cursor(1, 1); return vim.fn.search(pattern, "cW") end
at([=[^service = "\zsapi"]=])
vim.lsp.buf.definition()
step("definition", within(10000, function() return vim.api.nvim_get_current_line() == "[service.api]" end), vim.api.nvim_get_current_line())
local places
vim.lsp.buf.references(nil, { on_list = function(list) places = vim.tbl_map(function(item) return vim.trim(item.text) end, list.items) end })
step("references", within(10000, function() return places and #places == 3 end), vim.inspect(places))
vim.lsp.buf.rename("backend")
local function text() return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), "\n") end
local function count(word) return select(2, text():gsub(vim.pesc(word), "")) end
step("rename", within(10000, function() return count("backend") == 3 and count("api") == 0 end), text())
step("no error by the rename", within(10000, function() return #errors() == 0 end), vim.inspect(errors()))

-- Completion, as somebody types: LINE goes to the end of the file, LABEL is taken from the menu. Returns the menu and the text after.
vim.o.completeopt = "menuone,noselect"
vim.lsp.completion.enable(true, id, buf)
local function complete(line, label)
  local before = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  vim.api.nvim_buf_set_lines(buf, -1, -1, false, { line })
  vim.api.nvim_win_set_cursor(0, { #before + 1, 0 })
  local menu = {}
  -- All keys are there from the start: without a terminal there is nobody to read more from.
  function _G.choose()
    within(10000, function() return vim.fn.pumvisible() == 1 end)
    for index, item in ipairs(vim.fn.complete_info({ "items" }).items) do
      menu[index] = item.abbr ~= "" and item.abbr or item.word
      if menu[index] == label then vim.api.nvim_select_popupmenu_item(index - 1, true, false, {}) end
    end
  end
  local get, choose = "<Cmd>lua vim.lsp.completion.get()<CR>", "<Cmd>lua choose()<CR>"
  vim.api.nvim_feedkeys(vim.keycode("A" .. get .. choose .. "<C-y><Cmd>lua vim.wait(200)<CR><Esc>"), "x", false)
  vim.snippet.stop()
  vim.wait(100)
  vim.api.nvim_feedkeys(vim.keycode("<Esc>"), "x", false)
  local after = vim.api.nvim_buf_get_lines(buf, #before, -1, false)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, before)
  return menu, table.concat(after, "\n")
end
local menu, after = complete("[[sce", "[[scenario]]")
local expected = '[[scenario]]\nname = "name"\nservice = "backend"\nrun = "echo hello"\n'
step("completion of a block", after == expected, after .. " from " .. vim.inspect(menu))
menu, after = complete("{{ m::temporal_ordering(", "before=")
step("completion of an argument", after == "{{ m::temporal_ordering(before=", after .. " from " .. vim.inspect(menu))
menu, after = complete('exporter = "{{ endpoint | up', "upper")
step("completion of a filter", after == 'exporter = "{{ endpoint | upper', after .. " from " .. vim.inspect(menu))

-- Signature help while a call is written.
local last = vim.api.nvim_buf_line_count(buf)
vim.api.nvim_buf_set_lines(buf, -1, -1, false, { '{{ m::temporal_ordering("a", ' })
local params = function() return {
  textDocument = { uri = vim.uri_from_bufnr(buf) }, position = { line = last, character = 29 },
} end
local answers = vim.lsp.buf_request_sync(buf, "textDocument/signatureHelp", params(), 10000) or {}
local help = answers[id] and answers[id].result or {}
step("signature help", help.activeParameter == 1, vim.inspect(help))
vim.api.nvim_buf_set_lines(buf, last, -1, false, {})

-- Into the built-in library, as docs/features.md shows it.
vim.api.nvim_create_autocmd("BufReadCmd", { pattern = "clnrm-library://*", callback = function(event)
  local answer = client:request_sync("clnrm/libraryText", { uri = event.match })
  if answer and answer.result then
    vim.api.nvim_buf_set_lines(event.buf, 0, -1, false, vim.split(answer.result.text, "\n"))
  end
  vim.bo[event.buf].modifiable, vim.bo[event.buf].buftype = false, "nofile"
end })
at([=[m::\zsscenario]=])
vim.lsp.buf.definition()
step("library", within(10000, function() return vim.api.nvim_get_current_line():find("{%% macro scenario%(") ~= nil end),
  vim.api.nvim_buf_get_name(0) .. " " .. vim.api.nvim_get_current_line())

vim.lsp.stop_client(id)
step("stop", within(5000, function() return vim.lsp.get_client_by_id(id) == nil end))
os.exit(failed == 0 and 0 or 1)
