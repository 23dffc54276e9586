// What is paid is accepted by one click, and stands as accepted.
export const title = 'a clerk accepts the paid case';

export async function flow(stage) {
  const { story } = stage;
  if (!story?.notice) throw new Error('this goes on where 3-pay ends');
  const clerk = await stage.staff('clerk');
  const page = await clerk.open('/desk/today');
  await clerk.look('to-accept');
  await page.locator(`form[action^="/desk/notices/${story.notice}/accept"] button`).click();
  await page.getByText('Đã thụ lý').first().waitFor();
  await clerk.look('accepted');
  await page.goto(story.case);
  await clerk.look('case');
  await page.goto('/desk/cases/00000000-0000-7000-8000-000000000000');
  await clerk.look('no-such-case');
  await page.goto('/desk/statements');
  await clerk.look('not-a-clerks');
}
