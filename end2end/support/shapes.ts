import type { BrowserContextOptions } from '@playwright/test';
import type { Person } from './person.ts';

/** The screens that pictures are taken of. */
export const shapes: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** Takes pictures named after a shape and a colour scheme. */
export const photographer = (shape: string, colorScheme: string) => (person: Person, screen: string) =>
  person.page.screenshot({ path: `screenshots/${shape}-${colorScheme}-${screen}.png`, animations: 'disabled' });
