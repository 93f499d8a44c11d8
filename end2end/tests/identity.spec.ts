import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';

const PASSWORD = 'a lamp in the window';

function enterButton(person: Person) {
  return person.page.getByRole('button', { name: 'Enter' });
}

test('a secured name finds its rooms, and what is new in them, in another browser', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('one');
  await expect(ada.page.getByRole('link', { name: 'Guest: secure your name' })).toBeVisible();
  await ada.securesName(PASSWORD);
  await expect(ada.page.getByRole('link', { name: 'Guest: secure your name' })).toHaveCount(0);
  for (const text of ['two', 'three']) {
    await bo.says(text);
    await ada.sees(bo, text);
  }
  // What was read a moment ago is read.
  await ada.closesTab();
  await bo.says('four');
  await bo.says('five');
  await expect(bo.message('Stored')).toHaveCount(4);

  const laptop = await guest('Ada');
  await laptop.opens('/');
  await laptop.signsIn(PASSWORD);
  await laptop.hasNew('General', 2);
  await laptop.link('General').click();
  await laptop.seesExactly('one', 'two', 'three', 'four', 'five');
  await laptop.sees(laptop, 'one');
  await laptop.hasNew('General', 0);
});

test('a name that looks like another is refused, and its owner is shown the way', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.securesName(PASSWORD);
  const other = await guest('Аda'); // the first letter is Cyrillic
  await other.opens('/');
  other.expectsRefusal('/api/enter');
  const box = other.page.getByRole('textbox', { name: 'Your name' });
  for (const name of [other.name, 'ADA', 'A d a']) {
    await box.fill(name);
    await enterButton(other).click();
    await expect(box).toHaveAccessibleDescription(/Somebody here is called that, or nearly so/);
    await expect(box).toBeFocused();
  }
  await other.page.getByRole('button', { name: 'Sign in as this person' }).click();
  await expect(box).toHaveValue('A d a');
  await expect(other.page.getByLabel('Password')).toBeFocused();
  await other.page.getByRole('button', { name: 'Come in with a new name' }).click();
  await box.fill('Eve');
  await enterButton(other).click();
  await other.isOnline();
});

test('signing out everywhere ends all other browsers at once', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.says('Nobody else is to see this');
  await ada.securesName(PASSWORD);
  const laptop = await guest('Ada');
  await laptop.opens('/rooms/general');
  await laptop.signsIn(PASSWORD);
  const tab = await laptop.opensTab('/');

  await ada.opensAccount();
  await ada.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  for (const person of [ada, laptop, tab]) await person.isSignedOut();
  await expect(laptop.page.getByText('Nobody else is to see this')).toHaveCount(0);
  await expect.poll(() => laptop.kept(), 'nothing stays in the browser').toBe(0);

  await laptop.page.reload();
  await expect(enterButton(laptop)).toBeEnabled();
  await laptop.signsIn(PASSWORD);
});

test('wrong passwords are counted, and cost time', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.securesName(PASSWORD);
  const eve = await guest('Ada');
  eve.expectsRefusal('/api/sign-in');
  await eve.opens('/');
  await eve.page.getByRole('button', { name: 'Sign in' }).click();
  await eve.page.getByRole('textbox', { name: 'Your name' }).fill('Ada');
  const password = eve.page.getByLabel('Password');
  const button = eve.page.getByRole('button', { name: 'Sign in' });
  const countdown = eve.page.getByText(/Try again in \d+ s\./);
  for (let tries = 0; tries < 5 && !(await countdown.isVisible()); tries++) {
    await password.fill(`guess no. ${tries}`);
    await button.click();
    await expect(password).toHaveAccessibleDescription(/That is not the right name and password/);
    await expect(button).not.toHaveAttribute('aria-busy');
  }
  await expect(countdown).toBeVisible();
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(countdown).toHaveCount(0);
  await password.fill(PASSWORD);
  await button.click();
  await eve.isOnline();
});

test('a guest stays the same over reloads and restarts of the server', async ({ meet, server }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.says('It is me');
  await expect(ada.message('It is me')).toContainText('Stored');
  await ada.reloads();
  await server.stop();
  await server.start();
  await ada.reloads();
  await ada.sees(ada, 'It is me');
  await ada.says('Still me');
  await ada.sees(ada, 'Still me');
});

test('no script can read what proves who one is', async ({ meet }) => {
  const ada = await meet('Ada');
  const seen = await ada.page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]));
  const [login] = (await ada.context.cookies()).filter((cookie) => cookie.name === 'parlor_login');
  expect(login).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
  expect(seen).not.toContain(login!.value);
  expect(seen).toBe(JSON.stringify(['', {}, {}]));
  expect(await ada.page.content()).not.toContain(login!.value);
});

test('one sees where one is signed in, and ends what one does not know', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.securesName(PASSWORD);
  const laptop = await guest('Ada');
  await laptop.opens('/');
  await laptop.signsIn(PASSWORD);

  await ada.opensAccount();
  const devices = ada.page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
  await expect(devices).toHaveCount(2);
  await expect(devices.filter({ hasText: 'this one' })).toHaveText(/Chrome on .*Here now/);
  await devices.getByRole('button', { name: 'Sign out' }).click();
  await laptop.isSignedOut();
  await expect(devices).toHaveCount(1);
  await ada.isOnline();
});

test('a guest is warned before signing out for good', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.opensAccount();
  await ada.page.getByRole('button', { name: 'Sign out…' }).click();
  await expect(ada.page.getByText('You will not be able to come back as Ada')).toBeVisible();
  await ada.page.getByRole('button', { name: 'Cancel' }).click();
  await expect(ada.page.getByRole('button', { name: 'Sign out…' })).toBeFocused();
  await ada.page.getByRole('button', { name: 'Sign out…' }).click();
  await ada.page.getByRole('button', { name: 'Sign out for good' }).click();
  await ada.isSignedOut();
  await ada.page.reload();
  await expect(enterButton(ada)).toBeEnabled();
});

test('who deletes their account is gone, and what they have written stays', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('I was here');
  await bo.sees(ada, 'I was here');
  await ada.securesName(PASSWORD);
  await ada.opensAccount();
  await ada.page.getByRole('button', { name: 'Delete account…' }).click();
  const password = ada.page.getByRole('region', { name: 'Delete account' }).getByLabel('Password');
  const really = ada.page.getByRole('button', { name: 'Delete account', exact: true });
  ada.expectsRefusal('/api/account/delete');
  await password.fill('not my password');
  await really.click();
  await expect(password).toHaveAccessibleDescription(/not the right/);
  await password.fill(PASSWORD);
  await really.click();
  await ada.isSignedOut();
  await bo.sees(ada, 'I was here');

  const next = await guest('Ada');
  await next.opens('/');
  await next.givesName();
});

test('a password is changed only by who knows the old one', async ({ meet, guest }) => {
  const ada = await meet('Ada');
  await ada.securesName(PASSWORD);
  await ada.opensAccount();
  const change = ada.page.getByRole('button', { name: 'Change password' });
  ada.expectsRefusal('/api/password');
  await ada.page.getByLabel('Present password').fill('not my password');
  await ada.page.getByLabel('New password').fill('short');
  await change.click();
  await expect(ada.page.getByText('A password has at least 8 characters.')).toBeVisible();
  await ada.page.getByLabel('New password').fill('another lamp');
  await change.click();
  await expect(ada.page.getByLabel('New password')).toHaveAccessibleDescription(/not the right/);
  await ada.page.getByLabel('Present password').fill(PASSWORD);
  await change.click();
  await expect(ada.page.getByText('Your password is changed.')).toBeVisible();

  const laptop = await guest('Ada');
  await laptop.opens('/');
  await laptop.signsIn('another lamp');
});
