// The waterfall of a test's last trace, in a panel beside the editor. It follows later runs.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { ServerConnection } from "./connection";
import { runFinished, runStarted, trace, type Trace } from "./protocol";

interface Panel {
  panel: vscode.WebviewPanel;
  source: vscode.Uri;
  combination: string | null | undefined;
}

export class TraceView implements vscode.Disposable {
  private readonly panels = new Map<string, Panel>();
  /** The files that a run is about. */
  private readonly runs = new Map<string, Set<string>>();

  constructor(
    private readonly connection: ServerConnection,
    private readonly extension: vscode.Uri,
  ) {
    connection.onNotification(runStarted, ({ runId, scenarios }) => {
      this.runs.set(runId, new Set(scenarios.map(({ uri }) => vscode.Uri.parse(uri).toString())));
    });
    connection.onNotification(runFinished, ({ runId }) => void this.refresh(runId));
  }

  dispose(): void {
    for (const { panel } of this.panels.values()) panel.dispose();
  }

  /** Shows the last trace; `false` where there is none. */
  async show(source: vscode.Uri, combination?: string | null): Promise<boolean> {
    const answer = await this.ask(source, combination);
    if (!answer) return false;
    this.open(source, combination, answer);
    return true;
  }

  /** Shows a trace that is known already. */
  open(source: vscode.Uri, combination: string | null | undefined, content: Trace): void {
    const key = `${source} ${combination ?? ""}`;
    let shown = this.panels.get(key);
    if (!shown) {
      const media = vscode.Uri.joinPath(this.extension, "media");
      const panel = vscode.window.createWebviewPanel(
        "clnrm.trace",
        "",
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        { enableScripts: true, enableFindWidget: true, localResourceRoots: [media] },
      );
      panel.iconPath = { light: vscode.Uri.joinPath(media, "file-light.svg"), dark: vscode.Uri.joinPath(media, "file-dark.svg") };
      shown = { panel, source, combination };
      this.panels.set(key, shown);
      panel.onDidDispose(() => this.panels.delete(key));
    } else {
      shown.panel.reveal(undefined, true);
    }
    shown.panel.title = `Trace of ${content.title}`;
    shown.panel.webview.html = this.page(shown.panel.webview, content);
  }

  private ask(source: vscode.Uri, combination: string | null | undefined): Promise<Trace | null> {
    return this.connection.request(trace, { uri: this.connection.address(source), ...(combination ? { combination } : {}) });
  }

  private async refresh(runId: string): Promise<void> {
    const files = this.runs.get(runId);
    this.runs.delete(runId);
    for (const { source, combination, panel } of this.panels.values()) {
      if (!files?.has(source.toString())) continue;
      const answer = await this.ask(source, combination).catch(() => null);
      if (answer) panel.webview.html = this.page(panel.webview, answer);
    }
  }

  private page(webview: vscode.Webview, content: Trace): string {
    const nonce = randomBytes(16).toString("base64");
    const media = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.extension, "media", name));
    // The script draws from this text alone; `<` is written so that no text can end it.
    const { rows, highlighted, title, replayed, spans } = content;
    const json = JSON.stringify({ rows, highlighted, title, replayed, spans }).replace(/</g, "\\u003c");
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${media("waterfall.css")}">
</head>
<body>
<header><h1 id="title"></h1><p id="summary"></p></header>
<div id="scale" aria-hidden="true"></div>
<div id="rows" role="treegrid" aria-label="spans" tabindex="-1"></div>
<section id="details" aria-live="polite"></section>
<script type="application/json" id="trace">${json}</script>
<script nonce="${nonce}" src="${media("waterfall.js")}"></script>
</body>
</html>`;
  }
}
