// Proves the checks: a right page has no finding in any pass, and each planted flaw has exactly
// the finding that it should. The pages are served here, as the product would serve them.
import { deepStrictEqual, match, ok, rejects } from 'node:assert/strict';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

import { readLines, startDemo } from './demo.mjs';
import { PASSES, Stage } from './stage.mjs';
import { codeOf, stepAt } from './totp.mjs';

const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'; // RFC 6238, appendix B
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'";
const STYLE = `
  body { color: #1c1917; background: #fff; font: 16px/1.5 sans-serif; margin: 0 16px }
  a, button, input { min-height: 48px; min-width: 48px; box-sizing: border-box }
  a { display: inline-block } p a { display: inline }
  .skip { position: absolute; left: -9999px } .skip:focus { position: static }
  .dense a { min-height: 28px; min-width: 28px }
  .wide { width: 500px } .small { min-height: 20px; min-width: 20px; height: 20px } .pale { color: #bbb }`;

const page = (main, more = {}) => `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Thử</title>
  <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
  ${more.head ?? ''}</head><body><a class="skip" href="#main">Tới nội dung</a><header><nav aria-label="Chính"><a href="/">Trang chủ</a></nav></header>
  <main id="main"><h1>Trang thử</h1>${main}</main></body></html>`;

const FORM = '<form method="post"><label for="a">Mã</label> <input id="a" name="a"><button>Tiếp tục</button></form>';
const RIGHT = `<p>Đọc <a href="/">hướng dẫn</a> trước khi nộp.</p><p id="live">tắt</p>${FORM}`;
const LIVE = '<script type="module" src="/live.mjs"></script>';

const TABLE = '<table class="dense"><caption>Việc</caption><tr><th scope="row">1</th><td><a href="/">Mở</a></td></tr></table>';

// Each flaw, and the checks that must find it.
const FLAWS = {
  '/wide': [page('<div class="wide">x</div>'), ['sideways']],
  '/small': [page('<button class="small">Nộp</button>'), ['targets']],
  '/table': [page(TABLE), ['targets']],
  '/desk/table': [page(TABLE), []],
  '/pale': [page('<p class="pale">nhạt</p>'), ['axe']],
  '/unlabelled': [page('<input name="a">'), ['axe']],
  '/refresh': [page('', { head: '<meta http-equiv="refresh" content="5">' }), ['axe']],
  '/two-heads': [page('<h1>Một nữa</h1>'), ['markup']],
  '/inline-style': [page('<p style="margin: 0">x</p>'), ['markup', 'quiet']],
  '/inline-script': [page('<script>document.title = "x"</script>'), ['markup', 'quiet']],
  '/handler': [page('').replace('<body>', '<body onload="f()">'), ['markup', 'quiet']],
  '/foreign': [page('<img alt="" src="http://127.0.0.2:9/x.png">'), ['quiet']],
  '/missing': [page('<img alt="" src="/none.png">'), ['quiet']],
  '/fault': [page('', { head: '<script type="module" src="/fault.mjs"></script>' }), ['quiet']],
  '/heavy': [page(`<p>${noise(80_000)}</p>`), ['weight']],
  '/plain': [page(`<p>${'dài '.repeat(2000)}</p>`), ['weight']],
  '/broken': [page(''), ['quiet']],
};

/** Text that does not compress, in words short enough for a narrow page. */
function noise(length) {
  let [text, state] = ['', 1];
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += `${state.toString(36)} `;
  }
  return text;
}

function answer(request, response) {
  const path = new URL(request.url, 'http://x').pathname;
  const form = request.method === 'POST';
  const send = (status, type, body, more = {}) => {
    const packed = path === '/plain' ? {} : { 'content-encoding': 'gzip' };
    const headers = { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY, ...packed, ...more };
    response.writeHead(status, headers).end(path === '/plain' ? body : gzipSync(body));
  };
  if (path === '/style.css') return send(200, 'text/css', STYLE);
  if (path === '/live.mjs') return send(200, 'text/javascript', 'document.querySelector("#live").textContent = "bật";');
  if (path === '/fault.mjs') return send(200, 'text/javascript', 'none();');
  if (path === '/right') return send(form ? 422 : 200, 'text/html', page(RIGHT, { head: LIVE }));
  if (path === '/desk') return desk(request, send);
  if (FLAWS[path]) return send(path === '/broken' ? 500 : 200, 'text/html', FLAWS[path][0]);
  return send(404, 'text/html', page('không có'));
}

/** A desk that asks for a name and a password, then for a code that it takes once. */
const used = new Set();
async function desk(request, send) {
  let body = '';
  for await (const part of request) body += part;
  const given = new URLSearchParams(body);
  const field = (name, complete, type) =>
    `<label for="${name}">${name}</label><input id="${name}" name="${name}" type="${type}" autocomplete="${complete}">`;
  const asks = (fields) => send(200, 'text/html', page(`<form method="post">${fields}<button>Đăng nhập</button></form>`));
  if (request.headers.cookie === 'anphi=in') return send(200, 'text/html', page('<p>Việc hôm nay</p>'));
  const step = [-1, 0, 1].map((ahead) => stepAt(Date.now()) + ahead).find((at) => codeOf(SEED, at) === given.get('code'));
  if (step !== undefined && !used.has(step)) {
    used.add(step);
    return send(303, 'text/html', '', { location: '/desk', 'set-cookie': 'anphi=in; Path=/; HttpOnly' });
  }
  const known = given.get('name') === 'thuky' && given.get('password') === 'mật khẩu';
  if (known) return asks(field('code', 'one-time-code', 'text'));
  return asks(field('name', 'username', 'text') + field('password', 'current-password', 'password'));
}

/** A stage over these pages. */
async function withStage(browser, pass, pictures, body) {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const staff = [{ role: 'clerk', name: 'thuky', password: 'mật khẩu', seed: SEED }];
  const demo = { public: `http://127.0.0.1:${server.address().port}`, staff, keys: [] };
  const stage = new Stage({ browser, pass, demo, pictures });
  await stage.begin('proof');
  try {
    await body(stage);
  } finally {
    await stage.end();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const found = ({ findings }) => [...new Set(findings.map(({ check }) => check))].sort();

function* rightPages(browser, pictures) {
  for (const pass of PASSES) {
    yield [`a right page has no finding, ${pass.name}`, () =>
      withStage(browser, pass, pictures, async (stage) => {
        const visit = await stage.visitor();
        const page = await visit.open('/right');
        await visit.look('right');
        await page.click('button');
        await visit.look('answered-422');
        deepStrictEqual(stage.findings, []);
        deepStrictEqual(await page.innerText('#live'), pass.script ? 'bật' : 'tắt');
        deepStrictEqual(await page.evaluate(() => innerWidth), pass.viewport.width);
      })];
  }
}

function* flaws(browser, pictures) {
  for (const [path, [, checks]] of Object.entries(FLAWS)) {
    yield [`${path.slice(1)} is found by ${checks.join(' and ') || 'nothing'}`, () =>
      withStage(browser, PASSES[0], pictures, async (stage) => {
        const visit = await stage.visitor();
        await visit.open(path);
        await visit.look('flaw');
        deepStrictEqual(found(stage), checks, JSON.stringify(stage.findings, null, 1));
      })];
  }
}

function* people(browser, pictures) {
  yield ['staff sign in once, and each code is fresh', () =>
    withStage(browser, PASSES[0], pictures, async (stage) => {
      const visit = await stage.staff('clerk');
      ok(await visit.page.getByText('Việc hôm nay').isVisible());
      ok((await stage.staff('thuky')) === visit);
      const [before, code] = [visit.person.step, await visit.code()];
      deepStrictEqual([visit.person.step, code], [before + 1, codeOf(SEED, before + 1)]);
      await rejects(stage.staff('judge'), /no staff "judge"/);
    })];
  yield ['a wrong password is told', () =>
    withStage(browser, PASSES[0], pictures, async (stage) => {
      stage.demo.staff[0].password = 'sai';
      await rejects(stage.staff('clerk'), /thuky could not sign in/);
    })];
}

function* readers() {
  yield ['codes are those of RFC 6238', () => {
    const codes = [59, 1_111_111_109, 1_234_567_890, 20_000_000_000].map((second) => codeOf(SEED, stepAt(second * 1000)));
    deepStrictEqual(codes, ['287082', '081804', '005924', '353130']);
  }];
  yield ["the demo's lines are read", () => {
    const told = readLines(['staff clerk thuky.kv1 Mot-Hai SEED', 'staff inspector thanhtra x -', 'api-key court-1 k_1',
      'notice AP2611900016 Nguyễn Văn Ví Dụ 300000 issued', 'listening public http://127.0.0.1:8080/', 'serving http://127.0.0.1:8080; press Ctrl+C to end']);
    deepStrictEqual(told, {
      staff: [
        { role: 'clerk', name: 'thuky.kv1', password: 'Mot-Hai', seed: 'SEED' },
        { role: 'inspector', name: 'thanhtra', password: 'x', seed: null },
      ],
      keys: [{ name: 'court-1', key: 'k_1' }],
      public: 'http://127.0.0.1:8080',
      serves: true,
    });
  }];
  yield ['a demo that does not come to serve is told', async () => {
    const error = await startDemo('/bin/echo').then(() => null, (thrown) => thrown);
    match(String(error), /did not come to serve:\ndemo --listen 127\.0\.0\.1:0/);
  }];
}

/** All proofs, as pairs of a name and a test. */
export function* proofs(browser, pictures) {
  yield* readers();
  yield* rightPages(browser, pictures);
  yield* flaws(browser, pictures);
  yield* people(browser, pictures);
}
