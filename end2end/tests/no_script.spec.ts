import { expect, test } from '../support/test.ts';

test('without JavaScript there are words to read', async ({ guest }) => {
  const ada = await guest('Ada', { javaScriptEnabled: false });
  await ada.opens('/');
  await expect(ada.page.getByRole('heading', { name: 'Welcome to Parlor' })).toBeVisible();
  await expect(ada.page.getByText('Parlor needs JavaScript')).toBeVisible();
  await ada.opens('/rooms/general');
  await expect(ada.page).toHaveTitle('General · Parlor');
});

test('who has been here finds the rooms in the page itself', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  const storageState = await ada.context.storageState();
  const again = await guest('Ada', { javaScriptEnabled: false, storageState });
  await again.opens('/');
  await again.counts('General', 1);
  await again.counts('Random', 0);
});
