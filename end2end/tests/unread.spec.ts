import { crowdTalks } from '../support/crowd.ts';
import { expect, test } from '../support/test.ts';

test('what is new in another room is counted, and read in one place it is read everywhere', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('Random');
  await ada.enters('General');
  await bo.enters('Random');
  const tab = await ada.opensTab('/rooms/general');
  const phone = await guest('Ada', { storageState: await ada.context.storageState() });
  await phone.opens('/rooms/general');
  await phone.isOnline();

  await bo.says('Anybody here?');
  await bo.says('Hello?');
  for (const place of [ada, tab, phone]) {
    await place.hasNew('Random', 2);
    await expect(place.page).toHaveTitle('(2) General · Parlor');
  }

  await phone.enters('Random');
  await phone.seesExactly('Anybody here?', 'Hello?');
  for (const place of [ada, tab, phone]) await place.hasNew('Random', 0);
  await expect(ada.page).toHaveTitle('General · Parlor');
  await ada.reloads();
  await ada.hasNew('Random', 0);
});

test('what is new is still so after a reload, and marked when one comes to it', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('Random');
  await bo.enters('Random');
  await bo.says('Old news');
  await ada.sees(bo, 'Old news');
  await ada.enters('General');
  await bo.says('News');
  await ada.hasNew('Random', 1);
  await ada.reloads();
  await ada.hasNew('Random', 1);

  await ada.enters('Random');
  await ada.hasNew('Random', 0);
  await expect(ada.log.getByText('New messages')).toBeVisible();
  const lines = (await ada.log.innerText()).split('\n').filter((line) => /Old news|New messages|^News/.test(line));
  expect(lines).toEqual(['Old news', 'New messages', 'News']);
});

test('whoever has scrolled back has not read what comes meanwhile', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await bo.enters('General');
  await crowdTalks(await guest('Crowd'), 'general', 40);
  await ada.enters('General');
  await expect(ada.messages).toHaveCount(40);
  await ada.messages.first().scrollIntoViewIfNeeded();
  const toEnd = ada.page.getByRole('button', { name: 'Jump to the end' });
  await expect(toEnd).toBeVisible();

  await bo.says('Down here');
  await ada.hasNew('General', 1);
  await expect(ada.page).toHaveTitle('(1) General · Parlor');
  await ada.page.getByRole('button', { name: 'New messages 1' }).click();
  await ada.hasNew('General', 0);
  await expect(ada.page).toHaveTitle('General · Parlor');
  await expect(ada.message('Down here')).toBeInViewport();
});

test('more than anyone counts is not counted', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.enters('Random');
  await ada.enters('General');
  await crowdTalks(await guest('Crowd'), 'random', 120);
  await expect(ada.page).toHaveTitle('(99+) General · Parlor');
  await expect(ada.rooms.getByRole('link', { name: /^Random, \d+ online, 99\+ new$/ })).toBeVisible();
});
