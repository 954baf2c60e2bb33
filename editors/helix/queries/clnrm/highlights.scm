; Plain tests are TOML: Helix's own grammar and colours.
; inherits: toml
