// A litigant with the paper in hand: looks the notice up, sees the QR code, pays at the gateway.
export const title = 'a litigant looks a notice up, sees its QR code, pays and holds the receipt';

export async function flow(stage) {
  const { story } = stage;
  if (!story?.reference) throw new Error('this goes on where 2-sign ends');
  const payer = await stage.visitor();
  const page = await payer.open('/');
  await payer.look('start');
  await page.goto('/tra-cuu');
  await page.fill('[name=ref]', story.reference);
  await page.fill('[name=fact]', '0000');
  await page.locator('form#form button.main').click();
  await page.getByText('Không tìm thấy').first().waitFor();
  await payer.look('no-match');
  await page.fill('[name=fact]', story.fact);
  await page.locator('form#form button.main').click();
  await page.waitForURL('**/n/*');
  await payer.look('notice');
  const notice = page.url();

  // A bank transfer by its code; nothing is typed.
  await page.check('[name=who][value=self]');
  await page.check('[name=method][value=vietqr]');
  await page.locator('form#form button.main').click();
  await page.waitForURL('**/lenh/**');
  await payer.look('vietqr');
  const shown = await page.locator('main').innerText();
  for (const word of [story.reference, '9990001112223', '3.000.000']) {
    if (!shown.includes(word)) throw new Error(`${word} is not on the page of the transfer: ${shown}`);
  }

  // Then the other way: without choosing, for somebody else, at last at the gateway.
  await page.goto(`${notice}/thanh-toan`);
  await payer.look('ways');
  await page.check('[name=who][value=other]');
  await page.check('[name=method][value=vnpay]');
  await page.locator('form#form button.main').click();
  await page.waitForLoadState('load');
  await payer.look('who-pays');
  await page.check('[name=who][value=self]');
  await page.locator('form#form button.main').click();
  await page.waitForURL('**/paymentv2/**');
  await page.locator('button[value=pay]').click();
  await page.waitForURL('**/lenh/**');
  const paid = page.getByText('Đã thanh toán').first();
  for (let tries = 0; tries < 10 && !(await paid.isVisible()); tries += 1) {
    await page.waitForTimeout(1_000);
    if (!stage.pass.script) await page.reload();
  }
  await paid.waitFor();
  await payer.look('paid');
  await page.locator('a[href*="/bien-lai"]').first().click();
  await page.waitForURL('**/bien-lai*');
  await payer.look('receipt');
  await page.goto(notice);
  await payer.look('paid-notice');

  for (const [path, name] of [
    ['/tinh-an-phi', 'calculator'],
    ['/tinh-an-phi/ket-qua?kind=civil&stage=first&priced=yes&amount=650.000.000&relief=none', 'worked-out'],
    ['/bien-lai', 'check'],
    ['/huong-dan', 'help'],
    ['/n/khong-co', 'no-such-notice'],
    ['/tra-cuu?lang=en', 'in-english'],
  ]) {
    await page.goto(path);
    await payer.look(name);
  }
}
