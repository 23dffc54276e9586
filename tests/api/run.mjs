// The API tests: schemathesis makes requests from openapi.yaml, right and wrong ones, against a
// running demo, and holds every answer to what the document says.
//
//   node tests/api/run.mjs [--schemathesis PROGRAM] [--binary FILE] [--examples N]
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startDemo } from '../browser/demo.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const { values } = parseArgs({
  options: {
    schemathesis: { type: 'string', default: join(root, '.venv', 'bin', 'schemathesis') },
    binary: { type: 'string', default: join(target, 'debug', 'anphi') },
    examples: { type: 'string', default: '20' },
  },
});

/** Passed and failed operations of a JUnit report. */
function counts(report) {
  const suites = [...report.matchAll(/<testsuite\s[^>]*>/g)].map(([tag]) => {
    const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
    const failed = number('failures') + number('errors');
    return { passed: number('tests') - failed - number('skipped'), failed };
  });
  const sum = (key) => suites.reduce((total, suite) => total + suite[key], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}

async function run(demo, folder) {
  const [key] = demo.keys;
  if (!key) throw new Error('the demo printed no API key ("api-key NAME KEY")');
  const report = join(folder, 'report.xml');
  const child = spawn(
    values.schemathesis,
    [
      ...['run', join(root, 'openapi.yaml'), '--origin', demo.public, '--checks', 'all'],
      // Rules of the law and of text (no control characters) reach past what a schema can say: a body
      // that fits the schema may still be refused, with the field and the reason.
      ...['--exclude-checks', 'positive_data_acceptance'],
      // Below the limit of a key, so that it is the operations that answer.
      ...['--rate-limit', '15/s'],
      ...['--header', `Authorization: Bearer ${key.key}`, '--max-examples', values.examples],
      ...['--generation-deterministic', '--no-color'],
      ...['--report', 'junit', '--report-junit-path', report],
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const { passed, failed } = counts(await readFile(report, 'utf8'));
  // A run that broke off has failed, whatever it had counted.
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
}

const folder = await mkdtemp(join(tmpdir(), 'anphi-api-'));
const demo = await startDemo(values.binary);
let result;
try {
  result = await run(demo, folder);
} finally {
  await demo.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exit(result.failed === 0 && result.passed > 0 ? 0 : 1);
