import { crowdJoins } from '../support/crowd.ts';
import { expect, test } from '../support/test.ts';

test('everyone in a room is listed with their role, online or not', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  const cy = await meet('Cy');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await cy.enters('Salon');
  await cy.page.close();
  await ada.seesPeople('Ada', 'Bo');
  await expect(ada.everyone.getByRole('listitem')).toHaveText([/Ada.*owner/, /Bo/, /Cy/]);

  await ada.opensPerson('Bo');
  await ada.sheet.getByRole('button', { name: 'Make owner' }).click();
  await expect(bo.everyone.getByRole('listitem').filter({ hasText: 'Bo' })).toContainText('owner');
  await bo.seesNote('Ada made you an owner');
  await bo.opensPerson('Ada');
  await bo.sheet.getByRole('button', { name: 'Make member' }).click();
  await ada.seesNote('Bo made you a member');
  await expect(ada.everyone.getByRole('button', { name: 'Options for Cy' })).toHaveCount(0);
  await bo.leaves();
  await ada.seesNote('You are an owner now');
});

test('more members than one sees at once are there on demand', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await crowdJoins(await guest('Crowd'), 'general', 105);
  await ada.reloads();
  const items = ada.everyone.getByRole('listitem');
  await expect(items).toHaveCount(100);
  await ada.page.getByRole('button', { name: 'Show more' }).click();
  await expect(items).toHaveCount(106);
  await expect(ada.page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
});

test('a room is renamed and gets a topic, as everyone sees', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  const cy = await meet('Cy');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await ada.opensMenu();
  await ada.sheet.getByRole('textbox', { name: 'Name' }).fill('Drawing room');
  await ada.sheet.getByRole('button', { name: 'Save name' }).click();
  await ada.sheet.getByRole('textbox', { name: 'Topic' }).fill('Tea at five');
  await ada.sheet.getByRole('button', { name: 'Save topic' }).click();
  await ada.closesSheet();
  await bo.isIn('Drawing room');
  await bo.seesNote('Ada set the topic: Tea at five');
  await expect(bo.page.getByRole('main').getByText('Tea at five', { exact: true })).toBeVisible();
  await cy.counts('Drawing room', 2);
  await bo.reloads();
  await bo.isIn('Drawing room');
  await bo.opensMenu();
  await expect(bo.sheet.getByRole('button', { name: 'Save name' })).toHaveCount(0);
});
