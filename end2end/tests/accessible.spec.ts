import AxeBuilder from '@axe-core/playwright';
import { crowdTalks } from '../support/crowd.ts';
import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';

async function hasNoViolation(person: Person): Promise<void> {
  const { violations } = await new AxeBuilder({ page: person.page }).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(', ')}`);
  expect(found).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`arrival, ${colorScheme}`, async ({ guest }) => {
    const ada = await guest('Ada', { colorScheme });
    await ada.opens('/');
    await expect(ada.page.getByRole('button', { name: 'Enter' })).toBeEnabled();
    await hasNoViolation(ada);
    await ada.page.getByRole('button', { name: 'Enter' }).click();
    await expect(ada.page.getByText('A name needs at least one character.')).toBeVisible();
    await hasNoViolation(ada);
  });

  test(`lobby, ${colorScheme}`, async ({ meet }) => {
    const ada = await meet('Ada', { colorScheme });
    await hasNoViolation(ada);
    await ada.page.getByRole('button', { name: 'New room' }).click();
    await expect(ada.page.getByRole('textbox', { name: 'Room name' })).toBeVisible();
    await hasNoViolation(ada);
  });

  test(`room, ${colorScheme}`, async ({ meet }) => {
    const ada = await meet('Ada', { colorScheme });
    const bo = await meet('Bo');
    await ada.enters('General');
    await hasNoViolation(ada);
    await bo.enters('General');
    await ada.says('Have you seen https://example.org ?');
    await bo.says('Not yet');
    await ada.sees(bo, 'Not yet');
    await hasNoViolation(ada);
  });

  test(`way in with a password, ${colorScheme}`, async ({ guest }) => {
    const ada = await guest('Ada', { colorScheme });
    await ada.opens('/');
    await ada.page.getByRole('button', { name: 'Sign in' }).click();
    await hasNoViolation(ada);
    await ada.page.getByRole('button', { name: 'Sign in' }).click();
    await expect(ada.page.getByText('Please give your name and your password.')).toBeVisible();
    await hasNoViolation(ada);
  });

  test(`account, ${colorScheme}`, async ({ meet }) => {
    const ada = await meet('Ada', { colorScheme });
    await ada.opensAccount();
    await expect(ada.page.getByText('Here now')).toBeVisible();
    await hasNoViolation(ada);
    await ada.page.getByRole('button', { name: 'Delete account…' }).click();
    await hasNoViolation(ada);
    await ada.securesName('a lamp in the window');
    await ada.opensAccount();
    await hasNoViolation(ada);
  });

  test(`administration, ${colorScheme}`, async ({ guest, meet, server }) => {
    const ada = await guest('Ada', { colorScheme });
    await meet('Bo');
    await ada.opens(await server.claimLink());
    await ada.givesName();
    await expect(ada.page.getByText('Bo', { exact: true })).toBeVisible();
    await hasNoViolation(ada);
    await ada.page.getByRole('button', { name: 'Ban: Bo' }).click();
    await hasNoViolation(ada);
  });

  test(`room without a server, ${colorScheme}`, async ({ meet, server }) => {
    const ada = await meet('Ada', { colorScheme });
    await ada.enters('General');
    await server.kill();
    await ada.isOffline();
    await ada.says('Hello?');
    await expect(ada.message('Hello?')).toContainText('Sending');
    await hasNoViolation(ada);
  });

  test(`room with a gap, ${colorScheme}`, async ({ meet, guest, server }) => {
    const ada = await meet('Ada', { colorScheme });
    await ada.enters('Random');
    await ada.enters('General');
    await ada.seesNote('You joined');
    await ada.keepsAll();
    await ada.page.close();
    const crowd = await guest('Crowd');
    await crowdTalks(crowd, 'general', 160);
    await crowdTalks(crowd, 'random', 1);
    const again = await ada.comesBack('/rooms/general');
    await again.hasNew('Random', 1);
    await expect(again.gap).toHaveCount(1);
    await hasNoViolation(again);
    await server.kill();
    await again.isOffline();
    await again.gap.scrollIntoViewIfNeeded();
    await hasNoViolation(again);
  });

  test(`room on a phone, ${colorScheme}`, async ({ meet }) => {
    const ada = await meet('Ada', { colorScheme, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await hasNoViolation(ada);
    await ada.enters('General');
    await ada.says('On my way');
    await expect(ada.message('On my way')).toContainText('Stored');
    await hasNoViolation(ada);
    await ada.page.getByRole('button', { name: 'People' }).tap();
    await expect(ada.people).toBeVisible();
    await hasNoViolation(ada);
  });

  test(`doors, ${colorScheme}`, async ({ meet }) => {
    const ada = await meet('Ada', { colorScheme });
    const bo = await meet('Bo');
    await bo.creates('Vault', 'By a password', 'open sesame');
    await ada.goesTo('Vault');
    await ada.doorPassword.fill('sesame');
    await ada.joinButton.click();
    await expect(ada.page.getByText('That is not the password.')).toBeVisible();
    await hasNoViolation(ada);
    await ada.doorPassword.fill('open sesame');
    await ada.joinButton.click();
    await ada.isIn('Vault');
    await ada.composer.pressSequentially('Not done yet');
    await bo.removes('Ada');
    await expect(ada.page.getByText('Bo removed you from this room.')).toBeVisible();
    await hasNoViolation(ada);
  });

  test(`what lies over a room, ${colorScheme}`, async ({ meet }) => {
    const ada = await meet('Ada', { colorScheme });
    const bo = await meet('Bo');
    const link = await ada.creates('Attic', 'By invite link only').then(() => ada.makesInvite());
    await bo.opens(link);
    await bo.isIn('Attic');
    await bo.isOnline();
    await bo.says('Hello @Ada');
    await expect(ada.message('Hello').getByText('@Ada')).toBeVisible();
    await hasNoViolation(ada);
    await ada.opensMessage('Hello');
    await hasNoViolation(ada);
    await ada.sheet.getByRole('button', { name: 'Delete message' }).click();
    await expect(ada.message('Message deleted')).toBeVisible();
    await ada.opensPerson('Bo');
    await hasNoViolation(ada);
    await ada.sheet.getByRole('button', { name: 'Mute for 1 day' }).click();
    await expect(bo.composer).toBeDisabled();
    await ada.opensMenu();
    await ada.sheet.getByRole('button', { name: 'Make an invite link' }).click();
    await expect(ada.sheet.getByRole('textbox', { name: 'Invite link' })).toBeVisible();
    await ada.sheet.getByRole('button', { name: 'Delete this room' }).click();
    await hasNoViolation(ada);
    await ada.closesSheet();
    await ada.composer.pressSequentially('@');
    await expect(ada.page.getByRole('option', { name: 'Bo' })).toBeVisible();
    await hasNoViolation(ada);
  });

  test(`not found, ${colorScheme}`, async ({ guest }) => {
    const ada = await guest('Ada', { colorScheme });
    await ada.opensInVain('/no/such/page');
    await hasNoViolation(ada);
    await ada.opensInVain('/rooms/No%20Such%20Room');
    await hasNoViolation(ada);
  });
}

test('a keyboard is enough', async ({ guest }) => {
  const ada = await guest('Ada');
  await ada.opens('/rooms/general');
  const keyboard = ada.page.keyboard;
  await expect(ada.page.getByRole('textbox', { name: 'Your name' })).toBeFocused();
  await keyboard.type('Ada');
  await keyboard.press('Enter');
  await ada.isIn('General');
  await expect(ada.composer).toBeFocused();
  await keyboard.type('No mouse here');
  await keyboard.press('Enter');
  await ada.sees(ada, 'No mouse here');
});
