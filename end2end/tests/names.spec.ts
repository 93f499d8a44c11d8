import { expect, test } from '../support/test.ts';

test('a name is all that it takes, and it is asked once per browser', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.reloads();
  await expect(ada.page.getByRole('textbox', { name: 'Your name' })).toHaveCount(0);
  const tab = await ada.opensTab('/rooms/general');
  await tab.isIn('General');
  await tab.seesPeople('Ada');
});

test('a new name is what others see from then on', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('under my first name');
  await bo.sees(ada, 'under my first name');

  await ada.changesName('Ada L.');
  await bo.seesPeople('Ada L.', 'Bo');
  await ada.says('under my second name');
  await bo.sees(ada, 'under my second name');
  await bo.counts('General', 2);
  await ada.reloads();
  await ada.seesPeople('Ada L.', 'Bo');
});

test('a name that cannot be is refused with words', async ({ guest }) => {
  const ada = await guest('Ada');
  await ada.opens('/');
  const box = ada.page.getByRole('textbox', { name: 'Your name' });
  const enter = ada.page.getByRole('button', { name: 'Enter' });

  await enter.click();
  await expect(box).toHaveAccessibleDescription('A name needs at least one character.');
  await box.fill('x'.repeat(33));
  await enter.click();
  await expect(box).toHaveAccessibleDescription('A name has at most 32 characters.');
  await ada.givesName();
  await ada.counts('General', 0);
});
