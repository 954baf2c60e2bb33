// The control: an error must be marked. With a program that is no server this has to fail.
import { eventually, run, server, workspace } from "./workbench.mjs";

await run({ folder: workspace(), machine: { "clnrm.server.path": server } }, async (it) => {
  await it.openFile("shop.clnrm.toml.tera");
  await eventually("the extension looked for its server", async () => (await it.page.locator(".notifications-toasts").textContent()).includes("is not a working clnrm-lsp"));
  await eventually("an error is marked", async () => (await it.squiggles()) > 0, 3000);
});
