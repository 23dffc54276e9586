// The browser tests: proves the checks on pages of its own, then walks each flow of flows/ over a
// fresh demo in every pass.
//
//   CHROMIUM=$(command -v chromium) node tests/browser/run.mjs [--binary FILE] [--pictures FOLDER] [FLOW...]
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startDemo } from './demo.mjs';
import { proofs } from './proof.mjs';
import { launch, PASSES, Stage } from './stage.mjs';

const FLOW_SECONDS_MAX = 120;
const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

const { values, positionals } = parseArgs({
  options: { binary: { type: 'string' }, pictures: { type: 'string' } },
  allowPositionals: true,
});
const binary = values.binary ?? join(target, 'debug', 'anphi');
const pictures = values.pictures ?? join(target, 'pictures');
const count = { passed: 0, failed: 0 };

/** One test: it passes when it neither throws nor gives findings. */
async function test(name, body) {
  const began = Date.now();
  let findings;
  try {
    findings = (await limited(body)) ?? [];
  } catch (error) {
    findings = [error.stack];
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  for (const finding of findings) console.log(`     ${finding}`);
  count[findings.length === 0 ? 'passed' : 'failed'] += 1;
}

async function limited(body) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`not done within ${FLOW_SECONDS_MAX} s`);
    timer = setTimeout(() => reject(error), FLOW_SECONDS_MAX * 1000);
  });
  try {
    return await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function flows() {
  const names = (await readdir(join(here, 'flows'))).filter((name) => name.endsWith('.mjs')).sort();
  const chosen = names.filter((name) => positionals.length === 0 || positionals.includes(basename(name, '.mjs')));
  const loading = chosen.map(async (name) => ({
    name: basename(name, '.mjs'),
    ...(await import(`./flows/${name}`)),
  }));
  return Promise.all(loading);
}

async function walk(browser, pass, all) {
  let demo;
  try {
    demo = await startDemo(binary);
  } catch (error) {
    for (const { title } of all) await test(`${pass.name}: ${title}`, () => [error.message]);
    return;
  }
  const stage = new Stage({ browser, pass, demo, pictures });
  for (const { name, title, flow } of all) {
    await test(`${pass.name}: ${title}`, async () => {
      await stage.begin(name);
      await flow(stage);
      return stage.findings.map(({ name: at, check, finding }) => `${at}, ${check}: ${finding}`);
    });
  }
  await stage.end();
  await demo.stop();
}

const browser = await launch();
try {
  if (positionals.length === 0) {
    for (const [name, body] of proofs(browser, pictures)) await test(`proof: ${name}`, body);
  }
  const all = await flows();
  if (all.length > 0) for (const pass of PASSES) await walk(browser, pass, all);
  console.log(`pictures: ${pictures}`);
} finally {
  await browser.close();
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);
