// Where the language server is: what the setting says, else what comes with the extension, else what the PATH has.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

const NAME = process.platform === "win32" ? "clnrm-lsp.exe" : "clnrm-lsp";

export interface Server {
  command: string;
  arguments: string[];
  environment: Record<string, string>;
  /** What it was found by, for people. */
  origin: string;
  version: string;
}

/** There is no server, or what was found is none. The message is for people. */
export class NoServer extends Error {}

/** Looks for the server and asks it for its version. */
export async function findServer(extension: vscode.Uri): Promise<Server> {
  const settings = vscode.workspace.getConfiguration("clnrm.server");
  const chosen = settings.get<string | null>("path")?.trim();
  const bundled = path.join(extension.fsPath, "server", NAME);
  const [command, origin] = chosen
    ? [withHome(chosen), "the setting `clnrm.server.path`"]
    : existsSync(bundled)
      ? [bundled, "the extension"]
      : [NAME, "the PATH"];
  const environment = settings.get<Record<string, string>>("environment", {});
  const version = await askVersion(command, { ...process.env, ...environment }, origin);
  return { command, arguments: settings.get<string[]>("arguments", []), environment, origin, version };
}

function withHome(file: string): string {
  const home = process.env.HOME ?? process.env.USERPROFILE;
  return home && /^~[/\\]/.test(file) ? path.join(home, file.slice(2)) : file;
}

function askVersion(command: string, env: NodeJS.ProcessEnv, origin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, ["--version"], { env, timeout: 20_000, windowsHide: true }, (error, stdout) => {
      const version = /^clnrm-lsp (\S+)/.exec(stdout)?.[1];
      if (!error && version) return resolve(version);
      if ((error as NodeJS.ErrnoException | null)?.code === "ENOENT") {
        const what = origin === "the PATH" ? `there is no \`${command}\` on the PATH` : `\`${command}\` (from ${origin}) does not exist`;
        return reject(new NoServer(what));
      }
      const why = error ? error.message.trim().split("\n")[0] : `it says \`${stdout.trim().slice(0, 80)}\``;
      reject(new NoServer(`\`${command}\` (from ${origin}) is not a working clnrm-lsp: ${why}`));
    });
  });
}
