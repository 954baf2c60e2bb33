// The Test Explorer: tests as the server tells them, runs however they were started (gutter, tree, lens, command), failures at
// their places, what was expected beside what came.

import * as vscode from "vscode";
import { LANGUAGES, type ServerConnection } from "./connection";
import {
  abortRunTest,
  changeTestState,
  discoveredTests,
  discoverTest,
  endRunTest,
  output,
  runFinished,
  runNote,
  runStarted,
  runTest,
  type DiscoveredTests,
  type RunOutput,
  type RunStarted,
  type RunTarget,
  type TestItem,
  type TestState,
} from "./protocol";

interface ActiveRun {
  /** Several runs of the server may be one here: tests of two projects that were chosen together. */
  run: vscode.TestRun;
  /** The tests by what output is labelled with. */
  tests: Map<string, string>;
}

export class TestExplorer implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("clnrm", "Cleanroom tests");
  private readonly runs = new Map<string, ActiveRun>();
  /** Messages one after another: some wait for the tests that they are about, or for the server to name the run that was asked for. */
  private turn: Promise<void> = Promise.resolve();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly connection: ServerConnection) {
    this.controller.resolveHandler = (item) => this.discover(item);
    this.controller.refreshHandler = () => this.discover(undefined);
    this.controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    connection.onNotification(discoveredTests, (tests) => this.next(() => this.take(tests, undefined)));
    connection.onNotification(runStarted, (started) => this.next(() => this.started(started)));
    connection.onNotification(changeTestState, ({ testId, state, runId }) => this.next(() => this.state(testId, state, runId)));
    connection.onNotification(output, (text) => this.next(() => this.output(text)));
    connection.onNotification(runNote, ({ runId, message }) => this.next(() => this.print(runId, `note: ${message}\n`)));
    connection.onNotification(runFinished, ({ runId, error }) => this.next(() => this.finished(runId, error)));
    connection.onNotification(endRunTest, (ended) => this.next(() => this.finished(ended?.runId)));
    this.subscriptions = [
      this.controller,
      connection.onDidChange(() => this.serverChanged()),
      vscode.workspace.onDidOpenTextDocument((document) => void this.opened(document)),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private next(work: () => void | Promise<void>): void {
    this.turn = this.turn.then(work).catch((error) => this.connection.log.error(`Test Explorer: ${error}`));
  }

  private serverChanged(): void {
    if (this.connection.phase === "starting") return;
    for (const { run } of this.runs.values()) run.end();
    this.runs.clear();
    if (this.connection.phase !== "running") return;
    if (!this.connection.tellsTests) return this.controller.items.replace([]);
    this.next(async () => {
      await this.discover(undefined);
      for (const document of vscode.workspace.textDocuments) await this.opened(document);
    });
  }

  /** Scenarios of an open file have their gutter icons before anybody unfolds the file in the tree. */
  private async opened(document: vscode.TextDocument): Promise<void> {
    if (!LANGUAGES.includes(document.languageId) || !this.connection.tellsTests) return;
    const item = this.root(document.uri);
    if (item?.canResolveChildren && item.children.size === 0) await this.discover(item).catch(() => undefined);
  }

  private root(uri: vscode.Uri): vscode.TestItem | undefined {
    for (const [, item] of this.controller.items) if (item.uri?.toString() === uri.toString()) return item;
    return undefined;
  }

  private async discover(item: vscode.TestItem | undefined): Promise<void> {
    if (!this.connection.tellsTests) return;
    const tests = await this.connection.request(discoverTest, item ? { testId: item.id } : {});
    this.take(tests, item);
  }

  /** Takes over what the server told: of one item, of files, or (the roots alone) of the workspace. */
  private take({ tests, scope, scopeFile }: DiscoveredTests, below: vscode.TestItem | undefined): void {
    const told = new Set(tests.map(({ id }) => id));
    for (const test of tests) this.put(test);
    const prune = (items: vscode.TestItemCollection) => {
      for (const [id, item] of items) {
        if (told.has(id)) prune(item.children);
        else items.delete(id);
      }
    };
    if (below) return prune(below.children);
    const files = new Set((scopeFile ?? []).map(({ uri }) => vscode.Uri.parse(uri).toString()));
    const scopes = new Set(scope ?? []);
    if (files.size === 0 && scopes.size === 0) {
      for (const [id] of this.controller.items) if (!told.has(id)) this.controller.items.delete(id);
      return;
    }
    for (const [id, item] of this.controller.items) {
      if (!scopes.has(id) && !files.has(item.uri?.toString() ?? "")) continue;
      if (!told.has(id)) this.controller.items.delete(id);
      // An answer that has files alone says nothing of what is in them.
      else if (tests.some(({ parent }) => parent === id)) prune(item.children);
    }
  }

  private put({ id, label, canResolveChildren, parent, textDocument, range }: TestItem): void {
    const siblings = parent ? this.find(parent)?.children : this.controller.items;
    if (!siblings) return;
    const uri = textDocument && vscode.Uri.parse(textDocument.uri);
    let item = siblings.get(id);
    if (!item) {
      item = this.controller.createTestItem(id, label, uri);
      siblings.add(item);
    }
    item.label = label;
    item.canResolveChildren = canResolveChildren;
    // A file has its icon in the gutter too, beside its first line: it is what expectations are judged for.
    item.range = range ? this.connection.convert.asRange(range) : new vscode.Range(0, 0, 0, 0);
  }

  private find(id: string, items: vscode.TestItemCollection = this.controller.items): vscode.TestItem | undefined {
    const here = items.get(id);
    if (here) return here;
    for (const [, item] of items) {
      const found = this.find(id, item.children);
      if (found) return found;
    }
    return undefined;
  }

  /** The item of a test; where it is not known yet, its file is asked for. */
  private async item(id: string): Promise<vscode.TestItem | undefined> {
    const known = this.find(id);
    if (known) return known;
    const covering = () => {
      const roots = [...this.controller.items].map(([, item]) => item);
      return roots.filter((item) => id.startsWith(item.id)).sort((a, b) => b.id.length - a.id.length)[0];
    };
    if (!covering()) await this.discover(undefined);
    const file = covering();
    if (file) await this.discover(file);
    return this.find(id);
  }

  private run(request: vscode.TestRunRequest, token: vscode.CancellationToken): void {
    const run = this.controller.createTestRun(request);
    token.onCancellationRequested(() => this.next(() => this.abort(run)));
    this.next(() => this.ask(run, request));
  }

  private async ask(run: vscode.TestRun, { include, exclude }: vscode.TestRunRequest): Promise<void> {
    const ids = (items: readonly vscode.TestItem[]) => items.map(({ id }) => id);
    try {
      const answer = await this.connection.request(runTest, {
        ...(include ? { include: ids(include) } : {}),
        ...(exclude?.length ? { exclude: ids(exclude) } : {}),
      });
      for (const runId of answer?.runIds ?? []) this.runs.set(runId, { run, tests: new Map() });
      // A server that does not name its runs has them shown as those that were started elsewhere.
      if (!answer?.runIds.length) run.end();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      for (const item of include ?? []) run.errored(item, new vscode.TestMessage(message));
      run.appendOutput(lines(`${message}\n`));
      run.end();
      void vscode.window.showErrorMessage(message);
    }
  }

  private async abort(run: vscode.TestRun): Promise<void> {
    const active = [...this.runs].filter(([, active]) => active.run === run);
    if (!this.connection.knows("clnrm.cancel")) return this.connection.notify(abortRunTest);
    await Promise.all(active.map(([runId]) => this.connection.execute("clnrm.cancel", { runId })));
  }

  private async started({ runId, scenarios }: RunStarted): Promise<void> {
    const items: vscode.TestItem[] = [];
    const tests = new Map<string, string>();
    for (const scenario of scenarios) {
      tests.set(label(scenario), scenario.testId);
      const item = await this.item(scenario.testId);
      if (item) items.push(item);
    }
    const asked = this.runs.get(runId)?.run;
    const run = asked ?? this.controller.createTestRun(new vscode.TestRunRequest(items), undefined, true);
    // One that was started elsewhere can be cancelled here too.
    if (!asked) run.token.onCancellationRequested(() => this.next(() => this.abort(run)));
    for (const item of items) run.enqueued(item);
    this.runs.set(runId, { run, tests });
  }

  private async state(testId: string, state: TestState, runId: string | undefined): Promise<void> {
    const run = this.active(runId)?.run;
    const item = await this.item(testId);
    if (!run || !item) return;
    switch (state.tag) {
      case "enqueued":
        return run.enqueued(item);
      case "started":
        return run.started(item);
      case "skipped":
        if (state.message) run.appendOutput(lines(`${item.label}: ${state.message}\n`), undefined, item);
        return run.skipped(item);
      case "passed":
        return run.passed(item, state.durationMs);
      case "failed":
        return run.failed(item, this.messages(state), state.durationMs);
    }
  }

  private messages({ message, messages }: TestState & { tag: "failed" }): vscode.TestMessage[] {
    if (!messages?.length) return [new vscode.TestMessage(message)];
    return messages.map(({ message, location, expected, actual }) => {
      const told =
        expected !== undefined && actual !== undefined
          ? vscode.TestMessage.diff(message, ...sides(expected, actual))
          : new vscode.TestMessage(message);
      if (location) told.location = this.connection.convert.asLocation(location);
      return told;
    });
  }

  private output(text: RunOutput): void {
    const active = this.active(text.runId);
    const id = active?.tests.get(label(text));
    active?.run.appendOutput(lines(text.text), undefined, id ? this.find(id) : undefined);
  }

  private print(runId: string, text: string): void {
    this.active(runId)?.run.appendOutput(lines(text));
  }

  private finished(runId: string | undefined, error?: string | null): void {
    const id = runId ?? [...this.runs.keys()].at(-1);
    const active = id === undefined ? undefined : this.runs.get(id);
    if (id === undefined || !active) return;
    this.runs.delete(id);
    if (error) active.run.appendOutput(lines(`${error}\n`));
    if (![...this.runs.values()].some(({ run }) => run === active.run)) active.run.end();
  }

  private active(runId: string | undefined): ActiveRun | undefined {
    return runId === undefined ? [...this.runs.values()].at(-1) : this.runs.get(runId);
  }
}

/**
 * What was expected and what came, each as lines `key = value`. Where one line differs its values say it all, and are short enough
 * to be shown in the line of the expectation.
 */
function sides(expected: string, actual: string): [string, string] {
  const came = actual.split("\n");
  const differing = expected.split("\n").flatMap((line, index) => (line === came[index] ? [] : [[line, came[index] ?? ""] as const]));
  if (differing.length !== 1) return [expected, actual];
  const [line, other] = differing[0]!;
  const value = line.indexOf(" = ") + 3;
  return value > 2 && line.slice(0, value) === other.slice(0, value) ? [line.slice(value), other.slice(value)] : [line, other];
}

function label({ uri, combination, scenario }: RunTarget): string {
  return JSON.stringify([uri, combination ?? null, scenario ?? null]);
}

/** The terminal of the Test Results view wants a carriage return in each line break. */
function lines(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
