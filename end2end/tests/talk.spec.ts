import { expect, test } from '../support/test.ts';

test('two people talk in one room', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  await ada.says('Good evening');
  await bo.sees(ada, 'Good evening');
  await bo.says('Good evening to you');
  await ada.sees(bo, 'Good evening to you');

  await expect(ada.message('Good evening to you').getByRole('time')).toHaveText(/^\d{1,2}:\d{2}$/);
  await expect(ada.message('Good evening').first()).toContainText('You');
  await expect(ada.message('Good evening').first()).toContainText('Stored');
  await expect(bo.message('Good evening').first()).not.toContainText('Stored');
});

test('who is typing is seen, until the message comes', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  await ada.composer.pressSequentially('On the other hand');
  await expect(bo.page.getByText('Ada is typing')).toBeVisible();
  await ada.composer.press('Enter');
  await bo.sees(ada, 'On the other hand');
  await expect(bo.page.getByText('Ada is typing')).toBeHidden();
});

test('Shift and Enter break the line', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  await ada.says('Roses are red', 'violets are blue');
  await bo.seesExactly('Roses are red violets are blue');
  expect(await bo.messages.innerText()).toContain('Roses are red\nviolets are blue');
});

test('the button sends too, and nothing empty is sent', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  const send = ada.page.getByRole('button', { name: 'Send' });

  await expect(send).toBeDisabled();
  await ada.says('   ');
  await ada.composer.fill('Hello');
  await send.click();
  await ada.seesExactly('Hello');
  await expect(ada.composer).toHaveValue('');
});

test('the Enter of an input method does not send', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  const keyboard = await ada.context.newCDPSession(ada.page);
  const enter = { key: 'Enter', code: 'Enter' };

  await ada.composer.focus();
  await keyboard.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, ...enter });
  await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: 13, ...enter });
  await keyboard.send('Input.insertText', { text: '日本' });
  // Some browsers end the composition first and then report the key as the input method's.
  await ada.composer.dispatchEvent('keydown', { ...enter, keyCode: 229 });
  await ada.composer.dispatchEvent('keydown', { ...enter, keyCode: 13, isComposing: true });
  await expect(ada.composer).toHaveValue('日本');

  await ada.composer.press('Enter');
  await ada.seesExactly('日本');
});

test('markup is shown as it was typed, and does nothing', async ({ meet, guest }) => {
  const attacks = [
    `<img src=x onerror="document.title = 'owned'">`,
    `</script><script>document.title = 'owned'</script>`,
    `<a href="javascript:document.title='owned'">free tea</a>`,
  ];
  const ada = await meet('<b>Ada</b>');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  for (const attack of attacks) await ada.pastes(attack);
  await bo.seesExactly(...attacks);
  await bo.sees(ada, attacks[0]!);
  await bo.reloads();
  await bo.seesExactly(...attacks);
  await expect(bo.log.getByRole('img')).toHaveCount(0);
  await expect(bo.log.getByRole('link')).toHaveCount(0);
  await expect(bo.page).toHaveTitle('General · Parlor');

  // A room's name is text as well, also in the page that the server renders.
  await ada.creates(`<script>document.title='owned'</script>`);
  const cy = await guest('Cy');
  await cy.opens(new URL(ada.page.url()).pathname);
  await cy.givesName();
  await cy.isIn(`<script>document.title='owned'</script>`);
});

test('addresses can be clicked', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.says('Look at https://example.org/tea.');
  const link = ada.log.getByRole('link', { name: 'https://example.org/tea', exact: true });
  await expect(link).toHaveAttribute('href', 'https://example.org/tea');
  await expect(link).toHaveAttribute('rel', /noopener/);
});

test('a burst above the rate limit arrives whole, once and in order', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  const burst = Array.from({ length: 30 }, (_, n) => `number ${n + 1}.`);
  for (const text of burst) await ada.pastes(text);
  await bo.seesExactly(...burst);
  await ada.seesExactly(...burst);
  await expect(ada.message('Sending')).toHaveCount(0);
});

test('a text that is too long stays, and says so', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  const tooLong = `${'x'.repeat(3_999)}yz`;

  await ada.pastes(tooLong);
  await expect(ada.page.getByText(/1 characters? too many/)).toBeVisible();
  await expect(ada.page.getByRole('button', { name: 'Send' })).toBeDisabled();
  await expect(ada.composer).toHaveValue(tooLong);

  await ada.composer.press('Backspace');
  await ada.composer.press('Enter');
  await ada.seesExactly('xy');
});

test('a refused message says why, and can be corrected, repeated or discarded', async ({ guest }) => {
  const ada = await guest('Ada');
  // The network spoils what is sent, so that the server has reason to refuse.
  let spoiling = true;
  const spoilt = 'x'.repeat(4_001);
  await ada.page.routeWebSocket('**/ws', (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      server.send(spoiling ? frame.toString().replace(/"body":"[^"]*"/, `"body":"${spoilt}"`) : frame);
    });
  });
  await ada.opens('/rooms/general');
  await ada.givesName();
  await ada.isIn('General');

  await ada.says('one');
  await expect(ada.message('one')).toContainText('This message is too long. At most 4,000 characters fit.');
  await ada.message('one').getByRole('button', { name: 'Edit' }).click();
  await expect(ada.composer).toHaveValue('one');
  await ada.composer.fill('');
  await expect(ada.messages).toHaveCount(0);

  await ada.says('two');
  await ada.message('two').getByRole('button', { name: 'Discard' }).click();
  await expect(ada.messages).toHaveCount(0);

  await ada.says('three');
  await expect(ada.message('three')).toContainText('too long');
  spoiling = false;
  await ada.message('three').getByRole('button', { name: 'Try again' }).click();
  await expect(ada.message('three')).toContainText('Stored');
  await ada.seesExactly('three');
});
