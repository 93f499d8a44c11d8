import type { ConsoleMessage, Page } from '@playwright/test';

/** What a browser says when the network or the server is gone, which is nobody's fault in a test that takes it away. */
const OUTAGE = /WebSocket connection to .* failed|net::ERR_(CONNECTION_|INTERNET_DISCONNECTED|EMPTY_RESPONSE|SOCKET_)/;

/** Gathers what pages complain about where a person would not look: errors, warnings of hydration, failed requests. */
export class Troubles {
  private readonly seen: { text: string; outage: boolean }[] = [];
  private readonly expected = new Set<string>();
  private readonly justified: RegExp[] = [];
  private outage = false;

  /** `about` is whose page it is. */
  watch(about: string, page: Page): void {
    const add = (text: string) => this.seen.push({ text: `${about}: ${text}`, outage: OUTAGE.test(text) });
    page.on('pageerror', (error) => add(`${error}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !this.isExpected(message)) add(describe(message));
    });
    page.on('response', (response) => {
      if (response.status() >= 400 && !this.expected.has(response.url())) add(`${response.status()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // A page that is left or reloaded takes its unfinished requests with it.
      if (reason !== 'net::ERR_ABORTED') add(`${reason} ${request.url()}`);
    });
  }

  /** The answer at this address may be an error. */
  expect(url: string): void {
    this.expected.add(url);
  }

  /** Pages complain of this once each, and have reason to. */
  expectOnce(...complaints: RegExp[]): void {
    this.justified.push(...complaints);
  }

  /** The network or the server is taken away. */
  allowOutage(): void {
    this.outage = true;
  }

  list(): string[] {
    const texts = this.seen.filter((trouble) => !(this.outage && trouble.outage)).map((trouble) => trouble.text);
    for (const complaint of this.justified) {
      const at = texts.findIndex((text) => complaint.test(text));
      if (at < 0) texts.push(`nobody complained: ${complaint}`);
      else texts.splice(at, 1);
    }
    return texts;
  }

  private isExpected(message: ConsoleMessage): boolean {
    return message.text().startsWith('Failed to load resource') && this.expected.has(message.location().url);
  }
}

function describe(message: ConsoleMessage): string {
  const { url, lineNumber } = message.location();
  return `${message.type()}: ${message.text()} (${url}:${lineNumber})`;
}
