import { photographer, shapes } from '../support/shapes.ts';
import { expect, test } from '../support/test.ts';

for (const [shape, size] of Object.entries(shapes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { ...size, colorScheme };
    const photograph = photographer(shape, colorScheme);

    test(`${shape}, ${colorScheme}: doors`, async ({ meet }) => {
      const ada = await meet('Ada');
      const bo = await meet('Bo', options);
      await ada.page.getByRole('button', { name: 'New room' }).click();
      await ada.page.getByRole('textbox', { name: 'Room name' }).fill('Vault');
      await ada.page.getByLabel('Who may come in').selectOption('By a password');
      await ada.page.getByLabel('Password of the room').fill('swordfish');
      await ada.page.getByRole('button', { name: 'Create' }).click();
      await ada.isIn('Vault');
      await bo.goesTo('Vault');
      await expect(bo.doorPassword).toBeVisible();
      await photograph(bo, 'door');
      await bo.doorPassword.fill('sword');
      await bo.joinButton.click();
      await expect(bo.page.getByText('That is not the password')).toBeVisible();
      await photograph(bo, 'door-wrong-password');
      await bo.doorPassword.fill('swordfish');
      await bo.joinButton.click();
      await bo.isIn('Vault');
      await ada.says('Welcome, @Bo, to the vault');
      await bo.sees(ada, 'Welcome');
      await photograph(bo, 'mention');
      await ada.removes('Bo');
      await expect(bo.page.getByText('Ada removed you from this room.')).toBeVisible();
      await photograph(bo, 'removed');
    });

    test(`${shape}, ${colorScheme}: an owner's room, and who one is`, async ({ meet, server }) => {
      const ada = await meet('Ada', options);
      await ada.creates('Book club');
      const bo = await meet('Bo');
      await bo.enters('Book club');
      await bo.says('Something that is better not said');
      await ada.sees(bo, 'better not said');
      await ada.opensMenu();
      await photograph(ada, 'room-menu');
      await ada.closesSheet();
      await ada.opensMessage('better not said');
      await photograph(ada, 'message-menu');
      await ada.closesSheet();
      await ada.opens('/account');
      await expect(ada.page.getByRole('heading', { name: 'Devices' })).toBeVisible();
      await photograph(ada, 'account');
      await ada.opens(await server.claimLink());
      await expect(ada.page.getByRole('heading', { name: 'Newcomers' })).toBeVisible();
      await photograph(ada, 'administration');
    });
  }
}
