import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import { CountWatch } from './count_watch.ts';
import type { Troubles } from './troubles.ts';

/** Counts go down only after the grace time of 10 s that lets a reload pass unseen. */
const AFTER_GRACE = { timeout: 25_000 };
const AFTER_OUTAGE = { timeout: 30_000 };

/** Somebody at a browser, who finds things on the page as people do: by what they are and what they are called. */
export class Person {
  readonly composer: Locator;
  readonly connection: Locator;
  readonly everyone: Locator;
  readonly log: Locator;
  readonly people: Locator;
  readonly rooms: Locator;
  /** What lies over the page. */
  readonly sheet: Locator;

  constructor(
    public name: string,
    readonly page: Page,
    private readonly url: string,
    private readonly troubles: Troubles,
  ) {
    this.composer = page.getByRole('textbox', { name: 'Message', exact: true });
    this.connection = page.getByRole('status', { name: 'Connection' });
    this.log = page.getByRole('log', { name: 'Messages' });
    this.everyone = page.getByRole('list', { name: 'Everyone' });
    this.people = page.getByRole('list', { name: 'Online' });
    this.sheet = page.getByRole('dialog');
    this.rooms = page.getByRole('navigation', { name: 'Rooms' });
    troubles.watch(name, page);
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  // Coming and going

  async opens(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** Opens an address that the server has nothing at. */
  async opensInVain(path: string): Promise<void> {
    this.troubles.expect(new URL(path, this.url).href);
    const response = await this.page.goto(this.url + path);
    expect(response?.status()).toBe(404);
  }

  async givesName(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.page.getByRole('button', { name: 'Enter' }).click();
    await this.isOnline();
  }

  /** Comes in as somebody known, with a password, from another browser. */
  async signsIn(password: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.isOnline();
  }

  /** Before the page, which says so, there is the way in. */
  async isSignedOut(): Promise<void> {
    await expect(this.page.getByText('You are signed out.')).toBeVisible(AFTER_OUTAGE);
    await expect(this.rooms).toHaveCount(0);
  }

  /** Goes to a room, and in by its door. */
  async enters(room: string): Promise<void> {
    await this.goesTo(room);
    await expect(this.joinButton.or(this.composer)).toBeVisible();
    if (await this.joinButton.isVisible()) await this.joinButton.click();
    await this.isIn(room);
  }

  /** Goes to a room, and only before its door if it is not one that they are in. */
  async goesTo(room: string): Promise<void> {
    await this.link(room).click();
    await expect(this.page).toHaveTitle(new RegExp(`${quoted(room)} · Parlor$`));
  }

  get joinButton(): Locator {
    return this.page.getByRole('button', { name: /^Join( again)?$/ });
  }

  get doorPassword(): Locator {
    return this.page.getByLabel('Password', { exact: true });
  }

  async creates(room: string, access?: string, password?: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New room' }).click();
    await this.page.getByRole('textbox', { name: 'Room name' }).fill(room);
    if (access) await this.page.getByLabel('Who may come in').selectOption(access);
    if (password) await this.page.getByLabel('Password of the room').fill(password);
    await this.page.getByRole('button', { name: 'Create' }).click();
    await this.isIn(room);
  }

  async opensMenu(): Promise<void> {
    await this.page.getByRole('button', { name: 'Room menu' }).click();
    await expect(this.sheet).toBeVisible();
  }

  async closesSheet(): Promise<void> {
    await this.sheet.getByRole('button', { name: 'Close' }).click();
    await expect(this.sheet).toBeHidden();
  }

  /** Makes an invite link, and gives its address. */
  async makesInvite(): Promise<string> {
    await this.opensMenu();
    await this.sheet.getByRole('button', { name: 'Make an invite link' }).click();
    const address = await this.sheet.getByRole('textbox', { name: 'Invite link' }).inputValue();
    await this.closesSheet();
    const { pathname, hash } = new URL(address);
    return pathname + hash;
  }

  /** Opens what can be done about somebody. */
  async opensPerson(name: string): Promise<void> {
    await this.everyone.getByRole('button', { name: `Options for ${name}`, exact: true }).click();
    await expect(this.sheet.getByRole('heading', { name, exact: true })).toBeVisible();
  }

  async opensMessage(text: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name: 'Message options' }).click();
    await expect(this.sheet).toBeVisible();
  }

  async removes(name: string): Promise<void> {
    await this.opensPerson(name);
    await this.sheet.getByRole('button', { name: 'Remove from the room' }).click();
    await this.sheet.getByRole('button', { name: `Yes, remove ${name}` }).click();
  }

  async bans(name: string): Promise<void> {
    await this.opensPerson(name);
    await this.sheet.getByRole('button', { name: 'Ban from the room' }).click();
    await this.sheet.getByRole('button', { name: `Yes, ban ${name}` }).click();
  }

  async leaves(): Promise<void> {
    await this.page.getByRole('button', { name: 'Leave room' }).click();
  }

  async opensAccount(): Promise<void> {
    await this.page.getByRole('link', { name: 'Your account' }).click();
    await expect(this.page.getByRole('heading', { name: 'Your account' })).toBeVisible();
  }

  /** And comes back to the page where they are. */
  async changesName(name: string): Promise<void> {
    await this.opensAccount();
    const box = this.page.getByRole('textbox', { name: 'Your name' });
    await box.fill(name);
    await box.press('Enter');
    await expect(this.page.getByText('Your name is changed.')).toBeVisible();
    await this.page.goBack();
    this.name = name;
  }

  /** A guest makes the name theirs, and comes back to the page where they are. */
  async securesName(password: string): Promise<void> {
    await this.opensAccount();
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Secure name' }).click();
    await expect(this.page.getByText('Your name is secured.')).toBeVisible();
    await this.page.goBack();
  }

  /** Of somebody whose name is secured. */
  async signsOut(): Promise<void> {
    await this.opensAccount();
    await this.page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await this.isSignedOut();
  }

  /** The server may refuse what is asked of it at this path. */
  expectsRefusal(path: string): void {
    this.troubles.expect(new URL(path, this.url).href);
  }

  async reloads(): Promise<void> {
    await this.page.reload();
    await this.isOnline();
  }

  /** The same person in another tab of the same browser. */
  async opensTab(path: string): Promise<Person> {
    const tab = await this.comesBack(path);
    await tab.isOnline();
    return tab;
  }

  /** Opens a page again after the last one was closed or has died, with what the browser remembers. */
  async comesBack(path: string): Promise<Person> {
    const again = new Person(this.name, await this.context.newPage(), this.url, this.troubles);
    await again.opens(path);
    return again;
  }

  /** How much the browser has kept, once it has all that the page has given it by now. */
  async kept(): Promise<number> {
    return this.page.evaluate(async () => {
      const open = indexedDB.open('parlor');
      const database = await new Promise<IDBDatabase>((done) => (open.onsuccess = () => done(open.result)));
      const names = [...database.objectStoreNames];
      const stores = names.map((name) => database.transaction(name).objectStore(name).count());
      await Promise.all(stores.map((store) => new Promise((done) => (store.onsuccess = done))));
      database.close();
      return stores.reduce((sum, store) => sum + store.result, 0);
    });
  }

  /** Stays until what it has come to know is in the browser's storage. */
  async keepsAll(): Promise<void> {
    expect(await this.kept()).toBeGreaterThan(0);
  }

  /** Closes the tab as people do: the page hears of it. */
  async closesTab(): Promise<void> {
    await Promise.all([this.page.waitForEvent('close'), this.page.close({ runBeforeUnload: true })]);
  }

  /** The page dies as when its process is out of memory. */
  async crashes(): Promise<void> {
    const cdp = await this.context.newCDPSession(this.page);
    const crash = this.page.waitForEvent('crash');
    // It cannot answer any more.
    cdp.send('Page.crash').catch(() => undefined);
    await crash;
  }

  /** Pages that are loaded from now on get no connection, though everything else, until it is let through. */
  async holdsConnections(): Promise<{ letThrough: () => void }> {
    let held = true;
    await this.page.routeWebSocket('**/ws', (socket) => {
      // What closes before it is open is not noticed as closed by the page.
      if (held) socket.onMessage(() => socket.close());
      else socket.connectToServer();
    });
    return { letThrough: () => (held = false) };
  }

  async losesNetwork(): Promise<void> {
    this.troubles.allowOutage();
    await this.context.setOffline(true);
  }

  async findsNetwork(): Promise<void> {
    await this.context.setOffline(false);
  }

  // Talking

  /** Types, line by line, and sends. */
  async says(...lines: string[]): Promise<void> {
    for (const [n, line] of lines.entries()) {
      if (n > 0) await this.composer.press('Shift+Enter');
      await this.composer.pressSequentially(line);
    }
    await this.composer.press('Enter');
  }

  /** Puts a text in as a whole, which is quicker than typing it, and sends. */
  async pastes(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  get messages(): Locator {
    return this.log.getByRole('article');
  }

  message(text: string | RegExp): Locator {
    return this.messages.filter({ hasText: text });
  }

  /** The message is there, once, and says whose it is. */
  async sees(from: Person, text: string): Promise<void> {
    const who = from === this ? 'You' : from.name;
    await expect(this.message(text)).toHaveText(new RegExp(`${quoted(who)}.*${quoted(text)}`), AFTER_OUTAGE);
  }

  /** These messages are there, in this order, and no other ones. */
  async seesExactly(...texts: string[]): Promise<void> {
    await expect(this.messages).toHaveText(texts.map((text) => new RegExp(quoted(text))), AFTER_OUTAGE);
  }

  /** These own messages are there, in this order and at the end, and wait. */
  async waitsWith(...texts: string[]): Promise<void> {
    await expect(this.message('Sending')).toHaveText(texts.map((text) => new RegExp(quoted(text))));
  }

  /** A quiet line: who came and who went. */
  async seesNote(note: string): Promise<void> {
    await expect(this.log.getByText(note, { exact: true })).toBeVisible();
  }

  // Looking around

  link(room: string): Locator {
    return this.rooms.getByRole('link', { name: new RegExp(`^${quoted(room)}, \\d+ online`) });
  }

  /** The room's link says how many of its messages are new. */
  async hasNew(room: string, count: number): Promise<void> {
    const name = new RegExp(`^${quoted(room)}, \\d+ online${count > 0 ? `, ${count} new` : ''}$`);
    await expect(this.rooms.getByRole('link', { name })).toBeVisible();
  }

  get gap(): Locator {
    return this.log.getByText(/messages? not loaded yet/);
  }

  async isIn(room: string): Promise<void> {
    await expect(this.page).toHaveTitle(`${room} · Parlor`);
    await expect(this.log).toBeVisible();
  }

  async isOnline(): Promise<void> {
    await expect(this.connection).toHaveText('Online', AFTER_OUTAGE);
  }

  async isOffline(): Promise<void> {
    await expect(this.connection).toContainText(/Offline, retrying in \d+ s/);
  }

  /** The room's link says how many are online in it. */
  async counts(room: string, online: number): Promise<void> {
    const name = new RegExp(`^${quoted(room)}, ${online} online`);
    await expect(this.rooms.getByRole('link', { name })).toBeVisible(AFTER_GRACE);
  }

  async seesPeople(...names: string[]): Promise<void> {
    const items = this.people.getByRole('listitem');
    await expect(items).toHaveCount(names.length, AFTER_GRACE);
    for (const name of names) await expect(items.filter({ hasText: name })).toHaveCount(1);
  }

  watchCount(room: string): Promise<CountWatch> {
    return CountWatch.start(this.rooms, room);
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
}
