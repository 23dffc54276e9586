// One demo and one way of looking at it: who visits, and what each visit sees.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { CHECKS } from './checks.mjs';
import { codeOf, stepAt } from './totp.mjs';

/** The three ways in which each flow is walked. */
export const PASSES = [
  { name: '1280px', viewport: { width: 1280, height: 800 }, script: true },
  { name: '360px', viewport: { width: 360, height: 740 }, script: true },
  { name: 'no-script', viewport: { width: 1280, height: 800 }, script: false },
];

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch() {
  if (!process.env.CHROMIUM) throw new Error('CHROMIUM must name the browser: CHROMIUM=$(command -v chromium)');
  return chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
}

/** A person in front of a browser of their own. */
export class Visit {
  /** Everything loaded, by address: a promise of its bytes and its encoding. */
  loaded = new Map();
  /** What should not have been heard since the last look. */
  heard = [];

  static async begin(stage, person) {
    const visit = new Visit();
    const { browser, pass, demo } = stage;
    const basics = { viewport: pass.viewport, baseURL: demo.public, locale: 'vi-VN' };
    visit.stage = stage;
    visit.person = person;
    visit.context = await browser.newContext({ ...basics, javaScriptEnabled: pass.script });
    visit.context.setDefaultTimeout(10_000);
    visit.bare = await browser.newContext({ ...basics, bypassCSP: true });
    visit.page = await visit.context.newPage();
    visit.#listen();
    return visit;
  }

  /** Goes to a path of the demo. */
  async open(path) {
    await this.page.goto(path);
    return this.page;
  }

  /** Takes a picture of what is shown now and runs every check over it. */
  async look(name) {
    const { stage, page } = this;
    await page.waitForLoadState('load');
    await stage.picture(page, name);
    await this.bare.clearCookies();
    await this.bare.addCookies(await this.context.cookies());
    for (const [check, find] of Object.entries(CHECKS)) {
      for (const finding of await find(this)) stage.findings.push({ name, check, finding });
    }
  }

  /** A one-time code that this person has not used; the server takes one step ahead as well. */
  async code() {
    const { seed, step: used = 0 } = this.person;
    const step = Math.max(stepAt(Date.now()), used + 1);
    const early = (step - 1) * 30_000 - Date.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    this.person.step = step;
    return codeOf(seed, step);
  }

  async end() {
    await this.context.close();
    await this.bare.close();
  }

  #listen() {
    const { page, heard } = this;
    const documents = new Set();
    const foreign = (url) => /^(https?|wss?):/.test(url) && new URL(url).origin !== new URL(page.url()).origin;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) documents.add(request.url());
      else if (foreign(request.url())) heard.push(`loads from another origin: ${request.url()}`);
    });
    page.on('response', (response) => {
      const encoding = response.headers()['content-encoding'];
      this.loaded.set(response.url(), response.body().then((body) => ({ body, encoding }), () => null));
      if (response.status() >= 500) heard.push(`${response.status()} from ${response.url()}`);
    });
    page.on('pageerror', (error) => heard.push(`script error: ${error.message}`));
    page.on('console', (message) => {
      // The browser itself remarks on a page that is answered with 4xx; forms with errors are.
      const remark = message.text().startsWith('Failed to load resource') && documents.has(message.location().url);
      if (['error', 'warning'].includes(message.type()) && !remark) heard.push(`console: ${message.text()}`);
    });
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') heard.push(`${why} at ${request.url()}`);
    });
  }
}

/** A demo looked at in one way: flows ask it for visitors and staff. */
export class Stage {
  findings = [];
  #visits = [];
  #signedIn = new Map();
  #pictures = 0;

  constructor({ browser, pass, demo, pictures }) {
    Object.assign(this, { browser, pass, demo, pictures });
  }

  /** Somebody without an account. */
  async visitor() {
    const visit = await Visit.begin(this, null);
    this.#visits.push(visit);
    return visit;
  }

  /** A member of staff, by name or else the first of a role, signed in once a demo. */
  async staff(who) {
    const { staff } = this.demo;
    const person = staff.find(({ name }) => name === who) ?? staff.find(({ role }) => role === who);
    if (!person) throw new Error(`the demo has no staff "${who}"`);
    if (!this.#signedIn.has(person.name)) {
      const visit = await Visit.begin(this, person);
      await signIn(visit);
      this.#signedIn.set(person.name, visit);
    }
    return this.#signedIn.get(person.name);
  }

  /** Starts the count of pictures and findings for another flow; only staff stay. */
  async begin(flow) {
    await this.#leave(this.#visits.splice(0));
    Object.assign(this, { flow, findings: [] });
    this.#pictures = 0;
  }

  async end() {
    await this.#leave([...this.#visits.splice(0), ...this.#signedIn.values()]);
    this.#signedIn.clear();
  }

  async picture(page, name) {
    const folder = join(this.pictures, this.pass.name);
    await mkdir(folder, { recursive: true });
    this.#pictures += 1;
    const number = String(this.#pictures).padStart(2, '0');
    await page.screenshot({ path: join(folder, `${this.flow}-${number}-${name}.png`), fullPage: true, caret: 'initial' });
  }

  async #leave(visits) {
    for (const visit of visits) await visit.end();
  }
}

/** Signs in as a person does: name and password, then the code where it is asked for. */
async function signIn(visit) {
  const { person } = visit;
  const page = await visit.open('/desk');
  await page.fill('input[autocomplete="username"]', person.name);
  await page.fill('input[autocomplete="current-password"]', person.password);
  await page.press('input[autocomplete="current-password"]', 'Enter');
  await page.waitForLoadState('load');
  const code = page.locator('input[autocomplete="one-time-code"]');
  if ((await code.count()) > 0) {
    await code.fill(await visit.code());
    await code.press('Enter');
    await page.waitForLoadState('load');
  }
  const still = await page.locator('input[type="password"], input[autocomplete="one-time-code"]').count();
  if (still > 0) throw new Error(`${person.name} could not sign in: ${await page.locator('main').innerText()}`);
}
