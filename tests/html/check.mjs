// The HTML reports in a real browser: check.mjs FIXTURES HOSTILE LARGE, each a file.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { HOSTILE } from "./exports.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** Machines differ; a page that takes longer is no use on any. */
const LONGEST_LOAD = 60_000;
const LONGEST_FILTER = 10_000;

let checks = 0;
function expect(is, what) {
  checks += 1;
  if (!is) throw new Error(`not so: ${what}`);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });

/** Opens a file, and keeps what the browser had to object to and what it asked for beside the file itself. */
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const objections = [];
  page.on("console", (message) => objections.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => objections.push(String(error)));
  page.on("dialog", (dialog) => { objections.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const url = pathToFileURL(resolve(file)).href;
  page.on("request", (request) => { if (request.url() !== url) objections.push(`request: ${request.url()}`); });
  await page.goto(url, { timeout: LONGEST_LOAD });
  return { page, objections };
}

/** What axe-core finds of WCAG 2.2 A and AA, and of its best practices, that is serious or critical. */
async function violations(page) {
  // By the debugger, which the page's policy does not bind. What is not laid out yet has no place to be judged by.
  await page.evaluate(AXE);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { content-visibility: visible !important }");
    document.adoptedStyleSheets = [sheet];
  });
  const { violations } = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}

const names = (page) => page.$$eval("#accounts tbody th", (cells) => cells.map((cell) => cell.textContent));
const openAll = (page) => page.$$eval("details", (all) => all.forEach((details) => { details.open = true; }));
const none = (found, what) => expect(found.length === 0, `${what}: nothing, but ${found.join("\n")}`);

const [fixtures, hostile, large] = process.argv.slice(2);

async function renders() {
  for (const colorScheme of ["light", "dark"]) {
    const { page, objections } = await open(fixtures, { colorScheme });
    await openAll(page);
    none(await violations(page), `axe-core in ${colorScheme}`);
    none(objections, `objections in ${colorScheme}`);
    expect(await page.$$eval("figure svg path.set", (marks) => marks.length) > 0, "there are timelines");
    await page.context().close();
  }
}

async function isUsedByKeyboard() {
  const { page, objections } = await open(fixtures);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement.className) === "skip", "the first stop skips to the accounts");

  const before = await names(page);
  const header = page.locator("#accounts thead th").nth(1);
  await header.locator("button").focus();
  await page.keyboard.press("Enter");
  expect(await header.getAttribute("aria-sort") === "ascending", "Enter sorts");
  const compare = (one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1);
  const sorted = [...before].sort(compare);
  expect(JSON.stringify(await names(page)) === JSON.stringify(sorted), "accounts are sorted by name");
  expect(JSON.stringify(before) !== JSON.stringify(sorted), "they were not before");
  await page.keyboard.press("Space");
  expect(await header.getAttribute("aria-sort") === "descending", "Space sorts the other way");
  expect(JSON.stringify(await names(page)) === JSON.stringify(sorted.reverse()), "accounts are sorted backwards");
  expect(await page.locator("#accounts [aria-sort]").count() === 1, "one column at a time says so");

  await page.locator("#accounts thead button").nth(5).click();
  const ages = await page.$$eval("#accounts tbody td:nth-child(6)", (cells) => cells.map((cell) => Number(cell.dataset.order)));
  expect(ages.every((age, index) => index === 0 || ages[index - 1] <= age), "ages are sorted as numbers");

  await page.locator("#filter [name=text]").focus();
  await page.keyboard.type("legal");
  await page.waitForFunction(() => document.querySelector("#shown").textContent.startsWith("1 of"));
  expect((await names(page)).join() === "contoso-openai-legal", "the text is looked for");
  expect(await page.locator("details.account").count() === 1, "details follow the filter");
  await page.keyboard.press("Tab");
  await page.locator("#filter [type=reset]").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction((all) => document.querySelectorAll("#accounts tbody tr").length === all, before.length);
  await page.selectOption("#filter [name=verdict]", "compliant");
  await page.waitForFunction(() => document.querySelectorAll("#accounts tbody tr").length === 8);

  await page.locator("#accounts tbody a").first().focus();
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.querySelector(location.hash).parentElement.open), "a link opens its account");
  none(objections, "objections to the keyboard");
  await page.context().close();
}

async function copies() {
  const { page } = await open(fixtures, { permissions: ["clipboard-read", "clipboard-write"] });
  const button = page.locator(".copy").first();
  const command = await page.locator(".copy").first().locator("xpath=../code").textContent();
  await button.click();
  await page.waitForFunction(() => document.querySelector(".announced").textContent !== "");
  expect(command.startsWith("az ") && await page.evaluate(() => navigator.clipboard.readText()) === command, "a command is copied");
  expect(await page.locator("details[open] pre").count() === await page.locator(".copy").count(), "each command has its button");
  await page.context().close();
}

async function needsNoScript() {
  const { page, objections } = await open(fixtures, { javaScriptEnabled: false });
  for (const text of ["contoso-openai-prod", "SHA-256"]) {
    const cell = page.locator("th", { hasText: text }).first();
    await cell.scrollIntoViewIfNeeded();
    expect(await cell.isVisible(), `${text} is there without scripting`);
  }
  expect(await page.locator("#filter").isHidden(), "there is no filter that does nothing");
  expect(await page.locator("#accounts button:visible, .copy").count() === 0, "there is no button that does nothing");
  await page.locator("#accounts a", { hasText: "contoso-openai-sandbox" }).click();
  const words = page.locator("details.account", { hasText: "contoso-openai-sandbox" }).locator("figcaption");
  expect(await words.isVisible(), "a link opens its account without scripting");
  none(objections, "objections without scripting");
  await page.context().close();
}

async function prints() {
  const { page } = await open(fixtures);
  await page.emulateMedia({ media: "print" });
  const closed = page.locator("details.account:not([open]) figcaption").first();
  expect((await closed.boundingBox()).height > 0, "what is closed is printed");
  expect(await page.locator("#filter").isHidden(), "the filter is not printed");
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.length > 50_000, "there is a PDF");
  await page.context().close();
}

async function runsNothingOfOthers() {
  const { page, objections } = await open(hostile);
  await openAll(page);
  // What would run when it is looked at, pointed at or focused.
  await page.$$eval("body *", (all) => {
    for (const element of all) for (const type of ["click", "mouseover", "focus", "load", "error"]) {
      if (!(type === "click" && element.matches("a, button, summary"))) element.dispatchEvent(new Event(type));
    }
  });
  expect(await page.evaluate(() => window.pwned === undefined), "nothing of a hostile export runs");
  none(objections, "objections to a hostile export");
  const kinds = await page.evaluate(() => [...new Set([...document.querySelectorAll("*")].map(({ localName }) => localName))]);
  none(kinds.filter((kind) => ["img", "iframe", "object", "embed", "base"].includes(kind)), "elements of others");
  expect(await page.locator("script, style").count() === 2, "one style and one script");
  none(await page.$$eval("*", (all) => all.flatMap((one) => one.getAttributeNames().filter((name) => /^on|^style$/.test(name)))),
    "attributes that run or paint");
  const shown = await names(page);
  const spelled = (text) => text.replaceAll("/", "\\")
    .replace(/[\u0000-\u001f\u200b\u2028\u202e\u2066\u2069]/g, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);
  for (const name of HOSTILE) expect(shown.includes(spelled(name)), `${spelled(name)} is shown as it is`);
  expect(!/[\u0000-\u0009\u000b-\u001f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/.test(await page.content()), "nothing is hidden");
  none(await violations(page), "axe-core over a hostile export");
  await page.context().close();
}

async function staysUsable() {
  const started = performance.now();
  const { page, objections } = await open(large);
  const loaded = performance.now() - started;
  const timed = async (what, act, shown) => {
    const from = performance.now();
    await act();
    await page.waitForFunction((text) => document.querySelector("#shown").textContent.startsWith(text), shown);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const took = performance.now() - from;
    expect(took < LONGEST_FILTER, `${what} takes less than ${LONGEST_FILTER} ms, but ${took}`);
    return `${what} ${Math.round(took)} ms`;
  };
  const times = [
    `load ${Math.round(loaded)} ms`,
    await timed("filter", () => page.fill("#filter [name=text]", "account-0123"), "10 of 20000"),
    await timed("unfilter", () => page.fill("#filter [name=text]", ""), "20000 of 20000"),
    await timed("sort", () => page.locator("#accounts thead button").nth(1).click(), "20000 of 20000"),
  ];
  expect((await names(page))[0] === "account-00000", "20,000 accounts are sorted");
  await page.evaluate(() => { location.hash = "#a19999"; });
  await page.waitForFunction(() => document.querySelector("#a19999")?.parentElement.open);
  none(objections, "objections to a large tenant");
  console.log(`20,000 accounts: ${times.join(", ")}`);
  await page.context().close();
}

/** A check that cannot fail is none: a page that is broken in each of these ways is found to be. */
async function seesWhatIsBroken() {
  const text = readFileSync(fixtures, "utf8");
  const broken = join(dirname(resolve(fixtures)), "broken.html");
  const opened = async (change) => {
    const changed = change(text);
    expect(changed !== text, "the page is broken");
    writeFileSync(broken, changed);
    return open(broken);
  };
  const unnamed = await opened((text) => text.replace(/<label>Text /, "<label>"));
  expect((await violations(unnamed.page)).some((found) => found.startsWith("label")), "axe-core sees a field without a label");
  const pale = await opened((text) => text.replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*/, "$1default-src 'unsafe-inline'")
    .replace("--quiet: #555d66", "--quiet: #c0c0c0"));
  expect((await violations(pale.page)).some((found) => found.startsWith("color-contrast")), "axe-core sees pale text");
  for (const [what, injected] of [
    ["a script", "<script>window.pwned = 1</script>"],
    ["a handler", "<img src=x onerror=window.pwned=1>"],
    ["a style", "<p style='color:red'>"],
  ]) {
    const { page, objections } = await opened((text) => text.replace("<main>", `<main>${injected}`));
    expect(objections.some((objection) => objection.includes("Content Security Policy")), `the policy objects to ${what}`);
    expect(await page.evaluate(() => window.pwned === undefined), `the policy stops ${what}`);
  }
  const unguarded = await opened((text) => text.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "")
    .replace("<main>", "<main><img src=http://127.0.0.1:9/ onerror=window.pwned=1>"));
  await unguarded.page.waitForFunction(() => window.pwned === 1);
  expect(unguarded.objections.some((objection) => objection.startsWith("request:")), "a request is seen");
  const changed = await opened((text) => text.replace('"use strict";', '"use strict"; '));
  expect(changed.objections.length > 0, "a script of another hash is refused");
  expect(await changed.page.locator("#filter").isHidden(), "it does not run");
}

try {
  for (const check of [renders, isUsedByKeyboard, copies, needsNoScript, prints, runsNothingOfOthers, staysUsable, seesWhatIsBroken]) {
    await check();
    console.log(`${check.name}: so it is`);
  }
  console.log(`${checks} checks passed`);
} finally {
  await browser.close();
}
