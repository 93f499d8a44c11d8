import { crowdTalks } from '../support/crowd.ts';
import { photographer, shapes } from '../support/shapes.ts';
import { expect, test } from '../support/test.ts';

for (const [shape, size] of Object.entries(shapes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { ...size, colorScheme };
    const photograph = photographer(shape, colorScheme);

    test(`${shape}, ${colorScheme}`, async ({ guest, meet, server }) => {
      const ada = await guest('Ada', options);
      await ada.opens('/');
      await expect(ada.page.getByRole('button', { name: 'Enter' })).toBeEnabled();
      await photograph(ada, 'arrival');
      await ada.givesName();
      await ada.counts('General', 0);
      await photograph(ada, 'lobby');

      await ada.creates('Book club');
      await photograph(ada, 'empty-room');
      const bo = await meet('Bo');
      const cy = await meet('李清照');
      await bo.enters('Book club');
      await cy.enters('Book club');
      await bo.says('Has everybody finished chapter three?');
      await bo.says('I could not put it down.');
      await cy.says('我昨天晚上看完了');
      await ada.says('Nearly!', 'Here is the one I was talking about: https://example.org/books/the-left-hand-of-darkness');
      await ada.says('🎉');
      await bo.says('Thank you. Shall we say Thursday, the usual place? I will bring the cake this time.');
      await ada.sees(bo, 'Thank you');
      await cy.composer.pressSequentially('Ok');
      await expect(ada.page.getByText('is typing')).toBeVisible();
      await photograph(ada, 'room');

      if (shape === 'phone') {
        await ada.page.getByRole('button', { name: 'People' }).tap();
        await expect(ada.people).toBeInViewport({ ratio: 1 });
        await photograph(ada, 'people');
        await ada.page.getByRole('button', { name: 'Close' }).tap();
        await ada.page.getByRole('link', { name: 'All rooms' }).tap();
        await expect(ada.rooms).toBeVisible();
        await photograph(ada, 'rooms');
        await ada.enters('Book club');
      }

      await server.kill();
      await ada.isOffline();
      await ada.says('Can you hear me?');
      await expect(ada.message('Can you hear me?')).toContainText('Sending');
      await photograph(ada, 'offline');

      await server.start();
      await ada.isOnline();
      await ada.opensInVain('/rooms/No%20Such%20Room');
      await photograph(ada, 'not-found');
    });

    test(`${shape}, ${colorScheme}: nothing is lost`, async ({ guest, meet, server }) => {
      const ada = await meet('Ada', options);
      const bo = await meet('Bo');
      await ada.enters('Random');
      await ada.opens('/');
      await ada.enters('General');
      await bo.enters('Random');
      for (const text of ['Is anybody still up?', 'I have found the book.', 'It was under the cake.']) await bo.says(text);
      await bo.enters('General');
      await bo.says('Good night, everybody');
      await ada.sees(bo, 'Good night');
      if (shape === 'phone') await ada.page.getByRole('link', { name: 'All rooms' }).tap();
      await ada.hasNew('Random', 3);
      await photograph(ada, 'unread');
      await ada.enters('Random');
      await expect(ada.log.getByText('New messages')).toBeVisible();
      await photograph(ada, 'new-messages');

      await ada.page.goto(new URL('/rooms/general', ada.page.url()).href);
      await ada.sees(bo, 'Good night');
      await ada.page.close();
      await crowdTalks(await guest('Crowd'), 'general', 320);
      const back = await ada.comesBack('/rooms/general');
      await back.isOnline();
      await expect(back.gap).toHaveCount(1);
      await server.kill();
      await back.isOffline();
      await back.gap.scrollIntoViewIfNeeded();
      await photograph(back, 'gap');

      await back.page.getByRole('button', { name: 'Jump to the end' }).click();
      await back.pastes('I was away. What have I missed?');
      await back.pastes('Everything, it seems. Give me a moment to read all of it before I answer anybody.');
      await back.waitsWith('I was away', 'Everything');
      // Away before the server is back, or it would all be sent by then.
      await back.page.goto('about:blank');
      await server.start();
      await back.holdsConnections();
      await back.opens('/rooms/general');
      await back.isOffline();
      await back.waitsWith('I was away', 'Everything');
      await photograph(back, 'waiting-after-reload');
      await back.page.close();

      await server.stop();
      await server.startWithFullDisk(200);
      const again = await guest('Ada', { ...options, storageState: await ada.context.storageState() });
      await again.opens('/');
      await again.goesTo('Help');
      await again.joinButton.click();
      await expect(again.composer).toBeVisible();
      const why = again.page.getByText('The server cannot store messages just now.');
      for (let n = 1; n < 100 && !(await why.isVisible()); n++) await again.pastes(`And another thing, number ${n}`);
      await expect(why).toBeVisible();
      await photograph(again, 'cannot-store');
      await server.stop();
      await server.start();

      const cy = await guest('Cy', options);
      await cy.page.routeWebSocket('**/ws', (page) => {
        const server = page.connectToServer();
        page.onMessage((frame) => server.send(frame.toString().replace(/"body":"[^"]*"/, '"body":" "')));
      });
      await cy.opens('/rooms/general');
      await cy.givesName();
      await cy.pastes('This will never do');
      await expect(cy.message('This will never do')).toContainText('There is nothing');
      await photograph(cy, 'refused');
    });
  }
}
