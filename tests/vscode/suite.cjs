// Runs inside VS Code's extension host: what the extension gives to the editor's interfaces. `run` is the contract of VS Code's own
// tests; a rejection fails.
const vscode = require("vscode");
const assert = require("node:assert");

const eventually = async (what, probe, patience = 60_000) => {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const value = await probe();
    if (value) {
      console.log("ok  ", what);
      return value;
    }
    if (Date.now() > end) throw new Error(`${what}: nothing within ${patience / 1000} s`);
  }
};
const ask = (command, ...parameters) => vscode.commands.executeCommand(command, ...parameters);
const open = async (name) => {
  const [uri] = await vscode.workspace.findFiles(name);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
  return { uri, document };
};
const place = (document, text, further = 0) => document.positionAt(document.getText().indexOf(text) + further);
const ours = (uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "clnrm");
const mistakes = (uri) => ours(uri).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
const foreign = (uri) => vscode.languages.getDiagnostics(uri).filter(({ message }) => message === "a generic TOML tool was here");

exports.run = async () => {
  // Other TOML tools: theirs is what is not ours.
  const other = await open("other.toml");
  assert.equal(other.document.languageId, "toml");
  await eventually("a generic TOML tool looks at a TOML file", () => foreign(other.uri).length > 0);

  const { uri, document } = await open("shop.clnrm.toml.tera");
  assert.equal(document.languageId, "clnrm-tera");
  const found = await eventually("two mistakes", () => mistakes(uri).length === 2 && mistakes(uri));
  const shpo = found.find(({ message }) => message.includes("there is no service `shpo`"));
  assert.deepEqual([shpo.range.start.line, document.getText(shpo.range)], [26, '"shpo"']);
  assert(shpo.relatedInformation.length > 0, "it leads to the macro and the definition");
  const valid = await open("valid.clnrm.toml");
  assert.equal(valid.document.languageId, "clnrm");
  await eventually("a valid file is told about", () => ours(valid.uri).length > 0);
  assert.deepEqual(mistakes(valid.uri), []);
  assert.deepEqual([foreign(uri), foreign(valid.uri)], [[], []], "generic TOML tools keep off");
  assert.deepEqual(ours(other.uri), [], "and we of what is theirs");

  const settings = vscode.workspace.getConfiguration("editor", { uri, languageId: "clnrm-tera" });
  assert.deepEqual([settings.get("tabSize"), settings.get("insertSpaces")], [2, true]);

  const hovers = await ask("vscode.executeHoverProvider", uri, place(document, "payment }}", 2));
  assert(hovers.length > 0, "hover");
  const definitions = await ask("vscode.executeDefinitionProvider", uri, place(document, "vars.payments", 7));
  const target = definitions[0].targetSelectionRange ?? definitions[0].range;
  assert.equal((target.start.line), 8, "definition");
  const references = await ask("vscode.executeReferenceProvider", uri, place(document, "payments =", 2));
  assert.equal(references.length, 2, "references");
  const symbols = await ask("vscode.executeDocumentSymbolProvider", uri);
  assert(symbols.length > 3, "symbols");
  const folds = await ask("vscode.executeFoldingRangeProvider", uri);
  assert(folds.length > 3, "folding");
  const hints = await ask("vscode.executeInlayHintProvider", uri, new vscode.Range(0, 0, document.lineCount, 0));
  assert(hints.length > 3, "inlay hints");
  const legend = await ask("vscode.provideDocumentSemanticTokensLegend", uri);
  const tokens = await ask("vscode.provideDocumentSemanticTokens", uri);
  assert(legend.tokenTypes.length > 3 && tokens.data.length > 50, "semantic tokens");
  const links = await ask("vscode.executeLinkProvider", uri);
  assert(links.length > 0, "links");
  console.log("ok   hover, definition, references, symbols, folding, hints, tokens, links");

  // The built-in library opens as a document that can be read.
  const library = await ask("vscode.executeDefinitionProvider", uri, place(document, "m::scenario", 5));
  const address = library[0].targetUri ?? library[0].uri;
  assert.equal(address.scheme, "clnrm-library");
  assert.match((await vscode.workspace.openTextDocument(address)).getText(), /macro scenario/);

  const completion = await ask("vscode.executeCompletionItemProvider", uri, place(document, "kind = ", 8));
  const labels = completion.items.map(({ label }) => (typeof label === "string" ? label : label.label));
  assert(["client", "internal", "server"].every((kind) => labels.some((label) => label.includes(kind))), `completion: ${labels}`);

  const kind = found.find(({ message }) => message.includes("intrenal"));
  const actions = await ask("vscode.executeCodeActionProvider", uri, kind.range, vscode.CodeActionKind.QuickFix.value, 20);
  const fix = actions.find(({ isPreferred }) => isPreferred);
  assert(await vscode.workspace.applyEdit(fix.edit));
  await eventually("the quick fix mends it", () => mistakes(uri).length === 1);
  const renamed = await ask("vscode.executeDocumentRenameProvider", uri, place(document, "[service.shop]", 10), "store");
  assert(renamed.get(uri).length >= 2, "rename");
  console.log("ok   completion, quick fix, rename");

  const lenses = await ask("vscode.executeCodeLensProvider", uri, 20);
  assert(lenses.some(({ command }) => command?.command === "clnrm.showRendered"), "lenses");
  await ask("clnrm.showRendered", uri);
  const preview = await eventually("the preview", () => vscode.workspace.textDocuments.find((one) => one.uri.scheme === "clnrm-rendered"));
  assert.match(preview.getText(), /pay_by_transfer/);

  const edits = new vscode.WorkspaceEdit();
  edits.insert(uri, place(document, '["card"', 1), '"cash", ');
  assert(await vscode.workspace.applyEdit(edits));
  await eventually("the preview follows", () => preview.getText().includes("pay_by_cash"));

  const untidy = await open("untidy.clnrm.toml");
  await eventually("the file is known", () => ours(untidy.uri).length > 0);
  const format = new vscode.WorkspaceEdit();
  format.set(untidy.uri, await ask("vscode.executeFormatDocumentProvider", untidy.uri, { tabSize: 2, insertSpaces: true }));
  assert(await vscode.workspace.applyEdit(format));
  assert.match(untidy.document.getText(), /^name = "untidy"$/m);
  console.log("ok   lenses, preview, formatting");

  // A setting reaches the server while it runs.
  const clnrm = vscode.workspace.getConfiguration("clnrm");
  await clnrm.update("check.hints", false, vscode.ConfigurationTarget.Global);
  const level = () => ours(uri).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Hint).length;
  await eventually("a setting reaches the server", () => level() === 0);
  await clnrm.update("check.level", "syntax", vscode.ConfigurationTarget.Global);
  await eventually("and another", () => mistakes(uri).length === 0);
  await clnrm.update("check.level", undefined, vscode.ConfigurationTarget.Global);
  await eventually("and back", () => mistakes(uri).length === 1);

  // All commands that the manifest names are there, and the server comes back.
  const extension = vscode.extensions.getExtension("clnrm.clnrm");
  const commands = new Set(await vscode.commands.getCommands(true));
  const missing = extension.packageJSON.contributes.commands.filter(({ command }) => !commands.has(command));
  assert.deepEqual(missing, []);
  await ask("clnrm.restart");
  await eventually("the server comes back", () => mistakes(uri).length === 1);
  await ask("clnrm.showStatus");
  const status = await eventually("the status", () => vscode.workspace.textDocuments.find((one) => one.uri.scheme === "clnrm-view"));
  assert.equal(typeof JSON.parse(status.getText()).version, "string");
};
