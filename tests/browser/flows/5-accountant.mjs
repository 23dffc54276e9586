// The accountant's morning: what the bank told, what agrees, what a person must decide.
export const title = 'an accountant sees statements, reconciliation and money to decide';

export async function flow(stage) {
  const accountant = await stage.staff('accountant');
  const page = await accountant.open('/desk/statements');
  await accountant.look('statements');
  await page.locator('table a').first().click();
  await page.waitForURL('**/desk/statements/*-*');
  await accountant.look('statement');
  await page.goto('/desk/recon');
  await accountant.look('reconciliation');
  await page.goto('/desk/exceptions');
  await accountant.look('to-decide');
  const cases = await page.locator('main a[href^="/desk/exceptions/"]').evaluateAll((links) => links.map((link) => link.href));
  if (cases.length === 0) throw new Error('nothing is left to decide');
  await page.goto(cases[0]);
  await accountant.look('one-to-decide');
  await page.goto('/desk/statements/new');
  await accountant.look('new-statement');
  await page.setInputFiles('[name=file]', { name: 'sao-ke.xml', mimeType: 'text/xml', buffer: Buffer.from('<!DOCTYPE d><d/>') });
  const account = page.locator('select[name=account]');
  if ((await account.count()) > 0) await account.selectOption({ index: 1 });
  else await page.locator('[name=account]').first().check();
  await page.locator('form#form button.main').click();
  await page.waitForLoadState('load');
  await accountant.look('unsafe-statement');
  await page.locator('[role=alert] a').click();
  await page.waitForURL('**/desk/statements*');
  await page.locator('#tu-choi + p + table').getByText('sao-ke.xml').waitFor();
  await accountant.look('refused-files');
  await page.locator('table').first().locator('a').first().click();
  await page.waitForURL('**/desk/statements/*-*');
  const cleared = await page.locator('.left').filter({ hasText: 'đã xử lý' }).locator('a').first().getAttribute('href');
  await page.goto(cleared);
  await accountant.look('cleared');
}
