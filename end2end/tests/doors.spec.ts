import { expect, test } from '../support/test.ts';

test('a room with a password opens for whoever knows it', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Vault', 'By a password', 'open sesame');
  await ada.says('Nobody hears this');

  await bo.goesTo('Vault');
  await expect(bo.link('Vault')).toHaveAccessibleName('Vault, 1 online, with a password');
  await bo.doorPassword.fill('open barley');
  await bo.joinButton.click();
  await expect(bo.page.getByText('That is not the password.')).toBeVisible();
  await expect(bo.page.getByText('Nobody hears this')).toHaveCount(0);
  await bo.doorPassword.fill('open sesame');
  await bo.joinButton.click();
  await bo.isIn('Vault');
  await bo.sees(ada, 'Nobody hears this');
  await ada.seesNote('Bo joined');
  await bo.reloads();
  await bo.sees(ada, 'Nobody hears this');
});

test('whoever guesses on has to wait, longer and longer', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Vault', 'By a password', 'open sesame');
  await bo.goesTo('Vault');
  const wait = bo.page.getByText(/You can try again in 0:0\d\./);
  for (let n = 1; n < 10 && !(await wait.isVisible()); n++) {
    await bo.doorPassword.fill(`guess ${n}`);
    await bo.joinButton.click();
    await expect(bo.page.getByText('That is not the password.')).toBeVisible();
    await expect(bo.page.getByRole('button', { name: 'Joining…' })).toHaveCount(0);
  }
  await expect(wait).toBeVisible();
  await expect(wait).toBeHidden();
  await bo.doorPassword.fill('open sesame');
  await bo.joinButton.click();
  await bo.isIn('Vault');
});

test('a lock that is put on later keeps out who is outside, and nobody who is inside', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  const cy = await meet('Cy');
  await ada.creates('Den');
  await bo.enters('Den');
  await cy.goesTo('Den');
  await ada.opensMenu();
  await ada.sheet.getByLabel('Who may come in').selectOption('By a password');
  await ada.sheet.getByRole('button', { name: 'Save who may come in' }).click();
  await expect(ada.sheet.getByText('A password has at least 4 characters.')).toBeVisible();
  await ada.sheet.getByLabel('Password of the room').fill('wolf');
  await ada.sheet.getByRole('button', { name: 'Save who may come in' }).click();
  await ada.closesSheet();
  for (const person of [ada, bo]) await person.says(`${person.name} is in`);
  await bo.seesNote('Ada set a password for the room');
  await expect(cy.doorPassword).toBeVisible();
  await cy.doorPassword.fill('wolf');
  await cy.joinButton.click();
  await cy.isIn('Den');
  await cy.sees(bo, 'Bo is in');
});

test('an invite link opens what it is for, also to newcomers, until it is revoked', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.creates('Attic', 'By invite link only');
  const link = await ada.makesInvite();

  const bo = await guest('Bo');
  await bo.opens(link);
  await bo.givesName();
  await bo.isIn('Attic');
  await expect(bo.page).toHaveURL(/\/rooms\/attic$/);
  await ada.seesNote('Bo joined by an invite link');

  const cy = await meet('Cy');
  await expect(cy.link('Attic')).toHaveCount(0);
  await cy.opens('/rooms/attic');
  await cy.joinButton.click();
  await expect(cy.page.getByText('You need an invite link to come in.')).toBeVisible();
  await cy.opens(link);
  await cy.isIn('Attic');
  await expect(cy.composer).toBeVisible();
  await expect(cy.link('Attic')).toHaveAccessibleName('Attic, 3 online, invite-only');

  await ada.opensMenu();
  await expect(ada.sheet.getByText('Used 2 times')).toBeVisible();
  await ada.sheet.getByRole('button', { name: 'Revoke' }).click();
  await expect(ada.sheet.getByText('Used 2 times')).toHaveCount(0);
  const di = await guest('Di');
  await di.opens(link);
  await di.givesName();
  await expect(di.page.getByText('This invite link does not work any more.')).toBeVisible();
  await expect(di.log).toHaveCount(0);
});

test('a hidden room is entered by its link alone', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.creates('Nook', 'By its link');
  const bo = await meet('Bo');
  await expect(bo.link('Nook')).toHaveCount(0);
  const cy = await guest('Cy');
  await cy.opens('/rooms/nook');
  await cy.givesName();
  await cy.isIn('Nook');
  await ada.seesNote('Cy joined');
});

test('a door lets nothing through but what it says', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await ada.says('Inside');
  await bo.goesTo('General');
  await expect(bo.page.getByRole('heading', { name: 'General' })).toBeVisible();
  await expect(bo.page.getByText('1 member, 1 online')).toBeVisible();
  await expect(bo.composer).toHaveCount(0);
  await expect(bo.page.getByText('Inside')).toHaveCount(0);
  await bo.counts('General', 1);
  await bo.joinButton.click();
  await bo.isIn('General');
  await bo.sees(ada, 'Inside');
});
