import { expect, test } from '../support/test.ts';

test('while the server cannot store, messages wait and say why, and are stored when it can', async ({ meet, server }) => {
  const ada = await meet('Ada');
  const bo = await meet('Bo');
  await ada.enters('General');
  await bo.enters('General');
  await server.stop();
  await server.startWithFullDisk(300);
  await ada.isOnline();
  await bo.isOnline();

  const why = ada.page.getByText('The server cannot store messages just now. Yours is kept and goes out by itself.');
  const texts: string[] = [];
  while (texts.length < 100 && !(await why.isVisible())) {
    texts.push(`no. ${texts.length + 1}.`);
    await ada.pastes(texts.at(-1)!);
  }
  await expect(why).toBeVisible();
  await expect(ada.page.getByText('A little slower')).toHaveCount(0);
  await expect(ada.message('Sending').last()).toBeVisible();
  await expect(ada.message('Sending').first().getByRole('button')).toHaveCount(0);
  await bo.isOnline();

  await server.stop();
  await server.start();
  await ada.seesExactly(...texts);
  await expect(ada.message('Stored')).toHaveCount(texts.length);
  await expect(why).toHaveCount(0);
  await bo.seesExactly(...texts);
});
