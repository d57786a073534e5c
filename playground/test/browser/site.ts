/** A browser, the page in it, and what a reader does there. */

import assert from "node:assert/strict";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { serve, type Site } from "./server.js";

/** What runs while the tests do. */
export interface Stage {
  site: Site;
  browser: Browser;
}

/** Starts Chromium, which CHROMIUM names, and a server for the built files. */
export async function start(): Promise<Stage> {
  const site = await serve("dist");
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  // Chromium refuses its own sandbox to root, who runs tests in containers.
  const isRoot = process.getuid?.() === 0;
  const args = ["--disable-dev-shm-usage", "--force-color-profile=srgb", ...(isRoot ? ["--no-sandbox"] : [])];
  const browser = await puppeteer.launch({ executablePath, args, headless: true });
  return { site, browser };
}

/** Ends both. */
export async function stop({ site, browser }: Stage): Promise<void> {
  await browser.close();
  await site.close();
}

/** An open page, and what it complained of. */
export interface Visit {
  page: Page;
  complaints: string[];
}

/** Opens the page and waits for the rules. */
export async function visit({ site, browser }: Stage, fragment = ""): Promise<Visit> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  // What the policy of the page forbids is told on the console.
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== site.origin) complaints.push(`asked ${url.origin}`);
  });
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(`${site.origin}/${fragment}`);
  await judged(page);
  return { page, complaints };
}

/** Waits until the rules have said something. */
export async function judged(page: Page): Promise<void> {
  await page.waitForFunction(() => !/loading/.test(document.getElementById("summary")?.textContent ?? ""));
}

/** Replaces what an editor holds, by keys alone. */
export async function type(page: Page, editor: string, text: string): Promise<void> {
  await page.focus(`#${editor} .cm-content`);
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.press("Delete");
  // Line by line, from the first column: the editor indents by itself.
  for (const [index, line] of text.split("\n").entries()) {
    if (index > 0) {
      await page.keyboard.press("Enter");
      await page.keyboard.down("Shift");
      await page.keyboard.press("Home");
      await page.keyboard.up("Shift");
    }
    if (line !== "") await page.keyboard.sendCharacter(line);
    else if (index > 0) await page.keyboard.press("Delete");
  }
}

/** Waits for a text in an element. */
export async function says(page: Page, selector: string, pattern: RegExp): Promise<void> {
  const found = (selector: string, source: string) =>
    new RegExp(source).test(document.querySelector(selector)?.textContent ?? "");
  try {
    await page.waitForFunction(found, { timeout: 10_000 }, selector, pattern.source);
  } catch {
    const text = await page.$eval(selector, (element) => element.textContent).catch(() => "(not there)");
    assert.fail(`${selector} never said ${pattern}, but: ${text}`);
  }
}

/** What an editor holds. */
export async function textOf(page: Page, editor: string): Promise<string> {
  return page.$$eval(`#${editor} .cm-line`, (lines) => lines.map((line) => line.textContent ?? "").join("\n"));
}

/** The numbers of the lines with a mark. */
export async function marked(page: Page, editor: string): Promise<number[]> {
  return page.$$eval(`#${editor} .cm-gutter-lint .cm-gutterElement`, (cells) => {
    const tops = [...(cells[0]?.closest(".cm-editor")?.querySelectorAll(".cm-lineNumbers .cm-gutterElement") ?? [])];
    const number = (top: number) =>
      Number(tops.find((cell) => Math.abs(cell.getBoundingClientRect().top - top) < 2 && cell.textContent)?.textContent);
    return cells
      .filter((cell) => cell.querySelector(".cm-lint-marker"))
      .map((cell) => number(cell.getBoundingClientRect().top));
  });
}
