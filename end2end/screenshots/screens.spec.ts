import { type BrowserContextOptions } from '@playwright/test';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const shapes: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

for (const [shape, size] of Object.entries(shapes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { ...size, colorScheme };
    const photograph = (person: Person, screen: string) =>
      person.page.screenshot({ path: `screenshots/${shape}-${colorScheme}-${screen}.png`, animations: 'disabled' });

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
  }
}
