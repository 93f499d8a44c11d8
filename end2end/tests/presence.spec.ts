import { expect, test } from '../support/test.ts';

test('counts follow who comes and who leaves, also for those outside', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  const cy = await meet('Cy');
  await cy.counts('Random', 0);

  await ada.enters('Random');
  await cy.counts('Random', 1);
  await bo.enters('Random');
  for (const person of [ada, bo, cy]) await person.counts('Random', 2);
  await ada.seesPeople('Ada', 'Bo');
  await ada.seesNote('Bo joined');

  await bo.leaves();
  for (const person of [ada, bo, cy]) await person.counts('Random', 1);
  await ada.seesPeople('Ada');
  await ada.seesNote('Bo left');
  await cy.counts('General', 0);
});

test('two tabs of one browser are one person', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');

  const tab = await bo.opensTab('/rooms/general');
  await tab.isIn('General');
  await tab.says('From my second tab');
  await ada.sees(bo, 'From my second tab');
  await bo.sees(bo, 'From my second tab');
  await tab.counts('General', 2);
  await ada.counts('General', 2);
  await ada.seesPeople('Ada', 'Bo');

  await bo.page.close();
  await tab.says('And still here');
  await ada.sees(bo, 'And still here');
  await ada.counts('General', 2);
});

test('a closed tab counts no more', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.counts('General', 2);
  await bo.page.close();
  await ada.counts('General', 1);
  await ada.seesPeople('Ada');
});

test('a tab that dies counts no more', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await ada.counts('General', 2);
  await bo.crashes();
  await ada.counts('General', 1);
  await ada.seesPeople('Ada');
});

test('a reload does not flicker the count', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  const cy = await meet('Cy');
  for (const person of [ada, bo, cy]) await person.enters('General');
  await ada.counts('General', 3);

  const watch = await ada.watchCount('General');
  await bo.reloads();
  await bo.counts('General', 3);
  // What would count Bo out comes no later than what counts out Cy, who goes only now.
  await cy.page.close();
  await ada.counts('General', 2);
  expect(await watch.seen()).toEqual(['General, 3 online', 'General, 2 online']);
});

test('new messages in another room are counted until they are read', async ({ meet }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('Random');
  await ada.enters('General');
  await bo.enters('Random');

  await bo.says('Anybody here?');
  await bo.says('Hello?');
  await expect(ada.link('Random')).toHaveAccessibleName('Random, 2 online, 2 new');
  await ada.enters('Random');
  await ada.seesExactly('Anybody here?', 'Hello?');
  await expect(ada.link('Random')).toHaveAccessibleName('Random, 2 online');
});
