import { type BrowserContext, type BrowserContextOptions, expect, test as base } from '@playwright/test';
import { Person } from './person.ts';
import { Server } from './server.ts';
import { Troubles } from './troubles.ts';

type Fixtures = {
  /** This test's own server. */
  server: Server;
  /** What pages complain about; it has to be nothing in the end. */
  troubles: Troubles;
  /** Puts somebody at a browser of their own, with nothing opened yet. */
  guest: (name: string, options?: BrowserContextOptions) => Promise<Person>;
  /** The same, and they have given their name in the lobby. */
  meet: (name: string, options?: BrowserContextOptions) => Promise<Person>;
};

export const test = base.extend<Fixtures>({
  server: async ({}, use, info) => {
    const server = await Server.fresh();
    await use(server);
    await server.remove();
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log });
    expect(server.log, 'the server panics at nothing').not.toContain('panicked at');
  },

  troubles: async ({ server }, use) => {
    const troubles = new Troubles();
    await use(troubles);
    if (server.wasDown) troubles.allowOutage();
    expect(troubles.list(), 'pages complain about nothing').toEqual([]);
  },

  guest: async ({ browser, server, troubles }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (name, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      // Without JavaScript, a browser complains about every script that it was not to run.
      const own = options?.javaScriptEnabled === false ? new Troubles() : troubles;
      return new Person(name, await context.newPage(), server.url, own);
    });
    for (const context of contexts) await context.close();
  },

  meet: async ({ guest }, use) => {
    await use(async (name, options) => {
      const person = await guest(name, options);
      await person.opens('/');
      await person.givesName();
      return person;
    });
  },
});

export { expect };
