// The clerk takes up a case and sends its notice to the judge.
export const title = 'a clerk signs in, opens a case and sends its notice to be signed';

const FIELDS = {
  subject: 'Tranh chấp hợp đồng vay tài sản',
  'party-1-name': 'Tạ Văn Trình Duyệt Mẫu',
  'party-1-document-number': '000000000099',
  'party-1-address': 'số 99 đường Ví Dụ',
  'party-1-ward': 'xã Hồ Sao',
  'party-2-name': 'La Thị Trình Duyệt Mẫu',
  'party-2-address': 'số 98 đường Ví Dụ',
  'claim-1-text': 'Đòi nợ vay',
  'claim-1-amount': '120.000.000',
};
const CHOICES = {
  kind: 'civil',
  stage: 'first',
  procedure: 'ordinary',
  'party-1-role': 'plaintiff',
  'party-1-type': 'person',
  'party-1-document': 'citizen-id',
  'party-2-role': 'defendant',
  'party-2-type': 'person',
  'party-2-document': 'none',
  'claim-1-side': 'claim',
  'claim-1-valued': 'yes',
};

/** Chooses a value of a list or of buttons, whichever the page has. */
async function choose(page, name, value) {
  const list = page.locator(`select[name="${name}"]`);
  if ((await list.count()) > 0) await list.selectOption(value);
  else await page.check(`input[name="${name}"][value="${value}"]`);
}

export async function flow(stage) {
  const gate = await stage.visitor();
  await gate.open('/desk/login');
  await gate.look('sign-in');
  await gate.page.fill('[name=username]', 'khong.co');
  await gate.page.fill('[name=password]', 'sai mật khẩu rồi');
  await gate.page.press('[name=password]', 'Enter');
  await gate.page.getByText('Tên hoặc mật khẩu không đúng').first().waitFor();
  await gate.look('sign-in-refused');

  const clerk = await stage.staff('clerk');
  const page = await clerk.open('/desk/today');
  await clerk.look('today');
  await page.goto('/desk/today?tab=all');
  await clerk.look('all');
  await page.goto('/desk/cases/new');
  await clerk.look('empty-form');
  await page.locator('button[value=save], button.main').last().click();
  await page.waitForLoadState('load');
  await clerk.look('faulty-form');

  await page.goto('/desk/cases/new');
  for (const [name, value] of Object.entries(CHOICES)) await choose(page, name, value);
  for (const [name, value] of Object.entries(FIELDS)) await page.fill(`[name="${name}"]`, value);
  await page.check('input[name="claim-1-by"][value="1"]');
  await page.locator('form#form button.main').click();
  await page.waitForURL('**/assessment');
  await clerk.look('assessment');
  const sums = await page.locator('main').innerText();
  if (!sums.includes('3.000.000')) throw new Error(`the advance is not 3.000.000: ${sums}`);

  const path = new URL(page.url()).pathname.replace('/assessment', '');
  await page.goto(`${path}/notice/new`);
  await clerk.look('draft');
  await page.selectOption('[name=judge]', { label: 'Thẩm phán Mẫu Một' });
  await page.locator('form#form button.main').click();
  await page.waitForURL(`**${path}`);
  await clerk.look('case');
  stage.story = { case: path, fact: '0099' };
}
