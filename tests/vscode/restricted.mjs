// Restricted Mode: files are checked, nothing runs, no environment variable is seen; with trust all is there without a reload.
import { eventually, holds, run, server, workspace } from "./workbench.mjs";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = workspace();
const template = join(folder, "shop.clnrm.toml.tera");
appendFileSync(template, 'attrs.all = { mode = "{{ env(name="CLNRM_SHOP_MODE", default="nothing") }}" }\n');
// A workspace that would have another program started.
mkdirSync(join(folder, ".vscode"));
const trap = join(folder, "trap");
writeFileSync(trap, `#!/bin/sh\ntouch ${folder}/sprung\n`, { mode: 0o755 });
writeFileSync(join(folder, ".vscode/settings.json"), JSON.stringify({ "clnrm.server.path": trap }));

const environment = { CLNRM_SHOP_MODE: "seen" };
await run({ folder, machine: { "clnrm.server.path": server }, trusted: false, environment }, async (it) => {
  const { page } = it;
  await it.openFile("shop.clnrm.toml.tera");
  await eventually("files are checked", async () => (await it.squiggles()) === 2);
  await eventually("the mode is restricted", async () => (await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).count()) === 1);
  for (const title of ["Cleanroom: Run This Test", "Cleanroom: Run All Tests of the Workspace"]) {
    holds(`not offered: ${title}`, !(await it.offers(title)));
  }
  // Lenses and gutter are there, and run nothing.
  const toasts = async () => (await page.locator(".notifications-toasts").allTextContents()).join("\n");
  await it.lens("▶ Run");
  await eventually("a lens runs nothing, and says why", async () => /not trusted/.test(await toasts()));
  await page.locator(".codicon-testing-run-icon").first().click();
  const question = page.locator(".monaco-dialog-box");
  await eventually("for the gutter the editor asks for trust", async () => /Running tests may execute code/.test(await question.textContent()));
  await question.getByText("Cancel", { exact: true }).click();
  await it.command("Notifications: Clear All Notifications");

  const preview = () => it.text(1);
  await it.command("Cleanroom: Show Rendered Preview to the Side");
  const rendered = page.locator(".tab", { hasText: "Rendered" });
  await rendered.first().waitFor();
  await rendered.first().click();
  await page.keyboard.press("Control+End");
  await eventually("templates see no environment variable", async () => /mode = "nothing"/.test(await preview()));
  holds("what the workspace names is not started", !it.exists("sprung"));

  await it.command("Workspaces: Manage Workspace Trust");
  await page.locator(".workspace-trust-editor").getByText("Trust", { exact: true }).first().click();
  await eventually("trusted", async () => (await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).count()) === 0);
  await rendered.first().click();
  await page.keyboard.press("Control+End");
  await eventually("templates see the environment", async () => /mode = "seen"/.test(await preview()));
  await it.openFile("shop.clnrm.toml.tera");
  await eventually("runs are offered", () => it.offers("Cleanroom: Run This Test"));
  holds("nor with trust: the setting is the machine's", !it.exists("sprung"));
});
