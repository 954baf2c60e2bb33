-- Which files are cleanroom tests. They have types of their own, so that servers and formatters of generic TOML keep off: those can
-- not render templates.
vim.filetype.add({
  filename = { ["cleanroom.toml"] = "clnrm" },
  pattern = {
    [".*%.clnrm%.toml"] = "clnrm",
    [".*%.toml%.tera"] = "clnrm-tera",
    [".*%.clnrm%.tera"] = "clnrm-tera",
    -- Macro libraries.
    [".*/_[^/]*%.tera"] = "clnrm-tera",
  },
})
