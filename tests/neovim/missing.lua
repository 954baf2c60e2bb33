-- Without a server: what does not need it works, and what does says what to do.
local t = dofile(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)) .. "/driver.lua")
local step = t.step

t.drive(function()
  vim.cmd.edit("example.clnrm.toml.tera")
  t.hears("there is no `clnrm-lsp` on the PATH. Highlighting works without it; `:checkhealth clnrm` says what to do")
  vim.cmd.edit("other.clnrm.toml")
  step("it says so once", #t.notified == 1, t.said())
  vim.cmd.edit("example.clnrm.toml.tera")
  local group = vim.fn.synIDattr(vim.fn.synID(1, 4, 1), "name")
  step("highlighting", group == "clnrmKeyword", group)
  step("comments", vim.bo.commentstring == "# %s")
  step("folds", vim.fn.foldlevel(t.line_of("run = ")) > 0)
  step("no server", #vim.lsp.get_clients() == 0)

  for _, command in ipairs({ "run", "run file", "output", "trace", "preview", "diff", "status", "cancel", "lens", "restart", "trust" }) do
    local before = #t.notified
    vim.cmd("Clnrm " .. command)
    local said = t.notified[before + 1] or ""
    step((":Clnrm %s says why not"):format(command), said:find("there is no `clnrm-lsp` on the PATH", 1, true) ~= nil, said)
  end

  local ok, why = pcall(vim.cmd.checkhealth, "clnrm")
  step("the health check goes through", ok, why)
  local health = t.text()
  for _, expected in ipairs({ "ERROR there is no `clnrm-lsp` on the PATH", "install it: https://", "cmd = {" }) do
    step("health: " .. expected, health:find(expected, 1, true) ~= nil, health)
  end

  -- A program that is there and is no server.
  require("clnrm").setup({ cmd = { "/bin/false" } })
  vim.cmd("checkhealth clnrm")
  step("health tells a program that is no server", t.text():find("`/bin/false` is not a working clnrm-lsp", 1, true) ~= nil, t.text())
  require("clnrm").setup({ commands = {} })
  t.hears("there is no option `commands`; there are cmd, codelens, ")
end)
