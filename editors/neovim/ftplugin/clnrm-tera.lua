-- Templates of cleanroom tests: as cleanroom tests.
vim.cmd.runtime("ftplugin/clnrm.lua")
