import { expect, test } from '../support/test.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `no. ${from + n}.`);

test('the server dies while messages are on their way: each is stored once and in order', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  const texts = numbers(1, 40);
  let writes = Promise.resolve();
  for (const at of [5, 18]) {
    writes = (async () => {
      for (const text of texts.slice(at === 5 ? 0 : 20, at === 5 ? 20 : 40)) await ada.pastes(text);
    })();
    // In the middle of it, with something stored and something not.
    await expect(bo.message(`no. ${at}.`)).toBeVisible();
    await server.kill();
    await writes;
    await expect(ada.message('Sending')).not.toHaveCount(0);
    await server.start();
    await bo.isOnline();
  }
  await bo.seesExactly(...texts);
  await ada.seesExactly(...texts);
  await expect(ada.message('Stored')).toHaveCount(texts.length);
});

test('tabs of one browser show what waits in any of them, and send it in the order of writing', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  const tab = await ada.opensTab('/rooms/general');
  await server.kill();
  await ada.isOffline();
  await tab.isOffline();

  const texts = numbers(1, 6);
  for (const [n, text] of texts.entries()) await (n % 2 === 0 ? ada : tab).says(text);
  await ada.waitsWith(...texts);
  await tab.waitsWith(...texts);

  await server.start();
  for (const page of [bo, ada, tab]) await page.seesExactly(...texts);
  for (const page of [ada, tab]) await expect(page.message('Stored')).toHaveCount(texts.length);
});

for (const last of ['first', 'second'] as const) {
  test(`what the ${last} of two tabs had to send is sent by the other when it is closed`, async ({ meet, server }) => {
    const ada = await meet('Ada');
    const bo = await meet('Bo');
    await ada.enters('General');
    await bo.enters('General');
    const tab = await ada.opensTab('/rooms/general');
    await tab.isIn('General');
    await server.kill();
    await ada.isOffline();

    const [closes, stays] = last === 'first' ? [ada, tab] : [tab, ada];
    const texts = numbers(1, 8);
    for (const text of texts) await closes.pastes(text);
    await stays.waitsWith(...texts);
    await closes.page.close();

    await server.start();
    await bo.seesExactly(...texts);
    await stays.seesExactly(...texts);
    await expect(stays.message('Stored')).toHaveCount(texts.length);
  });
}

test('what waits survives a reload, and is there before a connection is', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('before');
  await bo.sees(ada, 'before');
  await server.kill();
  await ada.isOffline();
  const texts = numbers(1, 12);
  for (const text of texts) await ada.pastes(text);
  await ada.waitsWith(...texts);

  // The page is gone before it could come back to the server and send some of it.
  await ada.page.goto('about:blank');
  await server.start();
  const connections = await ada.holdsConnections();
  await ada.opens('/rooms/general');
  await ada.isOffline();
  await ada.seesExactly('before', ...texts);
  await ada.waitsWith(...texts);
  // Nothing is written twice by loading it again.
  await ada.page.reload();
  await ada.waitsWith(...texts);

  connections.letThrough();
  await bo.seesExactly('before', ...texts);
  await ada.seesExactly('before', ...texts);
  await expect(ada.message('Sending')).toHaveCount(0);
});

test('what waits survives the death of the page', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await server.kill();
  await ada.isOffline();
  const texts = numbers(1, 12);
  for (const text of texts) await ada.pastes(text);
  await ada.waitsWith(...texts);
  await ada.crashes();

  await server.start();
  const again = await ada.comesBack('/rooms/general');
  await bo.seesExactly(...texts);
  await again.seesExactly(...texts);
  await expect(again.message('Stored')).toHaveCount(texts.length);
});

test('a page closed right after the last key has sent it or sends it later', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.losesNetwork();
  await expect(ada.connection).toContainText('No network');
  await ada.pastes('one more thing');
  await ada.page.close();

  await ada.findsNetwork();
  const again = await ada.comesBack('/rooms/general');
  await bo.seesExactly('one more thing');
  await again.seesExactly('one more thing');
});

test('a refused message is still refused after a reload, and can then be corrected', async ({ guest }) => {
  const ada = await guest('Ada');
  // The network spoils what is sent, so that the server has reason to refuse.
  let spoiling = true;
  await ada.page.routeWebSocket('**/ws', (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      server.send(spoiling ? frame.toString().replace(/"body":"[^"]*"/, '"body":" "') : frame);
    });
  });
  await ada.opens('/rooms/general');
  await ada.givesName();
  await ada.says('Good morning');
  await expect(ada.message('Good morning')).toContainText('There is nothing in this message.');

  await ada.reloads();
  await expect(ada.message('Good morning')).toContainText('There is nothing in this message.');
  // The reason makes the message longer, and the conversation keeps to its end.
  await expect(ada.message('Good morning').getByRole('button', { name: 'Discard' })).toBeInViewport();
  spoiling = false;
  await ada.message('Good morning').getByRole('button', { name: 'Edit' }).click();
  await expect(ada.messages).toHaveCount(0);
  await ada.composer.press('Enter');
  await expect(ada.message('Good morning')).toContainText('Stored');

  await ada.reloads();
  await ada.seesExactly('Good morning');
});
