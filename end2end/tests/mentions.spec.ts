import { expect, test } from '../support/test.ts';

test('a mention is completed, marked, and counted until it is read', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo Diddley');
  for (const person of [ada, bo]) await person.enters('Random');
  await bo.enters('General');
  await ada.composer.pressSequentially('Over here, @di');
  const choices = ada.page.getByRole('listbox', { name: 'People to mention' });
  await expect(choices.getByRole('option')).toHaveText([/Bo Diddley/]);
  await ada.composer.press('Enter');
  await expect(ada.composer).toHaveValue('Over here, @Bo Diddley ');
  await expect(choices).toHaveCount(0);
  await ada.composer.press('Enter');
  await ada.says('And nobody in particular');

  await expect(bo.link('Random')).toHaveAccessibleName('Random, 2 online, 2 new, 1 mention');
  await expect(bo.page).toHaveTitle('(2, @1) General · Parlor');
  await bo.reloads();
  await expect(bo.page).toHaveTitle('(2, @1) General · Parlor');
  await bo.enters('Random');
  await expect(bo.message('Over here').getByText('@Bo Diddley')).toBeVisible();
  await expect(bo.link('Random')).toHaveAccessibleName('Random, 2 online');
  await expect(bo.page).toHaveTitle('Random · Parlor');
});

test('a mention is chosen with a finger', async ({ meet }) => {
  const ada = await meet('Ada', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const bo = await meet('Bo');
  const cy = await meet('Cy');
  for (const person of [ada, bo, cy]) await person.enters('General');
  await ada.composer.tap();
  await ada.composer.pressSequentially('@');
  await expect(ada.page.getByRole('option')).toHaveText([/Bo/, /Cy/]);
  await ada.page.getByRole('option', { name: 'Cy' }).tap();
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveValue('@Cy ');
});

test('a name that stands there already is simply sent', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  for (const person of [ada, bo]) await person.enters('General');
  await ada.says('Hello @bo');
  await bo.sees(ada, 'Hello @bo');
  await ada.says('me@example.org is no mention');
  await bo.sees(ada, 'is no mention');
});
