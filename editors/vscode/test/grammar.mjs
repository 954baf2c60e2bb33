// The TextMate grammars against tests/fixtures/highlighting: each place there says of which kind it is.
//
//     node test/grammar.mjs [FOLDER]      the folder with the fixtures; exit code 0: all is coloured as it says
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const extension = fileURLToPath(new URL("..", import.meta.url));
const fixtures = process.argv[2] ?? join(extension, "../../tests/fixtures/highlighting");

const SCOPES = {
  comment: "comment.line.number-sign.toml",
  table: "entity.name.section.toml",
  key: "support.type.property-name.toml",
  string: "string.quoted",
  escape: "constant.character.escape.toml",
  number: "constant.numeric",
  boolean: "constant.language.boolean.toml",
  date: "constant.other.date.toml",
  delimiter: "punctuation.section.embedded",
  keyword: "keyword.control",
  function: "entity.name.function.tera",
  filter: "entity.name.function.filter.tera",
  macro: "entity.name.function.macro.tera",
  namespace: "entity.name.namespace.tera",
  variable: "variable",
  property: "variable.other.property.tera",
  parameter: "variable.parameter.tera",
  operator: "keyword.operator",
  constant: "constant.language.tera",
  "template-string": "string.quoted",
  "template-number": "constant.numeric.tera",
  "template-comment": "comment.block.tera",
};

const require = createRequire(import.meta.url);
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const manifest = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
const grammars = new Map(manifest.contributes.grammars.map(({ scopeName, path }) => [scopeName, join(extension, path)]));
const scopeOf = (file) => (file.endsWith(".tera") ? "source.toml.clnrm.tera" : "source.toml.clnrm");
const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
const registry = new Registry({
  onigLib: oniguruma.loadWASM(wasm).then(() => ({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  })),
  loadGrammar: async (scope) => {
    const path = grammars.get(scope);
    return path ? parseRawGrammar(readFileSync(path, "utf8"), path) : null;
  },
});

/** The lines of a fixture, each with what is said of it: `[from, to, kind]`. */
function* lines(text) {
  let line;
  for (const [number, read] of text.split("\n").entries()) {
    const said = /^# *(?:<(-+)|(\^+)) ([\w-]+)$|^#(\^+) ([\w-]+)$/.exec(read);
    if (!said) {
      if (line) yield line;
      line = { number: number + 1, text: read, said: [] };
      continue;
    }
    const [, dashes, carets, kind, tight, tightKind] = said;
    const from = dashes ? 0 : read.indexOf("^");
    line.said.push([from, from + (dashes ?? carets ?? tight).length, kind ?? tightKind]);
  }
  if (line) yield line;
}

let checked = 0;
const wrong = [];
for (const name of readdirSync(fixtures).filter((name) => !name.endsWith(".md"))) {
  const grammar = await registry.loadGrammar(scopeOf(name));
  let state = INITIAL;
  for (const { number, text, said } of lines(readFileSync(join(fixtures, name), "utf8"))) {
    const { tokens, ruleStack } = grammar.tokenizeLine(text, state);
    state = ruleStack;
    for (const [from, to, kind] of said) {
      checked += 1;
      const scope = SCOPES[kind];
      if (!scope) wrong.push(`${name}:${number}: there is no kind \`${kind}\``);
      const covering = tokens.filter(({ startIndex, endIndex }) => startIndex < to && endIndex > from);
      const missing = covering.filter(({ scopes }) => !scopes.some((it) => it === scope || it.startsWith(`${scope}.`)));
      if (to > text.length || missing.length > 0) {
        const seen = missing.map(({ startIndex, endIndex, scopes }) => `\`${text.slice(startIndex, endIndex)}\` is ${scopes.slice(1).join(" ")}`);
        wrong.push(`${name}:${number}: \`${text.slice(from, to)}\` is no ${kind}: ${seen.join("; ")}`);
      }
    }
  }
}
for (const line of wrong) console.error(`FAIL ${line}`);
if (checked === 0) wrong.push("nothing was checked");
console.log(`${checked - wrong.length} of ${checked} places are coloured as they should be`);
process.exit(wrong.length === 0 ? 0 : 1);
