-- Folds of a cleanroom test, read from its lines: tables and the blocks of the template. Where the server says what folds (Neovim
-- 0.11), that is used instead.
local M = {}

local OPENS = { "for", "if", "macro", "block", "filter", "raw", "component" }

-- How many blocks of the template a line opens and closes.
local function blocks(line)
  local opened, closed = 0, 0
  for tag in line:gmatch("{%%%-?%s*([%w_]+)") do
    if vim.list_contains(OPENS, tag) then opened = opened + 1 end
    if tag:sub(1, 3) == "end" and vim.list_contains(OPENS, tag:sub(4)) then closed = closed + 1 end
  end
  return opened, closed
end

--- What 'foldexpr' says of each of these lines.
--- @param lines string[]
--- @return (string|integer)[]
function M.levels(lines)
  local levels, depth, in_table = {}, 0, false
  for number, line in ipairs(lines) do
    local opened, closed = blocks(line)
    if opened > closed then
      levels[number], depth, in_table = ">" .. (depth + 1), depth + opened - closed, false
    elseif closed > opened and depth > 0 then
      levels[number], depth, in_table = "<" .. depth, math.max(0, depth - closed + opened), false
    elseif line:match("^%s*%[%[?[^%[%],]*%]") and not line:match("^%s*%[%[?[^%]]*%],") then
      levels[number], in_table = ">" .. (depth + 1), true
    else
      levels[number] = depth + (in_table and 1 or 0)
    end
  end
  return levels
end

local known = { buffer = -1, tick = -1, levels = {} }

--- For 'foldexpr'.
--- @param number integer the line, from 1
--- @return string|integer
function M.level(number)
  local buffer = vim.api.nvim_get_current_buf()
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  if known.buffer ~= buffer or known.tick ~= tick then
    known = { buffer = buffer, tick = tick, levels = M.levels(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) }
  end
  return known.levels[number] or 0
end

return M
