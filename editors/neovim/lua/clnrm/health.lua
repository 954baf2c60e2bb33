-- `:checkhealth clnrm`: what the plugin needs, whether it is there, and what to do where it is not.
local config = require("clnrm.config")
local server = require("clnrm.server")
local trust = require("clnrm.trust")

local M = {}

local health = vim.health

-- What a program writes, and why there is nothing where it fails.
local function ask(command, folder)
  local started, process = pcall(vim.system, command, { text = true, cwd = folder })
  if not started then return nil, tostring(process) end
  local done = process:wait(20000)
  return done.stdout, vim.trim(done.stderr ~= "" and done.stderr or ("exit code " .. done.code))
end

local function editor()
  health.start("clnrm: Neovim")
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.11") == 1 then
    health.ok("Neovim " .. version)
  elseif vim.fn.has("nvim-0.10") == 1 then
    health.ok("Neovim " .. version .. " (folds of the server need 0.11; the plugin has its own)")
  else
    health.error("Neovim " .. version .. " is too old", { "install 0.10 or later" })
  end
  local unknown = config.unknown(vim.g.clnrm or {})
  if #unknown > 0 then health.warn("`vim.g.clnrm` has options that there are not: " .. table.concat(unknown, ", "), { "see |clnrm-options|" }) end
end

-- Whether the server is there and works.
local function program()
  health.start("clnrm: language server")
  local command = server.command()
  if type(command) == "function" then return health.ok("it is started by a function") end
  local path = vim.fn.exepath(command[1])
  if path == "" then
    health.error(server.missing():gsub("%. .*", ""), {
      "install it: " .. server.INSTALL,
      'or say where it is: require("clnrm").setup({ cmd = { "/path/to/clnrm-lsp" } })',
      "then `:Clnrm restart`",
    })
    return nil
  end
  local version, why = ask({ path, "--version" })
  version = version and version:match("^clnrm[%w-]* %d%S*")
  if not version then
    health.error(("`%s` is not a working clnrm-lsp: %s"):format(path, why or "it does not say its version"), { "install it: " .. server.INSTALL })
    return nil
  end
  health.ok(("%s (%s)"):format(version, path))
  return path
end

local function clients()
  local found = vim.lsp.get_clients({ name = server.NAME })
  if not config.get().enable then health.info("the plugin does not start it (option `enable`)") end
  if #found == 0 then health.info("it does not run: no cleanroom test is open") end
  for _, client in ipairs(found) do
    local root = client.config.root_dir
    health.ok(("it runs for %s, with %d buffers"):format(root or "single files", vim.tbl_count(client.attached_buffers)))
    if server.is_trusted(client) then
      health.ok("the workspace is trusted: tests run on command")
    else
      health.info("the workspace is not trusted: nothing runs. `:Clnrm trust` trusts it" .. (trust.is_trusted(root) and ", from the next start on" or ""))
    end
  end
  for _, client in ipairs(vim.lsp.get_clients()) do
    for bufnr in pairs(client.attached_buffers) do
      if client.name ~= server.NAME and vim.list_contains({ "taplo", "tombi" }, client.name) and vim.bo[bufnr].filetype:find("^clnrm") then
        health.warn(("`%s` is attached to a cleanroom test: it can't read templates"):format(client.name), {
          "take the file types clnrm and clnrm-tera out of its configuration",
        })
        break
      end
    end
  end
end

--- Tells what `clnrm doctor` found about runs.
--- @param findings { area: string, state: string, message: string, help?: string }[]
function M.report(findings)
  for _, finding in ipairs(findings) do
    if finding.area ~= "editors" then
      local say = ({ ok = health.ok, warning = health.warn })[finding.state] or health.error
      say(finding.area .. ": " .. finding.message, type(finding.help) == "string" and { finding.help } or nil)
    end
  end
end

-- Whether tests can run, which the command line knows.
local function engine(path)
  health.start("clnrm: container engine")
  local beside = vim.fn.exepath(vim.fs.joinpath(vim.fs.dirname(path), "clnrm"))
  local doctor = beside ~= "" and beside or vim.fn.exepath("clnrm")
  if doctor == "" then return health.info("`clnrm`, the command line, is not installed; its `doctor` looks at engine and images") end
  local client = vim.lsp.get_clients({ name = server.NAME })[1]
  local output, why = ask({ doctor, "doctor", "--format", "json" }, client and client.config.root_dir)
  local read, answer = pcall(vim.json.decode, output or "")
  if not read then return health.warn("`clnrm doctor` does not say whether there is one: " .. (why or output)) end
  M.report(answer.findings)
end

function M.check()
  editor()
  local path = program()
  clients()
  if path then engine(path) end
end

return M
