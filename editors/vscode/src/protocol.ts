// What the server and its clients say to each other beyond the protocol: docs/server-protocol.md.

import {
  NotificationType,
  RequestType,
  type Location,
  type Position,
  type Range,
  type TextDocumentIdentifier,
} from "vscode-languageclient/node";

/** One round of a loop, or one combination of the matrix. */
export type Selection = { loop: number; round: number } | { combination: number };

export interface RenderedText {
  source: string;
  uri: string;
  version: number;
  text: string;
  selection?: Selection;
  ranges?: Range[];
}
export const rendered = new RequestType<{ uri: string; selection?: Selection }, RenderedText | null, void>("clnrm/rendered");
export const renderedChanged = new NotificationType<RenderedText>("clnrm/renderedChanged");
export const renderedRanges = new RequestType<{ uri: string; position: Position; selection?: Selection }, Range[], void>(
  "clnrm/renderedRanges",
);
export const sourceRange = new RequestType<{ uri: string; range: Range; selection?: Selection }, Range | null, void>(
  "clnrm/sourceRange",
);

export const libraryText = new RequestType<{ uri: string }, { text: string }, void>("clnrm/libraryText");

export interface ExpectationDiff {
  uri: string;
  baseline: string;
  summary: string;
  text: string;
}
export const expectationDiff = new RequestType<{ uri: string }, ExpectationDiff | null, void>("clnrm/expectationDiff");

export const status = new RequestType<{ uri?: string }, Record<string, unknown> & { version: string; trusted: boolean }, void>(
  "clnrm/status",
);

/** A document, and what of it: a scenario, a combination of the matrix. */
export interface RunTarget {
  uri: string;
  scenario?: string | null;
  combination?: string | null;
}
export const runOutput = new RequestType<
  RunTarget | { runId: string },
  { title: string; text: string; artifacts?: string | null } | null,
  void
>("clnrm/runOutput");

export interface TraceRow {
  depth: number;
  name: string;
  service?: string | null;
  /** Absent where the row is no span: the head of a trace, or spans that are drawn as one. */
  spanId?: string;
  startMs?: number;
  durationMs?: number;
  error: boolean;
  reason?: string | null;
}
export interface Trace {
  title: string;
  spans: number;
  replayed: boolean;
  rows: TraceRow[];
  highlighted: { spanId: string; name: string; reason: string }[];
}
export const trace = new RequestType<{ uri: string; combination?: string | null }, Trace | null, void>("clnrm/trace");

export interface RunStarted {
  runId: string;
  scenarios: (RunTarget & { testId: string })[];
}
export const runStarted = new NotificationType<RunStarted>("clnrm/runStarted");

export interface RunChanged extends RunTarget {
  runId: string;
  testId: string;
  state: string;
  message?: string;
  durationMs?: number;
}
export const runChanged = new NotificationType<RunChanged>("clnrm/runChanged");

export interface RunFinished {
  runId: string;
  durationMs: number;
  passed: number;
  failed: number;
  notRun: number;
  /** Tests whose expectations are not met, though their scenarios may have passed. */
  unmet: number;
  cancelled: boolean;
  error?: string | null;
}
export const runFinished = new NotificationType<RunFinished>("clnrm/runFinished");

export interface RunOutput extends RunTarget {
  runId: string;
  service?: string | null;
  step?: string | null;
  stream: "stdout" | "stderr";
  text: string;
}
export const output = new NotificationType<RunOutput>("clnrm/output");
export const runNote = new NotificationType<{ runId: string; message: string }>("clnrm/runNote");

/** A test in the form that rust-analyzer made common. */
export interface TestItem {
  id: string;
  label: string;
  kind: string;
  canResolveChildren: boolean;
  parent?: string | null;
  textDocument?: TextDocumentIdentifier;
  range?: Range;
}
export interface DiscoveredTests {
  tests: TestItem[];
  scope?: string[] | null;
  scopeFile?: TextDocumentIdentifier[] | null;
}
export const discoverTest = new RequestType<{ testId?: string }, DiscoveredTests, void>("experimental/discoverTest");
export const discoveredTests = new NotificationType<DiscoveredTests>("experimental/discoveredTests");
export const runTest = new RequestType<{ include?: string[]; exclude?: string[] }, { runIds: string[] } | null, void>(
  "experimental/runTest",
);
export const abortRunTest = new NotificationType<void>("experimental/abortRunTest");
export const endRunTest = new NotificationType<{ runId?: string } | null>("experimental/endRunTest");
export const appendOutputToRunTest = new NotificationType<string>("experimental/appendOutputToRunTest");

export interface FailureMessage {
  message: string;
  location?: Location;
  expected?: string;
  actual?: string;
}
export type TestState =
  | { tag: "enqueued" | "started" }
  | { tag: "skipped"; message?: string }
  | { tag: "passed"; durationMs?: number }
  | { tag: "failed"; durationMs?: number; message: string; messages?: FailureMessage[] };
export const changeTestState = new NotificationType<{ testId: string; state: TestState; runId?: string }>(
  "experimental/changeTestState",
);
