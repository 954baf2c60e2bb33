// The extension's side of the editor's interfaces, tested from inside the extension host (suite.cjs), beside a TOML extension.
import { fileURLToPath } from "node:url";
import { holds, run, server, workspace } from "./workbench.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const options = { folder: workspace(), machine: { "clnrm.server.path": server }, development: here("generic-toml"), suite: here("suite.cjs") };
await run(options, async (it) => {
  const patience = new Promise((resolve) => setTimeout(resolve, 150_000, "no verdict"));
  const verdict = await Promise.race([it.verdict, patience]);
  holds("the suite in the extension host", verdict === 0, String(verdict));
});
