// The language server's life: found, started, restarted, stopped; and what the others of this extension need of it.

import * as vscode from "vscode";
import {
  LanguageClient,
  State,
  type DynamicFeature,
  type LanguageClientOptions,
  type NotificationType,
  type RequestType,
  type StaticFeature,
} from "vscode-languageclient/node";
import { findServer, NoServer, type Server } from "./server";

export const LANGUAGES = ["clnrm", "clnrm-tera"];
const INSTALL_PAGE = "https://github.com/clnrm/clnrm-lsp/blob/main/docs/editors/vscode.md#the-server";

export type Phase = "starting" | "running" | "stopped" | "missing";

export class ServerConnection implements vscode.Disposable {
  phase: Phase = "stopped";
  server: Server | undefined;
  /** Why there is no server, for people. */
  problem: string | undefined;

  /** The server's log and what the extension has to say. */
  readonly log = vscode.window.createOutputChannel("Cleanroom", { log: true });
  private readonly protocol = vscode.window.createOutputChannel("Cleanroom (protocol)");
  private readonly changed = new vscode.EventEmitter<void>();
  /** The phase has changed. */
  readonly onDidChange = this.changed.event;
  /** Who hears of a notification, by its method: a client has one handler for each. */
  private readonly listeners = new Map<string, ((params: never) => void)[]>();
  private client: LanguageClient | undefined;
  /** Starts and stops one after another. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {}

  start(): Promise<void> {
    return this.next(() => this.doStart());
  }

  stop(): Promise<void> {
    return this.next(() => this.doStop());
  }

  restart(): Promise<void> {
    return this.next(async () => {
      await this.doStop();
      await this.doStart();
    });
  }

  /** Calls `handler` with each notification of this kind, of this server and all later ones. */
  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): void {
    const known = this.listeners.get(type.method);
    if (known) known.push(handler);
    else this.listeners.set(type.method, [handler]);
    if (!known && this.client) this.listen(this.client, type.method);
  }

  private listen(client: LanguageClient, method: string): void {
    client.onNotification(method, (params) => {
      for (const handler of this.listeners.get(method) ?? []) handler(params as never);
    });
  }

  /** Asks the server. Rejects, with words for people, where there is none. */
  async request<P, R>(type: RequestType<P, R, void>, params: P, token?: vscode.CancellationToken): Promise<R> {
    return this.running().sendRequest(type, params, token);
  }

  async notify<P>(type: NotificationType<P>, params?: P): Promise<void> {
    await this.running().sendNotification(type, params);
  }

  /** Runs a command of the server. */
  async execute(command: string, argument?: unknown): Promise<unknown> {
    const client = this.running();
    if (!this.knows(command)) {
      throw new Error(`this language server (${this.server?.version}) does not know the command \`${command}\`: a newer one does`);
    }
    return client.sendRequest("workspace/executeCommand", { command, arguments: argument === undefined ? [] : [argument] });
  }

  /** Whether the server has this command. */
  knows(command: string): boolean {
    return this.client?.initializeResult?.capabilities.executeCommandProvider?.commands.includes(command) ?? false;
  }

  /** Whether the server tells tests in rust-analyzer's form. */
  get tellsTests(): boolean {
    return this.client?.initializeResult?.capabilities.experimental?.testExplorer === true;
  }

  /** The address of a document as the server knows it. */
  address(uri: vscode.Uri): string {
    return this.client?.code2ProtocolConverter.asUri(uri) ?? uri.toString();
  }

  get convert() {
    return this.running().protocol2CodeConverter;
  }

  dispose(): void {
    this.changed.dispose();
    this.protocol.dispose();
    this.log.dispose();
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error) => this.log.error(String(error)));
    return this.turn;
  }

  private running(): LanguageClient {
    if (this.client?.state === State.Running) return this.client;
    throw new Error(this.problem ? `the language server is missing: ${this.problem}` : "the language server does not run");
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.changed.fire();
  }

  private async doStart(): Promise<void> {
    this.problem = undefined;
    this.enter("starting");
    try {
      this.server = await findServer(this.context.extensionUri);
      this.log.info(`clnrm-lsp ${this.server.version} from ${this.server.origin}: ${this.server.command}`);
      const client = new Client("clnrm", "Cleanroom", launch(this.server), this.options());
      this.client = client;
      for (const method of this.listeners.keys()) this.listen(client, method);
      client.onDidChangeState(({ newState }) => {
        if (this.client !== client) return;
        if (newState !== State.Running) return this.enter(newState === State.Starting ? "starting" : "stopped");
        // Running is told before the open documents are: what is asked for then would be asked about nothing.
        const told = () => void (this.client === client && client.state === State.Running && this.enter("running"));
        client.start().then(told, () => undefined);
      });
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.problem = error instanceof Error ? error.message : String(error);
      this.log.error(this.problem);
      this.enter("missing");
      // Not awaited: the message may stay for hours.
      void this.tellProblem(error instanceof NoServer);
    }
  }

  private async doStop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client) await client.stop(5_000).catch((error) => this.log.warn(String(error)));
    this.enter("stopped");
  }

  private async tellProblem(absent: boolean): Promise<void> {
    const what = absent ? "The language server is missing" : "The language server did not start";
    const choice = await vscode.window.showErrorMessage(
      `${what}: ${this.problem}. Highlighting and snippets work without it; checks, previews and runs do not.`,
      "Open Settings",
      "How to Install",
      "Try Again",
      "Show Log",
    );
    if (choice === "Open Settings") await vscode.commands.executeCommand("workbench.action.openSettings", "clnrm.server");
    if (choice === "How to Install") await vscode.env.openExternal(vscode.Uri.parse(INSTALL_PAGE));
    if (choice === "Try Again") await this.restart();
    if (choice === "Show Log") this.log.show();
  }

  private options(): LanguageClientOptions {
    const setting = vscode.workspace.getConfiguration("clnrm");
    return {
      documentSelector: LANGUAGES.flatMap((language) => [
        { language, scheme: "file" },
        { language, scheme: "untitled" },
      ]),
      outputChannel: this.log,
      traceOutputChannel: this.protocol,
      initializationOptions: {
        workspaceTrusted: vscode.workspace.isTrusted,
        settings: JSON.parse(JSON.stringify(setting)),
      },
      middleware: {
        provideCodeLenses: (document, token, next) =>
          vscode.workspace.getConfiguration("clnrm").get("codeLens", true) ? next(document, token) : [],
        provideHover: async (document, position, token, next) => {
          const hover = await next(document, position, token);
          for (const content of hover?.contents ?? []) {
            // Without another extension VS Code knows no language `toml`.
            if (content instanceof vscode.MarkdownString) content.value = content.value.replace(/^(`{3,})toml$/gm, "$1clnrm");
          }
          return hover;
        },
      },
    };
  }
}

function launch(server: Server) {
  return { command: server.command, args: server.arguments, options: { env: { ...process.env, ...server.environment } } };
}

class Client extends LanguageClient {
  /**
   * Leaves out what would register the server's commands: this extension has registered them before there was a server, and
   * shows the results of some itself. Says that tests are shown.
   */
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if ("registrationType" in feature && feature.registrationType.method === "workspace/executeCommand") return;
    super.registerFeature(feature);
  }

  protected override registerBuiltinFeatures(): void {
    super.registerBuiltinFeatures();
    this.registerFeature({
      fillClientCapabilities(capabilities) {
        const testExplorer = vscode.workspace.getConfiguration("clnrm").get("testExplorer", true);
        capabilities.experimental = { ...capabilities.experimental, testExplorer };
      },
      initialize() {},
      getState: () => ({ kind: "static" }),
      clear() {},
    });
  }
}
