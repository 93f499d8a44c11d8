import { expect, test } from '../support/test.ts';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

test('whoever is removed while they write keeps what they wrote, and hears nothing more', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await bo.says('One thing is clear');
  await bo.composer.pressSequentially('And another thing');
  await ada.removes('Bo');

  await expect(bo.page.getByText('Ada removed you from this room.')).toBeVisible();
  await expect(bo.composer).toHaveCount(0);
  await expect(bo.page.getByLabel('What you had not sent')).toHaveValue('And another thing');
  await ada.seesNote('You removed Bo');
  await ada.says('Is it quieter now?');
  await expect(ada.message('Is it quieter now?')).toContainText('Stored');
  await expect(bo.page.getByText('Is it quieter now?')).toHaveCount(0);
  await expect(bo.page.getByText('One thing is clear')).toHaveCount(0);

  await bo.page.getByRole('button', { name: 'Join again' }).click();
  await bo.isIn('Salon');
  await expect(bo.composer).toHaveValue('And another thing');
  await bo.sees(ada, 'Is it quieter now?');
});

test('whoever is banned stays out until the ban is lifted', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await ada.bans('Bo');
  await expect(bo.page.getByText('Ada banned you from this room.')).toBeVisible();
  await expect(bo.joinButton).toHaveCount(0);
  await bo.reloads();
  await bo.joinButton.click();
  await expect(bo.page.getByText('You are kept out of this room.')).toBeVisible();

  await ada.opensMenu();
  await ada.sheet.getByRole('button', { name: 'Lift the ban on Bo' }).click();
  await expect(ada.sheet.getByRole('list', { name: 'Banned people' })).toHaveCount(0);
  await bo.reloads();
  await bo.joinButton.click();
  await bo.isIn('Salon');
});

test('whoever is muted reads on, and sees when they may write again', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await bo.composer.pressSequentially('But');
  await ada.opensPerson('Bo');
  await ada.sheet.getByRole('button', { name: 'Mute for 10 minutes' }).click();
  await bo.seesNote('Ada muted you for 10 minutes');
  await expect(bo.page.getByText(/You can write again in (9:5\d|10:00)\./)).toBeVisible();
  await expect(bo.composer).toBeDisabled();
  await ada.says('Listen first');
  await bo.sees(ada, 'Listen first');
  await expect(ada.everyone.getByRole('listitem').filter({ hasText: 'Bo' })).toContainText('muted');

  await ada.opensPerson('Bo');
  await ada.sheet.getByRole('button', { name: 'Unmute' }).click();
  await expect(bo.composer).toBeEnabled();
  await expect(bo.composer).toHaveValue('But');
  await bo.composer.press('Enter');
  await ada.sees(bo, 'But');
});

test('slow mode holds members up, and says for how long', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await ada.opensMenu();
  await ada.sheet.getByLabel('Slow mode for members').selectOption('One message every 10 seconds');
  await ada.closesSheet();
  await expect(bo.page.getByText('Slow mode: one message every 10 seconds.')).toBeVisible();
  await bo.says('First');
  await expect(bo.page.getByText(/You can write again in 0:\d\d\./)).toBeVisible();
  await bo.composer.pressSequentially('Second');
  await expect(bo.page.getByRole('button', { name: 'Send' })).toBeDisabled();
  for (const text of ['As fast', 'as I like']) await ada.says(text);
  await bo.seesExactly('First', 'As fast', 'as I like');
  await expect(bo.page.getByRole('button', { name: 'Send' })).toBeEnabled({ timeout: 15_000 });
  await bo.composer.press('Enter');
  await ada.sees(bo, 'Second');
});

test('a moderator deletes and mutes from a phone', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  const mo = await meet('Mo', phone);
  await ada.creates('Salon');
  await bo.enters('Salon');
  await mo.enters('Salon');
  await ada.opensPerson('Mo');
  await ada.sheet.getByRole('button', { name: 'Make moderator' }).click();
  await mo.seesNote('Ada made you a moderator');

  await bo.says('Something rude');
  await mo.message('Something rude').getByRole('button', { name: 'Message options' }).tap();
  await mo.sheet.getByRole('button', { name: 'Delete message' }).tap();
  for (const person of [ada, bo, mo]) {
    await expect(person.message('Message deleted')).toHaveCount(1);
    await expect(person.page.getByText('Something rude')).toHaveCount(0);
  }
  await bo.reloads();
  await expect(bo.message('Message deleted')).toHaveCount(1);
  await expect(bo.page.getByText('Something rude')).toHaveCount(0);

  await mo.page.getByRole('button', { name: 'People' }).tap();
  await mo.everyone.getByRole('button', { name: 'Options for Bo' }).tap();
  await expect(mo.sheet.getByRole('button', { name: 'Make moderator' })).toHaveCount(0);
  await mo.sheet.getByRole('button', { name: 'Mute for 1 hour' }).tap();
  await expect(bo.composer).toBeDisabled();
  await expect(mo.everyone.getByRole('button', { name: 'Options for Ada' })).toHaveCount(0);
});

test('everybody deletes what they have said themselves, with nothing but a keyboard', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await bo.says('I take this back');
  await ada.sees(bo, 'I take this back');
  await expect(ada.message('I take this back').getByRole('button', { name: 'Message options' })).toHaveCount(0);
  await bo.composer.press('Shift+Tab');
  await expect(bo.page.getByRole('button', { name: 'Message options' })).toBeFocused();
  await bo.page.keyboard.press('Enter');
  await bo.sheet.getByRole('button', { name: 'Delete message' }).press('Enter');
  await expect(ada.message('Message deleted')).toHaveCount(1);
  await expect(ada.page.getByText('I take this back')).toHaveCount(0);
});

test('a room is deleted by typing its name', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.creates('Salon');
  await bo.enters('Salon');
  await bo.says('The last word');
  await bo.composer.pressSequentially('Or so');
  await ada.opensMenu();
  await ada.sheet.getByRole('button', { name: 'Delete this room' }).click();
  const sure = ada.sheet.getByRole('button', { name: 'Delete the room for everyone' });
  await expect(sure).toBeDisabled();
  await ada.sheet.getByLabel("To delete it, type the room's name").fill('Salon');
  await sure.click();
  await expect(ada.page.getByText('This room has been deleted.').or(ada.page.getByText(/deleted this room/))).toBeVisible();
  await expect(bo.page.getByText('Ada deleted this room.')).toBeVisible();
  await expect(bo.page.getByLabel('What you had not sent')).toHaveValue('Or so');
  await expect(bo.page.getByText('The last word')).toHaveCount(0);
  await expect(bo.link('Salon')).toHaveCount(0);
});
