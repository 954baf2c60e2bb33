-- Which workspaces may start containers. Opening a file never starts one; in a workspace that is not trusted no command does, and
-- templates see no environment variable and no file outside it.
local config = require("clnrm.config")

local M = {}

local function file() return vim.fs.joinpath(vim.fn.stdpath("state") --[[@as string]], "clnrm", "trusted") end

-- The folders that the user trusts, one a line.
local function folders()
  local path = file()
  return vim.fn.filereadable(path) == 1 and vim.fn.readfile(path) or {}
end

local function write(lines)
  local path = file()
  vim.fn.mkdir(vim.fs.dirname(path), "p")
  vim.fn.writefile(lines, path)
end

local function real(root) return vim.uv.fs_realpath(root) or root end

--- Whether a workspace is trusted: by the option, else by what the user said of it or of a folder above it.
--- @param root? string
--- @return boolean
function M.is_trusted(root)
  local option = config.get().trust
  if type(option) == "boolean" then return option end
  if not root then return false end
  root = real(root)
  if type(option) == "function" then return option(root) == true end
  for _, folder in ipairs(folders()) do
    if root == folder or vim.startswith(root, folder:gsub("/$", "") .. "/") then return true end
  end
  return false
end

--- @param root string
function M.add(root)
  local known = folders()
  if not vim.list_contains(known, real(root)) then write(vim.list_extend(known, { real(root) })) end
end

--- @param root string
function M.remove(root)
  write(vim.tbl_filter(function(folder) return folder ~= real(root) end, folders()))
end

--- Asks whether a workspace is trusted, where the user is to be asked. Calls `trusted` where it is.
--- @param root string
--- @param trusted fun()
function M.ask(root, trusted)
  if config.get().trust ~= "ask" then
    error(("`%s` is not trusted (option `trust`): nothing is run in it"):format(root), 0)
  end
  local yes, no = "Trust this folder", "Run nothing"
  local prompt = ("Tests in %s start containers that do what its files say."):format(vim.fn.fnamemodify(root, ":~"))
  vim.ui.select({ yes, no }, { prompt = prompt, kind = "clnrm.trust" }, function(choice)
    if choice ~= yes then return end
    M.add(root)
    trusted()
  end)
end

return M
