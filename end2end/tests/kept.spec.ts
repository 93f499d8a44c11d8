import { crowdTalks } from '../support/crowd.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

/** What the crowd has said, as it stands on the screen. */
async function said(person: Person): Promise<string[]> {
  const texts = await person.messages.allInnerTexts();
  return texts.flatMap((text) => /no\. \d+\./.exec(text)?.[0] ?? []);
}

/** Scrolls to the gap until it is none. */
async function fillsGap(person: Person): Promise<void> {
  const scroll = async () => {
    if ((await person.gap.count()) > 0) await person.gap.scrollIntoViewIfNeeded({ timeout: 1_000 });
    expect(await person.gap.count()).toBe(0);
  };
  await expect(scroll).toPass({ timeout: 30_000 });
}

test('what was said is on the screen before the server says anything', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.says('one');
  await bo.sees(ada, 'one');
  await bo.says('two');
  await ada.sees(bo, 'two');

  const connections = await ada.holdsConnections();
  await ada.page.reload();
  await ada.seesExactly('one', 'two');
  await ada.sees(ada, 'one');
  await ada.sees(bo, 'two');
  await expect(ada.message('one')).toContainText('Stored');
  await ada.isOffline();

  await bo.says('three');
  connections.letThrough();
  await ada.seesExactly('one', 'two', 'three');
});

test('after a long absence the newest is there first, and what is missing when one scrolls to it', async ({ meet, guest }) => {
  test.slow();
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await bo.says('Before you go');
  await ada.sees(bo, 'Before you go');
  await ada.keepsAll();
  await ada.page.close();
  await crowdTalks(await guest('Crowd'), 'general', 320);
  await expect(bo.message(/no\. \d+\./)).toHaveCount(320);

  const again = await ada.comesBack('/rooms/general');
  await expect(again.gap).toHaveText(/^\d+ messages not loaded yet$/);
  await again.sees(bo, 'Before you go');
  await expect(again.message((await said(bo)).at(-1)!)).toBeInViewport();
  expect((await said(again)).length).toBeLessThanOrEqual(100);

  await fillsGap(again);
  expect(await said(again)).toEqual(await said(bo));
  await again.sees(bo, 'Before you go');
});

test('the line that is read stays in its place while a gap above it or below it is filled', async ({ meet, guest }) => {
  test.slow();
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  for (let n = 1; n <= 18; n++) await bo.pastes(`Before you go, number ${n}`);
  await expect(ada.messages).toHaveCount(18);
  await ada.keepsAll();
  await ada.page.close();
  await crowdTalks(await guest('Crowd'), 'general', 260);
  await expect(bo.message(/no\. \d+\./)).toHaveCount(260);

  const again = await ada.comesBack('/rooms/general');
  await expect(again.message((await said(bo)).at(-1)!)).toBeInViewport();
  const place = () => again.log.evaluate((log) => log.querySelector('.gap')?.getAttribute('data-before'));
  for (const direction of ['up', 'down'] as const) {
    const before = await place();
    // The reader comes from one side, to where the gap is near but not in view.
    const read = await again.log.evaluateHandle((log, direction) => {
      const gap = log.querySelector<HTMLElement>('.gap')!;
      const at = direction === 'up' ? gap.offsetTop + gap.offsetHeight + 50 : gap.offsetTop - log.clientHeight - 50;
      log.scrollTop = at;
      const middle = at + log.clientHeight / 2;
      const line = [...log.querySelectorAll<HTMLElement>('.message')].find((line) => line.offsetTop > middle)!;
      return { line, top: line.getBoundingClientRect().top };
    }, direction);
    await expect.poll(place).not.toBe(before);
    // What follows from the new lines has happened when the frame after them is drawn.
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await again.page.evaluate(frames);
    const moved = await read.evaluate(({ line, top }) => line.isConnected && line.getBoundingClientRect().top - top);
    expect(moved, 'the line is there').not.toBe(false);
    expect(Math.abs(Number(moved))).toBeLessThanOrEqual(2);
  }
});

test('a gap that could not be filled for want of a connection can be filled later', async ({ meet, guest, server }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.says('Before I go');
  await expect(ada.message('Before I go')).toContainText('Stored');
  await ada.keepsAll();
  await ada.page.close();
  await crowdTalks(await guest('Crowd'), 'general', 160);
  const again = await ada.comesBack('/rooms/general');
  await expect(again.gap).toHaveCount(1);

  await server.kill();
  await again.isOffline();
  await again.message('Before I go').scrollIntoViewIfNeeded();
  await expect(again.gap).toBeInViewport();
  await expect(again.page.getByRole('button', { name: 'Load them' })).toHaveAttribute('aria-disabled', 'true');
  const gap = await again.gap.innerText();
  await server.start();
  await expect(again.gap, 'it is in view, and so needs nobody to ask again').not.toHaveText(gap, { timeout: 30_000 });
  await fillsGap(again);
  expect(new Set(await said(again)).size).toBe(160);
  await expect(again.message(/no\. \d+\./)).toHaveCount(160);
});

test('a room that was left without a server is left for good, also after a reload', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('Help');
  await bo.enters('Help');
  await server.kill();
  await ada.isOffline();
  await ada.leaves();
  await expect(ada.page).toHaveURL(/\/$/);
  await ada.keepsAll();
  await ada.page.close();

  await server.start();
  const again = await ada.comesBack('/');
  await again.isOnline();
  await bo.seesNote('Ada left');
  await again.reloads();
  await expect(again.link('Help')).not.toHaveClass(/member/);
});

test('a browser without storage, locks and channels works as well, and forgets', async ({ guest }) => {
  const ada = await guest('Ada');
  await ada.page.addInitScript(() => {
    for (const missing of ['indexedDB', 'BroadcastChannel']) Object.defineProperty(window, missing, { value: undefined });
    Object.defineProperty(navigator, 'locks', { value: undefined });
  });
  await ada.opens('/rooms/general');
  await ada.givesName();
  await ada.says('Hello');
  await expect(ada.message('Hello')).toContainText('Stored');
  await ada.reloads();
  await ada.seesExactly('Hello');
});

test('a storage that is full is complained of once, and the talk goes on', async ({ meet, troubles }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.page.evaluate(() => {
    const full = () => {
      throw new DOMException('There is no room left', 'QuotaExceededError');
    };
    IDBObjectStore.prototype.add = full;
    IDBObjectStore.prototype.put = full;
  });
  troubles.expectOnce(/storage fails/);
  for (const text of ['one', 'two', 'three']) await ada.says(text);
  await bo.seesExactly('one', 'two', 'three');
  await expect(ada.message('Stored')).toHaveCount(3);
  await ada.reloads();
  await ada.seesExactly('one', 'two', 'three');
});

test('a page makes way for one that keeps things otherwise', async ({ meet, troubles }) => {
  const ada = await meet('Ada');
  await ada.enters('General');
  await ada.says('one');
  await expect(ada.message('one')).toContainText('Stored');
  const newer = await ada.opensTab('/');
  const upgraded = newer.page.evaluate(
    () =>
      new Promise((done) => {
        const request = indexedDB.open('parlor', 1_000);
        request.onblocked = () => done('blocked');
        request.onsuccess = () => done('open');
      }),
  );
  expect(await upgraded).toBe('open');
  await newer.page.close();
  troubles.expectOnce(/^Ada: .*storage fails/);
  await ada.says('two');
  await ada.seesExactly('one', 'two');
  await expect(ada.message('Stored')).toHaveCount(2);
});
