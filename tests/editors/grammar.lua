-- nvim --headless --clean -l grammar.lua PARSER QUERIES FILE...        exit code 0: every step passed
-- PARSER: the compiled grammar; QUERIES: a folder with queries for it; FILE: what it must read without an error.
local failed = 0
local function step(name, ok, detail)
  if not ok then failed = failed + 1 end
  io.stdout:write(ok and "ok   " or "FAIL ", name, "  ", ok and "" or tostring(detail or ""), "\n")
end

vim.treesitter.language.add("clnrm", { path = arg[1] })
local function root(text) return vim.treesitter.get_string_parser(text, "clnrm"):parse()[1]:root() end
local function first_error(node)
  for child in node:iter_children() do
    if child:type() == "ERROR" or child:missing() then return ("%d:%d"):format(child:start() + 1, select(2, child:start())) end
    local found = child:has_error() and first_error(child)
    if found then return found end
  end
end

for _, file in ipairs(vim.list_slice(arg, 3)) do
  local tree = root(table.concat(vim.fn.readfile(file), "\n") .. "\n")
  step(file, not tree:has_error(), first_error(tree))
end

step("a mistake is told", root("name = ok\n"):has_error())

-- A mistake stays in its line: the table below it is one, and so is the pair in that.
for _, mistake in ipairs({
  'name = "no end', "name = 'no end", "name =", "name", "name = ok", "[service.", "[[expect.span", 'name = "{{ owner }} no end', "name = {{ owner }} 5",
  "{{ m::span() }} = ", "= 5", "%}", "}}", "a = 1, b = 2", "{ a = 1, b }",
}) do
  local tables, pairs_of = 0, 0
  for node in root(mistake .. "\n[meta]\nname = \"mended\"\n"):iter_children() do
    if node:type() == "table" and node:start() == 1 then tables = tables + 1 end
    if node:type() == "pair" and node:start() == 2 then pairs_of = pairs_of + 1 end
  end
  step(mistake, tables == 1 and pairs_of == 1, ("%d tables and %d pairs below"):format(tables, pairs_of))
end

-- Each query is one for this grammar. (What a word means is the editor's.)
local queries = vim.fn.glob(arg[2] .. "/*.scm", true, true)
step("queries", #queries > 0)
for _, file in ipairs(queries) do
  local ok, reason = pcall(vim.treesitter.query.parse, "clnrm", table.concat(vim.fn.readfile(file), "\n"))
  step(file, ok, reason)
end
step("a wrong query fails", not pcall(vim.treesitter.query.parse, "clnrm", "(no_such_node) @comment"))
os.exit(failed == 0 and 0 or 1)
