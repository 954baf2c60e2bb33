// The rendered test beside its template. It follows each keystroke; a place that is chosen on one side is shown on the other.

import * as vscode from "vscode";
import type { ServerConnection } from "./connection";
import { rendered, renderedChanged, renderedRanges, sourceRange, type RenderedText, type Selection } from "./protocol";

const SCHEME = "clnrm-rendered";

interface View {
  source: vscode.Uri;
  selection: Selection | undefined;
  text: string;
  ranges: vscode.Range[];
}

export class RenderedPreview implements vscode.TextDocumentContentProvider, vscode.DefinitionProvider, vscode.Disposable {
  private readonly views = new Map<string, View>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly counterpart = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.wordHighlightStrongBackground"),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.wordHighlightStrongForeground"),
  });
  private readonly round = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
  });
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly connection: ServerConnection) {
    connection.onNotification(renderedChanged, (text) => void this.update(text));
    this.subscriptions = [
      this.changed,
      this.counterpart,
      this.round,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDefinitionProvider({ scheme: SCHEME }, this),
      vscode.window.onDidChangeTextEditorSelection((event) => void this.follow(event).catch(() => undefined)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.views.delete(uri.toString())),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.decorate(document.uri)),
      // A new server has to be asked again before it tells of changes.
      connection.onDidChange(() => connection.phase === "running" && void this.askAgain()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Opens the preview beside the editor, or goes to the one that is open. */
  async show(source: vscode.Uri, selection?: Selection): Promise<vscode.Uri> {
    const answer = await this.ask(source, selection);
    if (!answer) throw new Error(`\`${vscode.workspace.asRelativePath(source)}\` is not open as a cleanroom test`);
    const uri = address(source, selection);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, "clnrm");
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
    this.decorate(uri);
    const first = this.views.get(uri.toString())?.ranges[0];
    if (first) editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return uri;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const key = uri.toString();
    if (!this.views.has(key)) {
      // A preview that was open when the window was closed.
      const { source, selection } = parse(uri);
      await vscode.workspace.openTextDocument(source);
      await this.ask(source, selection);
    }
    return this.views.get(key)?.text ?? "";
  }

  async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location | undefined> {
    const { source, selection } = parse(document.uri);
    const range = await this.origin(source, new vscode.Range(position, position), selection);
    return range && new vscode.Location(source, range);
  }

  private async ask(source: vscode.Uri, selection: Selection | undefined): Promise<RenderedText | null> {
    const answer = await this.connection.request(rendered, {
      uri: this.connection.address(source),
      ...(selection ? { selection } : {}),
    });
    if (answer) this.update(answer);
    return answer;
  }

  private async askAgain(): Promise<void> {
    for (const { source, selection } of [...this.views.values()]) await this.ask(source, selection).catch(() => undefined);
  }

  private update(text: RenderedText): void {
    const source = vscode.Uri.parse(text.source);
    const uri = address(source, text.selection);
    const ranges = (text.ranges ?? []).map((range) => this.connection.convert.asRange(range));
    this.views.set(uri.toString(), { source, selection: text.selection, text: text.text, ranges });
    this.changed.fire(uri);
  }

  /** Marks what the chosen round wrote. */
  private decorate(uri: vscode.Uri): void {
    const view = uri.scheme === SCHEME ? this.views.get(uri.toString()) : undefined;
    if (!view) return;
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() === uri.toString()) editor.setDecorations(this.round, view.ranges);
    }
  }

  private async origin(source: vscode.Uri, range: vscode.Range, selection: Selection | undefined) {
    const answer = await this.connection.request(sourceRange, {
      uri: this.connection.address(source),
      range: { start: range.start, end: range.end },
      ...(selection ? { selection } : {}),
    });
    return answer ? this.connection.convert.asRange(answer) : undefined;
  }

  /** Shows on the other side what was chosen on one. */
  private async follow({ textEditor, selections, kind }: vscode.TextEditorSelectionChangeEvent): Promise<void> {
    const chosen = selections[0];
    if (!chosen || kind === undefined) return;
    const uri = textEditor.document.uri;
    if (uri.scheme === SCHEME) {
      const { source, selection } = parse(uri);
      const editor = vscode.window.visibleTextEditors.find((other) => other.document.uri.toString() === source.toString());
      const range = editor && (await this.origin(source, chosen, selection));
      if (editor && range) this.mark(editor, [range]);
      return;
    }
    for (const editor of vscode.window.visibleTextEditors) {
      const view = this.views.get(editor.document.uri.toString());
      if (!view || view.source.toString() !== uri.toString()) continue;
      const ranges = await this.connection.request(renderedRanges, {
        uri: this.connection.address(uri),
        position: chosen.active,
        ...(view.selection ? { selection: view.selection } : {}),
      });
      this.mark(editor, ranges.map((range) => this.connection.convert.asRange(range)));
    }
  }

  private mark(editor: vscode.TextEditor, ranges: vscode.Range[]): void {
    editor.setDecorations(this.counterpart, ranges);
    const first = ranges[0];
    if (first) editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

/** The preview's address: named for what it shows, with the source in the query. */
function address(source: vscode.Uri, selection: Selection | undefined): vscode.Uri {
  const name = source.path.slice(source.path.lastIndexOf("/") + 1).replace(/\.tera$/, "");
  const which =
    !selection ? ""
    : "combination" in selection ? ` (combination ${selection.combination + 1})`
    : ` (loop ${selection.loop + 1}, round ${selection.round + 1})`;
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/Rendered ${name}${which}`,
    query: JSON.stringify({ source: source.toString(), selection }),
  });
}

function parse(uri: vscode.Uri): { source: vscode.Uri; selection: Selection | undefined } {
  const { source, selection } = JSON.parse(uri.query) as { source: string; selection?: Selection };
  return { source: vscode.Uri.parse(source), selection };
}
