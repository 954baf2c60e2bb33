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
