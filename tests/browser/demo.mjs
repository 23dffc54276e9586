// A running `anphi demo`: its addresses and accounts, as it prints them.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const READY_SECONDS_MAX = 90;

/**
 * What the demo has said so far:
 *
 *     staff ROLE NAME PASSWORD TOTP-SEED      (`-` for a seed while there is none)
 *     api-key NAME KEY
 *     listening public URL
 *     listening admin URL
 *     serving URL; ...                        (the story has been played)
 */
export function readLines(lines) {
  const told = { staff: [], keys: [], serves: false };
  for (const line of lines) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'staff' && rest.length === 4) {
      const [role, name, password, seed] = rest;
      told.staff.push({ role, name, password, seed: seed === '-' ? null : seed });
    } else if (word === 'api-key' && rest.length === 2) {
      told.keys.push({ name: rest[0], key: rest[1] });
    } else if (word === 'listening' && rest.length === 2) {
      told[rest[0]] = rest[1].replace(/\/$/, '');
    } else if (word === 'serving') {
      told.serves = true;
    }
  }
  return told;
}

/** Starts a demo in a folder of its own and waits until it has played its story and serves. */
export async function startDemo(binary) {
  const folder = await mkdtemp(join(tmpdir(), 'anphi-demo-'));
  const child = spawn(binary, ['demo', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(kill, 10_000);
    await ended;
    clearTimeout(late);
    process.off('exit', kill);
    await rm(folder, { recursive: true, force: true });
  };
  const lines = [];
  const said = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.startsWith('serving ')) resolve(true);
      });
    }
  });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, READY_SECONDS_MAX * 1000, false);
  });
  const ready = await Promise.race([said, ended.then(() => false), late]);
  clearTimeout(timer);
  if (!ready) {
    await stop();
    throw new Error(`${binary} demo did not come to serve:\n${lines.slice(-20).join('\n')}`);
  }
  return { ...readLines(lines), stop };
}
