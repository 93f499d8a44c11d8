import type { JSHandle, Locator } from '@playwright/test';

/** Every name that a room's link has from now on, so that nothing is missed between two looks. */
export class CountWatch {
  private constructor(private readonly names: JSHandle<string[]>) {}

  static async start(rooms: Locator, room: string): Promise<CountWatch> {
    const names = await rooms.evaluateHandle((navigation, room) => {
      const seen: string[] = [];
      const look = () => {
        const links = [...navigation.querySelectorAll('a')];
        const all = links.map((link) => link.getAttribute('aria-label') ?? link.textContent ?? '');
        const name = all.find((name) => name.startsWith(`${room}, `)) ?? 'gone';
        if (seen.at(-1) !== name) seen.push(name);
      };
      look();
      const everything = { attributes: true, characterData: true, childList: true, subtree: true };
      new MutationObserver(look).observe(navigation, everything);
      return seen;
    }, room);
    return new CountWatch(names);
  }

  seen(): Promise<string[]> {
    return this.names.jsonValue();
  }
}
