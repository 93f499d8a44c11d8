import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';
import type { Server } from '../support/server.ts';

/** Opens the link that the server has printed, gives a name, and administers the server. */
async function becomesAdmin(person: Person, server: Server): Promise<void> {
  await person.opens(await server.claimLink());
  await person.givesName();
  await expect(person.page.getByRole('heading', { name: 'Newcomers' })).toBeVisible();
}

async function setsPolicy(admin: Person, policy: string): Promise<void> {
  await admin.page.getByRole('radio', { name: policy }).check();
  await admin.page.getByRole('button', { name: 'Save' }).click();
  await expect(admin.page.getByText('It is so now.')).toBeVisible();
}

test('the printed link makes one administrator, once', async ({ guest, meet, server }) => {
  const ada = await guest('Ada');
  await becomesAdmin(ada, server);
  await expect(ada.page, 'the code does not stay in the address').toHaveURL(/\/admin$/);
  await ada.reloads();
  await expect(ada.page.getByRole('heading', { name: 'Newcomers' })).toBeVisible();

  const eve = await meet('Eve');
  eve.expectsRefusal('/api/admin/claim');
  await eve.opens(await server.claimLink());
  await expect(eve.page.getByText('Only administrators of this server')).toBeVisible();
  await expect(eve.page.getByText('This link makes nobody an administrator')).toBeVisible();
  await expect(eve.page.getByRole('link', { name: 'Administration' })).toHaveCount(0);
});

test('somebody who is banned is gone at once', async ({ guest, meet, server }) => {
  const ada = await guest('Ada');
  await becomesAdmin(ada, server);
  const bo = await meet('Bo');
  await meet('Cy');
  await bo.enters('General');
  await ada.page.getByLabel('Part of a name').fill('bo');
  await ada.page.getByRole('button', { name: 'Find' }).click();
  const people = ada.page.getByRole('list', { name: 'People' }).getByRole('listitem');
  await expect(people).toHaveText([/Bo.*guest/]);
  await ada.page.getByRole('button', { name: 'Ban: Bo' }).click();
  await ada.page.getByRole('button', { name: 'Ban', exact: true }).click();
  await bo.isSignedOut();
  await expect(people).toHaveText([/Bo.*banned/]);
  await ada.page.getByRole('button', { name: 'Unban: Bo' }).click();
  await expect(people).not.toHaveText([/banned/]);
});

test('an administrator makes another', async ({ guest, meet, server }) => {
  const ada = await guest('Ada');
  await becomesAdmin(ada, server);
  const bo = await meet('Bo');
  await ada.page.getByRole('button', { name: 'Find' }).click();
  await ada.page.getByRole('button', { name: 'Make administrator: Bo' }).click();
  await ada.page.getByRole('button', { name: 'Make administrator', exact: true }).click();
  await bo.page.getByRole('link', { name: 'Administration' }).click();
  await expect(bo.page.getByRole('heading', { name: 'Newcomers' })).toBeVisible();
  await ada.page.getByRole('button', { name: 'Unmake administrator: Bo' }).click();
  await expect(bo.page.getByText('Only administrators of this server')).toBeVisible();
});

test('newcomers need an invite link, or a password, if an administrator wants it so', async ({ guest, server }) => {
  const ada = await guest('Ada');
  await becomesAdmin(ada, server);
  const late = await guest('Late');
  await late.opens('/');
  await expect(late.page.getByRole('button', { name: 'Enter' })).toBeEnabled();
  await setsPolicy(ada, 'Whoever has an invite link');
  const cy = await guest('Cy');
  await cy.opens('/');
  await expect(cy.page.getByText('Newcomers need an invite link.')).toBeVisible();
  await cy.page.getByRole('button', { name: 'Come in with a new name' }).click();
  for (const person of [cy, late]) {
    person.expectsRefusal('/api/enter');
    const box = person.page.getByRole('textbox', { name: 'Your name' });
    await box.fill(person.name);
    await person.page.getByRole('button', { name: 'Enter' }).click();
    await expect(box).toHaveAccessibleDescription('You need an invite link to come in.');
  }

  await setsPolicy(ada, 'Whoever chooses a password');
  await late.page.getByRole('button', { name: 'Enter' }).click();
  await expect(late.page.getByLabel('Password')).toBeFocused();
  await late.page.getByLabel('Password').fill('a lamp in the window');
  await late.page.getByRole('button', { name: 'Enter' }).click();
  await late.isOnline();
  await cy.page.reload();
  await expect(cy.page.getByLabel('Password')).toBeVisible();
});

test('where newcomers need an invite link, one that leads into a room is enough', async ({ guest, server }) => {
  const ada = await guest('Ada');
  await becomesAdmin(ada, server);
  await setsPolicy(ada, 'Whoever has an invite link');
  await ada.creates('Attic');
  const link = await ada.makesInvite();
  const bo = await guest('Bo');
  await bo.opens(link);
  await bo.givesName();
  await bo.isIn('Attic');
  await expect(bo.page, 'the code does not stay in the address').toHaveURL(/\/rooms\/attic$/);
});

test('a room that an administrator deletes is gone for everyone', async ({ guest, meet, server }) => {
  const ada = await guest('Ada');
  await becomesAdmin(ada, server);
  const bo = await meet('Bo');
  await bo.creates('Tea');
  await bo.opens('/');
  await expect(bo.link('Tea')).toBeVisible();
  await ada.reloads();
  const rooms = ada.page.getByRole('list', { name: 'Rooms' }).getByRole('listitem');
  await expect(rooms.filter({ hasText: 'Tea' })).toHaveText(/1 member.*Owned by Bo/);
  await ada.page.getByRole('button', { name: 'Delete: Tea' }).click();
  await ada.page.getByRole('button', { name: 'Delete room' }).click();
  await expect(rooms.filter({ hasText: 'Tea' })).toHaveCount(0);
  await expect(bo.link('Tea')).toHaveCount(0);
});

test('others have nothing to do there', async ({ meet }) => {
  const bo = await meet('Bo');
  await bo.opens('/admin');
  await expect(bo.page.getByText('Only administrators of this server')).toBeVisible();
  await expect(bo.page.getByRole('heading', { name: 'Newcomers' })).toHaveCount(0);
});
