// What a TOML extension does to files that it takes for its own: a complaint about each.
const vscode = require("vscode");

exports.activate = (context) => {
  const complaints = vscode.languages.createDiagnosticCollection("generic-toml");
  const look = (document) => {
    if (document.languageId !== "toml") return;
    complaints.set(document.uri, [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 4), "a generic TOML tool was here")]);
  };
  vscode.workspace.textDocuments.forEach(look);
  context.subscriptions.push(complaints, vscode.workspace.onDidOpenTextDocument(look));
};
