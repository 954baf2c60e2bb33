-- Whatever `init.lua` says: the server is there, a mistake is marked, and the manual is found where there is one.
local t = dofile(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)) .. "/driver.lua")

t.drive(function()
  vim.cmd.edit("example.clnrm.toml.tera")
  local buf = vim.api.nvim_get_current_buf()
  t.step("its type", vim.bo.filetype == "clnrm-tera", vim.bo.filetype)
  local client = t.client()
  local function errors() return vim.diagnostic.get(buf, { severity = vim.diagnostic.severity.ERROR }) end
  t.step("an error is marked", t.within(t.PATIENCE, function() return #errors() == 1 end), vim.inspect(errors()))
  if vim.env.LEVEL then
    local level
    t.step("the settings count", t.within(t.PATIENCE, function()
      level = vim.tbl_get(require("clnrm.server").request_sync(client, "clnrm/status", vim.empty_dict()) or {}, "settings", "level")
      return level == vim.env.LEVEL
    end), level)
  end
  if vim.env.MANUAL then
    vim.cmd.help("clnrm-options")
    t.step("the manual is found", vim.fs.basename(vim.api.nvim_buf_get_name(0)) == "clnrm.txt", vim.api.nvim_buf_get_name(0))
  end
end)
