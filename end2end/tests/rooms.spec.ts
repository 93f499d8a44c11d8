import { expect, test } from '../support/test.ts';

test('a few rooms are there from the start', async ({ meet }) => {
  const ada = await meet('Ada');
  for (const room of ['General', 'Random', 'Help']) await ada.counts(room, 0);
});

test('the link of a new room leads somebody else into it', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.creates('Book club');
  await ada.says('Chapter one');

  const bo = await guest('Bo');
  await bo.opens(new URL(ada.page.url()).pathname);
  await bo.givesName();
  await bo.isIn('Book club');
  await bo.sees(ada, 'Chapter one');
  await bo.says('Chapter two');
  await ada.sees(bo, 'Chapter two');
  await ada.counts('Book club', 2);
});

test('a link to a room that does not exist yet makes it', async ({ guest, meet }) => {
  const bo = await meet('Bo');
  const ada = await guest('Ada');
  await ada.opens('/rooms/tea-time');
  await ada.givesName();
  await ada.isIn('Tea time');
  await bo.counts('Tea time', 1);
});

test('a room is named in any script', async ({ meet, guest }) => {
  const ada = await meet('李清照');
  await ada.creates('茶室');
  await ada.says('欢迎');
  const bo = await guest('Bo');
  await bo.opens(new URL(ada.page.url()).pathname);
  await bo.givesName();
  await bo.isIn('茶室');
  await bo.sees(ada, '欢迎');
});

test('making a room that exists says so', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.page.getByRole('button', { name: 'New room' }).click();
  const box = ada.page.getByRole('textbox', { name: 'Room name' });
  await box.fill('…');
  await box.press('Enter');
  await expect(ada.page.getByText("A room's name needs a letter or a digit.")).toBeVisible();
  await box.fill('General');
  await box.press('Enter');
  await expect(ada.page).toHaveTitle('General · Parlor');
});

test('an address that no room can have says so, and shows the way on', async ({ guest }) => {
  const ada = await guest('Ada');
  await ada.opensInVain('/rooms/No%20Such%20Room');
  await expect(ada.page.getByRole('heading', { name: 'There is no such room' })).toBeVisible();
  await ada.page.getByRole('link', { name: 'See all rooms' }).click();
  await ada.givesName();
  await ada.counts('General', 0);
});

test('an address of nothing says so', async ({ guest }) => {
  const ada = await guest('Ada');
  await ada.opensInVain('/no/such/page');
  await expect(ada.page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
  await expect(ada.page.getByRole('link', { name: 'See all rooms' })).toBeVisible();
});

test('a room that was left is not entered again by itself', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('Help');
  await ada.counts('Help', 1);
  await ada.leaves();
  await expect(ada.page).toHaveURL(/\/$/);
  await ada.counts('Help', 0);
  await ada.reloads();
  await ada.counts('Help', 0);
});

test('leaving in one tab shows in the other', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('Help');
  const tab = await ada.opensTab('/rooms/help');
  await tab.isIn('Help');
  await tab.leaves();
  await expect(ada.page.getByText('You have left this room.')).toBeVisible();
  await ada.page.getByRole('button', { name: 'Join again' }).click();
  await ada.says('Back again');
  await ada.sees(ada, 'Back again');
});
