-- The syntax files, or the queries, against tests/fixtures/highlighting: each place there says of which kind it is.
--
--     FIXTURES=FOLDER [PARSER=1] nvim --headless -S highlighting.lua      with the plugin installed; and with the parser

local fixtures = vim.env.FIXTURES

local GROUPS = {
  comment = { "clnrmComment" },
  table = { "clnrmTable" },
  key = { "clnrmKey", "clnrmKeyString" },
  string = { "clnrmString", "clnrmRawString" },
  escape = { "clnrmEscape" },
  number = { "clnrmNumber" },
  boolean = { "clnrmBoolean" },
  date = { "clnrmDate" },
  delimiter = { "clnrmDelimiter", "clnrmRawDelimiter" },
  keyword = { "clnrmKeyword", "clnrmRawKeyword", "clnrmConditional" },
  ["function"] = { "clnrmFunction", "clnrmDefinition" },
  filter = { "clnrmFilter" },
  macro = { "clnrmMacro" },
  namespace = { "clnrmNamespace" },
  variable = { "clnrmVariable", "clnrmSelf", "clnrmParameter" },
  property = { "clnrmProperty" },
  parameter = { "clnrmParameter" },
  operator = { "clnrmOperator", "clnrmWordOperator" },
  constant = { "clnrmConstant" },
  ["template-string"] = { "clnrmTemplateString" },
  ["template-number"] = { "clnrmTemplateNumber" },
  ["template-comment"] = { "clnrmTemplateComment" },
}

local CAPTURES = {
  comment = { "comment" },
  table = { "type" },
  key = { "property" },
  string = { "string" },
  escape = { "string.escape" },
  number = { "number" },
  boolean = { "boolean" },
  date = { "string.special" },
  delimiter = { "punctuation.special" },
  keyword = { "keyword" },
  ["function"] = { "function" },
  filter = { "function.builtin" },
  macro = { "function.macro" },
  namespace = { "module" },
  variable = { "variable", "variable.parameter" },
  property = { "variable.member" },
  parameter = { "variable.parameter" },
  operator = { "keyword.operator", "operator" },
  constant = { "constant.builtin" },
  ["template-string"] = { "string" },
  ["template-number"] = { "number" },
  ["template-comment"] = { "comment" },
}

-- What colours the byte of the current buffer, line and column from 1.
local function colour(line, column)
  if not vim.env.PARSER then return vim.fn.synIDattr(vim.fn.synID(line, column, 1), "name") end
  local captures = vim.treesitter.get_captures_at_pos(0, line - 1, column - 1)
  local names = vim.tbl_filter(function(name) return name ~= "spell" end, vim.tbl_map(function(it) return it.capture end, captures))
  return names[#names] or ""
end

-- The text of a fixture, and what is said of it: { line, from, to, kind } with the columns from 0, `to` excluded.
local function read(path)
  local text, said = {}, {}
  for number, line in ipairs(vim.fn.readfile(path)) do
    local dashes, first = line:match("^# *<(%-+) ([%w-]+)$")
    local before, carets, kind = line:match("^(# *)(%^+) ([%w-]+)$")
    if dashes then
      table.insert(said, { #text, 0, #dashes, first, number })
    elseif carets then
      table.insert(said, { #text, #before, #before + #carets, kind, number })
    else
      table.insert(text, line)
    end
  end
  return text, said
end

local kinds = vim.env.PARSER and CAPTURES or GROUPS
local checked, wrong = 0, {}
for name in vim.fs.dir(fixtures) do
  if not name:match("%.md$") then
    local text, said = read(vim.fs.joinpath(fixtures, name))
    vim.cmd.enew()
    vim.api.nvim_buf_set_lines(0, 0, -1, false, text)
    vim.bo.filetype = assert(vim.filetype.match({ filename = name }), name .. " is of no type")
    if vim.env.PARSER then
      assert(vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()], name .. " is not coloured by the parser")
      vim.treesitter.get_parser(0, "clnrm"):parse()
    else
      assert(vim.bo.syntax:find("^clnrm"), name .. " has no syntax")
    end
    for _, place in ipairs(said) do
      local line, from, to, kind, number = unpack(place)
      local groups = assert(kinds[kind], ("%s:%d: there is no kind `%s`"):format(name, number, kind))
      checked = checked + 1
      assert(to <= #text[line], ("%s:%d reaches beyond the line"):format(name, number))
      for column = from + 1, to do
        local group = colour(line, column)
        if not vim.tbl_contains(groups, group) then
          local seen = text[line]:sub(from + 1, to)
          table.insert(wrong, ("%s:%d: `%s` is no %s: column %d is %s"):format(name, number, seen, kind, column, group))
          break
        end
      end
    end
    vim.bo.modified = false
  end
end

for _, line in ipairs(wrong) do io.stdout:write("FAIL ", line, "\n") end
io.stdout:write(("%d of %d places are coloured as they should be\n"):format(checked - #wrong, checked))
os.exit(#wrong == 0 and checked > 0 and 0 or 1)
