import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

// Not tests: pictures for people to look at, so `npm test` leaves them out.
export default defineConfig(tests, { testDir: 'screenshots', use: { screenshot: 'off', trace: 'off' } });
