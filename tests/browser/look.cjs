// Opens pages in headless Chromium without a network and prints, as one JSON list, what a reader would stumble over.
//
//   NODE_PATH=.browser/node_modules node look.cjs CHROMIUM page.html …
//
// Each page is laid out at the width of a phone, of a desktop and of printed A4; axe-core (WCAG 2.1, levels A and AA)
// looks at the desktop; the print PDF is counted in pages, once whole and once up to the end of the front, which
// is what is handed out alone.
"use strict";
const { statSync } = require("node:fs");
const { resolve } = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const AXE = require.resolve("axe-core/axe.min.js");
const WIDTHS = { phone: 375, desktop: 1440, print: 718 }; // CSS pixels; A4 less margins of 10 mm
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
const PDF = { format: "A4", preferCSSPageSize: true, printBackground: true };

/** What is asked for beside the page itself; data that stand in the page are no request. */
function listen(page, address, found) {
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !/^(data|blob|about):/.test(url)) found.requests.push(url);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) found.errors.push(message.text());
  });
  page.on("pageerror", (error) => found.errors.push(error.message));
}

/** Elements that stick out of the page at a width, the innermost ones; none if the page does not scroll sideways. */
async function overflow(page, name, width) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ media: name === "print" ? "print" : "screen" });
  return page.evaluate((limit) => {
    if (document.documentElement.scrollWidth <= limit) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > limit + 0.5);
    const inner = wide.filter((e) => !wide.some((other) => other !== e && e.contains(other)));
    return inner.slice(0, 5).map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""}`);
  }, width);
}

/** Pictures that a screen reader cannot name: images and drawings without words that are not marked as decoration. */
function unnamed() {
  const hidden = (e) => e.closest('[aria-hidden="true"]') || e.getAttribute("role") === "presentation";
  const named = (e) => e.getAttribute("aria-label")?.trim() || e.hasAttribute("aria-labelledby");
  const drawings = [...document.querySelectorAll("svg")].filter((e) => !e.parentElement.closest("svg"));
  const bare = [...document.querySelectorAll("img")].filter((e) => !e.hasAttribute("alt"));
  bare.push(...drawings.filter((e) => !hidden(e) && !named(e) && !e.querySelector(":scope > title")));
  return bare.map((e) => e.outerHTML.slice(0, 80));
}

/** Levels of the headings as they stand. */
const headings = () => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((e) => Number(e.tagName[1]));

/** Takes away all that follows the front; false if there is none. */
function cut() {
  const front = document.querySelector(".front");
  for (let e = front; e && e !== document.body; e = e.parentElement)
    while (e.nextElementSibling) e.nextElementSibling.remove();
  return front !== null;
}

/** Number of pages in print. */
async function sheets(page) {
  const pdf = (await page.pdf(PDF)).toString("latin1");
  return (pdf.match(/\/Type\s*\/Page\b/g) ?? []).length;
}

async function look(browser, file) {
  const address = pathToFileURL(resolve(file)).href;
  const found = { file, bytes: statSync(file).size, requests: [], errors: [] };
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  listen(page, address, found);
  await page.goto(address, { waitUntil: "load" });
  found.overflow = {};
  for (const [name, width] of Object.entries(WIDTHS)) found.overflow[name] = await overflow(page, name, width);
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width: WIDTHS.desktop, height: 900 });
  found.unnamed = await page.evaluate(unnamed);
  found.headings = await page.evaluate(headings);
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate((rules) => window.axe.run(document, rules), RULES);
  found.violations = violations.map(({ id, nodes }) => ({ id, where: nodes.slice(0, 5).map((n) => n.html.slice(0, 120)) }));
  await page.emulateMedia({ media: "print" });
  found.pages = await sheets(page);
  found.pages_of_front = (await page.evaluate(cut)) ? await sheets(page) : 0;
  await context.close();
  return found;
}

async function main(executablePath, files) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    const found = [];
    for (const file of files) found.push(await look(browser, file));
    console.log(JSON.stringify(found, null, 1));
  } finally {
    await browser.close();
  }
}

const [executablePath, ...files] = process.argv.slice(2);
main(executablePath, files).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
