// Writes the settings of package.json: those of the server from docs/settings.schema.json, those of the extension from here.
// With `--check` nothing is written; exit code 1 says that package.json is not up to date.
import { readFileSync, writeFileSync } from "node:fs";

const own = {
  "clnrm.server.path": {
    type: ["string", "null"],
    default: null,
    scope: "machine",
    markdownDescription:
      "The language server `clnrm-lsp`: an absolute path, or the name of a program on the `PATH`. Empty: the one that comes with the extension, else `clnrm-lsp` on the `PATH`.",
  },
  "clnrm.server.arguments": {
    type: "array",
    items: { type: "string" },
    default: [],
    scope: "machine",
    markdownDescription: "Arguments of the language server, such as `--log debug`, one item a word.",
  },
  "clnrm.server.environment": {
    type: "object",
    additionalProperties: { type: "string" },
    default: {},
    scope: "machine",
    markdownDescription: "Environment variables of the language server, and so of the templates that read them.",
  },
  "clnrm.codeLens": {
    type: "boolean",
    default: true,
    scope: "window",
    markdownDescription: "Show lenses above scenarios, loops, the matrix and the expectations.",
  },
  "clnrm.testExplorer": {
    type: "boolean",
    default: true,
    scope: "window",
    markdownDescription: "Show the tests in the Test Explorer and in the gutter. Takes effect when the server is restarted.",
  },
  "clnrm.trace.server": {
    type: "string",
    enum: ["off", "messages", "verbose"],
    default: "off",
    scope: "window",
    markdownDescription: "Write what the editor and the language server say to each other into the output *Cleanroom (protocol)*.",
  },
};

const titles = {
  server: "Language server",
  check: "Check",
  run: "Run",
  format: "Format",
  inlayHints: "Inlay hints",
  expectations: "Expectations",
};

/** The leaves of the schema, by their dotted names. */
function* leaves(schema, path) {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    if (value.properties) yield* leaves(value, [...path, key]);
    else yield [[...path, key].join("."), value];
  }
}

function setting({ description, ...schema }) {
  const type = schema.enum && !schema.type ? { type: "string" } : {};
  return { ...type, ...schema, scope: "window", markdownDescription: description };
}

const file = (name) => new URL(name, import.meta.url);
const schema = JSON.parse(readFileSync(file("../../../docs/settings.schema.json"), "utf8"));
const all = { ...own };
for (const [name, value] of leaves(schema.$defs.settings, ["clnrm"])) all[name] = setting(value);

const groups = new Map();
for (const [name, value] of Object.entries(all)) {
  const [, group, rest] = name.split(".");
  const title = rest && titles[group] ? titles[group] : "General";
  if (!groups.has(title)) groups.set(title, {});
  groups.get(title)[name] = value;
}
const text = readFileSync(file("../package.json"), "utf8");
const manifest = JSON.parse(text);
manifest.contributes.configuration = [...groups].map(([title, properties]) => ({ title, properties }));
const written = `${JSON.stringify(manifest, null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (written !== text) {
    console.error("package.json does not have the settings of docs/settings.schema.json: run `npm run settings` in editors/vscode");
    process.exit(1);
  }
} else {
  writeFileSync(file("../package.json"), written);
}
