// The extension's two ends. Everything is registered before the server is looked for, so that a missing server takes nothing away
// but what only it can do.

import * as vscode from "vscode";
import { Commands } from "./commands";
import { LibraryDocuments } from "./library";
import { RenderedPreview } from "./preview";
import { ServerConnection } from "./connection";
import { StatusItem } from "./status";
import { TestExplorer } from "./test_explorer";
import { TraceView } from "./trace_view";
import { TextViews } from "./text_views";

let connection: ServerConnection | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<{ connection: ServerConnection }> {
  connection = new ServerConnection(context);
  const views = new TextViews();
  const preview = new RenderedPreview(connection);
  const trace = new TraceView(connection, context.extensionUri);
  context.subscriptions.push(
    connection,
    views,
    preview,
    trace,
    new StatusItem(connection),
    new LibraryDocuments(connection),
    new TestExplorer(connection),
    new Commands(connection, { preview, trace, views }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("clnrm.server")) void connection?.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void connection?.restart()),
  );
  // Not awaited: the extension is active as soon as it can say what the server is doing.
  void connection.start();
  return { connection };
}

export async function deactivate(): Promise<void> {
  await connection?.stop();
}
