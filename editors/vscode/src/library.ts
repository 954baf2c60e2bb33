// Files of the server's built-in library, as documents that can only be read.

import * as vscode from "vscode";
import type { ServerConnection } from "./connection";
import { libraryText } from "./protocol";

export class LibraryDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider("clnrm-library", this);

  constructor(private readonly connection: ServerConnection) {}

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    // VS Code writes an empty authority without its slashes.
    const address = `${uri.scheme}://${uri.authority}${uri.path}`;
    return (await this.connection.request(libraryText, { uri: address }, token)).text;
  }

  dispose(): void {
    this.registration.dispose();
  }
}
