import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

async function fitsTheScreen(person: Person): Promise<void> {
  const tooWide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  expect(await person.page.evaluate(tooWide)).toBe(0);
}

test('from the list to a room and back', async ({ meet }) => {
  const ada = await meet('Ada', phone);
  await expect(ada.rooms).toBeVisible();
  await fitsTheScreen(ada);

  await ada.enters('General');
  await expect(ada.rooms).toBeHidden();
  await expect(ada.composer).toBeInViewport({ ratio: 1 });
  await fitsTheScreen(ada);
  await ada.says(`A word that never ends: ${'o'.repeat(120)}`);
  await expect(ada.message('A word')).toContainText('Stored');
  await fitsTheScreen(ada);

  await ada.page.getByRole('link', { name: 'All rooms' }).click();
  await expect(ada.rooms).toBeVisible();
  await ada.counts('General', 1);
});

test('people are a touch away', async ({ meet }) => {
  const ada = await meet('Ada', phone);
  await ada.enters('General');
  await expect(ada.people).toBeHidden();
  await ada.page.getByRole('button', { name: 'People' }).tap();
  await expect(ada.people).toBeVisible();
  await ada.seesPeople('Ada');
  await fitsTheScreen(ada);
  await ada.page.getByRole('button', { name: 'Close' }).tap();
  await expect(ada.people).toBeHidden();
});

test('a phone and a desktop talk', async ({ meet }) => {
  const ada = await meet('Ada', phone);
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('On my way');
  await bo.sees(ada, 'On my way');
  await bo.says('See you');
  await ada.sees(bo, 'See you');
});

test('a long conversation scrolls, and the newest is in sight', async ({ meet }) => {
  const ada = await meet('Ada', phone);
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  for (let n = 1; n <= 25; n++) await bo.pastes(`line ${n}.`);
  await expect(ada.message('line 25.')).toBeInViewport();
  await expect(ada.message('line 1.')).not.toBeInViewport();
  await expect(ada.composer).toBeInViewport({ ratio: 1 });
  await fitsTheScreen(ada);
});
