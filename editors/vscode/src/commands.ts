// The commands of the palette, the menus and the lenses.

import * as vscode from "vscode";
import { LANGUAGES, type ServerConnection } from "./connection";
import type { RenderedPreview } from "./preview";
import { expectationDiff, runOutput, type RunTarget, type Selection } from "./protocol";
import type { TextViews } from "./text_views";
import type { TraceView } from "./trace_view";

interface Views {
  preview: RenderedPreview;
  trace: TraceView;
  views: TextViews;
}

/** What a lens, a menu or a key binding hands to a command. */
type Argument = vscode.Uri | (Partial<RunTarget> & { selection?: Selection }) | undefined;

export class Commands implements vscode.Disposable {
  private readonly outputs = vscode.window.createOutputChannel("Cleanroom (runs)");
  private readonly registrations: vscode.Disposable[] = [this.outputs];

  constructor(
    private readonly connection: ServerConnection,
    private readonly views: Views,
  ) {
    this.register("clnrm.restart", () => connection.restart());
    this.register("clnrm.showLog", () => connection.log.show());
    this.register("clnrm.openSettings", () =>
      vscode.commands.executeCommand("workbench.action.openSettings", "@ext:clnrm.clnrm"),
    );
    this.register("clnrm.showStatus", () => this.showStatus());
    this.register("clnrm.clearCache", () => connection.execute("clnrm.clearCache"));
    this.register("clnrm.runFile", (argument) => this.run("clnrm.runFile", this.target(argument)));
    this.register("clnrm.runScenario", (argument) => this.run("clnrm.runScenario", this.target(argument, true)));
    this.register("clnrm.runFailed", (argument) => this.run("clnrm.runFailed", argument === undefined ? {} : this.target(argument)));
    this.register("clnrm.runWorkspace", () => this.run("clnrm.runWorkspace", {}));
    this.register("clnrm.cancel", (argument) => connection.execute("clnrm.cancel", argument instanceof vscode.Uri ? {} : (argument ?? {})));
    this.register("clnrm.showOutput", (argument) => this.showOutput(argument));
    this.register("clnrm.showTrace", async (argument) => {
      const target = this.target(argument);
      if (!(await this.views.trace.show(vscode.Uri.parse(target.uri), target.combination))) {
        void vscode.window.showInformationMessage("There is no trace yet: run the test first.");
      }
    });
    this.register("clnrm.showRendered", (argument) => {
      const selection = argument && "selection" in argument ? argument.selection : undefined;
      return this.views.preview.show(vscode.Uri.parse(this.target(argument).uri), selection);
    });
    this.register("clnrm.showExpectationDiff", (argument) => this.showExpectationDiff(this.target(argument).uri));
  }

  dispose(): void {
    vscode.Disposable.from(...this.registrations).dispose();
  }

  /** A command whose failure is told in a message. */
  private register(name: string, command: (argument: Argument) => unknown): void {
    const run = async (argument: Argument) => {
      try {
        return await command(argument);
      } catch (error) {
        await this.tell(error instanceof Error ? error.message : String(error));
      }
      return undefined;
    };
    this.registrations.push(vscode.commands.registerCommand(name, run));
  }

  private async tell(message: string): Promise<void> {
    this.connection.log.error(message);
    const actions = this.connection.phase === "running" ? ["Show Log"] : ["Restart", "Open Settings", "Show Log"];
    void vscode.window.showErrorMessage(message, ...actions).then((choice) => {
      if (choice === "Restart") return this.connection.restart();
      if (choice === "Open Settings") return vscode.commands.executeCommand("clnrm.openSettings");
      return choice === "Show Log" ? this.connection.log.show() : undefined;
    });
  }

  /** What a command is for: its argument, else the editor that is active. */
  private target(argument: Argument, atCursor = false): RunTarget & { position?: vscode.Position } {
    if (argument && !(argument instanceof vscode.Uri) && argument.uri) return { ...argument, uri: argument.uri };
    const editor = vscode.window.activeTextEditor;
    const uri = argument instanceof vscode.Uri ? argument : editor?.document.uri;
    if (!uri || (uri === editor?.document.uri && !LANGUAGES.includes(editor.document.languageId))) {
      throw new Error("open a cleanroom test first: the command is for the test in the active editor");
    }
    const position = atCursor && editor?.document.uri.toString() === uri.toString() ? editor.selection.active : undefined;
    return { uri: this.connection.address(uri), ...(position ? { position } : {}) };
  }

  private async run(command: string, target: object): Promise<unknown> {
    const answer = await this.connection.execute(command, target);
    if (answer === null && command === "clnrm.runFailed") void vscode.window.showInformationMessage("Nothing failed in the last runs.");
    return answer;
  }

  private async showStatus(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const known = editor && LANGUAGES.includes(editor.document.languageId);
    const argument = known ? { uri: this.connection.address(editor.document.uri) } : undefined;
    const { server } = this.connection;
    const status = await this.connection.execute("clnrm.showStatus", argument);
    const text = JSON.stringify({ server: { path: server?.command, from: server?.origin }, ...(status as object) }, null, 2);
    await this.views.views.show("Status of clnrm-lsp.json", text, "json");
  }

  private async showOutput(argument: Argument): Promise<void> {
    const target = argument && "runId" in argument ? (argument as unknown as { runId: string }) : this.target(argument);
    const answer = await this.connection.request(runOutput, target);
    if (!answer) {
      void vscode.window.showInformationMessage("Nothing ran here yet.");
      return;
    }
    const artifacts = answer.artifacts ? `\n\nartifacts: ${answer.artifacts}\n` : "\n";
    this.outputs.replace(`${answer.title}\n\n${answer.text}${artifacts}`);
    this.outputs.show(true);
  }

  private async showExpectationDiff(uri: string): Promise<void> {
    const diff = await this.connection.request(expectationDiff, { uri });
    if (!diff) {
      void vscode.window.showInformationMessage("The expectations are what they were, or there is nothing to compare them with.");
      return;
    }
    const name = uri.slice(uri.lastIndexOf("/") + 1);
    await this.views.views.show(`Expectations of ${decodeURIComponent(name)}`, `${diff.summary}\n\n${diff.text}`, "diff");
  }
}
