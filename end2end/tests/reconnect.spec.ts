import { expect, test } from '../support/test.ts';

test('the server is killed and comes back while both keep their page', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('before');
  await bo.sees(ada, 'before');

  await server.kill();
  await ada.isOffline();
  await bo.isOffline();
  await ada.says('meanwhile');
  await expect(ada.message('meanwhile')).toContainText('Sending');

  await server.start();
  await bo.sees(ada, 'meanwhile');
  await expect(ada.message('meanwhile')).toContainText('Stored');
  await ada.isOnline();
  await bo.isOnline();
  await ada.counts('General', 2);

  await bo.says('after');
  await ada.sees(bo, 'after');
  await ada.says('and on');
  await bo.sees(ada, 'and on');
  await ada.seesExactly('before', 'meanwhile', 'after', 'and on');
  await bo.seesExactly('before', 'meanwhile', 'after', 'and on');
});

test('what both wrote without a server has one order for both', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await server.kill();
  await ada.isOffline();
  await bo.isOffline();

  for (const n of [1, 2, 3]) {
    await ada.says(`ada ${n}`);
    await bo.says(`bo ${n}`);
  }
  await server.start();
  for (const person of [ada, bo]) {
    await expect(person.messages).toHaveCount(6, { timeout: 30_000 });
    await expect(person.message('Sending')).toHaveCount(0);
  }
  const order = async (person: typeof ada) =>
    (await person.messages.allInnerTexts()).map((text) => /(ada|bo) \d/.exec(text)?.[0]);
  const said = await order(ada);
  expect(await order(bo)).toEqual(said);
  expect(said.filter((text) => text?.startsWith('ada'))).toEqual(['ada 1', 'ada 2', 'ada 3']);
  expect(said.filter((text) => text?.startsWith('bo'))).toEqual(['bo 1', 'bo 2', 'bo 3']);
});

test('the server stops cleanly, and everyone comes back to their rooms', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('before');
  await bo.sees(ada, 'before');

  expect(await server.stop()).toBe(0);
  await ada.isOffline();
  await server.start();
  await ada.isOnline();
  await bo.isOnline();
  await ada.counts('General', 2);
  await ada.says('after');
  await bo.sees(ada, 'after');
  await bo.seesExactly('before', 'after');
});

test('"Retry now" does not wait for the next attempt', async ({ guest, server }) => {
  const ada = await guest('Ada');
  await ada.page.clock.install();
  await ada.opens('/rooms/general');
  await ada.givesName();
  await ada.isIn('General');
  await server.kill();
  await ada.isOffline();

  // With time standing still, no attempt of its own comes.
  await ada.page.clock.pauseAt(new Date(Date.now() + 60_000));
  await ada.isOffline();
  await server.start();
  await ada.page.getByRole('button', { name: 'Retry now' }).click();
  await ada.isOnline();
});

test('a browser without network waits for it, and loses nothing', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  await ada.losesNetwork();
  await expect(ada.connection).toContainText('No network');
  await ada.says('from the tunnel');
  await bo.says('are you there?');
  await bo.seesExactly('are you there?');
  await expect(ada.message('from the tunnel')).toContainText('Sending');

  await ada.findsNetwork();
  await ada.isOnline();
  await ada.seesExactly('are you there?', 'from the tunnel');
  await bo.seesExactly('are you there?', 'from the tunnel');
});

test('a reload keeps the name, the room and what was said', async ({ meet }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.says('one');
  await ada.says('two');
  await expect(ada.message('Stored')).toHaveCount(2);
  await ada.reloads();
  await ada.isIn('General');
  await ada.seesExactly('one', 'two');
  await ada.says('three');
  await ada.sees(ada, 'three');
  await ada.counts('General', 1);
});

test('what was said is there after a restart, for a newcomer too', async ({ meet, server }) => {
  const ada = await meet('Ada');
  await ada.creates('Archive');
  await ada.says('for later');
  await expect(ada.message('for later')).toContainText('Stored');
  await server.kill();
  await server.start();

  const bo = await meet('Bo');
  await bo.enters('Archive');
  await bo.sees(ada, 'for later');
});
