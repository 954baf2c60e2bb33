// What an author sees: marks at their places, problems, hover, completion, quick fix, format on save, colours.
import { eventually, holds, run, server, workspace } from "./workbench.mjs";

const folder = workspace();
await run({ folder, machine: { "clnrm.server.path": server }, settings: { "editor.formatOnSave": true } }, async (it) => {
  const { page } = it;

  await it.openFile("shop.clnrm.toml.tera");
  await eventually("two errors are marked", async () => (await it.squiggles()) === 2);
  holds("the language is the template's own", (await it.mode()) === "Cleanroom Test Template", await it.mode());
  const problems = await eventually("Problems tells both", async () => {
    const rows = await it.problems();
    return rows.filter((row) => /there is no service `shpo`|there is no span kind `intrenal`/.test(row)).length === 2 && rows;
  });
  holds("the place is the argument of the macro", problems.some((row) => row.includes("shpo") && /\[Ln 27, Col 26\]/.test(row)), problems);

  // A colour of the grammar, and one that only the server can know.
  const colour = (text) => it.token(text).evaluate((span) => getComputedStyle(span).color);
  const plain = await page.locator(".editor-instance .view-lines").evaluate((lines) => getComputedStyle(lines).color);
  await eventually("a tag has the colour of a keyword", async () => (await colour("for")) !== plain);
  await eventually("a key has a colour", async () => (await colour("description")) !== plain);

  await it.goTo(33, 10);
  await eventually("the hover explains the key and the mistake", async () => {
    await it.command("Show or Focus Hover");
    const text = await page.locator(".monaco-hover-content").allTextContents();
    return /there is no span kind/.test(text.join("\n"));
  });
  await eventually("it offers the quick fix", async () => (await page.locator(".monaco-hover-content").allTextContents()).join("\n").includes("Quick Fix"));
  await it.screenshot("vscode-hover");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+.");
  const fix = page.locator(".action-widget .monaco-list-row", { hasText: "internal" }).first();
  await fix.waitFor();
  await fix.click();
  await eventually("the quick fix mends the kind", async () => (await it.squiggles()) === 1);
  holds("the text is mended", (await it.token('"internal"').count()) === 1);

  await it.goTo(33, 8);
  await page.keyboard.press("Shift+End");
  await page.keyboard.press("Delete");
  await page.keyboard.type('"');
  await page.keyboard.press("Control+Space");
  const widget = page.locator(".suggest-widget.visible .monaco-list-row");
  await eventually("completion offers the kinds of spans", async () => {
    const rows = (await widget.allTextContents()).join("\n");
    return ["client", "consumer", "internal", "producer", "server"].every((kind) => rows.includes(kind));
  });
  await page.keyboard.press("Escape");
  await it.command("File: Revert File");
  await eventually("taken back", async () => (await it.squiggles()) === 2);

  await it.openFile("valid.clnrm.toml");
  holds("the language is the test's own", (await it.mode()) === "Cleanroom Test", await it.mode());
  await eventually("a valid file has its hints", async () => (await it.squiggles("info")) > 0);
  holds("a valid file has no squiggle", (await it.squiggles()) + (await it.squiggles("warning")) === 0);

  await it.openFile("untidy.clnrm.toml");
  await eventually("the server knows the file", async () => (await it.squiggles("info")) > 0);
  await it.goTo(7, 1);
  await page.keyboard.press("End");
  await page.keyboard.type(" # said");
  await page.keyboard.press("Control+s");
  await eventually("saved in form", () => /^name = "untidy"$/m.test(it.onDisk("untidy.clnrm.toml")) && /^version = "1.0.0"$/m.test(it.onDisk("untidy.clnrm.toml")));
  holds("what was typed is kept", it.onDisk("untidy.clnrm.toml").includes("# said"));
});
