-- The language server's life: found, started, restarted; and requests to it. Neovim 0.11 starts it by `vim.lsp.enable`, 0.10 by what
-- stands here; how they call a client's functions differs too, and nobody else has to know.
local config = require("clnrm.config")
local trust = require("clnrm.trust")

local M = {}

M.NAME = "clnrm_lsp"
M.FILETYPES = { "clnrm", "clnrm-tera" }
M.INSTALL = "https://github.com/clnrm/clnrm-lsp/blob/main/docs/editors/neovim.md#the-server"

--- The server's program and its arguments; a function where the user starts it in a way of their own.
--- @return string[]|function
function M.command()
  local configured = vim.lsp.config and vim.lsp.config[M.NAME]
  return configured and configured.cmd or config.get().cmd
end

--- Whether the server's program is there.
function M.is_installed()
  local command = M.command()
  return type(command) == "function" or vim.fn.executable(command[1]) == 1
end

--- Why there is no server, for people.
function M.missing()
  local program = M.command()[1]
  local what = program:find("[/\\]") and ("`%s` is no program"):format(program) or ("there is no `%s` on the PATH"):format(program)
  return what .. ". Highlighting works without it; `:checkhealth clnrm` says what to do"
end

--- The workspace of a buffer: the project, else the repository, else its folder.
--- @param bufnr integer
--- @return string
function M.root(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  local folder = name ~= "" and vim.fs.dirname(name) or assert(vim.uv.cwd())
  for _, marker in ipairs({ "cleanroom.toml", ".git" }) do
    local found = vim.fs.find(marker, { path = folder, upward = true })[1]
    if found then return vim.fs.dirname(found) end
  end
  return folder
end

--- Tells the server what depends on the workspace.
function M.before_init(params, client_config)
  local options = vim.deepcopy(client_config.init_options or {})
  options.workspaceTrusted = trust.is_trusted(client_config.root_dir)
  -- Told later too, when the server asks for them; here for what it checks before.
  local settings = vim.tbl_get(client_config, "settings", "clnrm") or {}
  if not vim.tbl_isempty(settings) then options.settings = settings end
  params.initializationOptions = options
  client_config.init_options = options
  -- Pushed, the results of a run are told of files that are not open, too.
  params.capabilities.textDocument.diagnostic = nil
  params.capabilities.workspace.codeLens = { refreshSupport = true }
end

--- The server is gone, and what it ran with it.
function M.on_exit(_, _, client_id)
  vim.schedule(function() require("clnrm.run").forget(client_id) end)
end

M.handlers = {
  ["workspace/codeLens/refresh"] = function(_, _, context)
    require("clnrm.lens").refresh_all(context.client_id)
    return vim.NIL
  end,
}

--- Whether a server runs what it is told to; one that was started without words about it does.
--- @param client vim.lsp.Client
function M.is_trusted(client) return vim.tbl_get(client.config, "init_options", "workspaceTrusted") ~= false end

local function configuration(bufnr)
  local found
  if vim.lsp.config then
    found = vim.deepcopy(vim.lsp.config[M.NAME])
  else
    found = dofile(vim.api.nvim_get_runtime_file("lsp/" .. M.NAME .. ".lua", false)[1])
    found.name = M.NAME
  end
  found.root_dir = M.root(bufnr)
  return found
end

--- Starts the server for a buffer, or attaches the one that runs.
--- @param bufnr integer
function M.start(bufnr)
  if vim.bo[bufnr].buftype == "" and M.is_installed() then vim.lsp.start(configuration(bufnr), { bufnr = bufnr }) end
end

local told = false

--- Says once that the server is missing.
local function warn_if_missing()
  if told or M.is_installed() then return end
  told = true
  vim.schedule(function() vim.notify("clnrm: " .. M.missing(), vim.log.levels.WARN) end)
end

--- Starts the server for each cleanroom test, from now on.
function M.enable()
  local function opened(bufnr)
    warn_if_missing()
    if not vim.lsp.enable then M.start(bufnr) end
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("clnrm.server", {}),
    pattern = M.FILETYPES,
    callback = function(event) opened(event.buf) end,
  })
  if vim.lsp.enable then vim.lsp.enable(M.NAME) end
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.list_contains(M.FILETYPES, vim.bo[bufnr].filetype) then opened(bufnr) end
  end
end

--- The test that a buffer is or shows something of.
--- @param bufnr? integer
--- @return integer
function M.source(bufnr)
  bufnr = (bufnr == nil or bufnr == 0) and vim.api.nvim_get_current_buf() or bufnr
  local source = vim.b[bufnr].clnrm_source
  return source and vim.api.nvim_buf_is_valid(source) and source or bufnr
end

--- The server of a test, if one runs.
--- @param bufnr integer
--- @return vim.lsp.Client?
function M.attached(bufnr) return vim.lsp.get_clients({ name = M.NAME, bufnr = bufnr })[1] end

--- The server of a buffer. Raises an error for people where there is none.
--- @param bufnr? integer
--- @return vim.lsp.Client, integer bufnr of the test
function M.client(bufnr)
  bufnr = M.source(bufnr)
  local client = M.attached(bufnr)
  if client then return client, bufnr end
  if not M.is_installed() then error(M.missing(), 0) end
  if vim.list_contains(M.FILETYPES, vim.bo[bufnr].filetype) then error("the language server does not run; `:Clnrm restart` starts it", 0) end
  error("open a cleanroom test first", 0)
end

--- Any server that runs, the current buffer's first.
--- @return vim.lsp.Client
function M.any()
  local found, client = pcall(M.client)
  if found then return client end
  client = vim.lsp.get_clients({ name = M.NAME })[1]
  return client or error(M.is_installed() and "the language server does not run: open a cleanroom test" or M.missing(), 0)
end

-- Neovim 0.10 binds the functions of a client; later ones take it as their first argument.
local function call(client, name, ...)
  if vim.fn.has("nvim-0.11") == 1 then return client[name](client, ...) end
  return client[name](...)
end

--- Asks the server. An error is told, and `answered` not called.
--- @param client vim.lsp.Client
--- @param method string
--- @param params table
--- @param answered? fun(result: any)
--- @param bufnr? integer
function M.request(client, method, params, answered, bufnr)
  call(client, "request", method, params, function(error, result)
    if error then
      vim.notify("clnrm: " .. error.message, vim.log.levels.ERROR)
    elseif answered then
      answered(result ~= vim.NIL and result or nil)
    end
  end, bufnr or 0)
end

--- The same without words where it fails: for what nobody asked for.
function M.request_quietly(client, method, params, answered, bufnr)
  call(client, "request", method, params, function(error, result)
    if not error then answered(result ~= vim.NIL and result or nil) end
  end, bufnr or 0)
end

--- Asks the server and waits.
function M.request_sync(client, method, params, milliseconds)
  local answer = call(client, "request_sync", method, params, milliseconds or 5000, 0)
  return answer and answer.result ~= vim.NIL and answer.result or nil
end

--- Runs a command of the server.
--- @param client vim.lsp.Client
--- @param command string
--- @param argument? table
--- @param answered? fun(result: any)
function M.execute(client, command, argument, answered)
  -- Without content it would be sent as a list.
  if argument and vim.tbl_isempty(argument) then argument = nil end
  local arguments = argument and { argument } or {}
  M.request(client, "workspace/executeCommand", { command = command, arguments = arguments }, answered)
end

--- Calls `ready` with the server of a buffer as soon as it can be asked.
--- @param bufnr integer
--- @param ready fun(client: vim.lsp.Client)
local function when_ready(bufnr, ready)
  local timer, patience = assert(vim.uv.new_timer()), 200
  timer:start(0, 50, vim.schedule_wrap(function()
    if timer:is_closing() then return end
    local client = M.attached(bufnr)
    patience = patience - 1
    if client and client.initialized then
      timer:close()
      ready(client)
    elseif patience == 0 then
      timer:close()
      vim.notify("clnrm: the language server did not start; `:Clnrm log` may say why", vim.log.levels.ERROR)
    end
  end))
end

--- Ends all servers of cleanroom tests and starts them anew.
--- @param bufnr? integer the test to wait for
--- @param ready? fun(client: vim.lsp.Client) called when its server runs
function M.restart(bufnr, ready)
  if not M.is_installed() then error(M.missing(), 0) end
  local buffers, clients = {}, vim.lsp.get_clients({ name = M.NAME })
  for _, client in ipairs(clients) do
    for attached in pairs(client.attached_buffers) do buffers[attached] = true end
    call(client, "stop")
  end
  for _, loaded in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(loaded) and vim.list_contains(M.FILETYPES, vim.bo[loaded].filetype) then buffers[loaded] = true end
  end
  local timer, patience = assert(vim.uv.new_timer()), 60
  timer:start(0, 50, vim.schedule_wrap(function()
    if timer:is_closing() then return end
    patience = patience - 1
    local left = vim.tbl_filter(function(client) return vim.lsp.get_client_by_id(client.id) ~= nil end, clients)
    if #left > 0 and patience > 0 then return end
    timer:close()
    for _, client in ipairs(left) do call(client, "stop", true) end
    for attached in pairs(buffers) do
      if vim.api.nvim_buf_is_valid(attached) then M.start(attached) end
    end
    if bufnr and ready then when_ready(bufnr, ready) end
  end))
end

return M
