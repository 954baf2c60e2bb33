// The rendered test beside its template: live, and each side shows the counterpart of what is chosen on the other. With the server
// that comes in the VSIX.
import { eventually, holds, run, workspace } from "./workbench.mjs";

await run({ folder: workspace() }, async (it) => {
  const { page } = it;
  await it.openFile("shop.clnrm.toml.tera");
  await eventually("the server runs", async () => (await it.squiggles()) === 2);
  await it.goTo(22, 10);
  await it.command("Cleanroom: Show Rendered Preview to the Side");
  const rendered = page.locator(".editor-group-container").nth(1);
  const text = () => it.text(1);
  await eventually("both rounds are rendered", async () => {
    const shown = await text();
    return /pay_by_card/.test(shown) && /pay_by_transfer/.test(shown) && !shown.includes("{%");
  });
  holds("beside the template", (await page.locator(".tab", { hasText: "Rendered shop.clnrm.toml" }).count()) === 1);

  // Live: each keystroke, without saving.
  await it.goTo(22, 9);
  await page.keyboard.type("order_");
  await eventually("the preview follows each keystroke", async () => /order_pay_by_card/.test(await text()));
  holds("nothing was saved for it", !it.onDisk("shop.clnrm.toml.tera").includes("order_"));

  const marked = () => rendered.locator(".view-overlays .cdr").evaluateAll((all) => all.filter((one) => getComputedStyle(one).backgroundColor !== "rgba(0, 0, 0, 0)").length);
  await page.keyboard.press("ArrowRight");
  await eventually("where the chosen place went is marked", async () => (await marked()) >= 2);
  await it.screenshot("vscode-preview", { clip: { x: 350, y: 0, width: 930, height: 640 } });

  // The other way: F12 in the rendered text.
  await rendered.locator(".view-line span span", { hasText: "order_pay_by_transfer" }).first().click({ position: { x: 20, y: 8 } });
  await page.keyboard.press("F12");
  await eventually("a definition leads back to the template", async () => /Ln 22,/.test(await page.locator("#status\\.editor\\.selection").textContent()) && (await it.mode()) === "Cleanroom Test Template");

  await it.command("Cleanroom: Show Status of the Language Server");
  await eventually("the server is the one of the extension", async () => {
    const groups = await page.locator(".editor-group-container").count();
    const shown = (await Promise.all(Array.from({ length: groups }, (_, group) => it.text(group)))).join("\n");
    return /"from": "the extension"/.test(shown);
  });
});
