import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bookingIn, newBuyer, reservationIn } from '../api/buyer.ts';
import { startStripeNode, untilPayment } from '../api/stripe-node.ts';
import { offer } from '../api/venue.ts';
import { clientOf } from '../stripe/double-client.ts';
import { createTestDatabase } from '../support/database.ts';
import { jwtSecret } from '../support/node.ts';
import { holdfast, severalProcesses, startServer } from './command-line.ts';
import { emptyFolder } from './folder.ts';

test(
  'compares payments with what the provider has, and has the servers look at what differs',
  severalProcesses,
  async () => {
    await using folder = await emptyFolder();
    await using database = await createTestDatabase();
    await using stage = await startStripeNode({ DATABASE_URL: database.url, JWT_SECRET: jwtSecret });
    const env = {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_SECRET_KEY: 'sk_test_double',
      STRIPE_API_URL: stage.double.url,
      DATABASE_URL: database.url,
      JWT_SECRET: jwtSecret,
    };
    const reconcile = (...options: string[]) =>
      holdfast(['payments', 'reconcile', ...options], { cwd: folder.path, env });
    stage.double.webhooks.plan = () => [];
    const house = await offer(stage.node);
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(stage.node, house, [0]));
    bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
    const { payment } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
    expect(await reconcile()).toEqual({ code: 0, stdout: 'compared 1 payments\n', stderr: '' });

    await clientOf(stage.double).refunds.create({ payment_intent: payment?.reference ?? '' });
    const { code, stdout, stderr } = await reconcile('--since-hours', '1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'holdfast: a payment differs\n' });
    expect(stdout).toMatch(
      new RegExp(
        `^differs  payment [-\\w]+ \\(${payment?.reference}\\) of event [-\\w]+: the store says CAPTURED.*\ncompared 1 payments\n$`,
      ),
    );
    await untilPayment(stage.node, buyer, id, 'REFUNDED');
    expect(await reconcile()).toMatchObject({ code: 0 });
  },
);

test('says how it is called', async () => {
  await using folder = await emptyFolder();
  const env = { PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_test_double' };
  const wrong = await holdfast(['payments', 'reconcile', '--since-hours', 'all'], { cwd: folder.path, env });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Expected a whole number of hours.') });
  const none = await holdfast(['payments', 'reconcile'], { cwd: folder.path, env });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/^holdfast: there is no database in .*\n$/) });
});

/** Has no package of Stripe's. */
const missing = `export async function resolve(name, context, next) {
  if (name !== 'stripe') return next(name, context);
  throw new Error('the package stripe is not to be loaded');
}`;

test('loads the code of Stripe only where that is the provider', severalProcesses, async () => {
  await using folder = await emptyFolder();
  const hook = join(folder.path, 'without-stripe.mjs');
  const url = `data:text/javascript,${encodeURIComponent(missing)}`;
  await writeFile(hook, `import { register } from 'node:module';\nregister(${JSON.stringify(url)});`);
  const env = { DATA_DIR: 'memory://', NODE_OPTIONS: `--import=${hook}` };
  await using server = await startServer({ cwd: folder.path, env });
  expect((await fetch(new URL('/webhooks/stripe', server.graphqlUrl), { method: 'POST' })).status).toBe(404);
  const stripe = { ...env, PORT: '0', PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_test_double' };
  const { code, stderr } = await holdfast(['serve'], { cwd: folder.path, env: stripe });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('the package stripe is not to be loaded'),
  });
});
