// A real VS Code for one case: code-server's workbench and extension host, shown in a headless Chromium, with the extension
// installed from its VSIX; and how a test reads and steers it. The last thing printed says what went wrong.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../editors/vscode/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** What the test in Rust says: folders, programs, and where screenshots go, if anywhere. */
export const { editor, vsix, server, scratch, screenshots } = JSON.parse(process.argv[2]);
const PATIENCE = 60_000;
const main = join(editor, "code-server/node_modules/code-server/lib/vscode/out/server-main.js");

/** Waits until `probe` gives something that is true, and says so; the failure tells what was seen instead. */
export async function eventually(what, probe, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (let last; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      const value = await probe();
      if (value) {
        console.log(`ok   ${what}`);
        return value;
      }
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${patience / 1000} s; last seen: ${last?.message ?? JSON.stringify(last)}`);
  }
}

/** Something that must hold now. */
export function holds(what, value, seen = "") {
  if (!value) throw new Error(`${what}: ${typeof seen === "string" ? seen : JSON.stringify(seen)}`);
  console.log(`ok   ${what}`);
}

/** The folder that is opened: named as its title says, with the files of a folder beside this file. */
export function workspace(name = "shop", files = "workspace") {
  const folder = join(scratch, name);
  cpSync(fileURLToPath(new URL(files, import.meta.url)), folder, { recursive: true });
  return folder;
}

const quiet = {
  "workbench.startupEditor": "none",
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "chat.disableAIFeatures": true,
  "window.commandCenter": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Default Dark Modern",
  // Off as on the desktop: in a browser files would save themselves.
  "files.autoSave": "off",
  "workbench.layoutControl.enabled": false,
  "workbench.editor.useModal": "off",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "editor.minimap.enabled": false,
  "editor.cursorBlinking": "solid",
  "git.enabled": false,
  "testing.automaticallyOpenTestResults": "neverOpen",
};

export class Workbench {
  /**
   * Starts it. `settings` are the user's, `machine` those that only the machine has; `trusted: false` opens the folder in Restricted
   * Mode; `suite` is a module that runs in the extension host, with the extension in `development` beside the installed one.
   */
  static async open({ folder, settings = {}, machine = {}, environment = {}, trusted = true, size = { width: 1280, height: 800 }, development, suite }) {
    const workbench = new Workbench();
    workbench.folder = folder;
    const [data, own, extensions] = ["data", "server", "extensions"].map((name) => join(scratch, "vscode", name));
    for (const [scope, values] of [["User", { ...quiet, "security.workspace.trust.startupPrompt": "never", ...settings }], ["Machine", machine]]) {
      mkdirSync(join(data, scope), { recursive: true });
      writeFileSync(join(data, scope, "settings.json"), JSON.stringify(values, null, 2));
    }
    const common = ["--accept-server-license-terms", "--server-data-dir", own, "--extensions-dir", extensions];
    const env = { ...process.env, ...environment };
    const installed = spawnSync(process.execPath, [main, ...common, "--install-extension", vsix], { env, encoding: "utf8" });
    if (installed.status !== 0) throw new Error(`the VSIX could not be installed: ${installed.stdout}${installed.stderr}`);
    const more = [
      ...(trusted ? ["--disable-workspace-trust"] : []),
      ...(suite ? ["--enable-smoke-test-driver"] : []),
    ];
    workbench.process = spawn(
      process.execPath,
      [main, ...common, ...more, "--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--disable-telemetry", "--user-data-dir", data],
      { env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
    );
    let told = "";
    for (const stream of [workbench.process.stdout, workbench.process.stderr]) stream.on("data", (text) => (told += text));
    try {
      const port = await eventually("VS Code's server listens", () => {
        if (workbench.process.exitCode !== null) throw new Error(told);
        return /listening on (\d+)/.exec(told)?.[1];
      });
      workbench.browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
      const context = await workbench.browser.newContext({ viewport: size, colorScheme: "dark" });
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      workbench.page = await context.newPage();
      const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
      const query = new URLSearchParams({ folder });
      if (suite) {
        query.set("payload", JSON.stringify([["extensionDevelopmentPath", remote(development)], ["extensionTestsPath", remote(suite)]]));
        workbench.verdict = new Promise((resolve) => void workbench.page.exposeFunction("codeAutomationExit", resolve));
        await workbench.page.exposeFunction("codeAutomationLog", (_level, words) => console.log(...words));
      }
      await workbench.page.goto(`http://127.0.0.1:${port}/?${query}`);
      await workbench.page.locator(".monaco-workbench").waitFor({ timeout: PATIENCE });
      return workbench;
    } catch (error) {
      await workbench.close(error);
      throw error;
    }
  }

  async close(error) {
    if (error && this.page) {
      const picture = join(scratch, "failed.png");
      await this.page.screenshot({ path: picture }).catch(() => undefined);
      console.log(`what the window showed: ${picture}`);
    }
    await this.browser?.close();
    // With its extension hosts, which would wait three hours for the page to come back.
    try {
      process.kill(-this.process.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  }

  async screenshot(name, options = {}) {
    if (screenshots) await this.page.screenshot({ path: join(screenshots, `${name}.png`), ...options });
  }

  // Commands and files

  async command(title) {
    const input = this.page.locator(".quick-input-widget input.input");
    await eventually(`palette: ${title}`, async () => {
      await this.page.keyboard.press("F1");
      await input.waitFor({ timeout: 2000 });
      await input.fill(`>${title}`);
      const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
      await row.waitFor({ timeout: 2000 });
      await this.page.keyboard.press("Enter");
      return true;
    });
  }

  /** Whether the palette has a command. */
  async offers(title) {
    const input = this.page.locator(".quick-input-widget input.input");
    await this.page.keyboard.press("F1");
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    const rows = await this.page.locator(".quick-input-list .monaco-list-row").allTextContents();
    await this.page.keyboard.press("Escape");
    return rows.some((row) => row.includes(title));
  }

  async openFile(name) {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first();
    await row.waitFor({ timeout: PATIENCE });
    await row.dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).first().waitFor({ timeout: PATIENCE });
    await this.page.locator(".editor-instance .view-lines").first().waitFor({ timeout: PATIENCE });
  }

  /** The cursor at a line and column, from 1, of the active editor. */
  async goTo(line, column = 1) {
    await this.page.keyboard.press("Control+g");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
  }

  async mode() {
    return this.page.locator("#status\\.editor\\.mode").textContent();
  }

  onDisk(name) {
    return readFileSync(join(this.folder, name), "utf8");
  }

  exists(name) {
    return existsSync(join(this.folder, name));
  }

  // What is shown

  /** The lines of an editor that are in the window: of the left one, of that beside it. */
  async text(group = 0) {
    return (await this.page.locator(".editor-group-container").nth(group).locator(".view-lines").textContent()).replaceAll("\u00a0", " ");
  }

  squiggles(kind = "error") {
    return this.page.locator(`.squiggly-${kind}`).count();
  }

  /** A place of the text in the window that has these letters, as a rendered piece of a line. */
  token(text) {
    return this.page.locator(".editor-instance .view-line span span", { hasText: text }).first();
  }

  async problems() {
    await this.command("Problems: Focus on Problems View");
    return this.page.locator(".markers-panel .monaco-list-row").allTextContents();
  }

  /** Presses a lens at the top of the active editor: the one with this beginning, counted from 0. Those out of sight are not kept up to date. */
  async lens(title, number = 0) {
    await this.goTo(1);
    await this.click(await this.lensNamed(title, number));
  }

  async lensNamed(title, number = 0) {
    const lenses = this.page.locator(".codelens-decoration a");
    return eventually(`a lens ${title}`, async () => {
      const titles = await lenses.allTextContents();
      const found = titles.flatMap((text, index) => (text.startsWith(title) ? [index] : []));
      if (found[number] === undefined) throw new Error(titles.join(" | "));
      return lenses.nth(found[number]);
    });
  }

  /** The page of a webview, by the name of its tab. */
  async webview(title) {
    await this.page.locator(".tab", { hasText: title }).first().waitFor({ timeout: PATIENCE });
    const frame = this.page.frameLocator("iframe.webview").frameLocator("#active-frame");
    await frame.locator("body").waitFor({ timeout: PATIENCE });
    return frame;
  }

  /** A click where something stands, although the element does not stay: lenses are drawn anew all the time. */
  async click(locator, options) {
    let last;
    const box = await eventually("a place to click", async () => {
      const before = last;
      last = await locator.boundingBox();
      return before && last && before.x === last.x && before.y === last.y && last;
    });
    await this.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, options);
  }
}

/** Runs a case and leaves with its verdict. */
export async function run(options, body) {
  let workbench;
  try {
    workbench = await Workbench.open(options);
    await body(workbench);
    await workbench.close();
    process.exit(0);
  } catch (error) {
    console.log(`FAIL ${error.stack ?? error}`);
    await workbench?.close(error);
    process.exit(1);
  }
}
