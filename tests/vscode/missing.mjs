// Without a server: the message says what to do, nothing is marked, nothing is lost; and a server that comes later is taken.
import { eventually, holds, run, server, workspace } from "./workbench.mjs";
import { symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = workspace();
const late = join(dirname(folder), "bin", "clnrm-lsp");
await run({ folder, machine: { "clnrm.server.path": late } }, async (it) => {
  const { page } = it;
  await it.openFile("shop.clnrm.toml.tera");
  const toast = page.locator(".notifications-toasts .notification-list-item");
  const told = await eventually("a message tells of it", async () => (await toast.allTextContents()).join("\n"));
  holds("it says what was looked for, and where that was said", told.includes(late) && told.includes("clnrm.server.path"), told);
  for (const way of ["Open Settings", "How to Install", "Try Again", "Show Log"]) {
    holds(`it offers: ${way}`, (await toast.getByText(way, { exact: true }).count()) === 1, told);
  }
  holds("no squiggle without a server", (await it.squiggles()) === 0);
  holds("the language stays", (await it.mode()) === "Cleanroom Test Template");
  const colour = (text) => it.token(text).evaluate((span) => getComputedStyle(span).color);
  holds("the grammar colours", (await colour("for")) !== (await colour("payments")));

  // What needs the server says so; what was typed stays.
  await it.goTo(33, 1);
  await page.keyboard.press("End");
  await page.keyboard.type(" # kept");
  await it.command("Cleanroom: Show Rendered Preview to the Side");
  await eventually("a command that needs it says so", async () => (await toast.allTextContents()).join("\n").includes("the language server is missing"));
  await page.keyboard.press("Control+s");
  await eventually("saved", () => it.onDisk("shop.clnrm.toml.tera").includes('kind = "intrenal" # kept'));

  // The way out: install it, and *Try Again*.
  symlinkSync(dirname(server), dirname(late));
  await it.click(toast.getByText("Try Again", { exact: true }).first());
  await eventually("with the server the errors are marked", async () => (await it.squiggles()) === 2);
});
