// What every page must hold, whoever looks at it. A check takes a visit and gives findings, a
// sentence each; none is right.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PUBLIC_BYTES_MAX = 30 * 1024;
const DESK_BYTES_MAX = 40 * 1024;
const NARROWEST = 320;

const isDesk = (page) => new URL(page.url()).pathname.startsWith('/desk');

/** Nothing in the console, nothing refused by the policy, nothing from another host, no 5xx. */
async function quiet({ heard }) {
  return heard.splice(0);
}

/**
 * axe has nothing to say. It cannot be loaded under our policy, so it looks at a copy of the
 * document, without scripts, in a second context that has none.
 */
async function axe({ page, bare }) {
  const url = page.url().replace(/#.*$/, '');
  const html = (await page.content()).replace(/<script\b[^>]*>[\s\S]*?<\/script>/gi, '');
  const copy = await bare.newPage();
  try {
    await copy.setViewportSize(page.viewportSize());
    await copy.route(
      (asked) => asked.href === url,
      (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
    );
    await copy.goto(url, { waitUntil: 'load' });
    await copy.addScriptTag({ content: AXE });
    const { violations } = await copy.evaluate(
      (tags) => globalThis.axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }),
      AXE_TAGS,
    );
    const places = (nodes) => nodes.map((node) => node.target.join(' ')).join(', ');
    return violations.map(({ id, help, nodes }) => `${id}: ${help} (${places(nodes)})`);
  } finally {
    await copy.close();
  }
}

/** Nothing scrolls sideways on the narrowest telephone (WCAG 1.4.10; 200 % at 640 px is the same). */
async function sideways({ page }) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: NARROWEST, height: size.height });
  const wide = await page.evaluate((width) => {
    if (document.documentElement.scrollWidth <= width) return [];
    const over = [...document.body.querySelectorAll('*')].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > width + 0.5;
    });
    const names = over.map((element) => element.tagName.toLowerCase() + (element.className && `.${element.className}`));
    return [`at ${width} px the page is ${document.documentElement.scrollWidth} px wide: ${names.slice(0, 5).join(', ')}`];
  }, NARROWEST);
  await page.setViewportSize(size);
  return wide;
}

/** Targets are 44 px or more; 24 px in the tables of the desk. Links inside a sentence are free. */
async function targets({ page }) {
  const small = await page.evaluate((desk) => {
    const blockOf = (element) => {
      let block = element.parentElement;
      while (block.parentElement && getComputedStyle(block).display === 'inline') block = block.parentElement;
      return block;
    };
    const inSentence = (element) => {
      if (element.tagName !== 'A' || getComputedStyle(element).display !== 'inline') return false;
      const block = blockOf(element).cloneNode(true);
      for (const link of block.querySelectorAll('a')) link.remove();
      return /\p{L}/u.test(block.textContent);
    };
    const seen = (element, { right, bottom, width, height }) =>
      width > 1 && height > 1 && right > 0 && bottom > 0 && getComputedStyle(element).visibility !== 'hidden';
    // A label is part of its box or button.
    const boxes = (element) => {
      const labels = ['checkbox', 'radio', 'file'].includes(element.type) ? [...element.labels] : [];
      return [element, ...labels].map((part) => part.getBoundingClientRect());
    };
    const selector = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex="0"]';
    return [...document.querySelectorAll(selector)].flatMap((element) => {
      const all = boxes(element).filter((box) => seen(element, box));
      if (all.length === 0 || inSentence(element)) return [];
      const least = desk && element.closest('table') ? 24 : 44;
      const fits = all.some(({ width, height }) => width >= least - 0.5 && height >= least - 0.5);
      const [{ width, height }] = all;
      const name = element.textContent.trim() || element.name || element.id;
      const size = `${Math.round(width)} × ${Math.round(height)}`;
      return fits ? [] : [`${element.tagName.toLowerCase()} "${name}" is ${size} px, least ${least}`];
    });
  }, isDesk(page));
  return small;
}

/** No inline script, event handler, style attribute or element; one h1. */
async function markup({ page }) {
  return page.evaluate(() => {
    const count = (selector) => document.querySelectorAll(selector).length;
    const handlers = [...document.querySelectorAll('*')].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith('on')),
    );
    return [
      [count('[style]'), 'style attributes'],
      [count('style'), 'style elements'],
      [count('script:not([src])'), 'inline scripts'],
      [count('[href^="javascript:" i], [action^="javascript:" i]'), 'javascript: addresses'],
      [handlers.length, 'event handlers in attributes'],
      [count('h1') === 1 ? 0 : `not 1 but ${count('h1')}`, 'h1'],
    ]
      .filter(([found]) => found !== 0)
      .map(([found, what]) => `${found} ${what}`);
  });
}

/** The page with all that it loads is light, and text is sent compressed. */
async function weight({ page, loaded }) {
  const url = page.url().replace(/#.*$/, '');
  const resources = await page.evaluate(() => {
    const arrived = performance.getEntriesByType('resource').filter(({ responseStatus }) => responseStatus > 0);
    return arrived.map(({ name }) => name).filter((name) => name.startsWith(`${location.origin}/`));
  });
  const most = isDesk(page) ? DESK_BYTES_MAX : PUBLIC_BYTES_MAX;
  const findings = [];
  let bytes = 0;
  for (const part of new Set([url, ...resources])) {
    const { body, encoding } = (await loaded.get(part)) ?? {};
    if (!body) {
      findings.push(`${part}: what was loaded is not known`);
      continue;
    }
    bytes += Math.min(body.length, gzipSync(body).length);
    const saved = body.length - gzipSync(body).length;
    if (saved > 1024 && !encoding) findings.push(`${part}: sent without compression, ${saved} bytes more`);
  }
  if (bytes > most) findings.push(`${bytes} bytes with gzip, at most ${most}`);
  return findings;
}

/** All checks, by name; `quiet` is last: it hears also what the others caused. */
export const CHECKS = { axe, sideways, targets, markup, weight, quiet };
