// The judge reads what waits and signs it; then the clerk records its service.
export const title = 'a judge signs the notice, and the clerk records its service';

export async function flow(stage) {
  const { story } = stage;
  if (!story) throw new Error('this goes on where 1-case ends');
  const judge = await stage.staff('judge');
  const page = await judge.open('/desk/judge');
  await judge.look('waiting');
  const row = page.locator('tr', { hasText: 'La Thị Trình Duyệt Mẫu' });
  story.reference = (await row.locator('.code').innerText()).replace(/\s/g, '');
  await row.locator('a.act').click();
  await page.waitForURL('**/sign');
  await judge.look('notice');
  story.notice = new URL(page.url()).pathname.split('/')[3];
  await page.fill('[name=code]', '000000');
  await page.locator('form#form button.main').click();
  await page.getByRole('alert').or(page.locator('.errors, .error, [class*=summary]')).first().waitFor();
  await judge.look('wrong-code');
  await page.fill('[name=code]', await judge.code());
  await page.locator('form#form button.main').click();
  await page.waitForURL('**/desk/judge');
  await judge.look('signed');

  const clerk = await stage.staff('clerk');
  const desk = await clerk.open(`/desk/notices/${story.notice}/served`);
  await clerk.look('service');
  const today = new Date(Date.now() + 7 * 3600_000).toISOString().slice(0, 10).split('-');
  await desk.check('[name=way][value=by-hand]');
  await desk.fill('[name=day-day]', today[2]);
  await desk.fill('[name=day-month]', today[1]);
  await desk.fill('[name=day-year]', today[0]);
  await desk.fill('[name=by]', 'Tống đạt viên Mẫu');
  await desk.locator('button[name=act][value=preview]').click();
  await desk.waitForLoadState('load');
  await clerk.look('last-day');
  await desk.locator('button[name=act][value=save]').click();
  await desk.waitForURL(`**${story.case}`);
  await clerk.look('served-case');
}
