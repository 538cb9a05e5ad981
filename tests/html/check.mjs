// The HTML reports in a real browser: check.mjs FOLDER, with fixtures.html, waived.html, hostile.html, tenant.html (510
// accounts) and large.html (20,000).
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
async function open(file, options = {}, address = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const objections = [];
  page.on("console", (message) => objections.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => objections.push(String(error)));
  page.on("dialog", (dialog) => { objections.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const url = pathToFileURL(resolve(file)).href;
  page.on("request", (request) => { if (request.url() !== url) objections.push(`request: ${request.url()}`); });
  await page.goto(url + address, { timeout: LONGEST_LOAD });
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

const names = (page) => page.$$eval("table.accounts tbody th", (cells) => cells.map((cell) => cell.textContent));
const count = (page) => page.locator("table.accounts tbody").count();
const fits = (page, number) => page.waitForFunction(
  (text) => document.querySelector("#shown").textContent.startsWith(text), `${number} of `);
const hash = (page) => page.evaluate(() => location.hash);
const openAll = (page) => page.$$eval("details", (all) => all.forEach((details) => { details.open = true; }));
const none = (found, what) => expect(found.length === 0, `${what}: nothing, but ${found.join("\n")}`);

const file = (name) => join(process.argv[2], `${name}.html`);
const [fixtures, waived, hostile, tenant, large] = ["fixtures", "waived", "hostile", "tenant", "large"].map(file);

/** Elements that have to be scrolled on their own. */
const scrollBoxes = (page) => page.$$eval("body *", (all) => all
  .filter((one) => ["auto", "scroll"].some((way) => [getComputedStyle(one).overflowX, getComputedStyle(one).overflowY].includes(way)))
  .map((one) => one.outerHTML.slice(0, 100)));
/** Elements that reach beyond the right edge of the page. */
const overflowing = (page) => page.evaluate(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  return scrollWidth <= clientWidth ? [] : [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > clientWidth + 1).map((one) => one.outerHTML.slice(0, 100));
});
/** Marks of the timelines that do not say what they are. */
const untitled = (page) => page.$$eval(".plot > :not([href='#scale'])", (marks) => marks
  .filter((mark) => !mark.querySelector("title")?.textContent).map((mark) => mark.outerHTML));
/** Links inside the page that lead nowhere without the script. */
const deadLinks = (page) => page.$$eval("a[href^='#']", (links) => links.map((link) => link.getAttribute("href"))
  .filter((href) => !document.getElementById(href.slice(1))));
/** Pages of the PDF that the browser prints. */
async function pages(page) {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
}

async function renders() {
  for (const colorScheme of ["light", "dark"]) for (const width of [1400, 375]) {
    const { page, objections } = await open(fixtures, { colorScheme, viewport: { width, height: 900 } });
    await openAll(page);
    const seen = `at ${width} px in ${colorScheme}`;
    none(await overflowing(page), `overflow ${seen}`);
    none(await scrollBoxes(page), `inner scroll boxes ${seen}`);
    none(await violations(page), `axe-core ${seen}`);
    none(objections, `objections ${seen}`);
    await page.context().close();
  }
}

async function answersFirst() {
  const { page } = await open(fixtures, { viewport: { width: 1400, height: 900 } });
  const answer = await page.locator(".answer").textContent();
  for (const part of ["FAIL", "6 of 21 accounts", "90 days", "exit status 1", "--fail-on warning", "KR001 6"]) {
    expect(answer.includes(part), `the verdict says ${part}`);
  }
  for (const part of [".answer", ".cards", ".figures.controls", ".figures.subscriptions"]) {
    const { y, height } = await page.locator(part).boundingBox();
    expect(y + height < 900, `${part} is on the first screen`);
  }
  const covered = await page.locator(".figures.subscriptions tbody td:last-child").allTextContents();
  expect(covered.join() === "89.9 of 90 days (declared)89.9 of 90 days (observed, 16 scopes),47.9 of 90 days (observed, 7 scopes),no log known to be complete", "logs cover a share of the window");
  const next = await page.locator("#next").textContent();
  for (const part of ["Fix 6 accounts", "-o fix.sh", "Settle 6 unproven accounts: 1 script", "2026-08-24 07:46 to 2026-10-05 08:50 UTC", "Doubts about the evidence (3)"]) {
    expect(next.includes(part), `the next steps say ${part}`);
  }
  const command = await page.locator("#next pre code").textContent();
  expect(command.split(" --account ").length === 7, "one command names all unproven accounts");
  // Each bar against the limit in the middle: right of it, or not.
  const bars = await page.$$eval(".range", (all) => all.map((one) => {
    const [bar, frame] = [one.querySelector("rect").getBoundingClientRect(), one.getBoundingClientRect()];
    const middle = frame.left + frame.width / 2;
    return [one.classList[1], bar.left >= middle - 1 ? "young" : bar.right <= middle + 1 ? "old" : "both"].join(" ");
  }));
  expect([...new Set(bars)].sort().join() === "compliant young,overdue old,unproven both", "bars are where the verdicts put them");
  expect(bars.length === 20, "each account whose keys can be used has a bar");
  // Bases are words, and not a syllable a line.
  const lines = await page.$$eval("table.windows td:nth-child(5)", (cells) => cells.map((cell) => {
    const text = document.createRange();
    text.selectNodeContents(cell);
    return text.getClientRects().length;
  }));
  expect(lines.length > 0 && lines.every((number) => number === 1), "a basis is on one line");
  await page.context().close();
}

async function filters() {
  const { page, objections } = await open(fixtures);
  await page.locator(".cards .overdue a").click();
  await fits(page, 6);
  expect(await hash(page) === "#verdict=overdue", "a card is an address");
  expect(await page.inputValue("[name=verdict]") === "overdue", "the filter shows what a card asks for");
  expect(await page.locator("details.account").count() === 6, "details follow a card");
  await page.locator(".figures.subscriptions .compliant a").first().click();
  await fits(page, 5);
  expect((await hash(page)).startsWith("#verdict=compliant&subscription=3d6f0c1a"), "a count is an address");
  await page.locator(".figures.controls .open a").first().click();
  await fits(page, 6);
  expect(await page.inputValue("[name=control]") === "KR001 open", "a count filters by control");
  await page.goBack();
  await fits(page, 5);
  await page.locator("#filter [type=reset]").click();
  await fits(page, 21);
  expect(await hash(page) === "#accounts", "no filter is in the address");
  await page.selectOption("[name=group]", "rg-ai-prod");
  await fits(page, 4);
  await page.fill("[name=text]", "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 batch");
  await fits(page, 1);
  const address = page.url();
  const again = await open(fixtures);
  await again.page.goto(address);
  await again.page.reload();
  await fits(again.page, 1);
  expect((await names(again.page)).join() === "contoso-openai-batch", "an address that is sent shows the same");
  expect(await again.page.inputValue("[name=group]") === "rg-ai-prod", "so does its filter");
  const sent = await open(fixtures, {}, "#verdict=overdue");
  await fits(sent.page, 6);
  await sent.page.waitForFunction(() => {
    const { top } = document.querySelector("#accounts").getBoundingClientRect();
    return top >= -1 && top < 100;
  });
  await sent.page.context().close();
  await page.locator("#filter [type=reset]").click();
  await fits(page, 21);

  await page.locator("#expand").click();
  expect(await page.locator("details.account:not([open])").count() === 0, "all are expanded");
  await page.locator("#collapse").click();
  expect(await page.locator("details.account[open]").count() === 0, "all are collapsed");
  none(objections, "objections to filters");
  await page.context().close();
  await again.page.context().close();

  const other = (await open(waived)).page;
  await other.locator(".cards a[href='#waived=yes']").click();
  await fits(other, 1);
  expect((await names(other)).join() === "contoso-openai-legal", "the waived account is found");
  await other.selectOption("[name=waived]", "no");
  await fits(other, 20);
  await other.context().close();
}

async function drawsTimelines() {
  const { page } = await open(fixtures, { viewport: { width: 375, height: 900 } });
  await openAll(page);
  none(await untitled(page), "marks without a title");
  for (const mark of ["done", "failed", "uncertain", "reading"]) {
    expect(await page.locator(`.plot > use[href='#${mark}']`).count() > 0, `there is a mark: ${mark}`);
    expect(await page.locator(`#legend use[href='#${mark}']`).count() === 1, `the legend has it: ${mark}`);
  }
  const shapes = await page.$$eval("#done, #failed, #uncertain, #reading", (all) => all.map((one) => one.outerHTML.replace(/id="[^"]*"/, "")));
  expect(new Set(shapes).size === 4, "the marks differ in shape");
  expect(await page.locator("#scale .month-tick").count() === 6, "each month has its tick");
  expect((await page.locator("#scale text").allTextContents()).join() === "Jun 2026,Jul,Aug,Sep,Oct,Nov,limit 24 Aug,audit 22 Nov 2026", "the scale has its labels");
  const figures = await page.locator("figure").count();
  expect(figures === 21 && await page.locator("figure svg.legend").count() === figures, "each timeline has its legend");
  const pixels = await page.$$eval(".plot, .legend, .names", (all) => all.map((one) => [one.hasAttribute("viewBox"), one.getBoundingClientRect().right]));
  expect(pixels.every(([isScaled, right]) => !isScaled && right <= 375), "timelines fit, and are not scaled down");
  expect(await page.$eval("#scale text", (text) => parseFloat(getComputedStyle(text).fontSize)) >= 11, "text can be read");
  await page.context().close();
}

async function isAListOfCardsOnAPhone() {
  const { page } = await open(fixtures, { viewport: { width: 375, height: 900 } });
  const boxes = await page.$$eval("table.accounts tbody", (all) => all.map((one) => {
    const [verdict, name] = one.rows[0].cells;
    return [one.getBoundingClientRect().width, verdict.getBoundingClientRect().bottom <= name.getBoundingClientRect().top + 1];
  }));
  expect(boxes.length === 21 && boxes.every(([width, isStacked]) => width > 300 && isStacked), "each account is a card");
  await page.context().close();
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
  const ages = await page.$$eval("table.accounts tr:first-child td:nth-child(6)", (cells) => cells.map((cell) => Number(cell.dataset.order)));
  expect(ages.every((age, index) => index === 0 || ages[index - 1] <= age), "ages are sorted as numbers");

  await page.locator("#filter [name=text]").focus();
  await page.keyboard.type("legal");
  await page.waitForFunction(() => document.querySelector("#shown").textContent.startsWith("1 of"));
  expect((await names(page)).join() === "contoso-openai-legal", "the text is looked for");
  expect(await page.locator("details.account").count() === 1, "details follow the filter");
  await page.keyboard.press("Tab");
  await page.locator("#filter [type=reset]").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction((all) => document.querySelectorAll("table.accounts tbody").length === all, before.length);
  await page.selectOption("#filter [name=verdict]", "compliant");
  await page.waitForFunction(() => document.querySelectorAll("table.accounts tbody").length === 8);

  await page.locator("#accounts tbody a").first().focus();
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.querySelector(location.hash).parentElement.open), "a link opens its account");
  none(objections, "objections to the keyboard");
  await page.context().close();
}

async function copies() {
  const { page } = await open(fixtures, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.locator("details.account summary").first().click();
  const button = page.locator(".account .copy").first();
  const command = await button.locator("xpath=../code").textContent();
  await button.click();
  await page.waitForFunction(() => document.querySelector(".announced").textContent !== "");
  expect(command.startsWith("az ") && await page.evaluate(() => navigator.clipboard.readText()) === command, "a command is copied");
  expect(await page.locator("details[open] pre, #next pre").count() === await page.locator(".copy").count(), "each command has its button");
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
  expect(await page.locator("button:visible, .copy").count() === 0, "there is no button that does nothing");
  none(await deadLinks(page), "links that lead nowhere");
  await page.locator(".cards .unproven a").click();
  const first = page.locator("table.accounts tbody", { hasText: "unproven" }).first();
  expect((await first.boundingBox()).y < 900, "a card leads to the first of its accounts");
  await page.locator("#accounts a", { hasText: "contoso-openai-sandbox" }).click();
  const words = page.locator("details.account", { hasText: "contoso-openai-sandbox" }).locator("figcaption");
  expect(await words.isVisible(), "a link opens its account without scripting");
  none(objections, "objections without scripting");
  await page.context().close();
}

async function prints() {
  const { page } = await open(fixtures);
  const printed = await pages(page);
  expect(printed <= 3, `the fixtures are 3 pages, but ${printed}`);
  await page.emulateMedia({ media: "print" });
  for (const text of ["Q4 review", "Anna Keller", "ENG-2026-117"]) {
    expect(await page.locator("header", { hasText: text }).isVisible(), `the cover has ${text}`);
  }
  expect(await page.locator("#details").isHidden(), "closed accounts are in the table only");
  expect(await page.locator("table.accounts tbody").last().isVisible(), "the table has them");
  expect(await page.locator("#filter").isHidden(), "the filter is not printed");
  await page.locator("details.account").first().evaluate((details) => { details.open = true; });
  expect(await page.locator("details.account figcaption:visible").count() === 1, "an open account is printed");
  await page.context().close();

  const large = await open(tenant);
  const ofTenant = await pages(large.page);
  expect(ofTenant <= 20, `510 accounts are 20 pages, but ${ofTenant}`);
  console.log(`printed pages: ${printed} for the fixtures, ${ofTenant} for 510 accounts`);
  await large.page.context().close();
}

async function runsNothingOfOthers() {
  const { page, objections } = await open(hostile, { viewport: { width: 375, height: 900 } });
  await openAll(page);
  none(await overflowing(page), "overflow of a hostile export");
  expect((await page.locator("h1").textContent()).startsWith("<script>"), "a title is text");
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
  const unguard = (text) => text.replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*/, "$1default-src 'unsafe-inline'");
  const boxed = await opened((text) => unguard(text).replace("</style>", "table { display: block; overflow: auto }</style>"));
  expect((await scrollBoxes(boxed.page)).length > 0, "an inner scroll box is seen");
  const wide = await opened((text) => unguard(text).replace("</style>", "table { width: 2000px }</style>"));
  expect((await overflowing(wide.page)).length > 0, "what is too wide is seen");
  const silent = await opened((text) => text.replace(/(<use href="#done"[^>]*>)<title>[^<]*<\/title>/, "$1"));
  expect((await untitled(silent.page)).length === 1, "a mark without a title is seen");
  const dead = await opened((text) => text.replace('<span id="verdict=overdue">', "<span>"));
  expect((await deadLinks(dead.page)).join() === "#verdict=overdue", "a link that leads nowhere is seen");
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
  for (const check of [renders, answersFirst, filters, drawsTimelines, isAListOfCardsOnAPhone, isUsedByKeyboard, copies, needsNoScript, prints, runsNothingOfOthers, staysUsable, seesWhatIsBroken]) {
    await check();
    console.log(`${check.name}: so it is`);
  }
  console.log(`${checks} checks passed`);
} finally {
  await browser.close();
}
