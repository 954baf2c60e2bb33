// The language status item: what the server is doing, and the way to its log, its status and another try.

import * as vscode from "vscode";
import { LANGUAGES, type ServerConnection } from "./connection";
import { runFinished, runStarted } from "./protocol";

export class StatusItem implements vscode.Disposable {
  private readonly server = vscode.languages.createLanguageStatusItem("clnrm.server", LANGUAGES);
  private readonly runs = vscode.languages.createLanguageStatusItem("clnrm.runs", LANGUAGES);
  private readonly active = new Set<string>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly connection: ServerConnection) {
    this.server.name = "Cleanroom Language Server";
    this.runs.name = "Cleanroom Runs";
    this.subscription = connection.onDidChange(() => {
      this.active.clear();
      this.show();
    });
    connection.onNotification(runStarted, ({ runId }) => {
      this.active.add(runId);
      this.show();
    });
    connection.onNotification(runFinished, ({ runId, passed, failed, unmet, cancelled, error }) => {
      this.active.delete(runId);
      this.show();
      const parts = [`${passed} passed`, `${failed} failed`];
      if (unmet > 0) {
        parts.push(`expectations of ${unmet} not met`);
      }
      if (cancelled) {
        parts.push("cancelled");
      }
      this.runs.detail = error ?? `last run: ${parts.join(", ")}`;
    });
    this.show();
  }

  dispose(): void {
    this.subscription.dispose();
    this.server.dispose();
    this.runs.dispose();
  }

  private show(): void {
    const { phase, server, problem } = this.connection;
    this.server.busy = phase === "starting";
    this.server.severity =
      phase === "missing" ? vscode.LanguageStatusSeverity.Error
      : phase === "stopped" ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information;
    if (phase === "running") {
      this.server.text = `clnrm-lsp ${server?.version ?? ""}`;
      this.server.detail = `from ${server?.origin ?? "?"}`;
      this.server.command = { command: "clnrm.showStatus", title: "Status" };
    } else if (phase === "starting") {
      this.server.text = "clnrm-lsp is starting";
      delete this.server.detail;
      this.server.command = { command: "clnrm.showLog", title: "Log" };
    } else {
      this.server.text = phase === "missing" ? "clnrm-lsp is missing" : "clnrm-lsp is stopped";
      this.server.detail = problem ?? "";
      this.server.command = { command: "clnrm.restart", title: "Restart" };
    }
    const trusted = vscode.workspace.isTrusted;
    this.runs.busy = this.active.size > 0;
    this.runs.text =
      !trusted ? "$(workspace-untrusted) no runs in Restricted Mode"
      : this.active.size > 0 ? `${this.active.size} running`
      : "no test is running";
    this.runs.command =
      !trusted ? { command: "workbench.trust.manage", title: "Manage Trust" }
      : this.active.size > 0 ? { command: "clnrm.cancel", title: "Cancel" }
      : { command: "workbench.view.testing.focus", title: "Tests" };
  }
}
